#!/usr/bin/env bash
# Runs a test that is written in Python, with Debian's own boto3 and aws CLI where they are.
# Usage: python.sh PROGRAM FILE [ARGUMENT…]
# Exit status 77, with the reason, where boto3 can't be had.
set -euo pipefail

skip() {
  echo "skipped: $1"
  exit 77
}

# Another Python may stand before Debian's on the path, and know nothing of Debian's packages.
export PATH="/usr/bin:$PATH"
command -v python3 >/dev/null || skip "there is no python3; install python3-boto3"
python3 -c 'import boto3' 2>/dev/null || skip "python3 has no boto3; install python3-boto3"

export CUTOVER_PROGRAM=$1
# No settings of whoever runs the tests, and no byte code beside the sources.
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
unset AWS_PROFILE AWS_ENDPOINT_URL
exec python3 -B "${@:2}"

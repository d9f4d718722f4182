#!/usr/bin/env bash
# Installs what is missing, builds everything (preset dev) and runs every test.
# Arguments go to ctest: `bash tests/run.sh -R Draining`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source .ci/steps

step "install" bash .ci/install clients
step "configure" quietly cmake --preset dev
step "build" cmake --build --preset dev --parallel "$(nproc)"
echo "== test"
exec ctest --preset dev --parallel "$(nproc)" "$@" </dev/null

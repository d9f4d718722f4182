#!/usr/bin/env bash
# Runs the example's cutover.sh, all of it by the aws CLI and curl, against the built program, and
# reads what it shows: every path that is asked for is answered, by whom it should be.
# Usage: workshop.sh PROGRAM DIRECTORY
#   DIRECTORY  where cutover.sh and images.json are
# Exit status 77, with the reason, where there is no aws CLI.
set -euo pipefail

program=$1
directory=$2

skip() {
  echo "skipped: $1"
  exit 77
}

# Another aws may stand before Debian's on the path.
export PATH="/usr/bin:$PATH"
command -v aws >/dev/null || skip "there is no aws; install awscli"
command -v curl >/dev/null || skip "there is no curl; install curl"

work=$(mktemp -d)
child=
end() {
  [ -z "$child" ] || { kill "$child" 2>/dev/null && wait "$child"; } || true
  rm -rf "$work"
}
trap end EXIT

# The offset puts the listener of port 80 on a port that was free a moment ago.
port=$(python3 -c 'import socket
with socket.socket() as probe:
  probe.bind(("127.0.0.1", 0))
  print(probe.getsockname()[1])')
: >"$work/up"
"$program" up "$directory/images.json" --speed 100 --endpoint 127.0.0.1:0 \
  --port-offset $((port - 80)) >"$work/up" 2>&1 &
child=$!
for _ in $(seq 100); do
  endpoint=$(sed -n 's/^control endpoint on \(http:[^ ]*\):.*/\1/p' "$work/up")
  [ -z "$endpoint" ] || break
  sleep 0.1
done
[ -n "$endpoint" ] || { cat "$work/up"; exit 1; }

export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
AWS_ENDPOINT_URL=$endpoint LB_PORT=$port timeout 220 bash "$directory/cutover.sh" | tee "$work/said"

# Paths of the forum are asked for six times, / three times, once of these when it is dropped.
statuses=$(sed -n 's/^GET \([^ ]*\) *\([0-9]*\) .*/\2/p' "$work/said" | sort | uniq -c | xargs)
[ "$statuses" = "17 200 1 503" ] || {
  echo "statuses are not as they should be: $statuses"
  exit 1
}
grep -q '^api	0	' "$work/said" || { echo "the monolith's desired count was not 0"; exit 1; }

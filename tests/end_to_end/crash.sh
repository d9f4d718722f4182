#!/usr/bin/env bash
# SIGKILL of `cutover` at moments of the reference plan: nothing that it started stays behind, its
# port is free, and the next start is a clean one.
# Usage: crash.sh PROGRAM PLAN DIRECTORY
#   DIRECTORY          scratch space, below the build directory
#   CUTOVER_CRASHES    how often (5)
#   CUTOVER_CRASH_SEED decides the moments (1)
set -euo pipefail

plan=$2
directory=$3
crashes=${CUTOVER_CRASHES:-5}
RANDOM=${CUTOVER_CRASH_SEED:-1}

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

mkdir -p "$directory"
# A name of its own, by which all processes of this test are known.
program=$directory/cutover-crash-$$
cp "$1" "$program"
trap 'rm -f "$program"' EXIT

# One service runs in this program's children, the others as commands; those that may get network
# namespaces of their own insist on a port.
jq --arg program "$program" '
  .Images |= with_entries(
    ([.key | capture("/(?<name>users|posts):")] | first) as $found |
    if $found then .value = {"command": [$program, "app", $found.name, "--address", "0.0.0.0",
                                         "--port", "3000"]} else . end)' \
  "$(dirname "$plan")/stack.json" >"$directory/stack.json"
jq '.stack = "stack.json"' "$plan" >"$directory/plan.json"

# The processes that run our copy, zombies left out.
processes() {
  find /proc -maxdepth 2 -name exe -lname "$program*" 2>/dev/null | cut -d/ -f3 || true
}
# The log's end, for whoever reads why this failed.
said() { tail -n 5 "$directory/$1.log"; }

port=
for round in $(seq "$crashes"); do
  offset=$((20000 + RANDOM % 8000))
  port=$((80 + offset))
  "$program" rehearse "$directory/plan.json" --runtime process --speed 30 --port-offset "$offset" \
    >"$directory/rehearse.log" 2>&1 </dev/null &
  cutover=$!
  sleep "$((RANDOM % 20)).$((RANDOM % 10))"
  kill -KILL "$cutover" 2>/dev/null || fail "it ended before: $(said rehearse)"
  wait "$cutover" 2>/dev/null || true
  for _ in $(seq 50); do
    [ -n "$(processes)" ] || break
    sleep 0.1
  done
  left=$(processes)
  [ -z "$left" ] || fail "round $round: processes are left: $left"
  ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null ||
    fail "round $round: port $port still answers"
done

"$program" up "$directory/stack.json" --runtime process --endpoint none --speed 30 \
  --port-offset "$((port - 80))" >"$directory/up.log" 2>&1 </dev/null &
cutover=$!
url=http://127.0.0.1:$port/api/users
for _ in $(seq 300); do
  ! curl -s -m 5 -o /dev/null -f "$url" || break
  kill -0 "$cutover" || fail "the next start: $(said up)"
  sleep 0.1
done
curl -s -m 5 -o /dev/null -f "$url" || fail "the next start does not serve"
kill -TERM "$cutover"
wait "$cutover" || fail "the next start ended with $?"
[ -z "$(processes)" ] || fail "processes are left after an orderly end: $(processes)"
echo "$crashes times killed; nothing was left, and the next start served"

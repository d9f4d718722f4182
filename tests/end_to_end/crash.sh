#!/usr/bin/env bash
# SIGKILL of `cutover` at moments of the reference plan: nothing that it started stays behind, its
# port is free, and the next start is a clean one.
# Usage: crash.sh PROGRAM PLAN DIRECTORY
#   Within tests/containers/engine/run.sh one service runs in the engine's containers.
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

engine=()
[ -z "${ENGINE_IMAGE:-}" ] || engine=(--docker-host "unix://$ENGINE_DIRECTORY/engine.sock")
mkdir -p "$directory"
# A name of its own, by which all processes of this test are known.
program=$directory/cutover-crash-$$
cp "$1" "$program"
trap 'rm -f "$program"' EXIT

# Two services run as commands, which insist on a port and so get network namespaces of their own;
# the others in this program's children, or in an engine's containers.
jq --arg program "$program" --arg image "${ENGINE_IMAGE:-}" '
  def command($program; $app): [$program, "app", $app, "--address", "0.0.0.0", "--port", "3000"];
  .Images |= with_entries(
    (.key | capture("/(?<name>[a-z]+):").name) as $app |
    if $app == "users" or $app == "posts" then .value = {command: command($program; $app)}
    elif $app == "threads" and $image != "" then .value = {docker: $image, pull: "never"}
    else . end) |
  if $image == "" then . else
    (.TaskDefinitions[] | select(.family == "threads").containerDefinitions[].command) =
      command("/bin/cutover"; "threads")
  end' "$(dirname "$plan")/stack.json" >"$directory/stack.json"
jq '.stack = "stack.json"' "$plan" >"$directory/plan.json"

# The processes that run our copy, zombies left out, and the engine's containers.
left() {
  find /proc -maxdepth 2 -name exe -lname "$program*" 2>/dev/null | cut -d/ -f3 || true
  [ -z "${ENGINE_IMAGE:-}" ] || podman ps --all --quiet
}
# The log's end, for whoever reads why this failed.
said() { tail -n 5 "$directory/$1.log"; }

port=
for round in $(seq "$crashes"); do
  offset=$((20000 + RANDOM % 8000))
  port=$((80 + offset))
  "$program" rehearse "$directory/plan.json" --runtime process --speed 30 --port-offset "$offset" \
    "${engine[@]}" >"$directory/rehearse.log" 2>&1 </dev/null &
  cutover=$!
  sleep "$((RANDOM % 20)).$((RANDOM % 10))"
  kill -KILL "$cutover" 2>/dev/null || fail "it ended before: $(said rehearse)"
  wait "$cutover" 2>/dev/null || true
  for _ in $(seq 100); do
    [ -n "$(left)" ] || break
    sleep 0.1
  done
  [ -z "$(left)" ] || fail "round $round: left are processes or containers: $(left)"
  ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null ||
    fail "round $round: port $port still answers"
done

"$program" up "$directory/stack.json" --runtime process --endpoint none --speed 30 \
  --port-offset "$((port - 80))" "${engine[@]}" >"$directory/up.log" 2>&1 </dev/null &
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
[ -z "$(left)" ] || fail "left after an orderly end: $(left)"
echo "$crashes times killed; nothing was left, and the next start served"

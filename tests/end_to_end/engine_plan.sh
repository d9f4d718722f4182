#!/usr/bin/env bash
# The reference plan with each runtime: built-in apps, commands in child processes, and containers
# of an engine. All requirements hold, and the accounts are the same: each request is counted once,
# and the same target groups answered with the same statuses.
# Usage: engine_plan.sh PROGRAM PLAN DIRECTORY, within tests/containers/engine/run.sh
set -euo pipefail

program=$1
plan=$2
directory=$3
mkdir -p "$directory"

# What each image runs, by its name between "/" and ":".
images() {
  jq --arg program "$program" --arg image "$ENGINE_IMAGE" --arg runtime "$1" '
    def name: capture("/(?<name>[a-z]+):").name;
    def command($program):
      [$program, "app", name, "--address", "0.0.0.0", "--port", "3000"];
    if $runtime == "in_process" then .
    elif $runtime == "process" then
      .Images |= with_entries(.value = {command: (.key | command($program))})
    else
      (.Images[] |= {docker: $image, pull: "never"}) |
      (.TaskDefinitions[].containerDefinitions[] |=
        (.command = (.image | command("/bin/cutover"))))
    end' "$(dirname "$plan")/stack.json"
}

# What the accounts say apart from how many requests a phase had time for, and on which side of a
# phase's beginning a request was answered.
accounts() {
  jq -S '{
    sums: [.sums[] | {requirement, held}],
    requirements: [.requirements[] | {scope, requirement, held}],
    phases: [.phases[] | {
      phase,
      unequal: (.scheduled - ([.fates[].count] | add)),
      statuses: ([.fates[].status] | unique)}],
    groups: [.groups[] | {target_group, probes, unequal: (.load_balancer - .load - .probes)}],
    fates: ([.load_balancer.fates[] | {target_group, status, by, cause}] | unique)}' "$1"
}

for runtime in in_process process engine; do
  images "$runtime" >"$directory/stack.json"
  jq '.stack = "stack.json"' "$plan" >"$directory/plan.json"
  "$program" rehearse "$directory/plan.json" --speed 20 --port-offset 20000 \
    --docker-host "unix://$ENGINE_DIRECTORY/engine.sock" --json "$directory/$runtime.json" \
    >"$directory/$runtime.log" 2>&1 </dev/null || {
    echo "FAILED with $runtime:" >&2
    tail -n 60 "$directory/$runtime.log" >&2
    exit 1
  }
  tail -n 1 "$directory/$runtime.log" | sed "s/^/$runtime: /"
  accounts "$directory/$runtime.json" >"$directory/$runtime.accounts.json"
done
for runtime in process engine; do
  diff "$directory/in_process.accounts.json" "$directory/$runtime.accounts.json" || {
    echo "FAILED: the accounts of in_process and $runtime differ" >&2
    exit 1
  }
done
# What the program could not wait for, the containers' guardian removes.
for _ in $(seq 100); do
  left=$(podman ps --all --quiet)
  [ -n "$left" ] || break
  sleep 0.1
done
[ -z "$left" ] || { echo "FAILED: containers are left: $left" >&2; exit 1; }
echo "three runtimes, the same accounts"

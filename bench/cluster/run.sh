#!/usr/bin/env bash
# Starts a stack of many services behind one load balancer with `cutover up`, all of whose tasks run
# in this process, and prints how long it takes to its steady state and what a task costs in memory.
# Health checks are as AWS has them by default.
# Usage: bench/cluster/run.sh [SERVICES TASKS]
#   SERVICES TASKS   so many services of so many tasks each (default: 100 10)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source .ci/steps

services="${1:-100}" tasks="${2:-10}"
seconds_most=120
bin=build/release/bin

prepare() {
  step "configure" quietly cmake --preset release
  step "build" cmake --build --preset release --parallel "$(nproc)" --target cutover
}

# Entries of one list, from a pattern in which %d is the service's number, as often as it occurs.
entries() {
  local i
  for ((i = 0; i < services; i++)); do
    [ "$i" -eq 0 ] || printf ','
    printf '%s\n' "${1//%d/$i}"
  done
}

write_stack() {
  cat <<END
{
  "Quotas": {"rules-per-application-load-balancer": 10000,
             "target-groups-per-application-load-balancer": 10000,
             "targets-per-application-load-balancer": 100000},
  "LoadBalancers": [{"Name": "demo"}],
  "TargetGroups": [$(entries '{"Name": "service-%d", "Protocol": "HTTP", "Port": 80}')],
  "Listeners": [{"LoadBalancerArn": "demo", "Protocol": "HTTP", "Port": 80, "DefaultActions":
    [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]}],
  "Rules": [$(entries '{"ListenerArn": "demo:80", "Priority": 1%d, "Conditions":
    [{"Field": "path-pattern", "Values": ["/service-%d/*"]}],
    "Actions": [{"Type": "forward", "TargetGroupArn": "service-%d"}]}')],
  "Images": {"placeholder": {"app": "placeholder"}},
  "TaskDefinitions": [{"family": "any", "containerDefinitions": [{"name": "app",
    "image": "placeholder", "memory": 6, "portMappings": [{"containerPort": 3000}]}]}],
  "Services": [$(entries '{"serviceName": "service-%d", "taskDefinition": "any",
    "desiredCount": '"$1"', "loadBalancers": [{"targetGroupArn": "service-%d",
    "containerName": "app", "containerPort": 3000}]}')]
}
END
}

# Starts cutover on the stack of that many tasks for each service; waits for its endpoint.
start() {
  write_stack "$1" >"$work/stack.json"
  began=$(date +%s%N)
  "$bin/cutover" up "$work/stack.json" --endpoint 127.0.0.1:0 --port-offset auto \
    >"$work/out" 2>"$work/err" </dev/null &
  process=$!
  local line
  until line=$(grep -m 1 'control endpoint on' "$work/out"); do
    kill -0 "$process" 2>/dev/null || {
      cat "$work/err" >&2
      exit 1
    }
    sleep 0.02
  done
  url=$(sed -E 's/^control endpoint on ([^ :]*:\/\/[^ :]*:[0-9]+).*/\1/' <<<"$line")
}

stop() {
  [ -n "$process" ] || return 0
  kill "$process" 2>/dev/null || true
  wait "$process" 2>/dev/null || true
  process=
}

# How many of the services have completed their deployment: they are in a steady state then.
steady() {
  local first last names count=0 found
  for ((first = 0; first < services; first += 10)); do
    last=$((first + 9 < services ? first + 9 : services - 1))
    names=$(seq -f '"service-%g"' -s , "$first" "$last")
    found=$(curl -s "$url/" -H 'Content-Type: application/x-amz-json-1.1' \
      -H 'X-Amz-Target: AmazonEC2ContainerServiceV20141113.DescribeServices' \
      -d "{\"services\": [$names]}" | grep -o '"rolloutState":"COMPLETED"' | wc -l)
    count=$((count + found))
  done
  echo "$count"
}

wait_until_steady() {
  until [ "$(steady)" -eq "$services" ]; do
    [ $((($(date +%s%N) - began) / 1000000000)) -lt "$seconds_most" ] || {
      echo "bench/cluster/run.sh: no steady state after $seconds_most s" >&2
      exit 1
    }
    sleep 0.05
  done
  took_ms=$((($(date +%s%N) - began) / 1000000))
}

resident_kib() { awk '/^VmRSS/ { print $2 }' "/proc/$process/status"; }
cpu_ms() {
  awk -v hz="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / hz) }' "/proc/$process/stat"
}

prepare
work=$(mktemp -d) process=
trap 'stop; rm -rf "$work"' EXIT
ulimit -n "$(ulimit -Hn)"
start 0
wait_until_steady
empty=$(resident_kib)
stop
start "$tasks"
wait_until_steady
full=$(resident_kib)
busy=$(cpu_ms)
sleep 2
idle=$(($(cpu_ms) - busy))
all=$((services * tasks))
printf '%d services of %d tasks each: %d.%03d s to the steady state (%d ms of CPU time)\n' \
  "$services" "$tasks" $((took_ms / 1000)) $((took_ms % 1000)) "$busy"
printf '%d KiB for each task (%d MiB with them, %d MiB without)\n' \
  $(((full - empty) / all)) $((full / 1024)) $((empty / 1024))
printf '%d ms of CPU time each second then\n' $((idle / 2))

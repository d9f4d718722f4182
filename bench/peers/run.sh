#!/usr/bin/env bash
# Measures cutover beside nginx, HAProxy and a shuttle that only copies bytes, in one interleaved
# run on this machine, and prints the medians as a Markdown table.
# Usage: bench/peers/run.sh [--quick]
#   --quick   one short round: shows that it works; its numbers mean little
#
# Each proxy runs alone on core 0; the one backend (an nginx worker with a body of 216 bytes) and
# the load share core 1. Every proxy must first give the same answers as the backend itself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source .ci/steps
source bench/peers/processes
source bench/peers/measures

rounds=5 seconds=3 extra_seconds=2 idle_clients=5000
quiet_seconds=3 # Before memory is weighed: who gives idle memory back has had time to.
connections=64 # Keep-alive connections of each load.
rate=8000      # Requests per second of the open-loop load: well below what each peer can carry.
case "${1:-}" in
  '') ;;
  --quick) rounds=1 seconds=1 extra_seconds=1 idle_clients=1000 ;;
  *)
    echo "bench/peers/run.sh: unknown option '$1'; there is: --quick" >&2
    exit 2
    ;;
esac
rules=100      # As many as a load balancer may have; requests match the last one.
declare -A body_bytes=([4k]=4096 [1m]=1048576) body_title=([4k]="4 KiB" [1m]="1 MiB")
bin=build/release/bin
proxies=(nginx haproxy shuttle cutover)
parsing=(nginx haproxy cutover) # Who know a request when they see one.

prepare() {
  step "install" bash .ci/install bench
  step "configure" quietly cmake --preset release
  step "build" cmake --build --preset release --parallel "$(nproc)" \
    --target cutover shuttle idle_clients
}

require_two_cores() {
  [ "$(nproc)" -ge 2 ] || {
    echo "bench/peers/run.sh: this needs 2 cores, one for the proxy alone; here is $(nproc)" >&2
    exit 1
  }
}

# Shuttle and backend hold a descriptor for each end of every idle connection.
allow_descriptors() {
  local most
  most=$(ulimit -Hn)
  [ "$most" = unlimited ] || [ "$most" -ge $((2 * idle_clients + 1000)) ] || {
    idle_clients=$(((most - 1000) / 2))
    echo "The limit of $most open files allows $idle_clients idle connections only."
  }
  ulimit -n "$most"
}

prove_same_answers() {
  local name
  for name in "${proxies[@]}"; do
    same_answers "$name" "/" "--head /" "--data some=body /" "/4k.bin" "/1m.bin" "/missing" \
      "--header Range:bytes=10-19 /1m.bin" || exit 1
  done
  for name in "${parsing[@]}"; do
    same_answers "${name}_rules" "/part/1/" "/part/$rules/some/page" || exit 1
    not_found "${name}_rules" "/part/$((rules + 1))/" || exit 1
    same_answers "${name}_logged" "/" || exit 1
  done
  echo "All of ${proxies[*]} answer as the backend does."
}

rounds_of_load() {
  local round name
  for ((round = 1; round <= rounds; round++)); do
    for name in "${proxies[@]}"; do
      closed_loop "$name" "${pid[$name]}" "http://127.0.0.1:${port[$name]}/"
      open_loop "$name" "http://127.0.0.1:${port[$name]}/"
    done
    closed_loop cutover_in_process "${pid[cutover]}" \
      "http://127.0.0.1:${port[cutover_in_process]}/api/users/1"
    round_of_extras
    echo "round $round of $rounds"
  done
}

round_of_extras() {
  local name size
  for size in 4k 1m; do
    for name in "${proxies[@]}"; do body_loop "$name" "${pid[$name]}" "$size"; done
  done
  for name in "${parsing[@]}"; do
    cost_of_load "$name" "${pid[$name]}" "http://127.0.0.1:${port[${name}_rules]}/part/$rules/" \
      "$extra_seconds" _rules
  done
  for name in "${parsing[@]}"; do
    cost_of_load "$name" "${pid[${name}_logged]}" "http://127.0.0.1:${port[${name}_logged]}/" \
      "$extra_seconds" _logged
    : >"$work/${name}_logged.access"
    : >"$work/${name}_logged.log"
  done
}

# Each proxy anew, so that what earlier loads left in its pools does not hide what a client costs.
weigh_idle_clients() {
  local name
  for name in "${parsing[@]}"; do stop "${name}_logged"; done
  for name in "${proxies[@]}"; do
    stop "$name"
    "start_$name"
    idle_memory "$name" "${pid[$name]}" "${port[$name]}"
    stop "$name"
  done
}

report() {
  echo
  print_machine
  echo
  print_table
  echo
  print_raw
}

require_two_cores
prepare
allow_descriptors
make_workspace
start_backend
for name in "${proxies[@]}"; do "start_$name"; done
for name in "${parsing[@]}"; do "start_${name}_logged"; done
load_before=$(cut -d' ' -f1 /proc/loadavg)
step "same answers" prove_same_answers
step "load" rounds_of_load
step "idle connections" weigh_idle_clients
report

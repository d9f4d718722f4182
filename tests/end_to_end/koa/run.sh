#!/usr/bin/env bash
# Four tasks of a Node.js server that insists on port 3000, behind one load balancer.
# Usage: run.sh PROGRAM DIRECTORY
#   DIRECTORY  where npm's koa is installed, below the build directory
# Exit status 77, with the reason, when Node.js, the package or network namespaces can't be had.
set -euo pipefail

program=$1
directory=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip() {
  echo "skipped: $1"
  exit 77
}
fail() {
  echo "FAILED: $1" >&2
  exit 1
}

command -v node >/dev/null || skip "there is no node; install nodejs and npm"
command -v npm >/dev/null || skip "there is no npm; install nodejs and npm"
unshare --user --map-root-user --net true 2>/dev/null || unshare --net true 2>/dev/null ||
  skip "this system allows no network namespaces"

mkdir -p "$directory"
if [ ! -d "$directory/node_modules/koa" ]; then
  timeout 100 npm install --prefix "$directory" --no-audit --no-fund --ignore-scripts koa@2 \
    >"$directory/npm.log" 2>&1 </dev/null ||
    skip "npm can't install koa: $(tail -n 1 "$directory/npm.log")"
fi
cp "$here/server.js" "$directory/server.js"

# The stack, with a listener on a port that was free a moment ago.
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => {
  console.log(s.address().port); s.close(); })')
jq --argjson port "$port" --arg server "$directory/server.js" \
  '.Listeners[0].Port = $port | .Images["users:v1"].command[1] = $server' \
  "$here/stack.json" >"$directory/stack.json"

"$program" up "$directory/stack.json" --port-offset 0 --speed 10 --endpoint none \
  >"$directory/up.log" 2>&1 </dev/null &
cutover=$!
trap 'kill -KILL $cutover 2>/dev/null || true' EXIT

# Requests until all four have answered.
instances=$directory/instances
: >"$instances"
for _ in $(seq 300); do
  kill -0 "$cutover" || fail "cutover ended: $(cat "$directory/up.log")"
  curl -s -m 5 "http://127.0.0.1:$port/api/users" |
    jq -r 'select(.stage == "rehearsal") | .instance' >>"$instances" 2>/dev/null || true
  [ "$(sort -u "$instances" | wc -l)" -lt 4 ] || break
  sleep 0.1
done
count=$(sort -u "$instances" | wc -l)
[ "$count" -eq 4 ] || fail "$count of 4 tasks answered: $(cat "$directory/up.log")"

# Its children go with it, however it ends.
servers() { pgrep -f "^node $directory/server.js" || true; }
[ "$(servers | wc -l)" -ge 4 ] || fail "the servers are not seen among the processes"
kill -KILL "$cutover"
wait "$cutover" 2>/dev/null || true
for _ in $(seq 100); do
  [ -n "$(servers)" ] || break
  sleep 0.1
done
[ -z "$(servers)" ] || fail "still there after SIGKILL of cutover: $(servers | tr '\n' ' ')"
echo "4 of 4 tasks answered on container port 3000; none is left"

#!/usr/bin/env bash
# Runs websocket.mjs: npm's `ws`, client and server, through the built program.
# Usage: websocket.sh PROGRAM DIRECTORY
#   DIRECTORY  where the package is installed, below the build directory
# Exit status 77, with the reason, when Node.js or the package can't be had.
set -euo pipefail

program=$1
directory=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip() {
  echo "skipped: $1"
  exit 77
}

command -v node >/dev/null || skip "there is no node; install nodejs and npm"
command -v npm >/dev/null || skip "there is no npm; install nodejs and npm"

mkdir -p "$directory"
if [ ! -d "$directory/node_modules/ws" ]; then
  log=$directory/npm.log
  timeout 100 npm install --prefix "$directory" --no-audit --no-fund --ignore-scripts ws@8 \
    >"$log" 2>&1 </dev/null || skip "npm can't install ws: $(tail -n 1 "$log")"
fi

# Modules are looked for beside the script that asks for them.
cp "$here/websocket.mjs" "$directory/websocket.mjs"
exec timeout 60 node "$directory/websocket.mjs" "$program"

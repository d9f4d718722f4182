#!/usr/bin/env bash
# Runs a test that is written for Node.js, with packages of npm, against the built program.
# Usage: node.sh PROGRAM DIRECTORY SCRIPT PACKAGE…
#   DIRECTORY  where the packages are installed, below the build directory
#   SCRIPT     an .mjs file beside this one
# Exit status 77, with the reason, when Node.js or a package can't be had.
set -euo pipefail

program=$1
directory=$2
script=$3
packages=("${@:4}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip() {
  echo "skipped: $1"
  exit 77
}

command -v node >/dev/null || skip "there is no node; install nodejs and npm"
command -v npm >/dev/null || skip "there is no npm; install nodejs and npm"

mkdir -p "$directory"
for package in "${packages[@]}"; do
  [ -d "$directory/node_modules/${package%@*}" ] && continue
  log=$directory/npm.log
  timeout 100 npm install --prefix "$directory" --no-audit --no-fund --ignore-scripts \
    "${packages[@]}" >"$log" 2>&1 </dev/null ||
    skip "npm can't install ${packages[*]}: $(tail -n 1 "$log")"
done

# Modules are looked for beside the script that asks for them.
cp "$here/$script" "$directory/$script"
exec timeout 150 node "$directory/$script" "$program"

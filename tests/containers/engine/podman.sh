#!/usr/bin/env bash
# Starts or stops Podman's service on DIRECTORY/engine.sock; all that it keeps is in DIRECTORY.
# Usage: podman.sh start|stop DIRECTORY
set -euo pipefail

directory=$2
pid_file=$directory/service.pid
case "$1" in
  start)
    # What watches a container leaves a file where the service was started, when memory runs out.
    cd "$directory"
    podman system service --time=0 "unix://$directory/engine.sock" \
      >>"$directory/service.log" 2>&1 </dev/null &
    echo $! >"$pid_file"
    for _ in $(seq 100); do
      [ ! -S "$directory/engine.sock" ] || exit 0
      sleep 0.1
    done
    echo "Podman's service does not listen:" >&2
    cat "$directory/service.log" >&2
    exit 1
    ;;
  stop)
    kill -KILL "$(cat "$pid_file")"
    rm -f "$directory/engine.sock"
    ;;
esac

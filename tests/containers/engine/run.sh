#!/usr/bin/env bash
# Runs the tests that need a container engine against Podman's Docker-compatible service, in
# network, mount and pid namespaces of their own: what they start ends with them, and neither the
# machine's firewall nor its containers are touched. Exits with 77, and says why, where that can't
# be done.
# Usage: run.sh CUTOVER TESTS [ARGUMENT-OF-TESTS…]
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip() {
  echo "SKIPPED, the container engine's tests: $1"
  exit 77
}

# Podman's settings: nothing is shared with the user's own containers. The limits are set because
# the default ones may be above what this machine lets a process have.
write_settings() {
  cat >"$1/containers.conf" <<CONF
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
static_dir = "$1/storage/libpod"
tmp_dir = "$1/run/libpod"
volume_path = "$1/storage/volumes"
[network]
network_backend = "netavark"
network_config_dir = "$1/networks"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
log_driver = "k8s-file"
CONF
  cat >"$1/storage.conf" <<CONF
[storage]
driver = "$2"
graphroot = "$1/storage"
runroot = "$1/run"
CONF
}

inside() {
  local directory=$1 cutover=$2
  shift 2
  ip link set lo up
  export CONTAINERS_CONF=$directory/containers.conf
  export CONTAINERS_STORAGE_CONF=$directory/storage.conf
  export ENGINE_IMAGE=localhost/cutover-app:test ENGINE_DIRECTORY=$directory
  export ENGINE_SERVICE="bash $here/podman.sh"
  bash "$here/make_image.sh" "$ENGINE_IMAGE" "$cutover" /bin/sh /bin/sleep >/dev/null
  local problem
  problem=$(podman run --rm "$ENGINE_IMAGE" /bin/cutover --version 2>&1 >/dev/null) ||
    skip "Podman can't start a container here: $problem"
  bash "$here/podman.sh" start "$directory"
  local status=0
  "$@" || status=$?
  [ "$status" -eq 0 ] || tail -n 40 "$directory/service.log" >&2
  podman rm --all --force --volumes >/dev/null || true
  bash "$here/podman.sh" stop "$directory"
  return "$status"
}

if [ "$1" = --inside ]; then
  shift
  inside "$@"
  exit
fi

[ "$(id -u)" -eq 0 ] || skip "they have to be root to make networks for containers"
for program in podman runc iptables ip unshare; do
  command -v "$program" >/dev/null || skip "$program is missing (.ci/install containers)"
done
unshare --net --mount --pid --fork --mount-proc true 2>/dev/null ||
  skip "this user may not make namespaces"

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
# Overlays need the kernel's support, and do not stack on each other; plain copies always work.
driver=overlay
grep -qw overlay /proc/filesystems || driver=vfs
[ "$(stat -f -c %T "$directory")" != overlayfs ] || driver=vfs
write_settings "$directory" "$driver"
status=0
unshare --net --mount --pid --fork --mount-proc --kill-child \
  bash "${BASH_SOURCE[0]}" --inside "$directory" "$@" || status=$?
exit "$status"

#!/usr/bin/env bash
# Makes a container image of programs of this machine and the libraries that they load; no registry
# is asked. The programs end up in /bin.
# Usage: make_image.sh IMAGE PROGRAM…
set -euo pipefail

image=$1
shift
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,dev,etc,proc,sys,tmp}
for program in "$@"; do
  copy=$root/bin/$(basename "$program")
  cp -L "$program" "$copy"
  # Debug information would make up nine tenths of the image.
  strip "$copy" 2>/dev/null || true
  # "libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)", and the loader without an arrow.
  ldd "$program" | grep -oE '/[^ ]+' | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done
done
tar -C "$root" -c . | podman import --quiet - "$image"

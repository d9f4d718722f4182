#!/usr/bin/env bash
# Measures AWS's API of the optimised program, alone and beside a running data plane, and what calls
# cost the data plane; beside a local moto server where one is installed. Prints Markdown tables.
# Usage: bench/api/run.sh [--quick]
#   --quick   a short run: shows that it works; its numbers mean little
# On a machine that has other work to do, `chrt --rr 5` before it, as root, keeps that work out of
# the numbers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source .ci/steps

step "install" bash .ci/install
step "configure" quietly cmake --preset release
step "build" cmake --build --preset release --parallel "$(nproc)" --target cutover
exec python3 -B bench/api/measure.py build/release/bin/cutover "$@"

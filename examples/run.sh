#!/usr/bin/env bash
# The reference cutover from one command: installs what is missing, builds the program and
# rehearses examples/monolith_to_microservices. The exit status is the rehearsal's: 0 when no
# request was lost.
# Arguments go to `cutover rehearse`: `bash examples/run.sh --speed 1`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source .ci/steps

step "install" bash .ci/install
step "configure" quietly cmake --preset release
step "build" cmake --build --preset release --parallel "$(nproc)" --target cutover
step "rehearse" build/release/bin/cutover rehearse \
  examples/monolith_to_microservices/plan.json "$@"

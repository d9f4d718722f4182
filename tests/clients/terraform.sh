#!/usr/bin/env bash
# Terraform's AWS provider against the built program: applies terraform/main.tf, changes it, finds
# nothing left to change after either, and destroys all of it again.
# Usage: terraform.sh PROGRAM DIRECTORY
#   DIRECTORY  where Terraform works, below the build directory
# Exit status 77, with the reason, unless CUTOVER_TERRAFORM=1 asks for it: `terraform init` loads
# the provider, some 700 MiB (TF_CLI_ARGS_init=-plugin-dir=… takes it from a directory), and the
# provider waits minutes for what it knows to take long on AWS.
set -euo pipefail

program=$1
directory=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip() {
  echo "skipped: $1"
  exit 77
}

[ "${CUTOVER_TERRAFORM:-}" = 1 ] || skip "it takes minutes; CUTOVER_TERRAFORM=1 asks for it"
command -v terraform >/dev/null || skip "there is no terraform"

rm -rf "$directory"
mkdir -p "$directory"
cp "$here/terraform/main.tf" "$directory"
cd "$directory"
export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1
timeout 200 terraform init -no-color >init.log 2>&1 </dev/null ||
  skip "terraform can't have the AWS provider: $(grep -m 1 Error init.log)"

echo '{"Images": {"api:v1": {"app": "api"}, "users:v1": {"app": "users"}}}' >stack.json
: >up.log
"$program" up stack.json --speed 100 --endpoint 127.0.0.1:0 --port-offset 0 >up.log 2>&1 &
child=$!
trap 'kill "$child" 2>/dev/null; wait "$child" || true' EXIT
for _ in $(seq 100); do
  endpoint=$(sed -n 's/^control endpoint on \(http:[^ ]*\):.*/\1/p' up.log)
  [ -z "$endpoint" ] || break
  sleep 0.1
done
[ -n "$endpoint" ] || { cat up.log; exit 1; }

port=$(python3 -c 'import socket
with socket.socket() as probe:
  probe.bind(("127.0.0.1", 0))
  print(probe.getsockname()[1])')
export TF_VAR_endpoint=$endpoint TF_VAR_port=$port
apply() { timeout 400 terraform apply -no-color -auto-approve "$@" </dev/null; }
# The exit status is 2 when there is a difference.
nothing_differs() { timeout 200 terraform plan -no-color -detailed-exitcode "$@" </dev/null; }
says() { [ "$(curl -sS "http://127.0.0.1:$port/gone")" = "gone, says $1" ]; }

apply
nothing_differs
says forum
curl -sSf -o users.json "http://127.0.0.1:$port/api/users"
apply -var desired=2 -var team=posts
nothing_differs -var desired=2 -var team=posts
says posts
timeout 400 terraform destroy -no-color -auto-approve </dev/null

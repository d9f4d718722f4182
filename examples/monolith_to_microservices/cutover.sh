#!/usr/bin/env bash
# The workshop's cutover with nothing but the aws CLI and curl: the monolith behind a load balancer,
# three services beside it, the switch, the monolith's end, and the way back.
#
#   cutover up examples/monolith_to_microservices/images.json &
#   AWS_ENDPOINT_URL=http://127.0.0.1:4566 bash examples/monolith_to_microservices/cutover.sh
#
# Without AWS_ENDPOINT_URL the same calls go to AWS; there the cluster needs container instances,
# and the images have to be in the registry below.
#   AWS_REGION  the region (us-west-2)          CLUSTER   the cluster's name (default)
#   REGISTRY    where the images are            LB_PORT   the port that answers for the load
#               (123456789012.dkr.ecr.…)                  balancer's port 80 (80)
set -euo pipefail

export AWS_REGION="${AWS_REGION:-us-west-2}" AWS_PAGER=""
export AWS_DEFAULT_REGION="$AWS_REGION"
cluster="${CLUSTER:-default}"
registry="${REGISTRY:-123456789012.dkr.ecr.us-west-2.amazonaws.com}"
if [ -n "${AWS_ENDPOINT_URL:-}" ]; then
  # Signatures are not checked there, but the client wants something to sign with.
  export AWS_ACCESS_KEY_ID="${AWS_ACCESS_KEY_ID:-rehearsal}"
  export AWS_SECRET_ACCESS_KEY="${AWS_SECRET_ACCESS_KEY:-rehearsal}"
fi

# The CLI of Debian 12 knows the flag, but not yet the variable.
call() { aws ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} "$@"; }
ask() { call "$@" --output text; }
say() { printf '\n== %s\n' "$*"; }

# show PATH…: what the load balancer answers, as its clients see it.
show() {
  local path
  for path in "$@"; do
    printf '%-27s ' "GET $path"
    curl -s -m 10 -o /tmp/cutover-answer.$$ -w '%{http_code}  ' "http://$host$path"
    head -c 60 /tmp/cutover-answer.$$ | tr '\r\n' '  '
    printf '\n'
  done
  rm -f /tmp/cutover-answer.$$
}

register_task_definition() {
  ask ecs register-task-definition --query 'taskDefinition.taskDefinitionArn' \
    --family "$1" --network-mode bridge --container-definitions "[{
      \"name\": \"$1\", \"image\": \"$registry/$1:v1\", \"memoryReservation\": 256, \"cpu\": 256,
      \"essential\": true,
      \"portMappings\": [{\"hostPort\": 0, \"containerPort\": 3000, \"protocol\": \"tcp\"}]}]"
}

create_target_group() {
  ask elbv2 create-target-group --query 'TargetGroups[0].TargetGroupArn' \
    --name "$1" --protocol HTTP --port 80 --vpc-id "$vpc" \
    --healthy-threshold-count 2 --unhealthy-threshold-count 2 \
    --health-check-timeout-seconds 5 --health-check-interval-seconds 6
}

# create_rule PRIORITY PATTERN TARGET_GROUP_ARN
create_rule() {
  ask elbv2 create-rule --listener-arn "$listener" --priority "$1" \
    --conditions "Field=path-pattern,Values=$2" --actions "Type=forward,TargetGroupArn=$3" \
    --query 'Rules[0].RuleArn'
}

# create_service NAME TARGET_GROUP_ARN
create_service() {
  ask ecs create-service --cluster "$cluster" --service-name "$1" --task-definition "$1" \
    --desired-count 1 --query 'service.serviceArn' \
    --load-balancers "targetGroupArn=$2,containerName=$1,containerPort=3000"
}

desired_count() {
  ask ecs update-service --cluster "$cluster" --service "$1" --desired-count "$2" \
    --query 'service.[serviceName,desiredCount,runningCount]'
  call ecs wait services-stable --cluster "$cluster" --services "$1"
}

paths=(/api/users /api/threads/1 /api/posts/in-thread/1)

say "The network, the cluster and the load balancer"
vpc=$(ask ec2 describe-vpcs --filters Name=isDefault,Values=true --query 'Vpcs[0].VpcId')
read -r -a subnets < <(ask ec2 describe-subnets --filters "Name=vpc-id,Values=$vpc" \
  --query 'Subnets[:2].SubnetId')
ask ecs create-cluster --cluster-name "$cluster" --query 'cluster.clusterArn'
balancer=$(ask elbv2 create-load-balancer --name demo --subnets "${subnets[@]}" \
  --query 'LoadBalancers[0].LoadBalancerArn')
call elbv2 wait load-balancer-available --load-balancer-arns "$balancer"
dns=$(ask elbv2 describe-load-balancers --names demo --query 'LoadBalancers[0].DNSName')
host="$dns${LB_PORT:+:$LB_PORT}"
echo "$balancer answers as http://$host"

say "1. The monolith takes all traffic"
register_task_definition api
api=$(create_target_group api)
listener=$(ask elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port 80 \
  --default-actions "Type=forward,TargetGroupArn=$api" --query 'Listeners[0].ListenerArn')
monolith_rule=$(create_rule 1 '/api*' "$api")
create_service api "$api"
call ecs wait services-stable --cluster "$cluster" --services api
call elbv2 wait target-in-service --target-group-arn "$api"
show / "${paths[@]}"

say "2. Three services start; the monolith's rule comes first, so traffic stays with it"
priority=2
groups=()
for name in users threads posts; do
  register_task_definition "$name"
  group=$(create_target_group "$name")
  groups+=("$group")
  create_rule "$priority" "/api/$name*" "$group"
  create_service "$name" "$group"
  priority=$((priority + 1))
done
call ecs wait services-stable --cluster "$cluster" --services users threads posts
for group in "${groups[@]}"; do call elbv2 wait target-in-service --target-group-arn "$group"; done
show "${paths[@]}"

say "3. The switch: the monolith's rule goes, what no rule takes is dropped"
drop=$(create_target_group drop-traffic)
call elbv2 delete-rule --rule-arn "$monolith_rule"
ask elbv2 modify-listener --listener-arn "$listener" --query 'Listeners[0].ListenerArn' \
  --default-actions "Type=forward,TargetGroupArn=$drop"
show "${paths[@]}" /

say "4. The monolith's desired count goes to 0"
desired_count api 0
show "${paths[@]}"

say "5. The way back: a rule that nobody asks for warms the monolith up before its own returns"
warm_up=$(create_rule 5 /rollback-warm-up "$api")
desired_count api 1
call elbv2 wait target-in-service --target-group-arn "$api"
create_rule 1 '/api*' "$api"
ask elbv2 modify-listener --listener-arn "$listener" --query 'Listeners[0].ListenerArn' \
  --default-actions "Type=forward,TargetGroupArn=$api"
call elbv2 delete-rule --rule-arn "$warm_up"
show / "${paths[@]}"

say "Where things stand"
call ecs describe-services --cluster "$cluster" --services api users threads posts --output table \
  --query 'services[].{service: serviceName, desired: desiredCount, running: runningCount}'
call elbv2 describe-rules --listener-arn "$listener" --output table \
  --query 'Rules[].{priority: Priority, paths: join(`,`, Conditions[].Values[]),
                    group: Actions[0].TargetGroupArn}'

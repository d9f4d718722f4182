#pragma once

// One service behind one load balancer, for tests that need some stack.

#include <gtest/gtest.h>

#include "cutover/stack/stack.hpp"
#include "lb/base/json.hpp"

namespace cutover::stack {

inline Stack sample_stack() {
  const auto document = parse_json(R"({
    "LoadBalancers": [{"Name": "demo"}],
    "TargetGroups": [{"Name": "api", "Protocol": "HTTP", "Port": 80}],
    "Listeners": [{"LoadBalancerArn": "demo", "Protocol": "HTTP", "Port": 80,
                   "DefaultActions": [{"Type": "forward", "TargetGroupArn": "api"}]}],
    "Images": {"api:v1": {"app": "api"}},
    "TaskDefinitions": [{"family": "api", "containerDefinitions": [
      {"name": "api", "image": "api:v1", "memory": 64, "portMappings": [{"containerPort": 3000}]}]}],
    "Services": [{"serviceName": "api", "taskDefinition": "api", "desiredCount": 1,
                  "loadBalancers": [{"targetGroupArn": "api", "containerName": "api",
                                     "containerPort": 3000}]}]})");
  auto stack = parse_stack(*document);
  EXPECT_TRUE(stack) << to_string(stack.error());
  return *std::move(stack);
}

}  // namespace cutover::stack

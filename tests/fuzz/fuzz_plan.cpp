// Whatever bytes a plan file holds, read for a small stack: it is refused with a place, or becomes
// a plan whose phases and steps can be printed. Nothing else.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cutover/rehearsal/plan.hpp"
#include "lb/base/json.hpp"

namespace {

const cutover::stack::Stack& small_stack() {
  static const cutover::stack::Stack stack = [] {
    auto parsed = cutover::stack::parse_stack(*cutover::parse_json(R"({
      "LoadBalancers": [{"Name": "demo"}],
      "TargetGroups": [{"Name": "api", "Protocol": "HTTP", "Port": 80},
                       {"Name": "users", "Protocol": "HTTP", "Port": 80}],
      "Listeners": [{"LoadBalancerArn": "demo", "Protocol": "HTTP", "Port": 80,
                     "DefaultActions": [{"Type": "forward", "TargetGroupArn": "api"}]}],
      "Images": {"api:v1": {"app": "api"}},
      "TaskDefinitions": [{"family": "api", "containerDefinitions": [
        {"name": "api", "image": "api:v1", "memory": 128,
         "portMappings": [{"containerPort": 3000}]}]}],
      "Services": [{"serviceName": "api", "taskDefinition": "api", "desiredCount": 1,
        "loadBalancers": [
          {"targetGroupArn": "api", "containerName": "api", "containerPort": 3000}]}]})"));
    if (!parsed) std::abort();
    return *std::move(parsed);
  }();
  return stack;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document =
      cutover::parse_json(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!document) return 0;
  const auto plan = cutover::rehearsal::parse_plan(*document, small_stack());
  if (!plan) {
    if (plan.error().code.empty() || plan.error().message.empty()) std::abort();
    return 0;
  }
  if (plan->phases.empty() || plan->load.mix.empty()) std::abort();
  for (const auto& phase : plan->phases) {
    for (const auto& step : phase.steps) {
      if (to_string(step).empty()) std::abort();
    }
  }
  return 0;
}

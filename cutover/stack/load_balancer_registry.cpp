#include "cutover/stack/load_balancer_registry.hpp"

#include <fmt/format.h>

#include "cutover/stack/behaviour_fault.hpp"
#include "cutover/stack/in_process_app.hpp"
#include "cutover/stack/names.hpp"
#include "lb/targets/health_reason.hpp"

namespace cutover::stack {

namespace {

containers::TargetStatus status_of(lb::targets::State state) {
  switch (state) {
    case lb::targets::State::initial:
      return containers::TargetStatus::initial;
    case lb::targets::State::healthy:
      return containers::TargetStatus::healthy;
    case lb::targets::State::unhealthy:
      return containers::TargetStatus::unhealthy;
    case lb::targets::State::draining:
      return containers::TargetStatus::draining;
    case lb::targets::State::unused:
      return containers::TargetStatus::unused;
  }
  return containers::TargetStatus::unused;
}

}  // namespace

LoadBalancerRegistry::LoadBalancerRegistry(RunningBalancing& balancing) : balancing_(balancing) {
  balancing.on_health_change(
      [this](const std::string& group, const lb::targets::TargetId& reached) {
        tell_change(group, reached.id, reached.port);
      });
}

std::string LoadBalancerRegistry::arn_of(const std::string& target_group) const {
  return balancing_.arn_of(TargetGroupName{target_group});
}

Result<void> LoadBalancerRegistry::check_target_group(const std::string& target_group,
                                                      containers::NetworkMode network) {
  const auto* found = balancing_.there().target_group(target_group);
  if (!found) return unknown_group(target_group);
  const bool by_address = network == containers::NetworkMode::awsvpc;
  if (found->kind.target_type != (by_address ? "ip" : "instance")) {
    return Error{
        "InvalidParameterException", "",
        fmt::format("The provided target group {} has target type {}, which is incompatible with "
                    "the {} network mode specified in the task definition.",
                    arn_of(target_group), found->kind.target_type, to_string(network))};
  }
  if (!found->used_by.empty()) return {};
  return Error{"InvalidParameterException", "",
               fmt::format("The target group with targetGroupArn {} does not have an associated "
                           "load balancer.",
                           arn_of(target_group))};
}

Error LoadBalancerRegistry::unknown_group(const std::string& target_group) const {
  return {"InvalidParameterException", "",
          unknown_name("target group", target_group, balancing_.there().target_group_names())};
}

TargetEntry LoadBalancerRegistry::entry_of(const std::string& target_group,
                                           const containers::TaskTarget& target) const {
  // Once registered it keeps its name, also when its instance has become known since.
  const auto told =
      balancing_.targets().told_of_task(target_group, {target.address, target.host_port});
  if (told) return *told;
  const auto* group = balancing_.there().target_group(target_group);
  TargetEntry entry{target.address, target.host_port};
  if (group && group->kind.target_type == "instance") {
    const std::string instance = balancing_.targets().instance_at(target.address);
    if (!instance.empty()) entry.id = instance;
  }
  return entry;
}

Result<void> LoadBalancerRegistry::register_target(const std::string& target_group,
                                                   const containers::TaskTarget& target) {
  if (!balancing_.there().target_group(target_group)) return unknown_group(target_group);
  std::shared_ptr<lb::InProcessService> service;
  if (target.app) service = std::make_shared<InProcessApp>(target.app);
  return balancing_.targets().add_of_task(target_group, entry_of(target_group, target),
                                          std::move(service));
}

Result<void> LoadBalancerRegistry::deregister_target(const std::string& target_group,
                                                     const containers::TaskTarget& target) {
  if (!balancing_.there().target_group(target_group)) return {};  // its targets went with it
  return balancing_.targets().remove(target_group, {entry_of(target_group, target)});
}

Result<void> LoadBalancerRegistry::set_fault(const std::string& target_group,
                                             const containers::TaskTarget& target,
                                             std::shared_ptr<containers::apps::Behaviour> fault) {
  if (!balancing_.there().target_group(target_group)) return unknown_group(target_group);
  std::shared_ptr<lb::TargetFault> met;
  if (fault) met = std::make_shared<BehaviourFault>(std::move(fault));
  return balancing_.targets().set_fault(target_group, entry_of(target_group, target),
                                        std::move(met));
}

lb::targets::TargetHealth LoadBalancerRegistry::health(const std::string& target_group,
                                                       const containers::TaskTarget& target) const {
  if (!balancing_.there().target_group(target_group)) {
    return lb::targets::describe(lb::targets::Reason::not_registered);
  }
  return balancing_.targets().health(target_group, entry_of(target_group, target));
}

containers::TargetStatus LoadBalancerRegistry::status(const std::string& target_group,
                                                      const containers::TaskTarget& target) const {
  return status_of(health(target_group, target).state);
}

std::string LoadBalancerRegistry::reason(const std::string& target_group,
                                         const containers::TaskTarget& target) const {
  return health(target_group, target).description;
}

}  // namespace cutover::stack

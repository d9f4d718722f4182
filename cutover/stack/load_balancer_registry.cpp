#include "cutover/stack/load_balancer_registry.hpp"

#include <fmt/format.h>

#include "cutover/stack/in_process_app.hpp"
#include "cutover/stack/names.hpp"

namespace cutover::stack {

namespace {

lb::targets::TargetId id_of(const containers::TaskTarget& target) {
  return {target.address, target.host_port};
}

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

Result<void> LoadBalancerRegistry::check_target_group(const std::string& target_group) {
  if (!load_balancer_.target_group(target_group)) {
    return Error{"InvalidParameterException", "",
                 unknown_name("target group", target_group, load_balancer_.target_groups())};
  }
  if (load_balancer_.target_group_in_use(target_group)) return {};
  return Error{"InvalidParameterException", "",
               fmt::format("The target group with targetGroupArn {} does not have an associated "
                           "load balancer.",
                           target_group)};
}

Result<void> LoadBalancerRegistry::register_target(const std::string& target_group,
                                                   const containers::TaskTarget& target) {
  lb::TargetSpec spec{id_of(target), nullptr};
  if (target.app) spec.service = std::make_shared<InProcessApp>(target.app);
  return load_balancer_.register_target(target_group, std::move(spec));
}

Result<void> LoadBalancerRegistry::deregister_target(const std::string& target_group,
                                                     const containers::TaskTarget& target) {
  return load_balancer_.deregister_target(target_group, id_of(target));
}

containers::TargetStatus LoadBalancerRegistry::status(const std::string& target_group,
                                                      const containers::TaskTarget& target) const {
  const auto health = load_balancer_.target_health(target_group, id_of(target));
  return health ? status_of(health->state) : containers::TargetStatus::unused;
}

std::string LoadBalancerRegistry::reason(const std::string& target_group,
                                         const containers::TaskTarget& target) const {
  const auto health = load_balancer_.target_health(target_group, id_of(target));
  return health ? health->description : std::string{};
}

}  // namespace cutover::stack

#include "containers/task_targets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cutover::containers {

TaskTargets::TaskTargets(TargetRegistry& registry, TaskListener& listener,
                         const TaskDefinition& definition,
                         const std::vector<ServiceLoadBalancer>& load_balancers,
                         const Placement& placement, std::function<void()> changed)
    : registry_(registry), listener_(listener), changed_(std::move(changed)) {
  if (definition.network_mode != NetworkMode::awsvpc) instance_ = placement.ec2_instance_id;
  for (const ServiceLoadBalancer& place : load_balancers) {
    // check_service() has seen that both exist.
    const auto& all = definition.containers;
    const auto container = std::find_if(all.begin(), all.end(), [&](const auto& each) {
      return each.name == place.container_name;
    });
    const auto& mappings = container->port_mappings;
    const auto mapping = std::find_if(mappings.begin(), mappings.end(), [&](const auto& each) {
      return each.container_port == place.container_port;
    });
    Target target;
    target.place = place;
    target.container = static_cast<std::size_t>(container - all.begin());
    target.port = static_cast<std::size_t>(mapping - mappings.begin());
    target.target.address = placement.address;
    targets_.push_back(std::move(target));
  }
}

TaskTargets::~TaskTargets() {
  for (Target& target : targets_) unwatch(target);
}

void TaskTargets::unwatch(Target& target) { registry_.unwatch(std::exchange(target.watch, 0)); }

void TaskTargets::container_runs(std::size_t container, const ContainerRunning& running) {
  for (Target& target : targets_) {
    if (target.container != container || target.port >= running.host_ports.size()) continue;
    target.target.host_port = running.host_ports[target.port];
    target.target.app = running.app;
    target.renewed = target.registered;
  }
}

void TaskTargets::register_all() {
  for (Target& target : targets_) {
    const bool renewed = std::exchange(target.renewed, false);
    if (target.registered && !renewed) continue;
    const std::string& group = target.place.target_group;
    const auto result = registry_.register_target(group, target.target);
    target.registered = result.has_value();
    if (target.registered && renewed) continue;
    if (target.registered) {
      unwatch(target);
      target.watch = registry_.watch(group, target.target, changed_);
      listener_.on_registered(group);
    } else if (!target.failure_told) {
      listener_.on_registration_failed(group, result.error());
    }
    target.failure_told = !target.registered;
  }
}

void TaskTargets::deregister_all() {
  for (Target& target : targets_) {
    if (!std::exchange(target.registered, false)) continue;
    const std::string& group = target.place.target_group;
    // A group that is gone holds the target no more: is_drained() finds it unused.
    const auto result = registry_.deregister_target(group, target.target);
    target.draining = true;
    if (result) listener_.on_deregistered(group);
  }
}

bool TaskTargets::is_drained() {
  for (Target& target : targets_) {
    if (!target.draining) continue;
    const auto status = registry_.status(target.place.target_group, target.target);
    target.draining = status != TargetStatus::unused;
  }
  return std::none_of(targets_.begin(), targets_.end(),
                      [](const Target& target) { return target.draining; });
}

Result<void> TaskTargets::set_fault(std::size_t container,
                                    const std::shared_ptr<apps::Behaviour>& fault) {
  std::vector<const Target*> its;
  for (const Target& target : targets_) {
    if (target.container != container) continue;
    if (!target.registered) {
      return Error{"InvalidParameterException", "",
                   fmt::format("it is registered with the target group {} not yet, or no more",
                               target.place.target_group)};
    }
    its.push_back(&target);
  }
  if (its.empty()) {
    return Error{"UnsupportedFeatureException", "",
                 "it is neither a built-in app of this process nor behind a load balancer, which "
                 "could make it slow or failing"};
  }
  for (const Target* target : its) {
    auto done = registry_.set_fault(target->place.target_group, target->target, fault);
    if (!done) return done;
  }
  return {};
}

void TaskTargets::forget() {
  for (Target& target : targets_) {
    unwatch(target);
    target.target.app.reset();
    target.draining = false;
  }
}

bool TaskTargets::has_failed_registration() const {
  return std::any_of(targets_.begin(), targets_.end(),
                     [](const Target& target) { return target.failure_told; });
}

std::vector<TargetStatus> TaskTargets::statuses() const {
  std::vector<TargetStatus> statuses;
  statuses.reserve(targets_.size());
  for (const Target& target : targets_) {
    statuses.push_back(target.registered
                           ? registry_.status(target.place.target_group, target.target)
                           : TargetStatus::unused);
  }
  return statuses;
}

std::vector<TaskTargetHealth> TaskTargets::describe() const {
  std::vector<TaskTargetHealth> described;
  for (const Target& target : targets_) {
    if (!target.registered && !target.draining) continue;
    const std::string& group = target.place.target_group;
    described.push_back({group, target.place.container_name, target.target.host_port,
                         registry_.status(group, target.target),
                         registry_.reason(group, target.target)});
  }
  return described;
}

bool TaskTargets::is_unhealthy(const Target& target) const {
  return target.registered &&
         registry_.status(target.place.target_group, target.target) == TargetStatus::unhealthy;
}

std::vector<std::string> TaskTargets::unhealthy() const {
  std::vector<std::string> texts;
  const std::string prefix = instance_.empty() ? "" : fmt::format("(instance {}) ", instance_);
  for (const Target& target : targets_) {
    if (!is_unhealthy(target)) continue;
    const std::string& group = target.place.target_group;
    texts.push_back(fmt::format("{}(port {}) is unhealthy in (target-group {}) due to (reason {}).",
                                prefix, target.target.host_port, registry_.arn_of(group),
                                registry_.reason(group, target.target)));
  }
  return texts;
}

std::string TaskTargets::unhealthy_group() const {
  const auto found = std::find_if(targets_.begin(), targets_.end(),
                                  [this](const Target& each) { return is_unhealthy(each); });
  return found == targets_.end() ? std::string{} : registry_.arn_of(found->place.target_group);
}

}  // namespace cutover::containers

// Container instances by the cluster's face, and the EC2 instances under them.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "containers/cluster.hpp"
#include "containers/cluster_core.hpp"
#include "containers/query_expression.hpp"

namespace cutover::containers {

namespace {

constexpr std::size_t updated_at_once_max = 10;

Error refusal(std::string where, std::string message) {
  return {"InvalidParameterException", std::move(where), std::move(message)};
}

}  // namespace

Result<const ContainerInstance*> Cluster::Core::find_instance(std::string_view instance) const {
  if (const ContainerInstance* found = instances.find(instance)) return found;
  return refusal("", fmt::format("The referenced container instance was not found: {}", instance));
}

std::vector<TaskAgent*> Cluster::Core::tasks_on(const ContainerInstance& instance) const {
  std::vector<TaskAgent*> tasks;
  for (const std::string& id : instances.tasks_on(instance)) {
    if (TaskAgent* task = index.find(id)) tasks.push_back(task);
  }
  return tasks;
}

ContainerInstanceDescription Cluster::Core::describe(const ContainerInstance& instance) const {
  ContainerInstanceDescription description{instance};
  for (const TaskAgent* task : tasks_on(instance)) {
    if (task->state().desired_status == DesiredStatus::running) ++description.running_tasks_count;
    if (task->state().last_status == TaskStatus::pending) ++description.pending_tasks_count;
  }
  return description;
}

void Cluster::Core::instance_changed(const ContainerInstance& instance) {
  services.look_again();
  if (on_instance_change) on_instance_change(instance);
  tell_change(instance.arn);
}

void Cluster::Core::lose_instance(const ContainerInstance& instance) {
  instances.set_host_runs(instance, false);
  for (TaskAgent* task : tasks_on(instance)) {
    task->lose_instance(
        fmt::format("Host EC2 (instance {}) stopped/terminated.", instance.ec2_instance_id));
  }
}

void Cluster::Core::set_connected(const ContainerInstance& instance, bool connected) {
  instances.set_agent_connected(instance, connected);
  for (TaskAgent* task : tasks_on(instance)) task->set_connected(connected);
}

Result<void> Cluster::set_agent_connected(const std::string& instance, bool connected) {
  const auto found = core_->find_instance(instance);
  if (!found) return found.error();
  const ContainerInstance& its = **found;
  if (!its.host_runs || its.status == ContainerInstanceStatus::inactive) {
    return refusal("/containerInstance",
                   fmt::format("container instance {} has no agent: its EC2 instance does not run, "
                               "or it is INACTIVE",
                               its.id));
  }
  if (its.agent_connected == connected) return {};
  core_->set_connected(its, connected);
  core_->instance_changed(its);
  return {};
}

Result<ContainerInstanceDescription> Cluster::register_container_instance(
    const ContainerInstanceSpec& spec) {
  const auto added = core_->instances.add(spec);
  if (!added) return added.error();
  core_->instance_changed(**added);
  return core_->describe(**added);
}

Result<ContainerInstanceDescription> Cluster::deregister_container_instance(
    const std::string& instance, bool force) {
  const auto found = core_->find_instance(instance);
  if (!found) return at("/containerInstance", found.error());
  const ContainerInstance& its = **found;
  if (its.status == ContainerInstanceStatus::inactive) {
    return refusal("/containerInstance", fmt::format("container instance {} is INACTIVE", its.id));
  }
  if (!force && its.tasks > 0) {
    return refusal("/containerInstance",
                   fmt::format("Found running tasks on the instance: {}; it is deregistered when "
                               "they have stopped, or by force",
                               its.tasks));
  }
  // Its agent will never be back; what was ordered of it is done now.
  if (!its.agent_connected && its.host_runs) core_->set_connected(its, true);
  core_->instances.set_status(its, ContainerInstanceStatus::inactive);
  // On AWS their containers go on running without anybody to look after them. Here they stop, but
  // not before their connections have drained.
  for (TaskAgent* task : core_->tasks_on(its)) {
    task->stop(StopCode::user_initiated, "Container instance deregistration forced by user", true);
  }
  core_->instance_changed(its);
  return core_->describe(its);
}

ContainerInstancesAnswer Cluster::describe_container_instances(
    const std::vector<std::string>& instances) const {
  ContainerInstancesAnswer answer;
  for (const std::string& reference : instances) {
    if (const ContainerInstance* found = core_->instances.find(reference)) {
      answer.container_instances.push_back(core_->describe(*found));
    } else {
      answer.failures.push_back(core_->missing_instance(reference));
    }
  }
  return answer;
}

Failure Cluster::Core::missing_instance(const std::string& reference) const {
  const bool arn = reference.starts_with("arn:");
  return {arn ? reference : arns.container_instance(reference), "MISSING", ""};
}

Result<std::vector<std::string>> Cluster::list_container_instances(
    const std::string& filter, std::optional<ContainerInstanceStatus> status) const {
  std::optional<QueryExpression> query;
  if (!filter.empty()) {
    auto parsed = QueryExpression::parse(filter);
    if (!parsed) return at("/filter", parsed.error());
    query = *std::move(parsed);
  }
  std::vector<std::string> arns;
  for (const ContainerInstance* each : core_->instances.list()) {
    const bool wanted =
        status ? each->status == *status : each->status != ContainerInstanceStatus::inactive;
    if (wanted && (!query || query->matches(*each))) arns.push_back(each->arn);
  }
  return arns;
}

Result<ContainerInstancesAnswer> Cluster::update_container_instances_state(
    const std::vector<std::string>& instances, ContainerInstanceStatus status) {
  if (instances.empty() || instances.size() > updated_at_once_max) {
    return refusal("/containerInstances",
                   fmt::format("found {} container instances; allowed are 1 to {}",
                               instances.size(), updated_at_once_max));
  }
  if (status == ContainerInstanceStatus::inactive) {
    return refusal("/status", "found INACTIVE; allowed are ACTIVE and DRAINING");
  }
  ContainerInstancesAnswer answer;
  for (const std::string& reference : instances) {
    const ContainerInstance* found = core_->instances.find(reference);
    if (!found) {
      answer.failures.push_back(core_->missing_instance(reference));
      continue;
    }
    if (found->status == ContainerInstanceStatus::inactive) {
      answer.failures.push_back({found->arn, "INACTIVE", ""});
      continue;
    }
    // Once more: nothing changes (unverified: whether ECS takes a DRAINING one as an error).
    if (found->status == status) {
      answer.container_instances.push_back(core_->describe(*found));
      continue;
    }
    core_->instances.set_status(*found, status);
    if (status == ContainerInstanceStatus::draining) core_->stop_pending_tasks(*found);
    core_->instance_changed(*found);
    answer.container_instances.push_back(core_->describe(*found));
  }
  return answer;
}

void Cluster::Core::stop_pending_tasks(const ContainerInstance& instance) {
  for (TaskAgent* task : tasks_on(instance)) {
    const TaskAgent::Identity& identity = task->identity();
    if (identity.service.empty() || !is_before_running(task->state().last_status)) continue;
    task->stop(StopCode::service_scheduler_initiated,
               fmt::format("Scaling activity initiated by (deployment {})", identity.deployment),
               false);
  }
}

Result<void> Cluster::put_attributes(const std::vector<InstanceAttribute>& attributes) {
  std::map<const ContainerInstance*, Attributes> by_instance;
  if (attributes.empty() || attributes.size() > custom_attributes_max) {
    return refusal("/attributes", fmt::format("found {} attributes; allowed are 1 to {}",
                                              attributes.size(), custom_attributes_max));
  }
  for (const InstanceAttribute& each : attributes) {
    const auto found = core_->attribute_target(each);
    if (!found) return found.error();
    by_instance[*found][each.name] = each.value;
  }
  for (const auto& [instance, its] : by_instance) {
    if (auto put = core_->instances.put_attributes(*instance, its); !put) return put;
    core_->tell_change(instance->arn);
  }
  core_->services.look_again();
  return {};
}

Result<const ContainerInstance*> Cluster::Core::attribute_target(
    const InstanceAttribute& attribute) const {
  if (const ContainerInstance* found = instances.find(attribute.target_id)) return found;
  return Error{"TargetNotFoundException", "/attributes",
               fmt::format("Container instance not found: {}", attribute.target_id)};
}

Result<void> Cluster::delete_attributes(const std::vector<InstanceAttribute>& attributes) {
  for (const InstanceAttribute& each : attributes) {
    if (const auto found = core_->attribute_target(each); !found) return found.error();
  }
  for (const InstanceAttribute& each : attributes) {
    const ContainerInstance& instance = **core_->attribute_target(each);
    core_->instances.remove_attribute(instance, each.name);
    core_->tell_change(instance.arn);
  }
  core_->services.look_again();
  return {};
}

std::vector<InstanceAttribute> Cluster::list_attributes(const std::string& name,
                                                        const std::string& value) const {
  std::vector<InstanceAttribute> attributes;
  for (const ContainerInstance* instance : core_->instances.list()) {
    if (instance->status == ContainerInstanceStatus::inactive) continue;
    for (const auto& [its_name, its_value] : instance->all_attributes()) {
      if (!name.empty() && its_name != name) continue;
      if (!value.empty() && its_value != value) continue;
      attributes.push_back({instance->arn, its_name, its_value});
    }
  }
  return attributes;
}

Result<void> Cluster::stop_instance(const std::string& instance) {
  const auto found = core_->find_instance(instance);
  if (!found) return found.error();
  if (!(*found)->host_runs) return {};
  core_->lose_instance(**found);
  core_->instance_changed(**found);
  return {};
}

Result<void> Cluster::start_instance(const std::string& instance) {
  const auto found = core_->find_instance(instance);
  if (!found) return found.error();
  if ((*found)->host_runs) return {};
  if ((*found)->status == ContainerInstanceStatus::inactive) {
    return Error{
        "IncorrectInstanceState", "",
        fmt::format("instance {} was terminated; it can't start", (*found)->ec2_instance_id)};
  }
  core_->instances.set_host_runs(**found, true);
  core_->instance_changed(**found);
  return {};
}

Result<void> Cluster::terminate_instance(const std::string& instance) {
  const auto found = core_->find_instance(instance);
  if (!found) return found.error();
  core_->lose_instance(**found);
  // ECS deregisters the container instance of a terminated EC2 instance by itself.
  core_->instances.set_status(**found, ContainerInstanceStatus::inactive);
  core_->instance_changed(**found);
  return {};
}

void Cluster::set_own_attributes(const std::string& instance, const Attributes& attributes) {
  const ContainerInstance* found = core_->instances.find(instance);
  if (!found) return;
  core_->instances.set_own_attributes(*found, attributes);
  core_->tell_change(found->arn);
}

void Cluster::on_instance_change(std::function<void(const ContainerInstance&)> listener) {
  core_->on_instance_change = std::move(listener);
}

Result<void> Cluster::fill_instance(const std::string& instance, bool release) {
  const auto found = core_->find_instance(instance);
  if (!found) return found.error();
  if (release) {
    core_->instances.give_back_filling(**found);
    core_->services.look_again();
  } else {
    core_->instances.fill(**found);
  }
  return {};
}

}  // namespace cutover::containers

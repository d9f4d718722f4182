#include "cutover/api/ecs/task_answer.hpp"

#include <optional>
#include <utility>

#include "containers/task_overrides.hpp"

namespace cutover::api::ecs {

namespace {

using containers::ContainerDescription;
using containers::TaskDescription;

void add(Answered& value, const char* member, const std::optional<WallTime>& moment) {
  if (moment) value[member] = epoch_seconds(*moment);
}

void add(Answered& value, const char* member, const std::string& text) {
  if (!text.empty()) value[member] = text;
}

Answered network_bindings(const ContainerDescription& container) {
  Answered list = Answered::array();
  for (const containers::NetworkBinding& binding : container.network_bindings) {
    list.push_back({{"bindIP", "0.0.0.0"},
                    {"containerPort", binding.container_port},
                    {"hostPort", binding.host_port},
                    {"protocol", "tcp"}});
  }
  return list;
}

/// Sizes of containers are numbers in their definition and strings here.
Answered to_json(const TaskDescription& task, const ContainerDescription& container) {
  Answered value{{"containerArn", container.arn},
                 {"taskArn", task.arn},
                 {"name", container.name},
                 {"image", container.image},
                 {"lastStatus", container.last_status},
                 {"networkBindings", Answered::array()},
                 {"networkInterfaces", Answered::array()},
                 {"healthStatus", to_string(container.health)},
                 {"cpu", std::to_string(container.cpu)}};
  add(value, "runtimeId", container.runtime_id);
  if (container.exit_code) value["exitCode"] = *container.exit_code;
  add(value, "reason", container.reason);
  if (container.memory) value["memory"] = std::to_string(*container.memory);
  if (container.memory_reservation) {
    value["memoryReservation"] = std::to_string(*container.memory_reservation);
  }
  if (const auto& network_interface = task.network_interface) {
    value["networkInterfaces"].push_back({{"attachmentId", network_interface->attachment_id},
                                          {"privateIpv4Address", network_interface->address}});
  } else {
    value["networkBindings"] = network_bindings(container);
  }
  return value;
}

Answered attachments(const TaskDescription& task) {
  Answered list = Answered::array();
  if (!task.network_interface) return list;
  const containers::TaskNetworkInterface& its = *task.network_interface;
  Answered details = Answered::array();
  for (const auto& [name, text] :
       {std::pair("subnetId", its.subnet), std::pair("networkInterfaceId", its.id),
        std::pair("macAddress", its.mac_address), std::pair("privateIPv4Address", its.address)}) {
    if (!text.empty()) details.push_back({{"name", name}, {"value", text}});
  }
  list.push_back({{"id", its.attachment_id},
                  {"type", "ElasticNetworkInterface"},
                  {"status", its.attachment_status},
                  {"details", details}});
  return list;
}

/// A task without sizes of its own has those of its containers together.
void add_sizes(Answered& value, const TaskDescription& task) {
  std::uint64_t cpu = 0;
  std::uint64_t memory = 0;
  for (const ContainerDescription& container : task.containers) {
    cpu += container.cpu;
    memory += container.memory.value_or(container.memory_reservation.value_or(0));
  }
  value["cpu"] = std::to_string(task.cpu.value_or(static_cast<std::uint32_t>(cpu)));
  value["memory"] = std::to_string(task.memory.value_or(static_cast<std::uint32_t>(memory)));
}

void add_times(Answered& value, const TaskDescription& task) {
  value["createdAt"] = epoch_seconds(task.created_at);
  value["connectivityAt"] = epoch_seconds(task.connectivity_at);
  add(value, "pullStartedAt", task.pull_started_at);
  add(value, "pullStoppedAt", task.pull_stopped_at);
  add(value, "startedAt", task.started_at);
  add(value, "stoppingAt", task.stopping_at);
  add(value, "executionStoppedAt", task.execution_stopped_at);
  add(value, "stoppedAt", task.stopped_at);
}

}  // namespace

Answered task_answer(const TaskDescription& task, bool with_tags) {
  Answered value{{"taskArn", task.arn},
                 {"clusterArn", task.cluster_arn},
                 {"taskDefinitionArn", task.task_definition_arn},
                 {"containerInstanceArn", task.container_instance_arn},
                 {"availabilityZone", task.availability_zone},
                 {"lastStatus", to_string(task.last_status)},
                 {"desiredStatus", to_string(task.desired_status)},
                 {"healthStatus", to_string(task.health)},
                 {"launchType", "EC2"},
                 {"connectivity", task.connected ? "CONNECTED" : "DISCONNECTED"},
                 {"group", task.group},
                 {"version", task.version},
                 {"enableExecuteCommand", false},
                 {"attachments", attachments(task)},
                 {"attributes", {{{"name", "ecs.cpu-architecture"}, {"value", "x86_64"}}}},
                 {"overrides", containers::task_overrides_to_json(task.overrides)},
                 {"containers", Answered::array()},
                 {"tags", with_tags ? ecs::to_json(task.tags) : Answered::array()}};
  for (const ContainerDescription& container : task.containers) {
    value["containers"].push_back(to_json(task, container));
  }
  add(value, "startedBy", task.started_by);
  if (task.stop_code) value["stopCode"] = to_string(*task.stop_code);
  add(value, "stoppedReason", task.stopped_reason);
  add_sizes(value, task);
  add_times(value, task);
  return value;
}

}  // namespace cutover::api::ecs

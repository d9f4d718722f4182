// What a task agent tells of its task: the part of TaskAgent that only looks.

#include <fmt/format.h>

#include "containers/task_agent.hpp"
#include "lb/base/random.hpp"
#include "lb/base/uuid.hpp"

namespace cutover::containers {

namespace {

std::string_view phase_word(ContainerPhase phase) {
  switch (phase) {
    case ContainerPhase::waiting:
    case ContainerPhase::starting:
      return "PENDING";
    case ContainerPhase::running:
      return "RUNNING";
    case ContainerPhase::stopped:
      break;
  }
  return "STOPPED";
}

/// The task's ARN with another word and one part more.
std::string container_arn(std::string_view task_arn, std::string_view id) {
  const std::size_t word = task_arn.find(":task/");
  if (word == std::string_view::npos) return {};
  return fmt::format("{}:container/{}/{}", task_arn.substr(0, word), task_arn.substr(word + 6), id);
}

}  // namespace

WallTime TaskAgent::wall(TimePoint moment) const {
  return wall_created_at_ +
         std::chrono::duration_cast<std::chrono::microseconds>(moment - created_at_);
}

ContainerDescription TaskAgent::describe_container(std::size_t index) const {
  const ContainerDefinition& definition = definition_->containers[index];
  const ContainerState& state = state_.containers[index];
  const ContainerRunning& running = running_[index];
  // Ids need not be kept: the same seed gives the same ones again.
  Random random(identity_.seed + index);
  ContainerDescription description;
  description.arn = container_arn(identity_.arn, new_uuid(random));
  description.name = definition.name;
  description.image = definition.image;
  description.last_status = phase_word(state.phase);
  description.runtime_id = running.runtime_id;
  if (state.health) description.health = state.health->health;
  description.cpu = definition.cpu;
  description.memory = definition.memory;
  description.memory_reservation = definition.memory_reservation;
  description.pid = running.pid;
  description.exit_code = state.exit_code;
  description.reason = state.reason;
  for (std::size_t i = 0; i < running.host_ports.size(); ++i) {
    description.network_bindings.push_back({identity_.placement.address,
                                            definition.port_mappings[i].container_port,
                                            running.host_ports[i]});
  }
  return description;
}

TaskNetworkInterface TaskAgent::describe_network() const {
  Random random(~identity_.seed);
  TaskNetworkInterface network;
  network.attachment_id = new_uuid(random);
  if (state_.last_status == TaskStatus::provisioning) {
    network.attachment_status = "PRECREATED";
  } else {
    network.attachment_status = state_.last_status == TaskStatus::stopped ? "DELETED" : "ATTACHED";
  }
  network.id = fmt::format("eni-{:017x}", random() >> 4);
  const std::uint64_t mac = random();
  network.mac_address =
      fmt::format("0a:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", mac & 0xff, mac >> 8 & 0xff,
                  mac >> 16 & 0xff, mac >> 24 & 0xff, mac >> 32 & 0xff);
  network.subnet = identity_.subnet;
  network.address = identity_.placement.address;
  return network;
}

void TaskAgent::describe_times(TaskDescription& description) const {
  const auto wall_of = [this](const std::optional<TimePoint>& moment) {
    return moment ? std::optional(wall(*moment)) : std::nullopt;
  };
  description.created_at = wall_created_at_;
  description.connectivity_at = wall_of(state_.connectivity_changed_at).value_or(wall_created_at_);
  description.pull_started_at = wall_of(state_.pull_started_at);
  description.pull_stopped_at = wall_of(state_.pull_stopped_at);
  description.started_at = wall_of(state_.started_at);
  description.stopping_at = wall_of(state_.stopping_at);
  description.execution_stopped_at = wall_of(state_.execution_stopped_at);
  description.stopped_at = wall_of(state_.stopped_at);
}

TaskDescription TaskAgent::describe() const {
  TaskDescription description;
  description.id = identity_.id;
  description.arn = identity_.arn;
  description.cluster_arn = identity_.cluster_arn;
  description.container_instance_arn = identity_.placement.container_instance_arn;
  description.availability_zone = identity_.placement.availability_zone;
  description.task_definition = definition_->reference();
  description.task_definition_arn = definition_->arn;
  description.service = identity_.service;
  description.group = identity_.group;
  description.started_by = identity_.started_by;
  description.version = state_.version;
  description.connected = state_.connected;
  description.last_status = state_.last_status;
  description.desired_status = state_.desired_status;
  description.health = health_status(state_);
  description.cpu = definition_->cpu;
  description.memory = definition_->memory;
  description.overrides = identity_.overrides;
  description.tags = identity_.tags;
  description.stop_code = state_.stop_code;
  description.stopped_reason = state_.stopped_reason;
  describe_times(description);
  for (std::size_t i = 0; i < definition_->containers.size(); ++i) {
    description.containers.push_back(describe_container(i));
  }
  if (definition_->network_mode == NetworkMode::awsvpc) {
    description.network_interface = describe_network();
  }
  description.targets = targets_.describe();
  return description;
}

}  // namespace cutover::containers

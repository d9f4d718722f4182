#include "containers/task_agent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

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

}  // namespace

TaskAgent::TaskAgent(const Surroundings& surroundings, TaskListener& listener, Identity identity,
                     std::shared_ptr<const TaskDefinition> definition,
                     const std::vector<ServiceLoadBalancer>& load_balancers)
    : surroundings_(surroundings),
      listener_(listener),
      identity_(std::move(identity)),
      definition_(std::move(definition)),
      state_(new_task(*definition_, !load_balancers.empty())),
      running_(definition_->containers.size()),
      containers_(definition_->containers.size()),
      created_at_(surroundings.timers.now()),
      wall_created_at_(surroundings.timers.clock().wall_now()) {
  for (std::size_t i = 0; i < definition_->containers.size(); ++i) {
    logs_.push_back(std::make_shared<ContainerLog>());
  }
  for (const ServiceLoadBalancer& place : load_balancers) {
    const auto& all = definition_->containers;
    const auto container = std::find_if(all.begin(), all.end(), [&](const auto& each) {
      return each.name == place.container_name;
    });
    // check_service() has seen that it exists.
    targets_.push_back({place, static_cast<std::size_t>(container - all.begin()), {}});
  }
}

TaskAgent::~TaskAgent() {
  surroundings_.timers.cancel(kill_timer_);
  surroundings_.timers.cancel(release_timer_);
}

void TaskAgent::start() {
  for (std::size_t i = 0; i < definition_->containers.size(); ++i) {
    const std::string& image = definition_->containers[i].image;
    if (find_image(surroundings_.images, image)) continue;
    dispatch(task_event::NotStartable{
        i, fmt::format("CannotPullContainerError: image {} is not in the image map", image)});
    return;
  }
  dispatch(task_event::Placed{});
}

void TaskAgent::stop(StopCode code, std::string reason, bool drain) {
  dispatch(task_event::StopRequested{code, std::move(reason), drain});
  // A group without a deregistration delay, or without the target, has nothing to wait for.
  poll();
}

void TaskAgent::poll() {
  if (state_.is_registered) register_targets();
  if (state_.last_status != TaskStatus::deactivating) return;
  for (Target& target : targets_) {
    if (!target.draining) continue;
    const auto status = surroundings_.registry.status(target.place.target_group, target.target);
    target.draining = status != TargetStatus::unused;
  }
  const bool drained = std::none_of(targets_.begin(), targets_.end(),
                                    [](const Target& target) { return target.draining; });
  if (drained) dispatch(task_event::TargetsUnused{});
}

void TaskAgent::dispatch(TaskEvent event) {
  events_.push_back(std::move(event));
  // An action may bring about the next event at once; it takes its turn after this one.
  if (dispatching_) return;
  dispatching_ = true;
  while (!events_.empty()) {
    const TaskEvent next = std::move(events_.front());
    events_.pop_front();
    const TaskStatus before = state_.last_status;
    TaskStep result = step(std::move(state_), next, surroundings_.timers.now());
    state_ = std::move(result.state);
    for (const TaskAction& action : result.actions) perform(action);
    tell_changes(before);
  }
  dispatching_ = false;
  arm_kill_timer();
}

void TaskAgent::perform(const TaskAction& action) {
  switch (action.kind) {
    case TaskAction::Kind::start_container:
      start_container(action.container);
      break;
    case TaskAction::Kind::register_targets:
      register_targets();
      break;
    case TaskAction::Kind::deregister_targets:
      deregister_targets();
      break;
    case TaskAction::Kind::terminate:
      containers_[action.container]->terminate();
      break;
    case TaskAction::Kind::kill:
      containers_[action.container]->kill();
      break;
    case TaskAction::Kind::release:
      release();
      break;
  }
}

void TaskAgent::start_container(std::size_t index) {
  const ContainerDefinition& definition = definition_->containers[index];
  ContainerLaunch launch;
  launch.task_id = identity_.id;
  launch.name = definition.name;
  launch.image = definition.image;
  launch.source = *find_image(surroundings_.images, definition.image);
  launch.seed = identity_.seed + index;
  launch.environment = definition.environment;
  launch.cpu = definition.cpu;
  launch.memory = definition.memory;
  launch.memory_reservation = definition.memory_reservation;
  launch.labels = definition.docker_labels;
  launch.log = logs_[index];
  for (const PortMapping& mapping : definition.port_mappings) {
    launch.ports.push_back({mapping.container_port, mapping.host_port});
  }
  containers_[index] = surroundings_.runtime.start(
      launch,
      [this, index](const ContainerRunning& running) {
        running_[index] = running;
        dispatch(task_event::ContainerRunning{index});
      },
      [this, index](const ContainerExit& exit) {
        dispatch(task_event::ContainerExited{index, exit.exit_code, exit.reason, exit.started});
      });
}

void TaskAgent::register_targets() {
  for (Target& target : targets_) {
    if (target.registered) continue;
    const std::string& group = target.place.target_group;
    const auto& ports = running_[target.container].host_ports;
    target.target.host_port = ports.empty() ? std::uint16_t{0} : ports.front();
    target.target.app = running_[target.container].app;
    const auto result = surroundings_.registry.register_target(group, target.target);
    target.registered = result.has_value();
    if (target.registered) {
      listener_.on_registered(group);
    } else if (!target.failure_told) {
      listener_.on_registration_failed(group, result.error());
    }
    target.failure_told = !target.registered;
  }
}

void TaskAgent::deregister_targets() {
  for (Target& target : targets_) {
    if (!std::exchange(target.registered, false)) continue;
    const std::string& group = target.place.target_group;
    // A group that is gone holds the target no more: poll() finds it unused.
    const auto result = surroundings_.registry.deregister_target(group, target.target);
    target.draining = true;
    if (result) listener_.on_deregistered(group);
  }
}

void TaskAgent::release() {
  // Not here: this may be running inside a callback of one of them.
  release_timer_ = surroundings_.timers.after(Duration::zero(), [this] {
    release_timer_ = 0;
    for (auto& container : containers_) container.reset();
    for (ContainerRunning& running : running_) running.app.reset();
    // Its host port may be another task's soon: what the load balancer says of it is not ours.
    for (Target& target : targets_) {
      target.target.app.reset();
      target.draining = false;
    }
  });
}

void TaskAgent::tell_changes(TaskStatus before) {
  if (state_.last_status == before) return;
  if (state_.last_status == TaskStatus::running) listener_.on_running(*this);
  if (state_.last_status == TaskStatus::deactivating) listener_.on_draining(*this);
  if (state_.last_status == TaskStatus::stopped) listener_.on_stopped(*this);
}

void TaskAgent::arm_kill_timer() {
  surroundings_.timers.cancel(std::exchange(kill_timer_, 0));
  const auto moment = next_kill(state_);
  if (!moment) return;
  kill_timer_ = surroundings_.timers.at(*moment, [this] {
    kill_timer_ = 0;
    dispatch(task_event::TimePassed{});
  });
}

ObservedTask TaskAgent::observe(std::size_t deployment) const {
  ObservedTask observed;
  observed.deployment = deployment;
  observed.status = state_.last_status;
  observed.desired_status = state_.desired_status;
  observed.created_at = created_at_;
  observed.started_at = state_.started_at;
  for (const Target& target : targets_) {
    observed.targets.push_back(
        target.registered ? surroundings_.registry.status(target.place.target_group, target.target)
                          : TargetStatus::unused);
  }
  return observed;
}

std::vector<std::string> TaskAgent::unhealthy_targets() const {
  std::vector<std::string> texts;
  for (const Target& target : targets_) {
    const std::string& group = target.place.target_group;
    if (!target.registered) continue;
    if (surroundings_.registry.status(group, target.target) != TargetStatus::unhealthy) continue;
    texts.push_back(fmt::format("(port {}) is unhealthy in (target-group {}) due to (reason {})",
                                target.target.host_port, group,
                                surroundings_.registry.reason(group, target.target)));
  }
  return texts;
}

std::string TaskAgent::unhealthy_target_group() const {
  for (const Target& target : targets_) {
    const std::string& group = target.place.target_group;
    if (!target.registered) continue;
    if (surroundings_.registry.status(group, target.target) == TargetStatus::unhealthy) {
      return group;
    }
  }
  return {};
}

WallTime TaskAgent::wall(TimePoint moment) const {
  return wall_created_at_ +
         std::chrono::duration_cast<std::chrono::microseconds>(moment - created_at_);
}

ContainerDescription TaskAgent::describe_container(std::size_t index) const {
  const ContainerDefinition& definition = definition_->containers[index];
  const ContainerState& state = state_.containers[index];
  ContainerDescription description;
  description.name = definition.name;
  description.image = definition.image;
  description.last_status = phase_word(state.phase);
  description.pid = running_[index].pid;
  description.exit_code = state.exit_code;
  description.reason = state.reason;
  for (std::size_t i = 0; i < running_[index].host_ports.size(); ++i) {
    description.network_bindings.push_back(
        {definition.port_mappings[i].container_port, running_[index].host_ports[i]});
  }
  return description;
}

TaskDescription TaskAgent::describe() const {
  TaskDescription description;
  description.id = identity_.id;
  description.arn = identity_.arn;
  description.task_definition = definition_->reference();
  description.service = identity_.service;
  description.group = identity_.group;
  description.started_by = identity_.started_by;
  description.last_status = state_.last_status;
  description.desired_status = state_.desired_status;
  description.stop_code = state_.stop_code;
  description.stopped_reason = state_.stopped_reason;
  description.created_at = wall_created_at_;
  const auto wall_of = [this](const std::optional<TimePoint>& moment) {
    return moment ? std::optional(wall(*moment)) : std::nullopt;
  };
  description.started_at = wall_of(state_.started_at);
  description.stopping_at = wall_of(state_.stopping_at);
  description.stopped_at = wall_of(state_.stopped_at);
  if (state_.started_at) description.execution_stopped_at = description.stopped_at;
  for (std::size_t i = 0; i < definition_->containers.size(); ++i) {
    description.containers.push_back(describe_container(i));
  }
  for (const Target& target : targets_) {
    if (!target.registered && !target.draining) continue;
    const std::string& group = target.place.target_group;
    description.targets.push_back({group, target.place.container_name, target.target.host_port,
                                   surroundings_.registry.status(group, target.target),
                                   surroundings_.registry.reason(group, target.target)});
  }
  return description;
}

}  // namespace cutover::containers

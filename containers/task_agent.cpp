#include "containers/task_agent.hpp"

#include <fmt/format.h>

#include <utility>

namespace cutover::containers {

namespace {

using Manner = task_event::StopRequested::Manner;

ContainerLaunch make_launch(const ContainerDefinition& definition) {
  ContainerLaunch launch;
  launch.name = definition.name;
  launch.image = definition.image;
  launch.entry_point = definition.entry_point;
  launch.command = definition.command;
  launch.working_directory = definition.working_directory;
  launch.user = definition.user;
  launch.environment = definition.environment;
  launch.cpu = definition.cpu;
  launch.memory = definition.memory;
  launch.memory_reservation = definition.memory_reservation;
  launch.labels = definition.docker_labels;
  for (const PortMapping& mapping : definition.port_mappings) {
    launch.ports.push_back({mapping.container_port, mapping.host_port});
  }
  return launch;
}

}  // namespace

TaskAgent::TaskAgent(const Surroundings& surroundings, TaskListener& listener, Identity identity,
                     std::shared_ptr<const TaskDefinition> definition,
                     const std::vector<ServiceLoadBalancer>& load_balancers)
    : surroundings_(surroundings),
      listener_(listener),
      identity_(std::move(identity)),
      definition_(std::move(definition)),
      state_(new_task(definition_, !load_balancers.empty())),
      targets_(surroundings.registry, listener, *definition_, load_balancers, identity_.placement,
               [this] { listener_.on_changed(*this); }),
      running_(definition_->containers.size()),
      containers_(definition_->containers.size()),
      behaviours_(definition_->containers.size()),
      restart_timers_(definition_->containers.size()),
      created_at_(surroundings.timers.now()),
      wall_created_at_(surroundings.timers.clock().wall_now()) {
  surroundings_.index.add(identity_.id, *this);
  for (std::size_t i = 0; i < definition_->containers.size(); ++i) {
    logs_.push_back(std::make_shared<ContainerLog>());
  }
}

TaskAgent::~TaskAgent() {
  surroundings_.index.remove(identity_.id);
  surroundings_.timers.cancel(timer_);
  surroundings_.timers.cancel(soon_timer_);
  for (const TimerId timer : restart_timers_) surroundings_.timers.cancel(timer);
}

void TaskAgent::start() { dispatch(task_event::Placed{}); }

void TaskAgent::stop(StopCode code, std::string reason, bool drain) {
  dispatch(
      task_event::StopRequested{code, std::move(reason), drain ? Manner::drain : Manner::signal});
  // A group without a deregistration delay, or without the target, has nothing to wait for.
  poll();
}

void TaskAgent::report(std::function<void()> what) {
  if (state_.connected) return what();
  unreported_.push_back(std::move(what));
}

void TaskAgent::set_connected(bool connected) {
  // What has happened comes before what is still to be done.
  while (connected && !unreported_.empty()) {
    for (const auto& what : std::exchange(unreported_, {})) what();
  }
  dispatch(task_event::AgentConnection{connected});
  poll();
}

void TaskAgent::lose_instance(std::string reason) {
  if (!state_.connected) set_connected(true);
  dispatch(
      task_event::StopRequested{StopCode::termination_notice, std::move(reason), Manner::kill});
}

Result<void> TaskAgent::inject(const TaskFault& fault, std::string_view container) {
  bool some = false;
  std::optional<Error> unsupported;
  for (std::size_t i = 0; i < containers_.size(); ++i) {
    if (state_.containers[i].phase != ContainerPhase::running) continue;
    const std::string& name = definition_->containers[i].name;
    if (!container.empty() && name != container) continue;
    const auto done = inflict(i, fault);
    if (done) {
      some = true;
      continue;
    }
    Error error = done.error();
    error.message = fmt::format("container {} of task {}: {}", name, identity_.id, error.message);
    // Those that can't be meant when the task is are left out.
    if (error.code != "UnsupportedFeatureException") return error;
    unsupported = std::move(error);
  }
  if (some) return {};
  if (unsupported) return *unsupported;
  return Error{"InvalidParameterException", "",
               container.empty()
                   ? fmt::format("no container of task {} is running", identity_.id)
                   : fmt::format("no container {} of task {} is running", container, identity_.id)};
}

Result<void> TaskAgent::inflict(std::size_t index, const TaskFault& fault) {
  Container& container = *containers_[index];
  if (std::holds_alternative<task_fault::Kill>(fault)) {
    container.kill();
    return {};
  }
  if (std::holds_alternative<task_fault::Pause>(fault)) return container.pause();
  if (std::holds_alternative<task_fault::Resume>(fault)) return container.resume();
  const auto& behaviour = std::get<task_fault::Change>(fault).behaviour;
  if (!running_[index].app) {
    const bool usual = behaviour == apps::AppBehaviour{};
    return targets_.set_fault(
        index,
        usual ? nullptr : std::make_shared<apps::Behaviour>(behaviour, identity_.seed + index));
  }
  auto changed = container.change_behaviour(behaviour);
  if (changed) behaviours_[index] = behaviour;
  return changed;
}

void TaskAgent::poll() {
  if (state_.is_registered) targets_.register_all();
  if (is_draining() && targets_.is_drained()) {
    dispatch(task_event::TargetsUnused{});
  }
}

bool TaskAgent::is_draining() const {
  return state_.last_status == TaskStatus::deactivating || state_.waiting_stop_drains;
}

bool TaskAgent::needs_poll() const {
  return is_draining() || (state_.is_registered && targets_.has_failed_registration());
}

void TaskAgent::dispatch(TaskEvent event) {
  events_.push_back(std::move(event));
  // An action may bring about the next event at once; it takes its turn after this one.
  if (dispatching_) return;
  dispatching_ = true;
  while (!events_.empty()) {
    const TaskEvent next = std::move(events_.front());
    events_.pop_front();
    const Seen before = seen();
    const std::uint64_t version = state_.version;
    TaskStep result = step(std::move(state_), next, surroundings_.timers.now());
    state_ = std::move(result.state);
    for (const TaskAction& action : result.actions) perform(action);
    if (state_.version != version) surroundings_.index.note(identity_.id);
    tell_changes(before);
  }
  dispatching_ = false;
  arm_timer();
}

void TaskAgent::perform(const TaskAction& action) {
  switch (action.kind) {
    case TaskAction::Kind::attach_network:
      return soon(task_event::NetworkAttached{});
    case TaskAction::Kind::pull:
      soon_timer_ = surroundings_.timers.after(Duration::zero(), [this] {
        soon_timer_ = 0;
        pull();
      });
      return;
    case TaskAction::Kind::start_container:
      return start_container(action.container);
    case TaskAction::Kind::restart_soon:
      // Not here: the container that ended is calling, and holds its ports until it is destroyed.
      restart_timers_[action.container] = surroundings_.timers.after(
          Duration::zero(),
          [this, index = action.container] { dispatch(task_event::RestartDue{index}); });
      return;
    case TaskAction::Kind::check_health:
      return check_health(action.container);
    case TaskAction::Kind::register_targets:
      return targets_.register_all();
    case TaskAction::Kind::deregister_targets:
      return targets_.deregister_all();
    case TaskAction::Kind::terminate:
      return containers_[action.container]->terminate();
    case TaskAction::Kind::kill:
      return containers_[action.container]->kill();
    case TaskAction::Kind::detach_network:
      return soon(task_event::NetworkDetached{});
    case TaskAction::Kind::release:
      return release();
  }
}

/// So that whoever asks in between sees the state that the event ends.
void TaskAgent::soon(TaskEvent event) {
  surroundings_.timers.cancel(soon_timer_);
  soon_timer_ = surroundings_.timers.after(Duration::zero(), [this, event = std::move(event)] {
    soon_timer_ = 0;
    dispatch(event);
  });
}

void TaskAgent::pull() {
  task_event::Pulled pulled;
  for (const ContainerDefinition& each : definition_->containers) {
    std::string reason;
    if (auto fault = surroundings_.start_faults.take(definition_->family, each.image)) {
      reason = *std::move(fault);
    } else if (!find_image(surroundings_.images, each.image)) {
      reason =
          fmt::format("CannotPullContainerError: image {} is not in the image map", each.image);
    }
    pulled.reasons.push_back(std::move(reason));
  }
  report([this, pulled = std::move(pulled)] { dispatch(pulled); });
}

void TaskAgent::start_container(std::size_t index) {
  const ContainerDefinition& definition = definition_->containers[index];
  ContainerLaunch launch = make_launch(definition);
  launch.task_id = identity_.id;
  launch.source = *find_image(surroundings_.images, definition.image);
  launch.seed = identity_.seed + index;
  launch.address = identity_.placement.address;
  launch.log = logs_[index];
  // A restarted container keeps its ports, and with them its places in target groups.
  const auto& ports = running_[index].host_ports;
  for (std::size_t i = 0; i < ports.size(); ++i) launch.ports[i].host_port = ports[i];
  containers_[index].reset();
  containers_[index] = surroundings_.runtime.start(
      launch,
      [this, index](const ContainerRunning& running) {
        // A fault outlives the run of the container that it was done to.
        if (running.app && behaviours_[index]) {
          (void)containers_[index]->change_behaviour(*behaviours_[index]);
        }
        report([this, index, running] {
          running_[index] = running;
          targets_.container_runs(index, running);
          dispatch(task_event::ContainerRunning{index});
        });
      },
      [this, index](const ContainerExit& exit) {
        report([this, index, exit] {
          dispatch(task_event::ContainerExited{index, exit.exit_code, exit.reason, exit.started});
        });
      });
}

void TaskAgent::check_health(std::size_t index) {
  const ContainerHealthCheck& check = *definition_->containers[index].health_check;
  containers_[index]->execute(check_program(check),
                              surroundings_.timers.clock().real_wait(check.timeout),
                              [this, index](int exit_code) {
                                report([this, index, exit_code] {
                                  dispatch(task_event::HealthChecked{index, exit_code == 0});
                                });
                              });
}

void TaskAgent::release() {
  // Not here: this may be running inside a callback of one of them.
  surroundings_.timers.cancel(soon_timer_);
  soon_timer_ = surroundings_.timers.after(Duration::zero(), [this] {
    soon_timer_ = 0;
    for (auto& container : containers_) container.reset();
    for (ContainerRunning& running : running_) running.app.reset();
    for (const auto& log : logs_) log->limit(ContainerLog::bytes_most_ended);
    targets_.forget();
  });
}

void TaskAgent::tell_changes(const Seen& before) {
  const Seen now = seen();
  if (now == before) return;
  listener_.on_changed(*this);
  if (now.status == before.status) return;
  if (now.status == TaskStatus::running) listener_.on_running(*this);
  if (now.status == TaskStatus::deactivating) listener_.on_draining(*this);
  if (now.status == TaskStatus::stopped) listener_.on_stopped(*this);
}

void TaskAgent::arm_timer() {
  surroundings_.timers.cancel(std::exchange(timer_, 0));
  const auto moment = next_moment(state_);
  if (!moment) return;
  timer_ = surroundings_.timers.at(*moment, [this] {
    timer_ = 0;
    dispatch(task_event::TimePassed{});
  });
}

ObservedTask TaskAgent::observe(DeploymentKey deployment) const {
  ObservedTask observed;
  observed.deployment = deployment;
  observed.status = state_.last_status;
  observed.desired_status = state_.desired_status;
  observed.created_at = created_at_;
  observed.started_at = state_.started_at;
  observed.targets = targets_.statuses();
  observed.container_health = task_health(state_);
  return observed;
}

}  // namespace cutover::containers

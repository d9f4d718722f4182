#include "tests/containers/fake_world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace cutover::containers::testing {

struct FakeRuntime::Live {
  ContainerLaunch launch;
  OnRunning on_running;
  OnExit on_exit;
  std::uint16_t port = 0;  ///< The first one, or 0.
  std::vector<std::uint16_t> ports;
  FakeApp* app = nullptr;
  std::optional<apps::AppBehaviour> behaviour;
  bool paused = false;
  bool running = false;
  bool ended = false;
};

struct FakeContainer final : Container {
  FakeContainer(FakeRuntime& its_runtime, std::uint64_t its_key)
      : runtime(its_runtime), key(its_key) {}
  ~FakeContainer() override { runtime.live_.erase(key); }
  FakeContainer(const FakeContainer&) = delete;
  FakeContainer& operator=(const FakeContainer&) = delete;

  void terminate() override {
    if (live.ended) return;
    if (runtime.hook) runtime.hook("SIGTERM", live.launch, live.port);
    if (live.app->ignores_sigterm) return;
    runtime.timers_.after(live.app->shutdown, [&from = runtime, id = key] { from.end(id, {}); });
  }
  void kill() override {
    if (live.ended) return;
    if (runtime.hook) runtime.hook("SIGKILL", live.launch, live.port);
    runtime.timers_.after(0s, [&from = runtime, id = key] { from.end(id, {137, "", true}); });
  }
  Result<void> pause() override {
    if (runtime.hook) runtime.hook("pause", live.launch, live.port);
    live.paused = true;
    return {};
  }
  Result<void> resume() override {
    if (runtime.hook) runtime.hook("resume", live.launch, live.port);
    live.paused = false;
    return {};
  }
  Result<void> change_behaviour(const apps::AppBehaviour& behaviour) override {
    if (runtime.hook) runtime.hook("change behaviour", live.launch, live.port);
    live.behaviour = behaviour;
    return {};
  }
  void execute(const std::vector<std::string>&, Duration, OnExecuted done) override {
    if (runtime.hook) runtime.hook("execute", live.launch, live.port);
    runtime.timers_.after(0s, [&from = runtime, id = key, done = std::move(done)] {
      const auto found = from.live_.find(id);
      if (found != from.live_.end()) done(found->second->app->executed_code);
    });
  }

  FakeRuntime& runtime;
  std::uint64_t key;
  FakeRuntime::Live live;
};

std::unique_ptr<Container> FakeRuntime::start(const ContainerLaunch& launch, OnRunning on_running,
                                              OnExit on_exit) {
  const std::uint64_t key = ++last_;
  auto container = std::make_unique<FakeContainer>(*this, key);
  Live& live = container->live;
  live.launch = launch;
  live.on_running = std::move(on_running);
  live.on_exit = std::move(on_exit);
  launches.push_back(launch);
  const auto* const image = std::get_if<AppImage>(&launch.source);
  FakeApp& app = apps[image ? image->app : launch.image];
  live.app = &app;
  const std::uint16_t fixed = launch.ports.empty() ? std::uint16_t{0} : launch.ports[0].host_port;
  if (hook) hook("start", launch, fixed);
  if (app.fails_to_start) {
    const ContainerExit exit{1, "CannotStartContainerError: it does not want to", false};
    timers_.after(100ms, [this, key, exit] { end(key, exit); });
  } else if (fixed != 0 && holds(fixed)) {
    const ContainerExit exit{1, fmt::format("CannotStartContainerError: port {} is in use", fixed),
                             false};
    timers_.after(0s, [this, key, exit] { end(key, exit); });
  } else {
    for (const PortBinding& port : launch.ports) {
      live.ports.push_back(port.host_port != 0 ? port.host_port : ++last_port_);
    }
    if (!live.ports.empty()) live.port = live.ports.front();
    timers_.after(app.start_up, [this, key] { run(key); });
  }
  live_[key] = &live;
  return container;
}

bool FakeRuntime::holds(std::uint16_t host_port) const {
  return std::any_of(live_.begin(), live_.end(),
                     [host_port](const auto& each) { return each.second->port == host_port; });
}

void FakeRuntime::run(std::uint64_t key) {
  const auto found = live_.find(key);
  if (found == live_.end() || found->second->ended) return;
  found->second->running = true;
  const auto tell = found->second->on_running;
  std::shared_ptr<apps::App> app;
  if (found->second->app->in_process) app = *apps::make_app("placeholder", {}, 0);
  tell({found->second->ports, std::nullopt, std::move(app), ""});
}

void FakeRuntime::end(std::uint64_t key, ContainerExit exit) {
  const auto found = live_.find(key);
  if (found == live_.end() || found->second->ended) return;
  found->second->ended = true;
  const auto tell = found->second->on_exit;
  tell(exit);
}

void FakeRuntime::crash(std::uint16_t host_port, int exit_code) {
  for (const auto& [key, live] : live_) {
    if (live->port != host_port || live->ended || !live->running) continue;
    end(key, {exit_code, "", true});
    return;
  }
}

const FakeRuntime::Live* FakeRuntime::alive(std::uint16_t host_port) const {
  const auto found = std::find_if(live_.begin(), live_.end(), [host_port](const auto& each) {
    return each.second->port == host_port && !each.second->ended;
  });
  return found == live_.end() ? nullptr : found->second;
}

bool FakeRuntime::is_alive(std::uint16_t host_port) const { return alive(host_port) != nullptr; }

bool FakeRuntime::is_paused(std::uint16_t host_port) const {
  const Live* const live = alive(host_port);
  return live && live->paused;
}

std::optional<apps::AppBehaviour> FakeRuntime::behaviour(std::uint16_t host_port) const {
  const Live* const live = alive(host_port);
  return live ? live->behaviour : std::nullopt;
}

std::vector<std::uint16_t> FakeRuntime::ports() const {
  std::vector<std::uint16_t> ports;
  for (const auto& [key, live] : live_) {
    if (live->running && !live->ended) ports.push_back(live->port);
  }
  return ports;
}

Result<void> FakeRegistry::check_target_group(const std::string& group, NetworkMode) {
  if (groups.contains(group)) return {};
  return Error{"InvalidParameterException", "", "no target group is called " + group};
}

Result<void> FakeRegistry::register_target(const std::string& group, const TaskTarget& target) {
  if (groups[group].refuses) return Error{"TooManyTargets", "", "the group is full"};
  const TargetStatus before = status(group, target.host_port);
  std::erase_if(targets_, [this](const auto& each) {
    return each.second.drained_at && *each.second.drained_at <= timers_.now();
  });
  auto& its = targets_[{group, target.host_port}];
  its = {target.address, timers_.now(), std::nullopt, std::move(its.fault)};
  tell_change_after(groups[group].healthy_after, group, target);
  if (hook) hook("register", group, target.host_port, before);
  return {};
}

Result<void> FakeRegistry::deregister_target(const std::string& group, const TaskTarget& target) {
  const TargetStatus before = status(group, target.host_port);
  if (before == TargetStatus::unused) return Error{"InvalidTarget", "", "no such target"};
  auto& its = targets_[{group, target.host_port}];
  if (!its.drained_at) {
    its.drained_at = timers_.now() + groups[group].deregistration_delay;
    its.fault.reset();
    tell_change_after(groups[group].deregistration_delay, group, target);
  }
  if (hook) hook("deregister", group, target.host_port, before);
  return {};
}

Result<void> FakeRegistry::set_fault(const std::string& group, const TaskTarget& target,
                                     std::shared_ptr<apps::Behaviour> fault) {
  const auto found = targets_.find({group, target.host_port});
  if (found == targets_.end()) return Error{"InvalidTarget", "", "no such target"};
  found->second.fault = std::move(fault);
  return {};
}

std::shared_ptr<apps::Behaviour> FakeRegistry::fault(const std::string& group,
                                                     std::uint16_t port) const {
  const auto found = targets_.find({group, port});
  return found == targets_.end() ? nullptr : found->second.fault;
}

void FakeRegistry::tell_change_after(Duration wait, const std::string& group,
                                     const TaskTarget& target) {
  timers_.after(wait, [this, group, address = target.address, port = target.host_port] {
    tell_change(group, address, port);
  });
}

void FakeRegistry::set_failing(const std::string& group, bool failing) {
  groups[group].failing = failing;
  for (const std::uint16_t port : registered(group)) {
    tell_change(group, targets_.at({group, port}).address, port);
  }
}

TargetStatus FakeRegistry::status(const std::string& group, std::uint16_t port) const {
  const auto found = targets_.find({group, port});
  if (found == targets_.end()) return TargetStatus::unused;
  const Target& target = found->second;
  if (target.drained_at) {
    return timers_.now() < *target.drained_at ? TargetStatus::draining : TargetStatus::unused;
  }
  const FakeGroup& its = groups.at(group);
  if (timers_.now() - target.registered_at < its.healthy_after) return TargetStatus::initial;
  return its.failing ? TargetStatus::unhealthy : TargetStatus::healthy;
}

TargetStatus FakeRegistry::status(const std::string& group, const TaskTarget& target) const {
  return status(group, target.host_port);
}

std::string FakeRegistry::reason(const std::string& group, const TaskTarget& target) const {
  return status(group, target) == TargetStatus::unhealthy
             ? "Health checks failed with these codes: [500]"
             : "";
}

std::vector<std::uint16_t> FakeRegistry::registered(const std::string& group) const {
  std::vector<std::uint16_t> ports;
  for (const auto& [key, target] : targets_) {
    if (key.first == group && !target.drained_at) ports.push_back(key.second);
  }
  return ports;
}

std::uint32_t FakeRegistry::count(const std::string& group, TargetStatus wanted) const {
  std::uint32_t count = 0;
  for (const auto& [key, target] : targets_) {
    if (key.first == group && status(group, key.second) == wanted) ++count;
  }
  return count;
}

namespace {

ClusterOptions options(std::uint64_t seed, std::vector<ContainerInstanceGroup> instances,
                       const DeploymentSupport& support) {
  ClusterOptions options;
  options.name = "demo";
  options.seed = seed;
  options.container_instances = std::move(instances);
  options.support = support;
  for (const std::string app : {"api", "users"}) options.images[app + ":1"] = AppImage{app, {}};
  return options;
}

}  // namespace

World::World(std::uint64_t seed, std::vector<ContainerInstanceGroup> instances)
    : cluster(timers, runtime, registry, definitions, addresses,
              options(seed, std::move(instances), {&router, &hooks, &alarms})) {
  registry.groups = {{"api", {}}, {"users", {}}};
  runtime.hook = [this](const std::string& what, const ContainerLaunch& launch, std::uint16_t) {
    note(what + " " + launch.name);
  };
  router.hook = [this](const std::string& what) { note(what); };
  registry.hook = [this](const std::string& what, const std::string& group, std::uint16_t,
                         TargetStatus) { note(what + " " + group); };
}

void World::note(const std::string& what) {
  const double seconds = std::chrono::duration<double>(clock.now() - start_).count();
  journal_.push_back(fmt::format("{:.1f} {}", seconds, what));
}

std::vector<std::string> World::take_journal() { return std::exchange(journal_, {}); }

void World::advance(Duration by) {
  const TimePoint end = clock.now() + by;
  while (const auto moment = timers.next()) {
    if (*moment > end) break;
    timers.advance(std::max(Duration::zero(), *moment - clock.now()));
    if (after_each_moment) after_each_moment();
  }
  timers.advance(end - clock.now());
}

bool World::advance_until(const std::function<bool()>& condition, Duration most) {
  for (Duration passed = 0s; passed < most && !condition(); passed += 1s) advance(1s);
  return condition();
}

TaskDefinition World::define(const std::string& app, std::uint16_t host_port) {
  TaskDefinition definition;
  definition.family = app;
  ContainerDefinition container;
  container.name = app;
  container.image = app + ":1";
  container.memory_reservation = 256;
  container.port_mappings = {{3000, host_port}};
  definition.containers = {container};
  return *definitions.register_definition(definition)->definition;
}

ServiceSpec World::spec(const std::string& app, std::uint32_t desired_count) const {
  ServiceSpec spec;
  spec.name = app;
  spec.task_definition = app;
  spec.desired_count = desired_count;
  spec.load_balancers = {{app, app, 3000}};
  return spec;
}

void World::run_service(const ServiceSpec& spec) {
  if (!definitions.describe(spec.task_definition)) define(spec.task_definition);
  const auto created = cluster.create_service(spec);
  ASSERT_TRUE(created) << to_string(created.error());
  ASSERT_TRUE(advance_until(
      [&] {
        return service(spec.name).deployments.front().rollout_state == RolloutState::completed;
      },
      60s));
}

ServiceDescription World::service(const std::string& name) const {
  return *cluster.describe_service(name);
}

std::vector<TaskDescription> World::tasks(const std::string& service, TaskStatus status) const {
  std::vector<TaskDescription> some;
  for (TaskDescription& task : cluster.tasks(service)) {
    if (task.last_status == status) some.push_back(std::move(task));
  }
  return some;
}

void World::set_desired(const std::string& service, std::uint32_t count) {
  const auto done = cluster.update_service(service, {count, std::nullopt, false});
  ASSERT_TRUE(done) << to_string(done.error());
}

void World::deploy(const std::string& service, const std::string& definition) {
  const auto done = cluster.update_service(service, {std::nullopt, definition, false});
  ASSERT_TRUE(done) << to_string(done.error());
}

namespace {

/// "(task 0123…)" -> "(task *)", and so for deployments, whose ids are chance.
std::string without_ids(std::string text) {
  for (const std::string_view word : {"task ", "taskSet ", "deployment "}) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      const std::size_t id = at + word.size();
      const std::size_t end = text.find(')', id);
      if (end != std::string::npos && end - id >= 20) text.replace(id, end - id, "*");
    }
  }
  return text;
}

}  // namespace

std::vector<std::string> World::events(const std::string& service_name) const {
  const std::string prefix = fmt::format("(service {}) ", service_name);
  std::vector<std::string> texts;
  for (const ServiceEvent& event : service(service_name).events) {
    const bool prefixed = event.message.starts_with(prefix);
    texts.push_back(without_ids(event.message.substr(prefixed ? prefix.size() : 0)));
  }
  std::reverse(texts.begin(), texts.end());
  return texts;
}

}  // namespace cutover::containers::testing

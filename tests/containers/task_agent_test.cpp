// One task on a pretended runtime, in made-up time: what it asks of the runtime and of the target
// groups, and what it tells.

#include "containers/task_agent.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "containers/container_instances.hpp"
#include "tests/containers/fake_world.hpp"

namespace cutover::containers {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Keeps what a task tells: "running", "health", "registered api", …
struct Heard final : TaskListener {
  void on_running(TaskAgent&) override { words.emplace_back("running"); }
  void on_draining(TaskAgent&) override { words.emplace_back("draining"); }
  void on_stopped(TaskAgent&) override { words.emplace_back("stopped"); }
  void on_changed(TaskAgent& task) override {
    const ObservedTask now = task.observe(0);
    if (now.status == status && now.container_health != health) words.emplace_back("health");
    status = now.status;
    health = now.container_health;
  }
  void on_registered(const std::string& group) override { words.push_back("registered " + group); }
  void on_deregistered(const std::string& group) override {
    words.push_back("deregistered " + group);
  }
  void on_registration_failed(const std::string& group, const Error&) override {
    words.push_back("failed " + group);
  }
  std::vector<std::string> take() { return std::exchange(words, {}); }

  std::vector<std::string> words;
  TaskStatus status = TaskStatus::provisioning;
  std::optional<ContainerHealth> health;
};

class TaskAgentTest : public ::testing::Test {
 protected:
  TaskAgentTest() {
    definition.family = "shop";
    definition.revision = 2;
    ContainerDefinition web;
    web.name = "web";
    web.image = "web";
    web.port_mappings = {{3000, 0}};
    definition.containers = {web};
    registry.groups["web"] = {};
    runtime.hook = [this](const std::string& what, const ContainerLaunch& launch, std::uint16_t) {
      journal.push_back(what + " " + launch.name);
    };
    identity.id = "0123456789abcdef0123456789abcdef";
    identity.arn = "arn:aws:ecs:us-east-1:1:task/demo/" + identity.id;
    identity.group = "family:shop";
    identity.placement.address = "127.0.1.1";
    identity.seed = 7;
  }

  TaskAgent& task(std::vector<ServiceLoadBalancer> load_balancers = {}) {
    agent = std::make_unique<TaskAgent>(
        Surroundings{timers, runtime, registry, images, faults, instances, index, on_change}, heard,
        identity, std::make_shared<const TaskDefinition>(definition), load_balancers);
    return *agent;
  }
  TaskAgent& running(std::vector<ServiceLoadBalancer> load_balancers = {}) {
    task(std::move(load_balancers)).start();
    timers.advance(1s);
    EXPECT_EQ(agent->describe().last_status, TaskStatus::running);
    journal.clear();
    heard.words.clear();
    return *agent;
  }
  /// A second container, which is not essential.
  ContainerDefinition& add_side() {
    ContainerDefinition& side = definition.containers.emplace_back();
    side.name = "side";
    side.image = "side";
    side.essential = false;
    return side;
  }
  TaskStatus status() const { return agent->describe().last_status; }

  SimulatedClock clock;
  SimulatedTimers timers{clock};
  FakeRuntime runtime{timers};
  FakeRegistry registry{timers};
  StartFaults faults;
  ArnMaker arns{"us-east-1", "1", "demo"};
  LoopbackAddresses addresses;
  ContainerInstances instances{clock, arns, addresses, {"us-east-1a"}, 1};
  TaskIndex index;
  ImageMap images{{"web", AppImage{"web", {}}}, {"side", AppImage{"side", {}}}};
  Heard heard;
  TaskDefinition definition;
  const std::function<void(const std::string&)> on_change;
  TaskAgent::Identity identity;
  std::vector<std::string> journal;
  std::unique_ptr<TaskAgent> agent;
};

TEST_F(TaskAgentTest, IsPendingWhenItHasJustBeenStarted) {
  task().start();
  EXPECT_EQ(status(), TaskStatus::pending);
  timers.run_due();
  EXPECT_EQ(status(), TaskStatus::activating);
  timers.advance(1s);
  EXPECT_EQ(status(), TaskStatus::running);
}

TEST_F(TaskAgentTest, PassesEveryStateInNetworkModeAwsvpc) {
  definition.network_mode = NetworkMode::awsvpc;
  definition.containers[0].port_mappings = {{3000, 3000}};
  registry.groups["web"].deregistration_delay = 10s;
  TaskAgent& agent_here = task({{"web", "web", 3000}});
  std::vector<std::string_view> seen;
  const auto look = [&] {
    if (seen.empty() || seen.back() != to_string(status())) seen.push_back(to_string(status()));
  };
  agent_here.start();
  look();
  for (int i = 0; i < 5; ++i, look()) timers.run_due();
  timers.advance(1s);
  look();
  agent_here.stop(StopCode::service_scheduler_initiated, "scaling", true);
  look();
  timers.advance(10s);
  agent_here.poll();
  look();
  clock.advance(2s);  // Its container ends.
  for (int i = 0; i < 2; ++i, look()) timers.run_due();
  EXPECT_THAT(seen, ElementsAre("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING",
                                "STOPPING", "DEPROVISIONING", "STOPPED"));
}

TEST_F(TaskAgentTest, HandsTheWholeDefinitionToTheRuntime) {
  ContainerDefinition& web = definition.containers[0];
  web.entry_point = {"sh", "-c"};
  web.command = {"serve"};
  web.working_directory = "/srv";
  web.user = "www";
  web.environment = {{"A", "1"}};
  web.cpu = 128;
  web.memory = 256;
  web.memory_reservation = 64;
  web.docker_labels = {{"x", "y"}};
  web.port_mappings = {{3000, 0}, {3001, 8080}};
  running();
  const ContainerLaunch& launch = runtime.launches.front();
  EXPECT_EQ(launch.address, "127.0.1.1");
  EXPECT_EQ(launch.entry_point, web.entry_point);
  EXPECT_EQ(launch.command, web.command);
  EXPECT_EQ(launch.working_directory, "/srv");
  EXPECT_EQ(launch.user, "www");
  EXPECT_EQ(launch.environment, web.environment);
  EXPECT_EQ(launch.cpu, 128U);
  EXPECT_EQ(launch.memory, 256U);
  EXPECT_EQ(launch.memory_reservation, 64U);
  EXPECT_EQ(launch.labels, web.docker_labels);
  EXPECT_THAT(launch.ports, ElementsAre(PortBinding{3000, 0}, PortBinding{3001, 8080}));
  EXPECT_EQ(launch.log, agent->logs().front());
}

TEST_F(TaskAgentTest, RegistersThePortThatItsTargetGroupNames) {
  definition.containers[0].port_mappings = {{3000, 0}, {3001, 8080}};
  running({{"web", "web", 3001}});
  EXPECT_THAT(registry.registered("web"), ElementsAre(8080));
}

TEST_F(TaskAgentTest, AnUnknownImageFailsTheStart) {
  definition.containers[0].image = "nowhere/web:1";
  task().start();
  timers.advance(0s);
  const TaskDescription told = agent->describe();
  EXPECT_EQ(told.stop_code, StopCode::task_failed_to_start);
  EXPECT_TRUE(told.stopped_reason.starts_with("CannotPullContainerError: ")) << told.stopped_reason;
  EXPECT_EQ(told.containers[0].reason, told.stopped_reason);
  EXPECT_EQ(told.containers[0].exit_code, std::nullopt);
  EXPECT_THAT(journal, IsEmpty());
}

TEST_F(TaskAgentTest, AStartFaultFailsTheStart) {
  faults.add({"shop", "", 1, "CannotStartContainerError: by hand"});
  task().start();
  timers.advance(0s);
  EXPECT_EQ(agent->describe().stopped_reason, "CannotStartContainerError: by hand");
  EXPECT_THAT(journal, IsEmpty());
  running();
}

TEST_F(TaskAgentTest, StopsContainersInReverseOrderAndWithoutADrainWhenTold) {
  add_side();
  definition.containers[0].depends_on = {{"side", ContainerDependency::Condition::start}};
  task({{"web", "web", 3000}}).start();
  timers.advance(2s);
  EXPECT_THAT(journal, ElementsAre("start side", "start web"));
  journal.clear();
  agent->stop(StopCode::user_initiated, "Task stopped by user", false);
  timers.advance(10s);
  EXPECT_THAT(journal, ElementsAre("SIGTERM web", "SIGTERM side"));
  EXPECT_EQ(status(), TaskStatus::stopped);
}

TEST_F(TaskAgentTest, KillsWhatIgnoresSigtermAfterItsStopTimeout) {
  definition.containers[0].stop_timeout = 5s;
  runtime.apps["web"].ignores_sigterm = true;
  running();
  agent->stop(StopCode::user_initiated, "Task stopped by user", false);
  timers.advance(5s);
  EXPECT_THAT(journal, ElementsAre("SIGTERM web", "SIGKILL web"));
  EXPECT_EQ(agent->describe().containers[0].exit_code, 137);
}

TEST_F(TaskAgentTest, ALostInstanceKillsAndSaysSo) {
  running({{"web", "web", 3000}});
  agent->lose_instance("Host EC2 (instance i-1) stopped/terminated.");
  timers.advance(0s);
  EXPECT_THAT(journal, ElementsAre("SIGKILL web"));
  const TaskDescription told = agent->describe();
  EXPECT_EQ(told.last_status, TaskStatus::stopped);
  EXPECT_EQ(to_string(*told.stop_code), "TerminationNotice");
  EXPECT_EQ(told.stopped_reason, "Host EC2 (instance i-1) stopped/terminated.");
  EXPECT_THAT(registry.registered("web"), IsEmpty());
}

TEST_F(TaskAgentTest, ChecksTheHealthOfItsContainers) {
  definition.containers[0].health_check = ContainerHealthCheck{{"CMD", "true"}};
  definition.containers[0].health_check->retries = 1;
  running();
  EXPECT_EQ(agent->observe(0).container_health, ContainerHealth::unknown);
  timers.advance(30s);
  EXPECT_EQ(agent->observe(0).container_health, ContainerHealth::healthy);
  EXPECT_THAT(heard.take(), ElementsAre("health"));
  runtime.apps["web"].executed_code = 1;
  timers.advance(31s);
  EXPECT_EQ(agent->describe().containers[0].health, ContainerHealth::unhealthy);
  EXPECT_EQ(agent->describe().health, ContainerHealth::unhealthy);
  EXPECT_THAT(heard.take(), ElementsAre("health"));
  EXPECT_EQ(status(), TaskStatus::running) << "what follows is for others to decide";
}

TEST_F(TaskAgentTest, SaysNothingOfHealthWithoutAnEssentialCheck) {
  add_side().health_check = ContainerHealthCheck{{"CMD", "true"}};
  running();
  timers.advance(60s);
  EXPECT_EQ(agent->observe(0).container_health, std::nullopt);
  EXPECT_EQ(agent->describe().health, ContainerHealth::unknown);
}

TEST_F(TaskAgentTest, RestartsInPlaceOnTheSamePort) {
  definition.containers[0].restart_policy = RestartPolicy{true, {}, 60s};
  running({{"web", "web", 3000}});
  timers.advance(60s);
  const auto port = agent->describe().host_port();
  runtime.crash(port, 1);
  timers.advance(1s);
  EXPECT_THAT(journal, ElementsAre("start web"));
  EXPECT_THAT(heard.take(), IsEmpty()) << "its targets stay";
  const TaskDescription told = agent->describe();
  EXPECT_EQ(told.last_status, TaskStatus::running);
  EXPECT_EQ(told.host_port(), port);
  EXPECT_EQ(told.containers[0].exit_code, std::nullopt);
  EXPECT_TRUE(runtime.is_alive(port));
}

TEST_F(TaskAgentTest, AKilledContainerExitsWith137) {
  running();
  ASSERT_TRUE(agent->inject(task_fault::Kill{}));
  EXPECT_EQ(status(), TaskStatus::running) << "it learns it from the container's end";
  timers.advance(0s);
  const TaskDescription told = agent->describe();
  EXPECT_EQ(told.stop_code, StopCode::essential_container_exited);
  EXPECT_EQ(told.stopped_reason, "Essential container in task exited");
  EXPECT_EQ(told.containers[0].exit_code, 137);
}

TEST_F(TaskAgentTest, FaultsReachTheContainerTheyName) {
  add_side();
  runtime.apps["side"].in_process = true;
  running();
  ASSERT_TRUE(agent->inject(task_fault::Pause{}, "web"));
  ASSERT_TRUE(agent->inject(task_fault::Resume{}, "web"));
  ASSERT_TRUE(agent->inject(task_fault::Change{}, "side"));
  ASSERT_TRUE(agent->inject(task_fault::Pause{}));
  EXPECT_THAT(journal, ElementsAre("pause web", "resume web", "change behaviour side", "pause web",
                                   "pause side"));
}

const task_fault::Change failing{{.error_rate = 1}};

TEST_F(TaskAgentTest, AProgramMisbehavesOnTheWayToItsTargets) {
  add_side();
  registry.groups["admin"] = {};
  running({{"web", "web", 3000}, {"admin", "web", 3000}});
  const auto port = agent->describe().host_port();
  ASSERT_TRUE(agent->inject(failing));
  EXPECT_THAT(journal, IsEmpty()) << "nothing is asked of the program itself";
  const auto fault = registry.fault("web", port);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->next(clock.now()).fate, apps::Treatment::Fate::failed);
  EXPECT_EQ(fault, registry.fault("admin", port)) << "one limit on what it serves at a time";
  ASSERT_TRUE(agent->inject(task_fault::Change{}));
  EXPECT_EQ(registry.fault("web", port), nullptr);
  EXPECT_EQ(registry.fault("admin", port), nullptr);
}

TEST_F(TaskAgentTest, ABuiltInAppMisbehavesByItself) {
  runtime.apps["web"].in_process = true;
  running({{"web", "web", 3000}});
  const auto port = agent->describe().host_port();
  ASSERT_TRUE(agent->inject(failing));
  EXPECT_EQ(runtime.behaviour(port), failing.behaviour);
  EXPECT_EQ(registry.fault("web", port), nullptr);
}

TEST_F(TaskAgentTest, AFaultOutlivesTheRestartOfItsContainerButNotItsTarget) {
  definition.containers[0].restart_policy = RestartPolicy{true, {}, 60s};
  for (const bool in_process : {false, true}) {
    runtime.apps["web"].in_process = in_process;
    running({{"web", "web", 3000}});
    timers.advance(60s);
    const auto port = agent->describe().host_port();
    ASSERT_TRUE(agent->inject(failing));
    runtime.crash(port, 1);
    timers.advance(1s);
    EXPECT_EQ(registry.fault("web", port) != nullptr, !in_process);
    EXPECT_EQ(runtime.behaviour(port),
              in_process ? std::optional(failing.behaviour) : std::nullopt);
    agent->stop(StopCode::user_initiated, "", false);
    EXPECT_EQ(registry.fault("web", port), nullptr);
    timers.advance(10s);
  }
}

TEST_F(TaskAgentTest, AProgramThatNoLoadBalancerReachesCannotBeMadeToMisbehave) {
  add_side();
  running({{"web", "web", 3000}});
  EXPECT_EQ(agent->inject(failing, "side").error().message,
            "container side of task 0123456789abcdef0123456789abcdef: it is neither a built-in app "
            "of this process nor behind a load balancer, which could make it slow or failing");
  EXPECT_EQ(agent->inject(failing, "side").error().code, "UnsupportedFeatureException");
  running();
  EXPECT_EQ(agent->inject(failing).error().code, "UnsupportedFeatureException");
}

TEST_F(TaskAgentTest, AProgramWhoseTargetIsNotThereYetCannotBeMadeToMisbehave) {
  registry.groups["web"].refuses = true;
  running({{"web", "web", 3000}});
  EXPECT_EQ(agent->inject(failing).error().message,
            "container web of task 0123456789abcdef0123456789abcdef: it is registered with the "
            "target group web not yet, or no more");
}

TEST_F(TaskAgentTest, FaultsNeedAContainerThatRuns) {
  running();
  EXPECT_EQ(agent->inject(task_fault::Kill{}, "side").error().message,
            "no container side of task 0123456789abcdef0123456789abcdef is running");
  agent->stop(StopCode::user_initiated, "", false);
  timers.advance(10s);
  EXPECT_EQ(agent->inject(task_fault::Kill{}).error().message,
            "no container of task 0123456789abcdef0123456789abcdef is running");
}

TEST_F(TaskAgentTest, NeedsPollingOnlyWhileItDrainsOrCannotRegister) {
  registry.groups["web"].refuses = true;
  registry.groups["web"].deregistration_delay = 10s;
  running({{"web", "web", 3000}});
  EXPECT_TRUE(agent->needs_poll());
  registry.groups["web"].refuses = false;
  agent->poll();
  EXPECT_FALSE(agent->needs_poll());
  agent->stop(StopCode::service_scheduler_initiated, "scaling", true);
  EXPECT_TRUE(agent->needs_poll());
  timers.advance(10s);
  agent->poll();
  EXPECT_FALSE(agent->needs_poll());
  EXPECT_EQ(status(), TaskStatus::stopping);
}

TEST_F(TaskAgentTest, DescribesAStandaloneTask) {
  identity.cluster_arn = "arn:aws:ecs:us-east-1:1:cluster/demo";
  identity.started_by = "nightly";
  identity.tags = {{"team", "shop"}};
  identity.overrides.cpu = 256;
  identity.placement.container_instance_arn = "arn:aws:ecs:us-east-1:1:container-instance/demo/a";
  identity.placement.availability_zone = "us-east-1a";
  running();
  const TaskDescription told = agent->describe();
  EXPECT_EQ(told.service, "");
  EXPECT_EQ(told.group, "family:shop");
  EXPECT_EQ(told.started_by, "nightly");
  EXPECT_EQ(told.task_definition, "shop:2");
  EXPECT_EQ(told.cluster_arn, identity.cluster_arn);
  EXPECT_EQ(told.container_instance_arn, identity.placement.container_instance_arn);
  EXPECT_EQ(told.availability_zone, "us-east-1a");
  EXPECT_EQ(told.tags, identity.tags);
  EXPECT_EQ(told.overrides, identity.overrides);
  EXPECT_EQ(told.network_interface, std::nullopt);
  const ContainerDescription& web = told.containers.front();
  EXPECT_TRUE(web.arn.starts_with("arn:aws:ecs:us-east-1:1:container/demo/" + identity.id + "/"))
      << web.arn;
  EXPECT_EQ(web.network_bindings.front().bind_ip, "127.0.1.1");
  EXPECT_EQ(agent->describe().containers.front().arn, web.arn) << "ids stay";
}

TEST_F(TaskAgentTest, DescribesItsNetworkInterface) {
  definition.network_mode = NetworkMode::awsvpc;
  definition.containers[0].port_mappings = {{3000, 3000}};
  identity.placement.address = "127.64.0.1";
  identity.subnet = "subnet-1";
  task().start();
  EXPECT_EQ(agent->describe().network_interface->attachment_status, "PRECREATED");
  timers.advance(1s);
  const TaskNetworkInterface network = *agent->describe().network_interface;
  EXPECT_EQ(network.attachment_status, "ATTACHED");
  EXPECT_EQ(network.address, "127.64.0.1");
  EXPECT_EQ(network.subnet, "subnet-1");
  EXPECT_EQ(network.id.size(), std::string("eni-0123456789abcdef0").size());
  EXPECT_EQ(agent->describe().host_port(), 3000);
}

}  // namespace
}  // namespace cutover::containers

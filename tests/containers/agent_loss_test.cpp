// Container instances whose agent is lost while their EC2 instance runs on.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/containers/fake_world.hpp"

namespace cutover::containers {
namespace {

using ::testing::HasSubstr;
using testing::World;
using namespace std::chrono_literals;

/// Two container instances with room for two tasks each, and targets that drain for 10 s.
class AgentLoss : public ::testing::Test {
 protected:
  AgentLoss() : world_(1, {group()}) {
    for (auto& [name, each] : world_.registry.groups) each.deregistration_delay = 10s;
  }

  static ContainerInstanceGroup group() {
    ContainerInstanceGroup two;
    two.count = 2;
    two.spec.memory = 512;
    return two;
  }

  void connect(bool connected) {
    ASSERT_TRUE(world_.cluster.set_agent_connected(lost_, connected));
  }
  TaskDescription task(const std::string& id) const {
    return world_.cluster.describe_tasks({id}).tasks.at(0);
  }
  /// The service's task there.
  std::string task_there(const std::string& service = "api") const {
    for (const auto& each : world_.tasks(service, TaskStatus::running)) {
      if (each.container_instance_arn == lost_) return each.id;
    }
    return "";
  }

  World world_;
  std::string lost_ = world_.cluster.list_container_instances("", std::nullopt)->at(0);
};

TEST_F(AgentLoss, LeavesTasksAsTheyWereAndServing) {
  world_.run_service(world_.spec("api", 2));
  const std::string there = task_there();
  const auto version = task(there).version;
  world_.advance(10s);
  connect(false);
  world_.advance(10min);
  const TaskDescription left = task(there);
  EXPECT_FALSE(left.connected);
  EXPECT_EQ(left.version, version + 1);
  EXPECT_GT(left.connectivity_at, left.created_at);
  EXPECT_EQ(left.last_status, TaskStatus::running);
  EXPECT_EQ(world_.registry.count("api", TargetStatus::healthy), 2U);
  EXPECT_EQ(world_.service("api").running_count, 2U);
  connect(true);
  EXPECT_TRUE(task(there).connected);
  EXPECT_GT(task(there).connectivity_at, left.connectivity_at);
  EXPECT_EQ(task(there).last_status, TaskStatus::running);
}

TEST_F(AgentLoss, TakesNoTask) {
  connect(false);
  world_.define("api");
  RunTaskRequest wanted;
  wanted.task.task_definition = "api";
  wanted.count = 3;
  const auto answer = world_.cluster.run_task(wanted);
  EXPECT_EQ(answer->tasks.size(), 2U);
  ASSERT_EQ(answer->failures.size(), 2U);
  EXPECT_EQ(answer->failures[0].reason, "AGENT");
  EXPECT_EQ(answer->failures[1].reason, "RESOURCE:MEMORY");
  world_.define("users");
  ASSERT_TRUE(world_.cluster.create_service(world_.spec("users", 1)));
  world_.advance(20s);
  EXPECT_EQ(world_.service("users").running_count, 0U);
  connect(true);
  world_.advance(5s);
  EXPECT_EQ(world_.service("users").running_count, 1U) << "what waited goes on";
}

TEST_F(AgentLoss, MakesAStopWaitButNotItsDrain) {
  world_.run_service(world_.spec("api", 2));
  const std::string there = task_there();
  connect(false);
  ASSERT_TRUE(world_.cluster.stop_task(there, "enough"));
  world_.advance(5min);
  EXPECT_EQ(task(there).desired_status, DesiredStatus::stopped);
  EXPECT_EQ(task(there).last_status, TaskStatus::running);
  EXPECT_TRUE(task(there).targets.empty()) << "ECS deregisters targets by itself";
  const std::uint16_t port = task(there).host_port();
  EXPECT_TRUE(world_.runtime.is_alive(port)) << "it still runs beside its substitute";
  EXPECT_EQ(world_.registry.count("api", TargetStatus::healthy), 2U);
  connect(true);
  world_.advance(3s);
  EXPECT_EQ(task(there).last_status, TaskStatus::stopped);
  EXPECT_EQ(task(there).stopped_reason, "enough");
  EXPECT_FALSE(world_.runtime.is_alive(port));
}

TEST_F(AgentLoss, MakesScaleInWaitForTheTasksThere) {
  world_.run_service(world_.spec("api", 2));
  const std::string there = task_there();
  connect(false);
  world_.set_desired("api", 0);
  world_.advance(10min);
  EXPECT_EQ(task(there).last_status, TaskStatus::running);
  EXPECT_EQ(world_.service("api").running_count, 1U);
  connect(true);
  EXPECT_EQ(task(there).last_status, TaskStatus::stopping) << "drained long ago";
  world_.advance(3s);
  EXPECT_EQ(world_.service("api").running_count, 0U);
  EXPECT_EQ(world_.events("api").back(), "has reached a steady state.");
}

TEST_F(AgentLoss, HidesTheEndOfATaskUntilTheAgentIsBack) {
  world_.run_service(world_.spec("api", 2));
  const std::string there = task_there();
  connect(false);
  world_.runtime.crash(task(there).host_port(), 3);
  world_.advance(60s);
  EXPECT_EQ(task(there).last_status, TaskStatus::running);
  EXPECT_EQ(task(there).containers.at(0).exit_code, std::nullopt);
  connect(true);
  EXPECT_EQ(task(there).last_status, TaskStatus::stopped);
  EXPECT_EQ(task(there).stop_code, StopCode::essential_container_exited);
  EXPECT_EQ(task(there).containers.at(0).exit_code, 3);
  world_.advance(30s);
  EXPECT_EQ(world_.service("api").running_count, 2U);
}

TEST_F(AgentLoss, HidesThatATaskHasStarted) {
  world_.define("api");
  ASSERT_TRUE(world_.cluster.create_service(world_.spec("api", 2)));
  world_.advance(500ms);
  connect(false);
  world_.advance(60s);
  EXPECT_EQ(world_.service("api").running_count, 1U);
  EXPECT_EQ(world_.service("api").pending_count, 1U);
  connect(true);
  EXPECT_EQ(world_.service("api").running_count, 2U);
}

TEST_F(AgentLoss, LeavesADaemonWhereItIs) {
  world_.define("users");
  ServiceSpec daemon = world_.spec("users", 0);
  daemon.scheduling = SchedulingStrategy::daemon;
  daemon.deployment.minimum_healthy_percent = 0;
  daemon.deployment.maximum_percent = 100;
  daemon.availability_zone_rebalancing = false;
  ASSERT_TRUE(world_.cluster.create_service(daemon));
  world_.advance(60s);
  const std::string there = task_there("users");
  connect(false);
  world_.advance(60s);
  EXPECT_EQ(task(there).desired_status, DesiredStatus::running);
  EXPECT_EQ(world_.service("users").desired_count, 2U);
}

TEST_F(AgentLoss, IsNotTheLossOfTheInstance) {
  world_.run_service(world_.spec("api", 2));
  const std::string there = task_there();
  connect(false);
  ASSERT_TRUE(world_.cluster.stop_instance(lost_));
  world_.advance(30s);
  EXPECT_EQ(task(there).last_status, TaskStatus::stopped);
  const auto refused = world_.cluster.set_agent_connected(lost_, true);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("its EC2 instance does not run"));
  ASSERT_TRUE(world_.cluster.start_instance(lost_));
  EXPECT_TRUE(world_.cluster.describe_container_instances({lost_})
                  .container_instances.at(0)
                  .instance.agent_connected);
}

TEST_F(AgentLoss, DoesNotKeepAForcedDeregistrationOrTheEndFromItsTasks) {
  world_.run_service(world_.spec("api", 2));
  const std::string there = task_there();
  connect(false);
  ASSERT_TRUE(world_.cluster.deregister_container_instance(lost_, true));
  world_.advance(30s);
  EXPECT_EQ(task(there).last_status, TaskStatus::stopped);
  lost_ = world_.cluster.list_container_instances("", std::nullopt)->at(0);
  connect(false);
  bool done = false;
  world_.cluster.shut_down([&] { done = true; });
  world_.advance(10s);
  EXPECT_TRUE(done);
}

TEST_F(AgentLoss, IsHarmlessTwice) {
  world_.run_service(world_.spec("api", 2));
  connect(false);
  connect(false);
  connect(true);
  connect(true);
  world_.advance(10s);
  EXPECT_EQ(world_.service("api").running_count, 2U);
}

TEST(TasksChanged, AreThoseSinceTheLastLook) {
  World world;
  world.run_service(world.spec("api", 3));
  std::uint64_t mark = 0;
  EXPECT_EQ(world.cluster.tasks_changed_since(mark).size(), 3U);
  EXPECT_EQ(world.cluster.tasks_changed_since(mark).size(), 0U);
  world.runtime.crash(world.tasks("api", TaskStatus::running).at(1).host_port(), 1);
  world.advance(30s);
  const auto changed = world.cluster.tasks_changed_since(mark);
  ASSERT_EQ(changed.size(), 2U) << "the one that ended and its substitute";
  EXPECT_EQ(changed.front().last_status, TaskStatus::stopped);
}

}  // namespace
}  // namespace cutover::containers

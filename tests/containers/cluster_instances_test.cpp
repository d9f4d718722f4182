// Container instances by the cluster's face: registering, describing, draining, losing them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/containers/fake_world.hpp"

namespace cutover::containers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::World;
using namespace std::chrono_literals;

ContainerInstanceGroup group(std::uint32_t count, std::uint32_t cpu, std::uint32_t memory) {
  ContainerInstanceGroup made;
  made.count = count;
  made.spec.cpu = cpu;
  made.spec.memory = memory;
  return made;
}

std::string run(World& world, const std::string& definition) {
  RunTaskRequest wanted;
  wanted.task.task_definition = definition;
  const auto started = world.cluster.run_task(wanted);
  if (!started || started->tasks.empty()) return "";
  return started->tasks[0].arn;
}

std::vector<std::string> instances_of(const World& world) {
  return *world.cluster.list_container_instances("", std::nullopt);
}

ContainerInstanceDescription instance_of(const World& world, std::size_t index) {
  const std::string arn = instances_of(world).at(index);
  return world.cluster.describe_container_instances({arn}).container_instances.at(0);
}

TEST(ContainerInstances, HaveAddressesZonesAndIdsOfTheirOwn) {
  ContainerInstanceGroup two = group(3, 2048, 3884);
  two.spec.instance_type = "t2.medium";
  two.spec.attributes = {{"stack", "prod"}};
  const World world(1, {two});
  const ContainerInstance first = instance_of(world, 0).instance;
  const ContainerInstance second = instance_of(world, 1).instance;
  EXPECT_EQ(first.address, "127.0.0.1");
  EXPECT_EQ(second.address, "127.0.1.1");
  EXPECT_EQ(instance_of(world, 2).instance.address, "127.0.1.2");
  EXPECT_EQ(first.id.size(), 32U);
  EXPECT_EQ(first.ec2_instance_id.size(), 19U);
  EXPECT_EQ(first.arn, "arn:aws:ecs:us-east-1:123456789012:container-instance/demo/" + first.id);
  EXPECT_EQ(first.attribute("ecs.availability-zone"), "us-east-1a");
  EXPECT_EQ(second.attribute("ecs.availability-zone"), "us-east-1b");
  EXPECT_EQ(second.attribute("ecs.instance-type"), "t2.medium");
  EXPECT_EQ(second.attribute("stack"), "prod");
  EXPECT_EQ(second.cpu, 2048U);
  EXPECT_EQ(second.memory, 3884U);
  EXPECT_THAT(second.tcp_ports, ElementsAre(22, 2375, 2376, 51678, 51679, 51680));
}

TEST(ContainerInstances, TellWhatRemainsAndWhatRuns) {
  World world(1, {group(1, 1024, 1000)});
  world.define("api", 8080);
  const std::string task = run(world, "api");
  EXPECT_EQ(instance_of(world, 0).pending_tasks_count, 1U);
  world.advance(10s);
  const ContainerInstanceDescription running = instance_of(world, 0);
  EXPECT_EQ(running.instance.remaining_memory(), 744U);
  EXPECT_TRUE(running.instance.tcp_ports.contains(8080));
  EXPECT_EQ(running.running_tasks_count, 1U);
  EXPECT_EQ(running.pending_tasks_count, 0U);
  EXPECT_EQ(run(world, "api"), "") << "its port is taken";
  ASSERT_TRUE(world.cluster.stop_task(task, ""));
  EXPECT_EQ(instance_of(world, 0).running_tasks_count, 0U);
  EXPECT_EQ(instance_of(world, 0).instance.remaining_memory(), 744U) << "until it has stopped";
  world.advance(10s);
  EXPECT_EQ(instance_of(world, 0).instance.remaining_memory(), 1000U);
  EXPECT_FALSE(instance_of(world, 0).instance.tcp_ports.contains(8080));
}

TEST(ContainerInstances, AreListedByQueryAndStatus) {
  World world(1, {group(4, 1024, 1000)});
  const auto all = instances_of(world);
  const auto list = [&](const std::string& filter, std::optional<ContainerInstanceStatus> status) {
    return *world.cluster.list_container_instances(filter, status);
  };
  EXPECT_THAT(list("attribute:ecs.availability-zone == us-east-1b", std::nullopt),
              ElementsAre(all[1], all[3]));
  ASSERT_TRUE(
      world.cluster.update_container_instances_state({all[2]}, ContainerInstanceStatus::draining));
  ASSERT_TRUE(world.cluster.deregister_container_instance(all[0], false));
  EXPECT_THAT(list("", std::nullopt), ElementsAre(all[1], all[2], all[3]));
  EXPECT_THAT(list("", ContainerInstanceStatus::draining), ElementsAre(all[2]));
  EXPECT_THAT(list("", ContainerInstanceStatus::inactive), ElementsAre(all[0]));
  EXPECT_EQ(world.cluster.list_container_instances("a", std::nullopt).error().where, "/filter");
  EXPECT_EQ(world.cluster.describe().registered_container_instances_count, 3U);
}

TEST(ContainerInstances, ThatAreNotThereAreFailures) {
  const World world;
  const auto answer = world.cluster.describe_container_instances({"none"});
  EXPECT_THAT(answer.failures,
              ElementsAre(Failure{"arn:aws:ecs:us-east-1:123456789012:container-instance/demo/none",
                                  "MISSING", ""}));
}

TEST(ContainerInstances, ThatDrainTakeNoMoreTasks) {
  World world(1, {group(1, 1024, 1000)});
  world.define("api");
  const std::string task = run(world, "api");
  world.advance(10s);
  const auto arn = instances_of(world)[0];
  const auto draining =
      world.cluster.update_container_instances_state({arn}, ContainerInstanceStatus::draining);
  ASSERT_TRUE(draining);
  EXPECT_EQ(draining->container_instances[0].instance.status, ContainerInstanceStatus::draining);
  RunTaskRequest wanted;
  wanted.task.task_definition = "api";
  EXPECT_EQ(world.cluster.run_task(wanted).error().message,
            "No Container Instances were found in your cluster");
  StartTaskRequest there;
  there.task.task_definition = "api";
  there.container_instances = {arn};
  EXPECT_THAT(world.cluster.start_task(there)->failures, ElementsAre(Failure{arn, "INACTIVE", ""}));
  const auto version = draining->container_instances[0].instance.version;
  const auto again =
      world.cluster.update_container_instances_state({arn}, ContainerInstanceStatus::draining);
  EXPECT_EQ(again->container_instances.at(0).instance.version, version) << "nothing has changed";
  world.advance(60s);
  EXPECT_EQ(world.cluster.describe_tasks({task}).tasks[0].last_status, TaskStatus::running)
      << "tasks that stand alone are left alone";
  ASSERT_TRUE(
      world.cluster.update_container_instances_state({arn}, ContainerInstanceStatus::active));
  EXPECT_NE(run(world, "api"), "");
}

TEST(ContainerInstances, AreDeregisteredWithTasksByForceOnly) {
  World world(1, {group(1, 1024, 1000)});
  world.define("api");
  const std::string task = run(world, "api");
  world.advance(10s);
  const auto arn = instances_of(world)[0];
  EXPECT_EQ(to_string(world.cluster.deregister_container_instance(arn, false).error()),
            "/containerInstance: Found running tasks on the instance: 1; it is deregistered when "
            "they have stopped, or by force (InvalidParameterException)");
  const auto gone = world.cluster.deregister_container_instance(arn, true);
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->instance.status, ContainerInstanceStatus::inactive);
  world.advance(10s);
  const TaskDescription stopped = world.cluster.describe_tasks({task}).tasks[0];
  EXPECT_EQ(stopped.last_status, TaskStatus::stopped);
  EXPECT_EQ(stopped.stopped_reason, "Container instance deregistration forced by user");
  EXPECT_EQ(world.cluster.deregister_container_instance(arn, true).error().code,
            "InvalidParameterException");
}

TEST(ContainerInstances, ComeAtAnyTime) {
  World world(1, {});
  world.define("api");
  std::vector<std::string> heard;
  world.cluster.on_instance_change([&](const ContainerInstance& instance) {
    heard.push_back(instance.address + " " + std::string(to_string(instance.status)));
  });
  const auto added = world.cluster.register_container_instance({});
  ASSERT_TRUE(added);
  EXPECT_EQ(added->instance.address, "127.0.0.1");
  EXPECT_NE(run(world, "api"), "");
  EXPECT_THAT(heard, ElementsAre("127.0.0.1 ACTIVE"));
}

TEST(ContainerInstances, HaveTenCustomAttributesAtMost) {
  World world;
  const std::string arn = instances_of(world)[0];
  std::vector<InstanceAttribute> attributes;
  for (int i = 0; i < 10; ++i) attributes.push_back({arn, "a" + std::to_string(i), "x"});
  ASSERT_TRUE(world.cluster.put_attributes(attributes));
  EXPECT_EQ(to_string(world.cluster.put_attributes({{arn, "b", ""}}).error()),
            "/attributes: found 11 custom attributes; allowed for a container instance are at "
            "most 10 (AttributeLimitExceededException)");
  ASSERT_TRUE(world.cluster.put_attributes({{arn, "a3", "y"}}));
  EXPECT_THAT(world.cluster.list_attributes("a3", ""),
              ElementsAre(InstanceAttribute{arn, "a3", "y"}));
  EXPECT_THAT(world.cluster.list_attributes("", "y"), SizeIs(1));
  ASSERT_TRUE(world.cluster.delete_attributes({{arn, "a3", ""}}));
  EXPECT_THAT(world.cluster.list_attributes("a3", ""), IsEmpty());
  EXPECT_EQ(world.cluster.put_attributes({{"none", "a", ""}}).error().code,
            "TargetNotFoundException");
  EXPECT_EQ(world.cluster.put_attributes({{arn, "ecs.os-type", ""}}).error().code,
            "InvalidParameterException");
}

TEST(Ec2Instances, ThatStopTakeTheirTasksWithThem) {
  World world(1, {group(1, 1024, 1000)});
  world.define("api");
  const std::string task = run(world, "api");
  world.advance(10s);
  const std::string id = instance_of(world, 0).instance.ec2_instance_id;
  ASSERT_TRUE(world.cluster.stop_instance(id));
  world.advance(5s);
  const TaskDescription stopped = world.cluster.describe_tasks({task}).tasks[0];
  EXPECT_EQ(stopped.last_status, TaskStatus::stopped);
  EXPECT_EQ(stopped.stop_code, StopCode::termination_notice);
  EXPECT_EQ(stopped.stopped_reason, "Host EC2 (instance " + id + ") stopped/terminated.");
  EXPECT_FALSE(instance_of(world, 0).instance.agent_connected);
  RunTaskRequest wanted;
  wanted.task.task_definition = "api";
  EXPECT_EQ(world.cluster.run_task(wanted)->failures[0].reason, "AGENT");
  ASSERT_TRUE(world.cluster.start_instance(id));
  EXPECT_NE(run(world, "api"), "");
  ASSERT_TRUE(world.cluster.terminate_instance(id));
  EXPECT_THAT(instances_of(world), IsEmpty());
  EXPECT_EQ(world.cluster.start_instance(id).error().code, "IncorrectInstanceState");
}

TEST(Filling, TakesWhatIsLeftUntilItIsReleased) {
  World world(1, {group(1, 1024, 1000)});
  world.define("api");
  const std::string arn = instances_of(world)[0];
  EXPECT_NE(run(world, "api"), "");
  ASSERT_TRUE(world.cluster.fill_instance(arn, false));
  ASSERT_TRUE(world.cluster.fill_instance(arn, false)) << "once more changes nothing";
  EXPECT_EQ(instance_of(world, 0).instance.remaining_memory(), 0U);
  EXPECT_EQ(instance_of(world, 0).instance.remaining_cpu(), 0U);
  EXPECT_EQ(run(world, "api"), "");
  ASSERT_TRUE(world.cluster.fill_instance(arn, true));
  EXPECT_EQ(instance_of(world, 0).instance.remaining_memory(), 744U);
  EXPECT_NE(run(world, "api"), "");
}

TEST(Tags, AreKeptForEveryKindOfResource) {
  World world;
  world.run_service(world.spec("api", 1));
  const std::string prefix = "arn:aws:ecs:us-east-1:123456789012:";
  for (const std::string& arn : {prefix + "cluster/demo", prefix + "service/demo/api",
                                 world.cluster.tasks()[0].arn, instances_of(world)[0]}) {
    ASSERT_TRUE(world.cluster.tag(arn, {{"a", "1"}, {"b", "2"}})) << arn;
    ASSERT_TRUE(world.cluster.untag(arn, {"a"}));
    EXPECT_THAT(*world.cluster.tags(arn), ElementsAre(NamedValue("b", "2"))) << arn;
  }
  for (const std::string& arn : {prefix + "service/demo/none", prefix + "cluster/other",
                                 std::string("api"), prefix + "service/other/api"}) {
    EXPECT_EQ(world.cluster.tags(arn).error().code, "ResourceNotFoundException") << arn;
  }
}

TEST(LoopbackAddresses, AreNotGivenTwice) {
  LoopbackAddresses addresses;
  EXPECT_EQ(addresses.take_for_instance(), "127.0.0.1");
  EXPECT_EQ(addresses.take_for_instance(), "127.0.1.1");
  addresses.give_back("127.0.0.1");
  EXPECT_EQ(addresses.take_for_instance(), "127.0.0.1");
  EXPECT_EQ(addresses.take_for_task(), "127.64.0.1");
  addresses.give_back("127.64.0.1");
  EXPECT_EQ(addresses.take_for_task(), "127.64.0.2") << "the next one, not the last one's at once";
  addresses.give_back("10.0.0.1");
}

TEST(AddressRanges, EndAndBeginAnew) {
  AddressRange range(5, 6);
  EXPECT_EQ(range.take(), 5U);
  EXPECT_EQ(range.take(), 6U);
  EXPECT_EQ(range.take(), std::nullopt);
  EXPECT_TRUE(range.give_back(5));
  EXPECT_FALSE(range.give_back(5));
  EXPECT_EQ(range.take(), 5U);
}

}  // namespace
}  // namespace cutover::containers

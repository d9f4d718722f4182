// Faults at tasks' targets, over load balancers that really run. Nothing listens where the target
// is: what is answered with anything but 502 was answered by the fault.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <map>

#include "cutover/stack/load_balancer_registry.hpp"
#include "tests/containers/apps/raw_client.hpp"

namespace cutover::stack {
namespace {

using containers::RawClient;
using containers::apps::Behaviour;
using containers::apps::Latency;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view get = "GET /api/users HTTP/1.1\r\nHost: a\r\n\r\n";
const containers::apps::AppBehaviour failing{.error_rate = 1};

class OneInstance final : public Instances {
 public:
  std::optional<Instance> find(const std::string& id) const override {
    if (id != "i-1") return std::nullopt;
    return Instance{"127.0.0.1", state};
  }
  std::string at(const std::string& address) const override {
    return address == "127.0.0.1" ? "i-1" : "";
  }
  std::string state = "running";
};

class TaskFaults : public testing::Test {
 protected:
  TaskFaults() {
    target.host_port = 1;
    apply(CreateLoadBalancer{"demo"});
    group("api", std::chrono::seconds(300));
    listen("demo", rules::Forward{{{"api", 1}}});
    EXPECT_TRUE(registry.register_target("api", target));
  }

  static BalancingOptions options() {
    BalancingOptions options;
    options.workers = 1;
    options.port_offset.reset();
    return options;
  }
  template <class Operation>
  void apply(const Operation& operation) {
    const auto done = balancing.apply(operation);
    ASSERT_TRUE(done) << to_string(done.error());
  }
  void group(const std::string& name, std::chrono::seconds deregistration_delay = {}) {
    CreateTargetGroup create;
    create.spec.name = name;
    create.spec.deregistration_delay = deregistration_delay;
    apply(create);
  }
  void listen(const std::string& load_balancer, rules::Action action) {
    apply(CreateListener{{load_balancer, 80}, std::move(action)});
  }
  void set(const containers::apps::AppBehaviour& behaviour) {
    ASSERT_TRUE(registry.set_fault("api", target, std::make_shared<Behaviour>(behaviour, 1)));
  }
  RawClient client(const std::string& load_balancer = "demo") {
    const auto bound = *balancing.find(load_balancer)->bound(80);
    return RawClient(bound.port(), bound.address().to_string());
  }
  std::string answer(const std::string& load_balancer = "demo") {
    return client(load_balancer).exchange(get);
  }

  boost::asio::io_context io;
  RealClock clock;
  AsioTimers timers{io, clock};
  RunningBalancing balancing{io, timers, options()};
  LoadBalancerRegistry registry{balancing};
  containers::TaskTarget target;
};

TEST_F(TaskFaults, AnswerAsABuiltInAppWould) {
  EXPECT_THAT(answer(), StartsWith("HTTP/1.1 502 "));
  set(failing);
  const std::string failed = answer();
  EXPECT_THAT(failed, StartsWith("HTTP/1.1 500 Internal Server Error\n"));
  EXPECT_THAT(failed, HasSubstr("\nContent-Type: text/plain; charset=utf-8\n"));
  EXPECT_THAT(failed, testing::EndsWith("\n\nInternal Server Error"));
  ASSERT_TRUE(registry.set_fault("api", target, nullptr));
  EXPECT_THAT(answer(), StartsWith("HTTP/1.1 502 "));
}

TEST_F(TaskFaults, RefuseWhatTheBacklogDoesNotHold) {
  set({.latency = {Latency::Shape::constant, std::chrono::hours(1)},
       .concurrency_limit = 1,
       .backlog_limit = 0});
  auto first = client();
  first.send(get);
  while (balancing.find("demo")->accounts().in_flight == 0) continue;
  EXPECT_THAT(answer(), StartsWith("HTTP/1.1 503 Service Unavailable\n"));
}

TEST_F(TaskFaults, StayWhenTheTargetIsRegisteredAgain) {
  set(failing);
  ASSERT_TRUE(registry.register_target("api", target));
  EXPECT_THAT(answer(), StartsWith("HTTP/1.1 500 "));
  apply(RegisterTargets{"api", {{"127.0.0.1", target.host_port}}});
  EXPECT_THAT(answer(), StartsWith("HTTP/1.1 500 "));
}

TEST_F(TaskFaults, GoAlongWhenTheGroupMovesToAnotherLoadBalancer) {
  set(failing);
  ASSERT_TRUE(registry.register_target("api", target));
  apply(ModifyListener{{"demo", 80}, {}, rules::FixedResponse{404, "text/plain", ""}});
  apply(CreateLoadBalancer{"other"});
  listen("other", rules::Forward{{{"api", 1}}});
  EXPECT_THAT(answer("other"), StartsWith("HTTP/1.1 500 "));
  ASSERT_TRUE(registry.set_fault("api", target, nullptr));
  EXPECT_THAT(answer("other"), StartsWith("HTTP/1.1 502 "));
}

TEST_F(TaskFaults, AreThereWhenTheGroupComesToALoadBalancer) {
  group("later");
  ASSERT_TRUE(registry.register_target("later", target));
  ASSERT_TRUE(registry.set_fault("later", target, std::make_shared<Behaviour>(failing, 1)));
  apply(ModifyListener{{"demo", 80}, {}, rules::Forward{{{"later", 1}}}});
  EXPECT_THAT(answer(), StartsWith("HTTP/1.1 500 "));
}

TEST_F(TaskFaults, AreThereWhenAStoppedInstanceComesBack) {
  OneInstance instance;
  balancing.targets().use_instances(&instance);
  group("quick");
  apply(ModifyListener{{"demo", 80}, {}, rules::Forward{{{"quick", 1}}}});
  ASSERT_TRUE(registry.register_target("quick", target));
  ASSERT_TRUE(registry.set_fault("quick", target, std::make_shared<Behaviour>(failing, 1)));
  instance.state = "stopped";
  balancing.targets().instance_changed("i-1");
  io.poll();  // its drain ends
  EXPECT_THAT(answer(), StartsWith("HTTP/1.1 503 "));
  instance.state = "running";
  balancing.targets().instance_changed("i-1");
  EXPECT_THAT(answer(), StartsWith("HTTP/1.1 500 "));
}

TEST_F(TaskFaults, EndWhenTheTargetIsDeregistered) {
  set(failing);
  ASSERT_TRUE(registry.deregister_target("api", target));
  EXPECT_EQ(registry.set_fault("api", target, nullptr).error().message,
            "'127.0.0.1' is not registered with target group 'api'");
  ASSERT_TRUE(registry.register_target("api", target)) << "the next task, at the same port";
  EXPECT_THAT(answer(), StartsWith("HTTP/1.1 502 "));
}

TEST_F(TaskFaults, AreRefusedWhereThereIsNoSuchGroup) {
  EXPECT_EQ(registry.set_fault("apo", target, nullptr).error().code, "InvalidParameterException");
}

}  // namespace
}  // namespace cutover::stack

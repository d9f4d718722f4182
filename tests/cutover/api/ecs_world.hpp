#pragma once

// ECS's API over a pretended runtime and load balancer, in made-up time: requests go in as their
// JSON and come back as theirs.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "containers/clusters.hpp"
#include "cutover/api/dispatcher.hpp"
#include "cutover/api/ecs/ecs.hpp"
#include "tests/containers/fake_world.hpp"

namespace cutover::api::ecs::testing {

using Json = nlohmann::json;
using namespace std::chrono_literals;

inline constexpr const char* api_group =
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/api/0123456789abcdef";

/// Load balancing that has target group `api` and rule `demo:80/10`, by name and by ARN.
class FakeTargetArns final : public TargetArns {
 public:
  std::string target_group_arn(const std::string& name) const override {
    return name == "api" ? api_group : name;
  }
  std::string target_group_name(const std::string& arn) const override {
    return arn == api_group ? "api" : arn;
  }
  std::string rule_arn(const std::string& name) const override {
    return name == "demo:80/10" ? "arn:aws:elasticloadbalancing:rule/10" : name;
  }
};

struct Answer {
  unsigned status = 0;
  Json body;

  /// "ClientException: …" of an error; else empty.
  std::string error() const;
};

class World {
 public:
  explicit World(Shape::Strings strings = Shape::Strings::converted);

  /// The answer to `AmazonEC2ContainerServiceV20141113.<operation>`.
  Answer call(std::string_view operation, const Json& input = Json::object());
  Answer send(std::string_view operation, std::string_view body);
  /// The same of a call that has to succeed.
  Json answer(std::string_view operation, const Json& input = Json::object());
  void advance(Duration by) { timers.advance(by); }

  /// Registers a definition of one container `app` of that name: port 3000, dynamic.
  void define(const std::string& family);
  Json service_input(const std::string& name, int desired_count) const;
  /// Its tasks' ARNs, by ListTasks.
  Json task_arns(const std::string& service);

  SimulatedClock clock;
  SimulatedTimers timers{clock};
  containers::testing::FakeRuntime runtime{timers};
  containers::testing::FakeRegistry registry{timers};
  containers::TaskDefinitions definitions{clock, "us-east-1", "123456789012"};
  containers::LoopbackAddresses addresses;
  containers::Clusters clusters;
  AccountSettings settings{"123456789012"};
  FakeTargetArns targets;
  Region region;
  Dispatcher dispatcher{7};
};

}  // namespace cutover::api::ecs::testing

#pragma once

// A service whose deployments shift traffic, in made-up time.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/containers/fake_world.hpp"

namespace cutover::containers::testing {

/// A service "api" of two tasks in group "api", whose other half is "green".
class Shifted {
 public:
  explicit Shifted(DeploymentStrategy strategy = DeploymentStrategy::blue_green) {
    world.registry.groups["green"] = {};
    spec = world.spec("api", 2);
    spec.load_balancers.front().advanced = AdvancedConfiguration{"green", "production", "test", ""};
    spec.deployment.strategy = strategy;
    spec.deployment.bake_time = 5min;
    world.define("api");
  }

  void create() {
    const auto created = world.cluster.create_service(spec);
    ASSERT_TRUE(created) << to_string(created.error());
  }
  /// create(), the first deployment's end, and a second revision of the task definition.
  void run() {
    create();
    world.advance(10min);
    ASSERT_EQ(record().status, ServiceDeploymentStatus::successful);
    world.define("api");
    what();
  }
  ServiceDeployment record() {
    return world.cluster.service_deployments("api")->front().deployment;
  }
  std::string state() {
    const ServiceDeployment its = record();
    return fmt::format("{} {} {}", to_string(its.status), its.stage ? to_string(*its.stage) : "",
                       its.production_weight);
  }
  /// What was done since the last call, without moments; the same again is told once.
  std::vector<std::string> what() {
    std::vector<std::string> told;
    for (const std::string& line : world.take_journal()) {
      std::string text = line.substr(line.find(' ') + 1);
      if (told.empty() || told.back() != text) told.push_back(std::move(text));
    }
    return told;
  }
  void update(const ServiceUpdate& change) {
    const auto done = world.cluster.update_service("api", change);
    ASSERT_TRUE(done) << to_string(done.error());
  }
  std::uint32_t healthy(const char* group) {
    return world.registry.count(group, TargetStatus::healthy);
  }

  World world;
  ServiceSpec spec;
};

inline LifecycleHook hook(LifecycleStage stage) {
  LifecycleHook hook;
  hook.hook_target_arn = "arn:hook";
  hook.stages = {stage};
  hook.timeout = 30min;
  return hook;
}

inline LifecycleHook pause(LifecycleStage stage) {
  LifecycleHook pause = hook(stage);
  pause.target_type = LifecycleHook::TargetType::pause;
  pause.hook_target_arn.clear();
  return pause;
}

}  // namespace cutover::containers::testing

#pragma once

// The targets' side of health checks: answers each as the case says, without being asked.

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/conformance/holes.hpp"
#include "tests/conformance/world.hpp"

namespace cutover::conformance {

class HealthChecks {
 public:
  /// Both outlive it.
  HealthChecks(World& world, const Words& words) : world_(world), words_(words) {}

  void add(const std::string& target) { targets_[target]; }
  /// How the target meets health checks, and everyone else, from now on: a status; the lines of a
  /// response; "refuses", "ignores" (connections); "silent", "closes", "resets", "garbage"; or
  /// "by hand": the case's steps answer.
  void behave(const std::string& target, const nlohmann::json& how);
  bool passes(const std::string& target) const;

  /// Tells health checks from other traffic, and answers them. Gives whether it did anything.
  bool react();
  /// The checks that reached the target since the last such question.
  unsigned seen(const std::string& target);
  /// The oldest check that waits to be answered by hand; nullptr when there is none.
  Wire* waiting(const std::string& target);

 private:
  struct Target {
    nlohmann::json how = 200;
    unsigned seen = 0;
  };
  bool meet(Target& target, Wire& wire);

  World& world_;
  const Words& words_;
  std::map<std::string, Target> targets_;
};

}  // namespace cutover::conformance

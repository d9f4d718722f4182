#pragma once

// The control side of a conformance case: stacks and operations in AWS's shapes, applied to a load
// balancer that has no containers behind it.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cutover/stack/stack.hpp"
#include "tests/conformance/holes.hpp"
#include "tests/conformance/world.hpp"

namespace cutover::conformance {

class Control {
 public:
  /// Both outlive it. Targets by name and holes in what is given are replaced by `words`.
  Control(World& world, const Words& words) : world_(world), words_(words) {}

  /// Parses the stack, starts the load balancer and builds what the stack says.
  Result<void> start(const nlohmann::json& stack, const std::string& access_log, unsigned nodes);
  /// Does what AWS's action `name` does.
  Result<void> apply(const std::string& name, const nlohmann::json& input);

  lb::targets::TargetId target(const std::string& name) const;
  /// The only group, or the first by name.
  std::string first_group() const;
  std::uint16_t first_listener() const;

 private:
  nlohmann::json written_out(const nlohmann::json& value) const;
  Result<void> apply(const stack::Operation& operation);

  World& world_;
  const Words& words_;
  stack::Model model_;
};

}  // namespace cutover::conformance

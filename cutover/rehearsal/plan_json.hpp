#pragma once

// The parts of a plan that stand for themselves: load, steps, requirements, each read from its
// JSON without looking at the stack.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cutover/rehearsal/plan.hpp"
#include "lb/base/json.hpp"
#include "lb/base/result.hpp"

namespace cutover::rehearsal {

/// Limits of what a plan may ask for.
inline constexpr double rate_most = 100'000;
inline constexpr std::uint32_t connections_most = 10'000;
inline constexpr Duration hold_most = std::chrono::hours(1);
inline constexpr Duration wait_timeout_most = std::chrono::hours(24);
inline constexpr Duration load_timeout_most = std::chrono::minutes(10);

/// The listener must be one of `listeners`; when there is only one it may be left out.
Result<Load> parse_load(const nlohmann::json& value, std::string pointer,
                        const std::vector<std::string>& listeners);

Result<Step> parse_step(const nlohmann::json& value, std::string pointer);

/// `probe` holds the paths that requirements may speak of, `earlier` the names of the phases
/// before; both empty for the whole run, which can't have such requirements.
struct RequirementScope {
  bool of_a_phase = false;
  std::vector<std::string> probe;
  std::vector<std::string> earlier;
};
Result<Requirements> parse_requirements(const nlohmann::json& value, std::string pointer,
                                        const RequirementScope& scope);

/// A path with its query: starts with '/', visible ASCII.
bool is_request_path(std::string_view text);

}  // namespace cutover::rehearsal

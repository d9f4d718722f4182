#pragma once

// Members of task definitions that change nothing in how tasks run here: what AWS knows of them and
// this simulator does not act on. One table for each kind of object says whether a member is
// carried (kept and echoed) or refused by name, and why.

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "containers/task_definition.hpp"
#include "lb/base/json.hpp"

namespace cutover::containers {

struct PassiveMember {
  /// `refused`: tasks would behave otherwise than on ECS if it were passed over. A value that says
  /// nothing (null, "", false, [] or {}) is accepted all the same.
  enum class Policy { carried, refused };
  enum class Type { object, list, string, boolean };

  std::string_view name;
  Policy policy;
  Type type;
  std::string_view reason;  ///< refused: what is missing, to end an error message; else empty.
};

/// Sorted by name.
std::span<const PassiveMember> passive_container_members();
std::span<const PassiveMember> passive_task_members();

/// Reads those of `members` that are there. The carried ones: member and JSON text; a refused one
/// that says `false` is among them, so that it is echoed.
std::vector<NamedValue> read_passive_members(JsonReader& reader, const nlohmann::json& value,
                                             std::span<const PassiveMember> members);

/// Adds them to a JSON object again.
void write_carried(nlohmann::json& object, const std::vector<NamedValue>& carried);

}  // namespace cutover::containers

#pragma once

// Members that task definitions and services have in common: names, tags, and what AWS knows but
// this simulator does not act on yet. The last are refused by name: a rehearsal would mean
// something else than its author thinks if they were passed over.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "containers/task_definition.hpp"
#include "lb/base/json.hpp"

namespace cutover::containers {

/// Records an error for the first of `keys` that is there and says something. Null, "", false, []
/// and {} say nothing and are accepted. `value` is what `reader` reads.
void refuse_unsupported(JsonReader& reader, const nlohmann::json& value,
                        std::initializer_list<std::string_view> keys);

/// Reads a required name: 1 to 255 letters, digits, '-' and '_'.
std::string read_name(JsonReader& reader, std::string_view key);

/// Reads an optional list of objects of two strings, as AWS writes tags and environments.
std::vector<NamedValue> read_pairs(JsonReader& reader, std::string_view key,
                                   std::string_view name_key, std::string_view value_key);

}  // namespace cutover::containers

#pragma once

// AWS's list of tags, `[{"Key": "stage", "Value": "test"}]`.

#include <nlohmann/json.hpp>
#include <string_view>

#include "cutover/stack/operation.hpp"
#include "lb/base/json.hpp"

namespace cutover::stack {

/// Reads the list `key`, when it is there. Refuses what AWS refuses: keys beyond 128 characters,
/// values beyond 256, the prefix `aws:`, a key that stands twice (`DuplicateTagKeys`), more than 50
/// tags (`TooManyTags`).
Tags read_tags(JsonReader& reader, std::string_view key);

nlohmann::json to_json(const Tags& tags);

}  // namespace cutover::stack

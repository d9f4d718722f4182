#pragma once

// Tags of a resource, with AWS's limits (ECS developer guide: Tagging your resources).

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "containers/task_definition.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

using Tags = std::vector<NamedValue>;

inline constexpr std::size_t tags_max = 50;
inline constexpr std::size_t tag_key_length_max = 128;
inline constexpr std::size_t tag_value_length_max = 256;

/// Whether these may be the tags of one resource. The error's place is "/tags" or below.
Result<void> check_tags(const Tags& tags);

/// `tags` with others added; one whose key is there already gets the new value.
Result<Tags> with_tags(Tags tags, const Tags& added);
/// What ECS itself adds to a task; `service` is empty for one that stands alone. Such tags do not
/// count (Amazon ECS-managed tags).
void add_managed_tags(Tags& tags, std::string_view cluster, std::string_view service);
Tags without_tags(Tags tags, const std::vector<std::string>& keys);

}  // namespace cutover::containers

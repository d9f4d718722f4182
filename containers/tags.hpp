#pragma once

// Tags of resources, by ARN, with AWS's limits (ECS developer guide: Tagging your resources).

#include <cstddef>
#include <map>
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

class TagStore {
 public:
  /// Adds tags; one whose key is there already gets the new value. All or nothing.
  Result<void> tag(const std::string& arn, const Tags& tags);
  void untag(const std::string& arn, const std::vector<std::string>& keys);
  /// In the order in which they came.
  Tags list(std::string_view arn) const;
  void forget(std::string_view arn);

 private:
  std::map<std::string, Tags, std::less<>> tags_;
};

}  // namespace cutover::containers

#pragma once

// ECS's ARNs, taken apart (ECS developer guide: Amazon Resource Names and IDs). Clusters, services,
// tasks and container instances go by a bare name or id as well as by their ARNs. Pure.

#include <string>
#include <string_view>

#include "lb/base/result.hpp"

namespace cutover::api::ecs {

/// "arn:aws:ecs:us-east-1:123456789012:task/demo/0123…"
struct ResourceArn {
  std::string region;
  std::string account;
  std::string type;     ///< "cluster", "service", "task", "container-instance", …
  std::string cluster;  ///< Empty when the ARN names none: cluster, task definition, old forms.
  std::string name;     ///< What stands last; of a task definition "family:revision".

  friend bool operator==(const ResourceArn&, const ResourceArn&) = default;
};

bool is_arn(std::string_view text);
/// InvalidParameterException for what is no ARN of ECS.
Result<ResourceArn> parse_arn(std::string_view text);

/// The bare name or id that `text` (one, or an ARN) gives for a resource of that type in that
/// cluster; an ARN of something else or of another cluster is refused. For a cluster itself,
/// `cluster` is empty.
Result<std::string> name_within(std::string_view text, std::string_view type,
                                std::string_view cluster);

}  // namespace cutover::api::ecs

#pragma once

// Ids and ARNs in ECS's form (ECS developer guide: Amazon Resource Names and IDs), from seeded
// chance.

#include <string>
#include <string_view>

#include "lb/base/random.hpp"

namespace cutover::containers {

std::string new_task_id(Random& random);        ///< 32 hex digits.
std::string new_deployment_id(Random& random);  ///< "ecs-svc/" and 19 digits.
std::string new_event_id(Random& random);       ///< A UUID, version 4.

/// Makes the ARNs of one cluster.
class ArnMaker {
 public:
  ArnMaker(std::string_view region, std::string_view account, std::string cluster);
  std::string cluster() const;
  std::string task(std::string_view id) const;
  std::string service(std::string_view name) const;
  /// `reference` is "family:revision".
  std::string task_definition(std::string_view reference) const;

 private:
  std::string prefix_;
  std::string cluster_;
};

/// What stands after the last '/', or all of it: the id or name in an ARN, or bare.
std::string_view bare_name(std::string_view name_or_arn);

}  // namespace cutover::containers

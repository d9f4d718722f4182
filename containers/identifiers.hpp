#pragma once

// Ids and ARNs in ECS's form (ECS developer guide: Amazon Resource Names and IDs), from seeded
// chance.

#include <optional>
#include <string>
#include <string_view>

#include "lb/base/random.hpp"

namespace cutover::containers {

std::string new_task_id(Random& random);                ///< 32 hex digits.
std::string new_deployment_id(Random& random);          ///< "ecs-svc/" and 19 digits.
std::string new_event_id(Random& random);               ///< A UUID, version 4.
std::string new_container_instance_id(Random& random);  ///< 32 hex digits.
std::string new_ec2_instance_id(Random& random);        ///< "i-" and 17 hex digits.
std::string new_service_deployment_id(Random& random);  ///< 21 letters, digits, '-' and '_'.
std::string new_revision_id(Random& random);            ///< 19 digits.

/// Makes the ARNs of one cluster.
class ArnMaker {
 public:
  ArnMaker(std::string_view region, std::string_view account, std::string cluster);
  std::string cluster() const;
  const std::string& cluster_name() const { return cluster_; }
  std::string task(std::string_view id) const;
  std::string service(std::string_view name) const;
  std::string container_instance(std::string_view id) const;
  std::string service_deployment(std::string_view service, std::string_view id) const;
  std::string service_revision(std::string_view service, std::string_view id) const;
  /// `reference` is "family:revision".
  std::string task_definition(std::string_view reference) const;

  /// The id or name in a bare reference or an ARN of that kind ("service", "task", …), in its form
  /// with or without the cluster; nothing for an ARN of something else or of another cluster.
  std::optional<std::string_view> id_of(std::string_view kind, std::string_view reference) const;

 private:
  std::string prefix_;
  std::string cluster_;
};

/// What stands after the last '/', or all of it: the id or name in an ARN, or bare.
std::string_view bare_name(std::string_view name_or_arn);

}  // namespace cutover::containers

#pragma once

// CloudFormation, reading only: the running stack as if a template had made it, with the outputs
// that a cutover's script asks for.

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cutover/api/account.hpp"
#include "cutover/api/service.hpp"
#include "lb/base/clock.hpp"

namespace cutover::api::cloudformation {

struct StackOutput {
  std::string key;
  std::string value;
  std::string description;
};

struct StackResource {
  std::string logical_id;   ///< Letters and digits.
  std::string physical_id;  ///< An ARN or a name.
  std::string type;         ///< "AWS::ElasticLoadBalancingV2::LoadBalancer"
};

struct RunningStack {
  std::string name;
  WallTime created_at{};
  std::vector<StackOutput> outputs;
  std::vector<StackResource> resources;
};

/// The stack of a region, as it is at the moment; nothing when that region has none.
using Source = std::function<std::optional<RunningStack>(const std::string& region)>;

Service service(const Account& account, Source source);

}  // namespace cutover::api::cloudformation

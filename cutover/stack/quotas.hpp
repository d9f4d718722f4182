#pragma once

// AWS's quotas for load balancing, by the names that DescribeAccountLimits gives them, and how they
// are raised: a stack file's "Quotas", --quota NAME=VALUE.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lb/base/result.hpp"
#include "lb/targets/target_group_spec.hpp"
#include "rules/quotas.hpp"

namespace cutover::stack {

/// Of one account in one region.
struct Quotas {
  std::size_t load_balancers = 50;
  std::size_t target_groups = 3'000;
  rules::Quotas per_load_balancer;
  lb::targets::Quotas targets;
  friend bool operator==(const Quotas&, const Quotas&) = default;
};

/// Errors name the quotas there are. A quota may be lowered, too.
Result<void> set_quota(Quotas& quotas, std::string_view name, std::uint64_t value);

/// Quotas as they are set, by name.
using QuotaSettings = std::vector<std::pair<std::string, std::uint64_t>>;

/// AWS's defaults but for these, which name quotas there are.
Quotas quotas_with(const QuotaSettings& settings);

/// One quota as DescribeAccountLimits tells it.
struct Limit {
  std::string_view name;
  std::size_t most = 0;
};
/// All of them, in a fixed order: those that can be set and those that are built in.
std::vector<Limit> limits(const Quotas& quotas);

}  // namespace cutover::stack

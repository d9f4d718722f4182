#pragma once

// Load balancing as it is kept between two lives of the program: a document for each load balancer,
// target group, listener and rule, each the entry of a stack file with its place in the order.
// Pure.

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cutover/stack/load_balancing.hpp"
#include "lb/base/result.hpp"

namespace cutover::stack {

/// What to restore.
struct SavedBalancing {
  LoadBalancing there;
  /// By target group; those of tasks come with the tasks.
  std::map<std::string, std::vector<TargetEntry>> targets;
};

/// The document of what goes by that name and is there.
nlohmann::json saved_json(const LoadBalancing& there, const ResourceName& name,
                          const std::vector<TargetEntry>& targets);

/// By ARN.
using BalancingDocuments = std::map<std::string, nlohmann::json>;

/// An error names the document. Quotas are checked as if all were created anew.
Result<SavedBalancing> read_saved(const BalancingDocuments& documents, const Quotas& quotas);

}  // namespace cutover::stack

#pragma once

// What a worker routes by: an immutable table of listeners, rules and target groups, compiled by
// the control thread and handed to every worker. Unchanged parts are shared between tables.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lb/attributes.hpp"
#include "lb/in_process.hpp"
#include "lb/proxy/stream.hpp"
#include "lb/target_fault.hpp"
#include "lb/targets/selection.hpp"
#include "lb/targets/target_group.hpp"
#include "lb/targets/weighted_choice.hpp"
#include "rules/matcher.hpp"

namespace cutover::lb::proxy {

/// Numbers that stay the same over all tables: what workers keep their own state under.
using ListenerSlot = std::uint32_t;
using GroupSlot = std::uint32_t;
using TargetSlot = std::uint32_t;

/// One registered target. Kept alive by the table and by whoever serves a request with it.
struct TargetRoute {
  TargetSlot slot = 0;
  Endpoint endpoint;
  std::string text;                           ///< "127.0.0.1:34567"
  std::shared_ptr<InProcessService> service;  ///< Called instead of dialled, when set.
  std::shared_ptr<TargetFault> fault;         ///< Met on the way to it, when set.
};

/// One target group: where its requests may go now.
struct GroupRoute {
  GroupSlot slot = 0;
  std::string name;
  std::string arn;
  std::vector<std::shared_ptr<const TargetRoute>> eligible;
  std::vector<targets::Candidate> candidates;  ///< The same, as the selection wants them.
  targets::Balancing balancing;
  targets::Stickiness stickiness;
  bool failing_open = false;  ///< Too few are healthy: `eligible` are all that are registered.
  /// Why the others are not eligible, and under what reserve these are: for why-traces.
  std::vector<targets::TargetGroup::Described> described;
};

/// A forward action with its groups by slot.
struct ForwardRoute {
  std::vector<GroupSlot> groups;
  /// Empty for a single group with a weight above 0.
  std::optional<targets::WeightedChoice> choice;
  /// Group stickiness: how long a client keeps its group. 0: off.
  std::chrono::seconds stickiness{0};
  std::vector<std::uint32_t> weights;  ///< For why-traces.
};

using ActionRoute = std::variant<ForwardRoute, rules::FixedResponse, rules::Redirect>;

struct ListenerRoute {
  ListenerRoute(rules::Matcher compiled, std::vector<ActionRoute> routes, ActionRoute fallback,
                http::ResponseHandling responses)
      : matcher(std::move(compiled)),
        actions(std::move(routes)),
        default_action(std::move(fallback)),
        handling(std::move(responses)) {}

  rules::Matcher matcher;
  std::vector<ActionRoute> actions;  ///< By the matcher's rule index.
  ActionRoute default_action;
  http::ResponseHandling handling;
};

struct RoutingTable {
  LoadBalancerAttributes attributes;
  std::vector<std::shared_ptr<const ListenerRoute>> listeners;  ///< By ListenerSlot; may be null.
  std::vector<std::shared_ptr<const GroupRoute>> groups;        ///< By GroupSlot; may be null.
};

}  // namespace cutover::lb::proxy

#pragma once

// What a worker routes by: an immutable table of listeners, rules and target groups, compiled by
// the control thread and handed to every worker. Unchanged parts are shared between tables.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lb/in_process.hpp"
#include "lb/proxy/stream.hpp"
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
};

/// One target group: where its requests may go now.
struct GroupRoute {
  GroupSlot slot = 0;
  std::string name;
  std::string arn;
  std::vector<std::shared_ptr<const TargetRoute>> eligible;
};

/// A forward action with its groups by slot.
struct ForwardRoute {
  std::vector<GroupSlot> groups;
  /// Empty for a single group with a weight above 0.
  std::optional<targets::WeightedChoice> choice;
};

using ActionRoute = std::variant<ForwardRoute, rules::FixedResponse, rules::Redirect>;

struct ListenerRoute {
  ListenerRoute(rules::Matcher compiled, std::vector<ActionRoute> routes, ActionRoute fallback)
      : matcher(std::move(compiled)),
        actions(std::move(routes)),
        default_action(std::move(fallback)) {}

  rules::Matcher matcher;
  std::vector<ActionRoute> actions;  ///< By the matcher's rule index.
  ActionRoute default_action;
};

struct RoutingTable {
  std::vector<std::shared_ptr<const ListenerRoute>> listeners;  ///< By ListenerSlot; may be null.
  std::vector<std::shared_ptr<const GroupRoute>> groups;        ///< By GroupSlot; may be null.
};

}  // namespace cutover::lb::proxy

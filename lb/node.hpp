#pragma once

// One node of the load balancer, on the control side: the configuration that has reached it, its
// own health checks of the targets, and the routing table that its workers serve by. Not for
// embedding programs. (ALB user guide: each node checks health and routes for itself.)

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lb/base/timers.hpp"
#include "lb/proxy/health_checker.hpp"
#include "lb/proxy/routing.hpp"
#include "lb/proxy/worker.hpp"
#include "lb/targets/target_group.hpp"

namespace cutover::lb {

/// Control thread only. Changes are given in the order in which they were made.
class Node {
 public:
  using Work = std::function<void(proxy::Worker&)>;
  struct Links {
    /// Runs the work on each of the node's workers, on its thread, and returns when all have.
    std::function<void(const Work&)> run_on_workers;
    /// A target's health as this node sees it has changed, or it has left the node.
    std::function<void(proxy::GroupSlot, const targets::TargetId&)> health_changed;
  };

  /// `data_timers` run on the data plane's clock, as targets do.
  Node(Timers& timers, Timers& data_timers, proxy::Network& network, Links links);
  /// Ends the node's health checks; quiet() once none is on its way.
  void close();
  bool quiet() const { return checker_.quiet(); }

  void set_attributes(const LoadBalancerAttributes& attributes);
  void create_group(proxy::GroupSlot slot, const targets::TargetGroupSpec& spec,
                    const std::string& arn);
  void modify_group(proxy::GroupSlot slot, const targets::TargetGroupSpec& spec);
  void delete_group(proxy::GroupSlot slot);
  void register_target(proxy::GroupSlot group, const targets::TargetId& target,
                       const std::shared_ptr<const proxy::TargetRoute>& route);
  /// The target is reached by another route from now on; what is known of its health stays.
  void reroute_target(proxy::GroupSlot group, const targets::TargetId& target,
                      const std::shared_ptr<const proxy::TargetRoute>& route);
  void deregister_target(proxy::GroupSlot group, const targets::TargetId& target);

  /// Creates or replaces what the node's workers route a listener's requests by. `groups` are those
  /// that some action of it names.
  void set_listener(proxy::ListenerSlot slot, std::shared_ptr<const proxy::ListenerRoute> route,
                    std::vector<proxy::GroupSlot> groups);
  /// Lets the node's workers listen; the routes must be set.
  Result<void> listen(const proxy::ListenerBinding& binding, const proxy::Endpoint& on);
  /// Stops listening too.
  void delete_listener(proxy::ListenerSlot slot);

  /// The group as this node knows it; nullptr when it does not (yet).
  const targets::TargetGroup* group(proxy::GroupSlot slot) const;

 private:
  struct Group {
    targets::TargetGroup state;
    std::string arn;
    std::map<targets::TargetId, std::shared_ptr<const proxy::TargetRoute>> targets;
    std::shared_ptr<const proxy::GroupRoute> route;
    TimerId drain_timer = 0;
  };
  struct Listener {
    std::shared_ptr<const proxy::ListenerRoute> route;
    std::vector<proxy::GroupSlot> groups;
  };
  struct Checked {
    proxy::GroupSlot group = 0;
    targets::TargetId target;
  };

  void publish(const Work& also = nullptr);
  void refresh_use(const std::vector<proxy::GroupSlot>& groups);
  void refresh_checks(Group& group);
  void refresh_route(proxy::GroupSlot slot, Group& group);
  void schedule_drain(proxy::GroupSlot slot, Group& group);
  void end_drains(proxy::GroupSlot slot);
  void check_started(proxy::TargetSlot slot);
  void check_ended(proxy::TargetSlot slot, const targets::CheckResult& result);

  Timers& timers_;
  Links links_;
  proxy::HealthChecker checker_;
  LoadBalancerAttributes attributes_;
  std::map<proxy::GroupSlot, Group> groups_;
  std::map<proxy::ListenerSlot, Listener> listeners_;
  std::map<proxy::GroupSlot, std::size_t> uses_;  ///< How many listeners name a group.
  std::map<proxy::TargetSlot, Checked> checked_;  ///< Whom a check's result concerns.
};

}  // namespace cutover::lb

#pragma once

// Behind the load balancer's face: target groups and listeners as its callers see them, and the
// spreading of changes to its nodes. Not for embedding programs.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lb/base/random.hpp"
#include "lb/load_balancer.hpp"
#include "lb/node.hpp"
#include "lb/observe/access_log.hpp"
#include "lb/observe/log_directory.hpp"
#include "lb/proxy/routing.hpp"
#include "lb/proxy/worker_host.hpp"
#include "lb/targets/target_group.hpp"

namespace cutover::lb {

/// Control thread only.
class LoadBalancer::Core {
 public:
  /// What was asked for: registrations and drains count from the call. Whether a target is healthy
  /// is for the nodes to say.
  struct Group {
    targets::TargetGroup state;
    proxy::GroupSlot slot = 0;
    std::string arn;
    std::map<targets::TargetId, std::shared_ptr<const proxy::TargetRoute>> targets;
    TimerId drain_timer = 0;
  };
  using Endpoint = boost::asio::ip::tcp::endpoint;
  struct Listener {
    proxy::ListenerSlot slot = 0;
    Endpoint bound;
    rules::RuleSet rules;
    ListenerAttributes attributes;
  };

  Core(Timers& timers, Options options, std::unique_ptr<proxy::WorkerHost> host);

  Result<void> start();
  void stop(Duration grace);

  Result<void> modify_attributes(const LoadBalancerAttributes& attributes);
  const LoadBalancerAttributes& attributes() const { return options_.attributes; }

  Result<void> create_target_group(targets::TargetGroupSpec spec, std::string arn);
  Result<void> modify_target_group(const targets::TargetGroupSpec& spec);
  Result<void> delete_target_group(const std::string& name);
  std::vector<std::string> target_groups() const;
  const Group* find_group(const std::string& name) const;
  static Error group_not_found(const std::string& name);

  Result<void> register_targets(const std::string& name, std::vector<TargetSpec> targets);
  Result<void> deregister_target(const std::string& name, const targets::TargetId& target);
  Result<void> set_target_fault(const std::string& name, const targets::TargetId& target,
                                std::shared_ptr<TargetFault> fault);
  Result<std::vector<TargetDescription>> describe_target_health(const std::string& name);
  /// What the nodes make of a target together.
  targets::TargetHealth health(const Group& group, const targets::TargetId& target) const;

  Result<std::uint16_t> create_listener(const ListenerSpec& spec);
  Result<void> modify_listener_attributes(std::uint16_t port, const ListenerAttributes& attributes);
  Result<void> delete_listener(std::uint16_t port);
  std::vector<std::uint16_t> listeners() const;
  const Listener* find_listener(std::uint16_t port) const;
  static Error listener_not_found(std::uint16_t port);
  /// Applies `change` to a copy of the rules, and the copy if all of it is valid.
  Result<void> change_rules(std::uint16_t port,
                            const std::function<Result<void>(rules::RuleSet&)>& change);

  Accounts accounts();
  MetricsSnapshot metrics();
  const TraceStore& traces() const { return traces_; }
  void on_health_change(OnHealthChange callback) { on_health_change_ = std::move(callback); }

 private:
  /// Whether the groups that the rules name are there, and may be named together.
  Result<void> check_groups(const rules::RuleSet& rules) const;
  /// Counts `after` (if any) in the place of a listener's rules `before` (if any), unless that goes
  /// beyond a quota: then nothing changes.
  Result<void> count(const rules::RuleSet* before, const rules::RuleSet* after);
  /// Whether these registrations would keep the load balancer within its quotas.
  Result<void> check_target_quotas(const Group& group,
                                   const std::vector<TargetSpec>& targets) const;
  void register_target(Group& group, TargetSpec target);
  std::shared_ptr<const proxy::ListenerRoute> compile(const Listener& listener) const;
  proxy::ActionRoute compile(const rules::Action& action) const;
  /// Of the groups that these rules name.
  void refresh_use(const rules::RuleSet& rules);
  void forget_target(Group& group, const targets::TargetId& target);
  void spread_routes(const Listener& listener);
  void schedule_drain(Group& group);
  void end_drains(const std::string& name);
  void tell_health(proxy::GroupSlot group, const targets::TargetId& target);
  /// Takes a change to every node: at once, or after each node's own lag, in the order of calls.
  void spread(const std::function<void(Node&)>& change);

  Result<void> check_attributes(const LoadBalancerAttributes& attributes) const;
  void count_hosts(const Node& node, NodeMetrics& metrics) const;
  void count_anomalies(MetricsSnapshot& snapshot) const;
  Result<void> open_logs();
  void link_logs();
  void rotate_logs();
  void start_nodes();

  struct NodeState {
    std::unique_ptr<Node> node;
    TimePoint latest_change;  ///< When the last change given to it takes effect.
  };
  /// Where a slot's target is; targets that have left stay known by their text.
  struct Registered {
    targets::TargetId id;
    std::string text;
  };

  Timers& timers_;
  Options options_;
  std::unique_ptr<proxy::WorkerHost> host_;
  Random random_;
  proxy::WorkerSettings settings_;
  std::unique_ptr<AccessLog> access_log_;
  std::unique_ptr<LogDirectory> access_logs_;
  std::unique_ptr<LogDirectory> connection_logs_;
  TimerId rotation_ = 0;
  WallTime log_time_{};  ///< The latest that workers have brought with their lines.
  TraceStore traces_;
  std::vector<NodeState> nodes_;
  Random lags_;
  std::set<TimerId> pending_changes_;  ///< On their way to some node.
  std::map<std::string, std::unique_ptr<Group>> groups_;
  std::map<std::uint16_t, Listener> listeners_;
  rules::Usage usage_;
  std::size_t target_count_ = 0;                      ///< Of all groups.
  std::map<std::string, std::size_t> registrations_;  ///< By target id.
  std::vector<Registered> registered_;                // by TargetSlot
  /// What was last said of a target, so that nothing is said twice.
  std::map<std::pair<proxy::GroupSlot, targets::TargetId>, std::optional<targets::TargetHealth>>
      told_;
  std::vector<std::string> group_names_;  // by GroupSlot, of deleted groups too
  std::vector<std::string> group_arns_;   // likewise
  proxy::ListenerSlot next_listener_ = 0;
  OnHealthChange on_health_change_;
  bool running_ = false;
  /// For what workers hand over to the control thread, which may come to it when this is gone.
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  Accounts last_accounts_;
  MetricsSnapshot last_metrics_;
};

}  // namespace cutover::lb

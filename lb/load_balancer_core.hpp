#pragma once

// Behind the load balancer's face: target groups and listeners as the control thread holds them,
// and the making of routing tables from them. Not for embedding programs.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lb/base/random.hpp"
#include "lb/load_balancer.hpp"
#include "lb/observe/access_log.hpp"
#include "lb/proxy/health_checker.hpp"
#include "lb/proxy/routing.hpp"
#include "lb/proxy/worker_host.hpp"
#include "lb/targets/target_group.hpp"

namespace cutover::lb {

/// Control thread only.
class LoadBalancer::Core {
 public:
  struct Group {
    targets::TargetGroup state;
    proxy::GroupSlot slot = 0;
    std::string arn;
    std::map<targets::TargetId, std::shared_ptr<const proxy::TargetRoute>> targets;
    std::shared_ptr<const proxy::GroupRoute> route;
    TimerId drain_timer = 0;
  };
  using Endpoint = boost::asio::ip::tcp::endpoint;
  struct Listener {
    proxy::ListenerSlot slot = 0;
    Endpoint bound;
    rules::RuleSet rules;
    std::shared_ptr<const proxy::ListenerRoute> route;
  };

  Core(Timers& timers, Options options, std::unique_ptr<proxy::WorkerHost> host);

  Result<void> start();
  void stop(Duration grace);

  Result<void> create_target_group(targets::TargetGroupSpec spec);
  Result<void> modify_target_group(const targets::TargetGroupSpec& spec);
  Result<void> delete_target_group(const std::string& name);
  std::vector<std::string> target_groups() const;
  const Group* find_group(const std::string& name) const;
  static Error group_not_found(const std::string& name);

  Result<void> register_target(const std::string& name, TargetSpec target);
  Result<void> deregister_target(const std::string& name, const targets::TargetId& target);
  Result<std::vector<TargetDescription>> describe_target_health(const std::string& name);

  Result<std::uint16_t> create_listener(const ListenerSpec& spec);
  Result<void> delete_listener(std::uint16_t port);
  std::vector<std::uint16_t> listeners() const;
  const Listener* find_listener(std::uint16_t port) const;
  static Error listener_not_found(std::uint16_t port);
  /// Applies `change` to a copy of the rules, and the copy if all of it is valid.
  Result<void> change_rules(std::uint16_t port,
                            const std::function<Result<void>(rules::RuleSet&)>& change);

  Accounts accounts();
  void on_health_change(OnHealthChange callback) { on_health_change_ = std::move(callback); }

 private:
  Result<void> check_groups_exist(const rules::RuleSet& rules) const;
  std::shared_ptr<const proxy::ListenerRoute> compile(const rules::RuleSet& rules) const;
  proxy::ActionRoute compile(const rules::Action& action) const;
  void refresh_use();
  void refresh_checks(Group& group);
  void refresh_route(Group& group);
  /// Hands the present table to every worker; returns when each has it.
  void publish(const std::function<void(proxy::Worker&)>& also = nullptr);
  void schedule_drain(Group& group);
  void end_drains(const std::string& name);
  void check_started(proxy::TargetSlot slot);
  void check_ended(proxy::TargetSlot slot, const targets::CheckResult& result);
  void tell_health(const Group& group, const targets::TargetId& target);

  /// Where a slot's target is; targets that have left stay known by their text.
  struct Registered {
    Group* group = nullptr;
    targets::TargetId id;
    std::string text;
  };

  Timers& timers_;
  Options options_;
  std::unique_ptr<proxy::WorkerHost> host_;
  Random random_;
  proxy::WorkerSettings settings_;
  std::unique_ptr<AccessLog> access_log_;
  std::unique_ptr<proxy::HealthChecker> checker_;
  std::map<std::string, std::unique_ptr<Group>> groups_;
  std::map<std::uint16_t, Listener> listeners_;
  std::vector<Registered> registered_;    // by TargetSlot
  std::vector<std::string> group_names_;  // by GroupSlot, of deleted groups too
  proxy::ListenerSlot next_listener_ = 0;
  OnHealthChange on_health_change_;
  bool running_ = false;
  Accounts last_accounts_;
};

}  // namespace cutover::lb

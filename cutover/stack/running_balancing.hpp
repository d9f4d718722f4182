#pragma once

// Load balancing that runs: every load balancer with the values of what there is (LoadBalancing)
// and the targets of all groups. An operation is checked whole on the values, then done by the load
// balancers; what only the machine can refuse (a port that is taken) is undone in the values.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cutover/stack/affected.hpp"
#include "cutover/stack/load_balancing.hpp"
#include "cutover/stack/loopback_addresses.hpp"
#include "cutover/stack/registered_targets.hpp"
#include "cutover/stack/saved_balancing.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/random.hpp"
#include "lb/base/timers.hpp"
#include "lb/load_balancer.hpp"

namespace cutover::stack {

struct BalancingOptions {
  std::string account = "123456789012";
  std::string region = "us-east-1";
  unsigned workers = 0;  ///< Of each load balancer; 0: one per core.
  unsigned nodes = 0;    ///< See lb::Options, as the following.
  lb::PropagationLag propagation_lag;
  std::uint64_t seed = 1;
  std::string log_directory;
  lb::TraceOptions traces;
  std::string access_log;        ///< A file to append to; empty: none.
  bool label_responses = false;  ///< See lb::Options.
  /// Listener port P is bound at P + this; empty: at one that the kernel chooses.
  std::optional<std::uint16_t> port_offset = 8000;
  /// DNSName is a name below it in AWS's form; empty: the load balancer's address.
  std::string dns_suffix;
  /// Shared by all that run in this program; null: of its own.
  std::shared_ptr<LoopbackAddresses> addresses;
};

/// Everything on the thread that runs `io`.
class RunningBalancing {
 public:
  /// `io` and `timers` are borrowed.
  RunningBalancing(boost::asio::io_context& io, Timers& timers, const BalancingOptions& options);
  /// Stops at once what still runs.
  ~RunningBalancing();
  RunningBalancing(const RunningBalancing&) = delete;
  RunningBalancing& operator=(const RunningBalancing&) = delete;

  const LoadBalancing& there() const { return there_; }
  const BalancingOptions& options() const { return options_; }
  void set_quotas(const Quotas& quotas) { there_.quotas = quotas; }

  /// Each is done whole or not at all, and has taken effect on all workers when it returns. What
  /// comes without an id gets one.
  template <class Operation>
  requires changes_balancing<Operation> Result<void> apply(const Operation& operation) {
    tell_changes(affected(there_, operation));
    auto done = perform(operation);
    tell_changes(affected(there_, operation));
    return done;
  }

  /// Takes into an empty one what was there in an earlier life: ids, addresses, order and all.
  Result<void> restore(SavedBalancing saved);
  /// Hears of each thing that an operation touches, by its ARN and the name it goes by: before, and
  /// after as far as it is there then.
  using OnChange = std::function<void(const std::string& arn, const ResourceName& name)>;
  void on_change(OnChange callback) { on_change_ = std::move(callback); }

  RegisteredTargets& targets() { return targets_; }
  const RegisteredTargets& targets() const { return targets_; }
  /// nullptr: there is none of that name.
  lb::LoadBalancer* find(const std::string& load_balancer) const;
  /// In order of creation.
  std::vector<std::pair<std::string, lb::LoadBalancer*>> all() const;

  std::string arn_of(const LoadBalancerName& name) const;
  std::string arn_of(const TargetGroupName& name) const;
  std::string arn_of(const ListenerName& name) const;
  std::string arn_of(const RuleName& name) const;
  std::string arn_of(const ResourceName& name) const;
  std::string dns_name(const std::string& load_balancer) const;

  /// Called whenever the state of a target changes; `reached` is its address.
  using OnHealthChange =
      std::function<void(const std::string& target_group, const lb::targets::TargetId& reached)>;
  void on_health_change(OnHealthChange callback) { on_health_change_ = std::move(callback); }

  /// Requests in flight get up to `grace` (together) to end. Blocks for that long at most.
  void stop(Duration grace);
  /// Ends all at once and forgets it: nothing is there any more.
  void clear();

 private:
  Result<void> perform(CreateLoadBalancer operation);
  Result<void> perform(const DeleteLoadBalancer& operation);
  Result<void> perform(const ModifyLoadBalancerAttributes& operation);
  Result<void> perform(const SetSubnets& operation);
  Result<void> perform(const SetSecurityGroups& operation);
  Result<void> perform(const SetIpAddressType& operation);
  Result<void> perform(CreateTargetGroup operation);
  Result<void> perform(const ModifyTargetGroup& operation);
  Result<void> perform(const ModifyTargetGroupAttributes& operation);
  Result<void> perform(const DeleteTargetGroup& operation);
  Result<void> perform(const RegisterTargets& operation);
  Result<void> perform(const DeregisterTargets& operation);
  Result<void> perform(CreateListener operation);
  Result<void> perform(const ModifyListener& operation);
  Result<void> perform(const ModifyListenerAttributes& operation);
  Result<void> perform(const DeleteListener& operation);
  Result<void> perform(CreateRule operation);
  Result<void> perform(const ModifyRule& operation);
  Result<void> perform(const DeleteRule& operation);
  Result<void> perform(const SetRulePriorities& operation);
  Result<void> perform(const AddTags& operation);
  Result<void> perform(const RemoveTags& operation);

  std::string new_id();
  void tell_changes(const std::vector<ResourceName>& names) const;
  Result<void> start(const std::string& load_balancer);
  lb::Options options_for(const std::string& name) const;
  Result<void> listen(const ListenerName& name);
  Result<void> place_groups(const std::string& load_balancer,
                            const std::vector<const rules::Action*>& actions);

  boost::asio::io_context& io_;
  Timers& timers_;
  BalancingOptions options_;
  Random random_;
  LoadBalancing there_;
  std::map<std::string, std::unique_ptr<lb::LoadBalancer>> running_;
  RegisteredTargets targets_;
  OnHealthChange on_health_change_;
  OnChange on_change_;
};

}  // namespace cutover::stack

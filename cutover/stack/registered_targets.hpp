#pragma once

// The targets of all target groups. AWS's groups stand by themselves; a load balancer holds the
// groups that its actions name. A group is therefore placed in the load balancer that comes to use
// it, with all its targets, and stays there, unused in the end, until it is deleted or another load
// balancer uses it: what is in flight when the last action goes ends in peace.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cutover/stack/instances.hpp"
#include "cutover/stack/load_balancing.hpp"
#include "lb/load_balancer.hpp"

namespace cutover::stack {

/// What DescribeTargetHealth says of one target, by the id it was registered under.
struct TargetDescription {
  TargetEntry target;  ///< With its port.
  lb::targets::TargetHealth health;
  std::uint64_t in_flight = 0;
  lb::targets::AnomalyDetection anomaly = {};
};

class RegisteredTargets {
 public:
  using FindBalancer = std::function<lb::LoadBalancer*(const std::string& name)>;
  using ArnOf = std::function<std::string(const std::string& target_group)>;

  /// All are borrowed.
  RegisteredTargets(const LoadBalancing& there, FindBalancer find_balancer, ArnOf arn_of)
      : there_(there), find_balancer_(std::move(find_balancer)), arn_of_(std::move(arn_of)) {}

  /// Borrowed; without any, no instance is known.
  void use_instances(const Instances* instances) { instances_ = instances; }
  /// The id of the instance at that address; empty: none is known.
  std::string instance_at(const std::string& address) const {
    return instances_ ? instances_->at(address) : std::string();
  }
  /// The instance has started or stopped: a stopped one gets no requests.
  void instance_changed(const std::string& id);

  void add_group(const std::string& name);
  void remove_group(const std::string& name);
  /// The group's settings have changed.
  Result<void> modify_group(const std::string& name);
  /// Places the groups in the load balancer, all or none. Its quotas of targets are checked.
  Result<void> place(const std::vector<std::string>& groups, const std::string& load_balancer);
  /// The load balancer is gone, and the groups placed in it stand by themselves.
  void load_balancer_gone(const std::string& name);

  /// All or none.
  Result<void> add(const std::string& group, const std::vector<TargetEntry>& targets);
  /// Those that an earlier life has left in the group: what became of an instance meanwhile is not
  /// asked.
  void restore(const std::string& group, const std::vector<TargetEntry>& targets);
  /// What a task registers, and takes with it. `service`: called instead of dialled.
  Result<void> add_of_task(const std::string& group, const TargetEntry& target,
                           std::shared_ptr<lb::InProcessService> service);
  /// What a task's target is registered as, or was while it drains; nothing: it is neither.
  std::optional<TargetEntry> told_of_task(const std::string& group,
                                          const lb::targets::TargetId& reached) const;
  /// A fault on demand at a registered target, see lb::LoadBalancer::set_target_fault(); null:
  /// none. It goes along with the target until that is deregistered.
  Result<void> set_fault(const std::string& group, const TargetEntry& target,
                         std::shared_ptr<lb::TargetFault> fault);
  /// Unknown targets are ignored, as ALB does.
  Result<void> remove(const std::string& group, const std::vector<TargetEntry>& targets);

  /// Those registered and draining. The group is there.
  std::vector<TargetDescription> describe(const std::string& group) const;
  /// One of them; unknown: `unused`/Target.NotRegistered.
  lb::targets::TargetHealth health(const std::string& group, const TargetEntry& target) const;
  /// Those registered but by tasks, in order of registration.
  std::vector<TargetEntry> registered(const std::string& group) const;

 private:
  struct Entry {
    TargetEntry told;  ///< As registered, with its port.
    lb::targets::TargetId reached;
    std::shared_ptr<lb::InProcessService> service;
    bool of_task = false;
    bool registered = true;  ///< Else it drains.
    std::shared_ptr<lb::TargetFault> fault = nullptr;
  };
  struct Group {
    std::string placed_in;       ///< A load balancer's name; empty: in none.
    std::vector<Entry> entries;  ///< In order of registration.
  };

  lb::LoadBalancer* balancer_of(const Group& group) const;
  Result<Entry> resolve(const std::string& group, const TargetEntry& target) const;
  Result<void> add(const std::string& group, std::vector<Entry> entries);
  bool is_running(const std::string& id) const;
  /// An address that drains can't be registered again before its deregistration delay has ended
  /// (ALB user guide, "Deregistration delay").
  bool is_draining(const std::string& group, const TargetEntry& target) const;
  Result<void> place(const std::string& name, const std::string& load_balancer);
  void take_out(const std::string& name, Group& group);
  static Entry* find(Group& group, const TargetEntry& target);
  /// Drops what has drained.
  static void forget_drained(Group& group, const std::string& name, lb::LoadBalancer* balancer);

  const LoadBalancing& there_;
  FindBalancer find_balancer_;
  ArnOf arn_of_;
  const Instances* instances_ = nullptr;
  std::map<std::string, Group> groups_;
};

}  // namespace cutover::stack

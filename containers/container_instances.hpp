#pragma once

// The container instances of one cluster: their lives, their attributes, and which task has its
// place on which. Places tasks (placer.hpp) by the rules of placement.hpp.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "containers/container_instance.hpp"
#include "containers/identifiers.hpp"
#include "containers/loopback_addresses.hpp"
#include "containers/placement.hpp"
#include "containers/placer.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/random.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

class ContainerInstances final : public Placer {
 public:
  /// Clock, ARNs and addresses are borrowed. `zones` is not empty.
  ContainerInstances(const Clock& clock, const ArnMaker& arns, LoopbackAddresses& addresses,
                     std::vector<std::string> zones, std::uint64_t seed);
  /// Gives its addresses back.
  ~ContainerInstances() override;
  ContainerInstances(const ContainerInstances&) = delete;
  ContainerInstances& operator=(const ContainerInstances&) = delete;

  Result<const ContainerInstance*> add(const ContainerInstanceSpec& spec);
  /// One that was here before, with its id and its address.
  Result<void> restore(const ContainerInstance& saved);
  /// By id, ARN or EC2 instance id; nullptr when there is none. The last INACTIVE ones are still
  /// found.
  const ContainerInstance* find(std::string_view reference) const;
  /// In the order of their registration.
  const std::vector<const ContainerInstance*>& list() const { return listed_; }
  /// The ids of tasks that have their place on it, oldest first.
  std::vector<std::string> tasks_on(const ContainerInstance& instance) const;

  /// One at least is ACTIVE.
  bool has_active() const;
  /// Why each of those that are ACTIVE can't take such a task; one that can is left out.
  std::vector<std::pair<const ContainerInstance*, Misfit>> misfits(
      const PlacementNeeds& needs) const;

  // These take an instance of this cluster.
  void set_status(const ContainerInstance& instance, ContainerInstanceStatus status);
  void set_agent_connected(const ContainerInstance& instance, bool connected);
  /// With its agent.
  void set_host_runs(const ContainerInstance& instance, bool runs);
  /// AWS's own; the others of its attributes stay.
  void set_own_attributes(const ContainerInstance& instance, const Attributes& attributes);
  void set_tags(const ContainerInstance& instance, Tags tags);
  /// Takes all that is left on it, until it is given back.
  void fill(const ContainerInstance& instance);
  void give_back_filling(const ContainerInstance& instance);
  /// All or nothing.
  Result<void> put_attributes(const ContainerInstance& instance, const Attributes& attributes);
  void remove_attribute(const ContainerInstance& instance, std::string_view name);

  /// Whether a task has left since this was asked last, and that may matter to others: to those who
  /// found no room, or to daemons on a container instance that drains.
  bool take_departure() { return std::exchange(departed_, false); }

  Result<Placement> place(const PlacementRequest& request) override;
  void release(const std::string& task_id) override;
  std::vector<std::string> eligible_instances(
      const std::string& group, const TaskDefinition& definition,
      const std::vector<PlacementConstraint>& constraints) const override;
  std::vector<ZoneTasks> zones(const PlacementRequest& request) const override;
  bool is_draining(const std::string& container_instance) const override;
  std::vector<std::string> scale_in_order(
      const std::vector<std::string>& task_ids,
      const std::vector<PlacementStrategy>& strategies) const override;

 private:
  struct Place {
    ContainerInstance* instance = nullptr;
    std::size_t number = 0;  ///< In the order of placing.
    Reservation reservation;
    std::string group;
    std::string own_address;  ///< In network mode awsvpc; else empty.
    bool is_daemon = false;
  };

  ContainerInstance& own(const ContainerInstance& instance);
  const ContainerInstance* keep(std::unique_ptr<ContainerInstance> made);
  void forget_old();
  Result<Placement> take(const PlacementRequest& request, const PlacementNeeds& needs,
                         ContainerInstance& instance);

  const Clock& clock_;
  const ArnMaker& arns_;
  LoopbackAddresses& addresses_;
  std::vector<std::string> zones_;
  std::uint64_t seed_;
  Random random_;
  std::size_t added_ = 0;
  std::size_t placed_ = 0;
  std::map<std::string, std::unique_ptr<ContainerInstance>, std::less<>> instances_;  ///< By id.
  std::map<std::string, const ContainerInstance*, std::less<>> by_ec2_id_;
  std::vector<const ContainerInstance*> listed_;
  std::unordered_map<std::string, Place> places_;                                 ///< By task id.
  std::map<const ContainerInstance*, std::map<std::size_t, std::string>> tasks_;  ///< By number.
  std::map<const ContainerInstance*, Reservation> fillings_;
  bool refused_ = false;   ///< Somebody found no room, and nothing has left since.
  bool departed_ = false;  ///< See take_departure().
};

/// What place() is asked for, as the rules read it; an error is that of an expression.
Result<PlacementNeeds> needs_of(const PlacementRequest& request);

}  // namespace cutover::containers

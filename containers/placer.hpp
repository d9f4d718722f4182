#pragma once

// Where tasks are put: what the scheduler of a service, RunTask and StartTask ask of the cluster
// before they make a task (ECS developer guide: Task placement). The cluster's container instances
// implement it; tests implement it in a few lines.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "containers/placement_rules.hpp"
#include "containers/task_definition.hpp"
#include "containers/zone_balance.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

struct PlacementRequest {
  std::string task_id;  ///< Under which the place is taken, until release().
  std::shared_ptr<const TaskDefinition> definition;
  std::string group;  ///< "service:<name>" or "family:<name>": whose tasks are spread.
  /// Of the service or the call; those of the definition bind as well.
  std::vector<PlacementConstraint> constraints;
  /// Empty: spread over the availability zones, then where the fewest tasks of the group are; so
  /// for services and for RunTask.
  std::vector<PlacementStrategy> strategies;
  /// On this container instance (its id) or nowhere: daemon tasks and StartTask.
  std::optional<std::string> container_instance = std::nullopt;
  /// In this zone or nowhere: a task that moves there.
  std::optional<std::string> availability_zone = std::nullopt;
  /// One that stays to the last when its container instance drains.
  bool is_daemon = false;
};

/// A place that is taken: cpu, memory and fixed ports are reserved there.
struct Placement {
  std::string container_instance;  ///< Its id: 32 hex digits.
  std::string container_instance_arn;
  std::string ec2_instance_id;
  std::string availability_zone;
  /// Loopback: the instance's, or in network mode awsvpc the task's own.
  std::string address = "127.0.0.1";

  friend bool operator==(const Placement&, const Placement&) = default;
};

/// All calls on the control thread. Whoever was given a place gives it back.
class Placer {
 public:
  virtual ~Placer() = default;

  /// Without a fit the error's code is RunTask's failure reason ("RESOURCE:CPU"), its place the ARN
  /// of the closest container instance (or empty), and its message what a service event says of it:
  /// "The closest matching container-instance <id> has insufficient CPU units available." or
  /// "Reason: No Container Instances were found in your cluster."
  virtual Result<Placement> place(const PlacementRequest& request) = 0;
  /// Gives back what place() took; the task is STOPPED. An unknown id is ignored.
  virtual void release(const std::string& task_id) = 0;

  /// The ids of the ACTIVE container instances that meet the definition's constraints and these:
  /// where a daemon service, whose tasks are of that group, runs one task each. Room does not
  /// matter. While it has a task of the group one counts, too, whose agent is lost, or that drains
  /// and has other tasks than daemons'.
  virtual std::vector<std::string> eligible_instances(
      const std::string& group, const TaskDefinition& definition,
      const std::vector<PlacementConstraint>& constraints) const = 0;
  /// Where tasks of the request's group are, and where one more could be placed; room does not
  /// matter.
  virtual std::vector<ZoneTasks> zones(const PlacementRequest& request) const = 0;
  /// Whether tasks of services are to leave this container instance (DRAINING).
  virtual bool is_draining(const std::string& container_instance) const = 0;
  /// The placed tasks of one group in the order in which scale-in takes them away; the first one's
  /// going keeps up the strategies best.
  virtual std::vector<std::string> scale_in_order(
      const std::vector<std::string>& task_ids,
      const std::vector<PlacementStrategy>& strategies) const = 0;
};

}  // namespace cutover::containers

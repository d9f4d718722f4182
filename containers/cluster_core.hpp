#pragma once

// What a Cluster is made of; its members, in several files, work on these parts.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "containers/cluster.hpp"
#include "containers/cluster_services.hpp"
#include "containers/container_instances.hpp"
#include "containers/identifiers.hpp"
#include "containers/standalone_tasks.hpp"
#include "containers/task_agent.hpp"
#include "containers/task_index.hpp"
#include "lb/base/random.hpp"

namespace cutover::containers {

class Cluster::Core {
 public:
  Core(Timers& timers, Runtime& runtime, TargetRegistry& registry,
       const TaskDefinitions& task_definitions, LoopbackAddresses& addresses,
       ClusterOptions cluster_options);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  /// By id or ARN.
  Result<TaskAgent*> find_task(std::string_view task) const;
  /// By id, ARN or EC2 instance id.
  Result<const ContainerInstance*> find_instance(std::string_view instance) const;
  ContainerInstanceDescription describe(const ContainerInstance& instance) const;
  /// Tasks that have their place there.
  std::vector<TaskAgent*> tasks_on(const ContainerInstance& instance) const;
  Failure missing_instance(const std::string& reference) const;
  Result<const ContainerInstance*> attribute_target(const InstanceAttribute& attribute) const;
  /// Those of services: what drains takes no more of them.
  void stop_pending_tasks(const ContainerInstance& instance);
  /// Tells services and whoever listens.
  void instance_changed(const ContainerInstance& instance);
  void set_connected(const ContainerInstance& instance, bool connected);
  /// Ends its tasks at once.
  void lose_instance(const ContainerInstance& instance);

  void tell_change(const std::string& arn) const {
    if (on_change) on_change(arn);
  }
  /// Of a resource that is there.
  void set_tags(const std::string& arn, Tags tags);

  void shut_down(std::function<void()> done);
  void tell_when_all_stopped();
  /// After each task's end.
  void on_task_stopped();

  ClusterOptions options;
  const TaskDefinitions& definitions;
  ArnMaker arns;
  Random random;
  Timers& timers;
  std::shared_ptr<StartFaults> start_faults;
  TaskIndex index;
  ContainerInstances instances;
  std::function<void(const std::string& arn)> on_change;
  Surroundings surroundings;
  ClusterServices services;
  StandaloneTasks standalone;
  std::function<void(const ContainerInstance&)> on_instance_change;

 private:
  std::function<void()> on_shut_down_;
  TimerId done_timer_ = 0;
  TimerId room_timer_ = 0;
};

}  // namespace cutover::containers

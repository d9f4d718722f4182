#pragma once

// The cluster's face: container instances, services with a desired count, tasks that really run.
// Every member is called on the control thread; work goes on in callbacks of the Timers and the
// Runtime. Names of services, tasks and container instances may be given as ARNs.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "containers/container_instance.hpp"
#include "containers/deployment_support.hpp"
#include "containers/failure.hpp"
#include "containers/image.hpp"
#include "containers/loopback_addresses.hpp"
#include "containers/run_task.hpp"
#include "containers/runtime.hpp"
#include "containers/saved_service.hpp"
#include "containers/service.hpp"
#include "containers/service_deployment.hpp"
#include "containers/start_faults.hpp"
#include "containers/tags.hpp"
#include "containers/target_registry.hpp"
#include "containers/task.hpp"
#include "containers/task_definition.hpp"
#include "containers/task_definitions.hpp"
#include "containers/task_fault.hpp"
#include "containers/task_log.hpp"
#include "lb/base/result.hpp"
#include "lb/base/timers.hpp"

namespace cutover::containers {

struct ClusterOptions {
  std::string name = "default";
  std::string account = "123456789012";
  std::string region = "us-east-1";
  std::uint64_t seed = 1;
  /// What images run; a task with another image fails to start.
  ImageMap images;
  /// The container instances' zones in turn; empty: the region's a and b.
  std::vector<std::string> availability_zones;
  /// Registered from the beginning; unless told otherwise one with room for anything.
  std::vector<ContainerInstanceGroup> container_instances{ContainerInstanceGroup{}};
  Tags tags;
  /// Shared by clusters that share their task definitions; nullptr: its own.
  std::shared_ptr<StartFaults> start_faults;
  DeploymentSupport support;  ///< Of deployments that shift traffic or are watched by alarms.
};

struct ClusterDescription {
  std::string name;
  std::string arn;
  std::uint32_t registered_container_instances_count = 0;  ///< ACTIVE and DRAINING ones.
  std::uint32_t running_tasks_count = 0;
  std::uint32_t pending_tasks_count = 0;
  std::uint32_t active_services_count = 0;
  Tags tags;
};

struct ContainerInstanceDescription {
  ContainerInstance instance;
  std::uint32_t running_tasks_count = 0;  ///< Tasks whose desired status is RUNNING.
  std::uint32_t pending_tasks_count = 0;
};

struct ContainerInstancesAnswer {
  std::vector<ContainerInstanceDescription> container_instances;
  std::vector<Failure> failures;
};

/// An attribute of one container instance. AWS has some without a value; theirs is empty here.
struct InstanceAttribute {
  std::string target_id;  ///< The container instance's ARN; its id will do in requests.
  std::string name;
  std::string value;

  friend bool operator==(const InstanceAttribute&, const InstanceAttribute&) = default;
};

/// Empty members let every task through.
struct TaskFilter {
  std::string container_instance;
  std::string family;
  std::string service;
  std::string started_by;  ///< The only one, when it is given.
  DesiredStatus desired_status = DesiredStatus::running;
};

struct TaskProtection {
  std::string task_arn;
  std::optional<WallTime> expires_at;  ///< Nothing: it is not protected.
};

struct TaskProtectionAnswer {
  std::vector<TaskProtection> protected_tasks;
  std::vector<Failure> failures;
};

class Cluster {
 public:
  /// All but the options are borrowed and outlive the cluster. The options' container instances are
  /// such as parse_container_instances() gives.
  Cluster(Timers& timers, Runtime& runtime, TargetRegistry& registry,
          const TaskDefinitions& definitions, LoopbackAddresses& addresses, ClusterOptions options);
  /// Kills what still runs.
  ~Cluster();

  ClusterDescription describe() const;

  Result<void> create_service(const ServiceSpec& spec);
  Result<void> update_service(const std::string& service, const ServiceUpdate& update);
  Result<void> delete_service(const std::string& service, bool force);
  Result<ServiceDescription> describe_service(const std::string& service) const;
  /// The names of the ACTIVE ones.
  std::vector<std::string> services() const;

  /// Of one service, newest first.
  Result<std::vector<ServiceDeploymentDescription>> service_deployments(
      const std::string& service) const;
  // By their ARNs, also those of services that are deleted and replaced.
  ServiceDeploymentsAnswer describe_service_deployments(const std::vector<std::string>& arns) const;
  ServiceRevisionsAnswer describe_service_revisions(const std::vector<std::string>& arns) const;
  Result<void> stop_service_deployment(const std::string& arn, StopType type = StopType::rollback);
  /// Answers a hook that pauses the deployment.
  Result<void> continue_service_deployment(const std::string& arn, const std::string& hook_id,
                                           LifecycleHook::TimeoutAction action);

  /// Running and recently stopped tasks, oldest first; of one service, or of all ("").
  std::vector<TaskDescription> tasks(const std::string& service = "") const;
  /// Those that have come or changed since `mark`, in the order of their last change; moves the
  /// mark, which begins with 0.
  std::vector<TaskDescription> tasks_changed_since(std::uint64_t& mark) const;
  TasksAnswer describe_tasks(const std::vector<std::string>& tasks) const;
  /// ARNs, oldest first.
  Result<std::vector<std::string>> list_tasks(const TaskFilter& filter) const;
  Result<TasksAnswer> run_task(const RunTaskRequest& request);
  /// The ARNs of the tasks that RunTask started for that client token.
  std::vector<std::string> tasks_started_with(const std::string& client_token) const;
  Result<TasksAnswer> start_task(const StartTaskRequest& request);
  /// Does not wait for drains; the task of a service is replaced. The description is that of the
  /// moment at which nothing but the wish has changed.
  Result<TaskDescription> stop_task(const std::string& task, const std::string& reason);
  /// Keeps tasks of services from scale-in and deployments' stops (for 2 hours unless told
  /// otherwise), or no longer. At most 10.
  Result<TaskProtectionAnswer> update_task_protection(
      const std::vector<std::string>& tasks, bool enabled,
      std::optional<std::chrono::minutes> expires_in);
  /// Of the tasks given, or of all.
  TaskProtectionAnswer task_protection(const std::vector<std::string>& tasks) const;

  Result<ContainerInstanceDescription> register_container_instance(
      const ContainerInstanceSpec& spec);
  /// Without force only when no task has its place there. By force its tasks drain and stop.
  Result<ContainerInstanceDescription> deregister_container_instance(const std::string& instance,
                                                                     bool force);
  ContainerInstancesAnswer describe_container_instances(
      const std::vector<std::string>& instances) const;
  /// ARNs. `filter` is a cluster query, or empty; without a status all but INACTIVE ones.
  Result<std::vector<std::string>> list_container_instances(
      const std::string& filter, std::optional<ContainerInstanceStatus> status) const;
  /// To ACTIVE or DRAINING; at most 10.
  Result<ContainerInstancesAnswer> update_container_instances_state(
      const std::vector<std::string>& instances, ContainerInstanceStatus status);
  /// At most 10; all or nothing for each instance.
  Result<void> put_attributes(const std::vector<InstanceAttribute>& attributes);
  Result<void> delete_attributes(const std::vector<InstanceAttribute>& attributes);
  /// Those of that name and value; empty members let every one through.
  std::vector<InstanceAttribute> list_attributes(const std::string& name,
                                                 const std::string& value) const;

  /// Of the cluster and what is in it, by ARN.
  Result<void> tag(const std::string& arn, const Tags& tags);
  Result<void> untag(const std::string& arn, const std::vector<std::string>& keys);
  Result<Tags> tags(const std::string& arn) const;

  /// What becomes of the EC2 instance under a container instance. When it stops, its tasks end at
  /// once and nothing is placed there until it starts; a terminated one never does.
  Result<void> stop_instance(const std::string& instance);
  Result<void> start_instance(const std::string& instance);
  Result<void> terminate_instance(const std::string& instance);
  /// What AWS alone says of a container instance, such as ecs.subnet-id; an unknown one is ignored.
  void set_own_attributes(const std::string& instance, const Attributes& attributes);
  /// Hears of each container instance that comes, goes, stops or starts.
  void on_instance_change(std::function<void(const ContainerInstance&)> listener);

  /// A fault: the container instance's agent is lost, or is back. Nothing is placed there
  /// meanwhile; tasks go on, and neither what becomes of them is learnt nor is any stopped.
  Result<void> set_agent_connected(const std::string& instance, bool connected);
  /// A fault: takes all the room that is left on a container instance, until it is released.
  Result<void> fill_instance(const std::string& instance, bool release);

  /// Scales every service to 0 at once: SIGTERM to all tasks without waiting for drains; `done` is
  /// called once every task is STOPPED.
  void shut_down(std::function<void()> done);

  /// A fault on a container of a task, or with "" on each that runs.
  Result<void> inject(const std::string& task, const TaskFault& fault,
                      const std::string& container = "");
  /// What the task's containers wrote, in the definition's order; also once it has stopped.
  Result<std::vector<TaskLog>> logs(const std::string& task) const;

  // What is kept of a cluster, so that it comes back: all but its tasks, which end with the program
  // that runs them.

  /// Of all services, those that are not ACTIVE among them.
  std::vector<std::string> saved_services() const;
  std::optional<SavedService> saved_service(const std::string& name) const;
  /// Its tasks start anew.
  Result<void> restore_service(const SavedService& saved);
  Result<void> restore_container_instance(const ContainerInstance& saved);
  /// Hears, by its ARN, of each service, container instance and cluster that has changed in what is
  /// kept of it.
  void on_change(std::function<void(const std::string& arn)> listener);

  /// Faults on demand: starts of tasks that are to fail.
  StartFaults& start_faults();

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace cutover::containers

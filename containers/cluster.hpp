#pragma once

// The cluster's face: services with a desired count, tasks that really run. Every member is called
// on the control thread; work goes on in callbacks of the Timers and the Runtime.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "containers/image.hpp"
#include "containers/runtime.hpp"
#include "containers/service.hpp"
#include "containers/start_faults.hpp"
#include "containers/target_registry.hpp"
#include "containers/task.hpp"
#include "containers/task_definition.hpp"
#include "containers/task_definitions.hpp"
#include "lb/base/result.hpp"
#include "lb/base/timers.hpp"

namespace cutover::containers {

struct ClusterOptions {
  std::string name = "default";
  std::string account = "123456789012";
  std::string region = "us-east-1";
  std::uint64_t seed = 1;
  ImageMap images;
};

class Cluster {
 public:
  /// All but the options are borrowed and outlive the cluster.
  Cluster(Timers& timers, Runtime& runtime, TargetRegistry& registry,
          const TaskDefinitions& definitions, ClusterOptions options);
  /// Kills what still runs.
  ~Cluster();

  Result<void> create_service(const ServiceSpec& spec);
  Result<void> update_service(const std::string& service, const ServiceUpdate& update);
  Result<void> delete_service(const std::string& service, bool force);

  Result<ServiceDescription> describe_service(const std::string& service) const;
  std::vector<std::string> services() const;
  /// Running and recently stopped tasks, oldest first; of one service, or of all ("").
  std::vector<TaskDescription> tasks(const std::string& service = "") const;
  Result<void> stop_task(const std::string& task_id, const std::string& reason);

  /// Scales every service to 0 at once: SIGTERM to all without waiting for drains; `done` is called
  /// once every task is STOPPED.
  void shut_down(std::function<void()> done);

  /// Faults on demand: starts of tasks that are to fail.
  StartFaults& start_faults();

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace cutover::containers

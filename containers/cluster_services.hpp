#pragma once

// The services of one cluster, by name: what may be created, changed and deleted, and what AWS
// refuses. Control thread only.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "containers/identifiers.hpp"
#include "containers/service_agent.hpp"
#include "containers/task_definitions.hpp"

namespace cutover::containers {

class ClusterServices {
 public:
  /// All but the callback are borrowed; it is called after each task's end.
  ClusterServices(const Surroundings& surroundings, const TaskDefinitions& definitions,
                  const ArnMaker& arns, Random& random, std::function<void()> on_task_stopped);

  Result<void> create(const ServiceSpec& spec);
  Result<void> update(std::string_view name, const ServiceUpdate& update);
  Result<void> remove(std::string_view name, bool force);
  /// As it was; what is refused of a new one is not asked.
  Result<void> restore(const SavedService& saved);

  /// By name or ARN; those that are no longer ACTIVE are found, too.
  Result<ServiceAgent*> find(std::string_view name) const;
  /// Those that have or had the name: the last one, after those that it has replaced.
  std::vector<ServiceAgent*> named(std::string_view name) const;
  /// The services that have a resource of that kind ("service-deployment", "service-revision") and
  /// ARN, if it is one of theirs: a name that was used again belongs to several.
  std::vector<ServiceAgent*> owners(std::string_view kind, std::string_view arn) const;
  /// The names of the ACTIVE ones.
  std::vector<std::string> names() const;
  std::vector<std::string> all_names() const;

  /// Container instances have changed, or the protection of a task.
  void look_again();
  /// A task has left a container instance.
  void look_for_room();
  /// Takes nothing any more, scales to 0 and signals every task at once.
  void stop_now();
  bool has_live_tasks() const;

 private:
  Result<void> check(const ServiceSpec& spec) const;
  Result<void> check_target_groups(const ServiceSpec& spec, NetworkMode network) const;
  Result<void> check_name(const ServiceSpec& spec) const;
  Result<ServiceAgent*> find_active(std::string_view name) const;
  std::vector<ServiceAgent*> all() const;
  void put_aside(const std::string& name);

  Surroundings surroundings_;
  const TaskDefinitions& definitions_;
  const ArnMaker& arns_;
  Random& random_;
  std::function<void()> on_task_stopped_;
  std::map<std::string, std::unique_ptr<ServiceAgent>, std::less<>> services_;
  std::vector<std::unique_ptr<ServiceAgent>> replaced_;  ///< INACTIVE ones whose name is reused.
  bool stopping_ = false;
};

}  // namespace cutover::containers

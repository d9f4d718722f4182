#pragma once

// Runs the tasks that RunTask and StartTask start: each has its place and its agent, and nobody
// replaces it when it has stopped. Control thread only.

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "containers/container_instances.hpp"
#include "containers/run_task.hpp"
#include "containers/task_agent.hpp"
#include "containers/task_definitions.hpp"

namespace cutover::containers {

class StandaloneTasks final : private TaskListener {
 public:
  /// All but the callback are borrowed; it is called after each task's end.
  StandaloneTasks(const Surroundings& surroundings, const ArnMaker& arns, Random& random,
                  ContainerInstances& instances, std::function<void()> on_task_stopped);

  /// The definitions are ACTIVE ones, without the overrides.
  Result<TasksAnswer> run(const RunTaskRequest& request, const DefinitionPtr& definition);
  Result<TasksAnswer> start(const StartTaskRequest& request, const DefinitionPtr& definition);

  /// The ARNs of the tasks that run() started for that client token.
  std::vector<std::string> started_with(std::string_view client_token) const;

  void stop_all_now();
  bool has_live_tasks() const;

 private:
  void on_running(TaskAgent&) override {}
  void on_draining(TaskAgent&) override {}
  void on_stopped(TaskAgent& task) override;
  void on_registered(const std::string&) override {}
  void on_deregistered(const std::string&) override {}
  void on_registration_failed(const std::string&, const Error&) override {}

  /// A request that was answered, by its token.
  struct Answered {
    RunTaskRequest request;
    std::vector<std::string> task_ids;
  };

  const Answered* answered_with(std::string_view client_token) const;
  Result<TasksAnswer> answer_again(const Answered& answered, const RunTaskRequest& request) const;
  TaskAgent& add(const NewTask& task, const DefinitionPtr& definition, std::string id,
                 Placement placement);
  void forget_old();

  Surroundings surroundings_;
  const ArnMaker& arns_;
  Random& random_;
  ContainerInstances& instances_;
  std::function<void()> on_task_stopped_;
  std::deque<std::unique_ptr<TaskAgent>> tasks_;  ///< Oldest first.
  std::deque<Answered> answered_;
};

}  // namespace cutover::containers

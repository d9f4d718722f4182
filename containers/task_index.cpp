#include "containers/task_index.hpp"

namespace cutover::containers {

void TaskIndex::add(std::string_view id, TaskAgent& task) {
  by_age_.emplace(++added_, &task);
  ages_.emplace(id, added_);
}

void TaskIndex::remove(std::string_view id) {
  const auto found = ages_.find(id);
  if (found == ages_.end()) return;
  by_age_.erase(found->second);
  ages_.erase(found);
}

TaskAgent* TaskIndex::find(std::string_view id) const {
  const auto found = ages_.find(id);
  return found == ages_.end() ? nullptr : by_age_.at(found->second);
}

std::vector<TaskAgent*> TaskIndex::list() const {
  std::vector<TaskAgent*> tasks;
  tasks.reserve(by_age_.size());
  for (const auto& [age, task] : by_age_) tasks.push_back(task);
  return tasks;
}

}  // namespace cutover::containers

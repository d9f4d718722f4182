#include "containers/task_index.hpp"

namespace cutover::containers {

void TaskIndex::add(std::string_view id, TaskAgent& task) {
  const Entry entry{++added_, ++changes_, &task};
  by_age_.emplace(entry.age, &task);
  by_change_.emplace(entry.change, &task);
  entries_.emplace(id, entry);
}

void TaskIndex::remove(std::string_view id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  by_age_.erase(found->second.age);
  by_change_.erase(found->second.change);
  entries_.erase(found);
}

TaskAgent* TaskIndex::find(std::string_view id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second.task;
}

std::vector<TaskAgent*> TaskIndex::list() const {
  std::vector<TaskAgent*> tasks;
  tasks.reserve(by_age_.size());
  for (const auto& [age, task] : by_age_) tasks.push_back(task);
  return tasks;
}

void TaskIndex::note(std::string_view id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  by_change_.erase(found->second.change);
  found->second.change = ++changes_;
  by_change_.emplace(found->second.change, found->second.task);
}

std::vector<TaskAgent*> TaskIndex::changed_since(std::uint64_t& mark) const {
  std::vector<TaskAgent*> tasks;
  const std::uint64_t from = mark > changes_ ? 0 : mark;
  for (auto next = by_change_.upper_bound(from); next != by_change_.end(); ++next) {
    tasks.push_back(next->second);
  }
  mark = changes_;
  return tasks;
}

}  // namespace cutover::containers

#pragma once

// Every task of a cluster by its id, whoever started it, for as long as it is described. Agents of
// tasks enter and leave by themselves.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cutover::containers {

class TaskAgent;

class TaskIndex {
 public:
  /// `id` is the task's and lives as long as it.
  void add(std::string_view id, TaskAgent& task);
  void remove(std::string_view id);
  /// nullptr when there is none.
  TaskAgent* find(std::string_view id) const;
  /// Oldest first.
  std::vector<TaskAgent*> list() const;

  /// Something of the task has changed.
  void note(std::string_view id);
  /// Those that were added or noted since `mark` (0: ever), and moves the mark. A mark of another
  /// index, which may be ahead, counts as 0.
  std::vector<TaskAgent*> changed_since(std::uint64_t& mark) const;

 private:
  struct Entry {
    std::uint64_t age = 0;
    std::uint64_t change = 0;
    TaskAgent* task = nullptr;
  };

  std::uint64_t added_ = 0;
  std::uint64_t changes_ = 0;
  std::map<std::uint64_t, TaskAgent*> by_age_;
  std::map<std::uint64_t, TaskAgent*> by_change_;
  std::unordered_map<std::string_view, Entry> entries_;
};

}  // namespace cutover::containers

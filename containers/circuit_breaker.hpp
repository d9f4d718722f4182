#pragma once

// Counts the tasks with which a deployment fails (ECS developer guide: Deployment circuit breaker).
// First those that do not reach RUNNING; once one has, those that are stopped for their health
// checks. A task that runs well ends the counting. A program that crashes after it ran is never
// counted.

#include <algorithm>
#include <cstdint>

namespace cutover::containers {

class CircuitBreaker {
 public:
  static constexpr std::uint32_t threshold_least = 3;
  static constexpr std::uint32_t threshold_most = 200;

  /// Half the desired count, rounded up, within bounds.
  static std::uint32_t threshold(std::uint32_t desired_count) {
    return std::clamp((desired_count + 1) / 2, threshold_least, threshold_most);
  }

  void failed_to_start() {
    if (!reached_running_) count();
  }
  void reached_running() { reached_running_ = true; }
  void failed_health_checks() {
    if (reached_running_) count();
  }
  /// A task of the deployment runs well.
  void runs_well() {
    failed_ = 0;
    complete_ = true;
  }

  /// In a row; 0 once a task has run well.
  std::uint32_t failed_tasks() const { return failed_; }
  /// Nothing is evaluated any more.
  bool is_complete() const { return complete_; }
  bool is_tripped(std::uint32_t desired_count) const {
    return !complete_ && failed_ >= threshold(desired_count);
  }

 private:
  void count() {
    if (!complete_) ++failed_;
  }

  std::uint32_t failed_ = 0;
  bool reached_running_ = false;
  bool complete_ = false;
};

}  // namespace cutover::containers

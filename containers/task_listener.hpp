#pragma once

// Who wants to hear what becomes of tasks: the service they belong to, or the cluster for those
// that stand alone.

#include <string>

#include "lb/base/result.hpp"

namespace cutover::containers {

class TaskAgent;

/// May be called from within any member of the agent but its constructor; must not destroy it
/// there.
class TaskListener {
 public:
  virtual ~TaskListener() = default;
  virtual void on_running(TaskAgent& task) = 0;
  virtual void on_draining(TaskAgent& task) = 0;
  virtual void on_stopped(TaskAgent& task) = 0;
  /// Its status, its desired status, the health of its containers or what the load balancer finds
  /// of it may be others. Nothing follows from that for tasks that stand alone.
  virtual void on_changed(TaskAgent&) {}
  virtual void on_registered(const std::string& target_group) = 0;
  virtual void on_deregistered(const std::string& target_group) = 0;
  /// Said once for each row of failures; the agent tries again.
  virtual void on_registration_failed(const std::string& target_group, const Error& error) = 0;
};

}  // namespace cutover::containers

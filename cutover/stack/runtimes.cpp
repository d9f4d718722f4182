#include "cutover/stack/runtimes.hpp"

namespace cutover::stack {

std::string_view to_string(RuntimeKind kind) {
  return kind == RuntimeKind::process ? "process" : "in_process";
}

Runtimes::Runtimes(boost::asio::io_context& control, Timers& control_timers, Timers& real_timers,
                   RuntimeKind apps, const std::string& docker_host)
    : in_process_(control, control_timers, real_timers.clock()),
      process_(control, control_timers.clock()),
      docker_(control, real_timers, {docker_host}),
      chooser_(of_apps(apps), process_, docker_) {}

containers::Runtime& Runtimes::of_apps(RuntimeKind kind) {
  if (kind == RuntimeKind::process) return process_;
  return in_process_;
}

}  // namespace cutover::stack

#include "cutover/stack/runtimes.hpp"

namespace cutover::stack {

std::string_view to_string(RuntimeKind kind) {
  return kind == RuntimeKind::process ? "process" : "in_process";
}

Runtimes::Runtimes(boost::asio::io_context& control, Timers& control_timers,
                   const Clock& data_clock, RuntimeKind apps)
    : in_process_(control, control_timers, data_clock),
      process_(control, control_timers.clock()),
      chooser_(control, of_apps(apps), process_, nullptr) {}

containers::Runtime& Runtimes::of_apps(RuntimeKind kind) {
  if (kind == RuntimeKind::process) return process_;
  return in_process_;
}

}  // namespace cutover::stack

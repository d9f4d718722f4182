#include "cutover/stack/runtimes.hpp"

#include <utility>

namespace cutover::stack {

std::string_view to_string(RuntimeKind kind) {
  return kind == RuntimeKind::process ? "process" : "in_process";
}

namespace {

containers::ProcessOptions process_options(std::function<void(const std::string&)> on_note) {
  containers::ProcessOptions options;
  options.on_note = std::move(on_note);
  return options;
}

}  // namespace

Runtimes::Runtimes(boost::asio::io_context& control, Timers& control_timers, Timers& real_timers,
                   RuntimeKind apps, const std::string& docker_host,
                   std::function<void(const std::string&)> on_note)
    : in_process_(control, control_timers, real_timers.clock()),
      process_(control, control_timers.clock(), process_options(std::move(on_note))),
      docker_(control, real_timers, {docker_host}),
      chooser_(of_apps(apps), process_, docker_) {}

containers::Runtime& Runtimes::of_apps(RuntimeKind kind) {
  if (kind == RuntimeKind::process) return process_;
  return in_process_;
}

}  // namespace cutover::stack

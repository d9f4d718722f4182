#pragma once

// The runtimes of a running stack, chosen for each container by its image.

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "containers/runtimes/docker_runtime.hpp"
#include "containers/runtimes/in_process.hpp"
#include "containers/runtimes/process.hpp"
#include "containers/runtimes/runtime_chooser.hpp"
#include "lb/base/timers.hpp"

namespace cutover::stack {

/// How built-in apps run.
enum class RuntimeKind { in_process, process };
std::string_view to_string(RuntimeKind kind);

class Runtimes {
 public:
  /// All of it outlives this. `on_note` hears what this system does not allow containers. Built-in
  /// apps answer in the data plane's time, which is real time.
  Runtimes(boost::asio::io_context& control, Timers& control_timers, Timers& real_timers,
           RuntimeKind apps, const std::string& docker_host,
           std::function<void(const std::string&)> on_note);

  containers::Runtime& chosen_by_image() { return chooser_; }

 private:
  containers::Runtime& of_apps(RuntimeKind kind);

  containers::InProcessRuntime in_process_;
  containers::ProcessRuntime process_;
  containers::DockerRuntime docker_;
  containers::RuntimeChooser chooser_;
};

}  // namespace cutover::stack

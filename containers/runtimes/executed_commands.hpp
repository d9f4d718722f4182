#pragma once

// The commands that health checks run beside a container's program: children of this process that
// are waited for, and killed when they take too long or their container goes away.

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "containers/runtime.hpp"
#include "containers/runtimes/command_run.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

/// What `timeout` gives for a command that it had to kill.
inline constexpr int exit_after_timeout = 124;

/// Control thread only.
class ExecutedCommands {
 public:
  /// `control` outlives it.
  explicit ExecutedCommands(boost::asio::io_context& control);
  ~ExecutedCommands() { abandon(); }
  ExecutedCommands(const ExecutedCommands&) = delete;
  ExecutedCommands& operator=(const ExecutedCommands&) = delete;

  /// As Container::execute(). What the command prints is thrown away.
  void run(const std::vector<std::string>& command,
           const std::vector<std::pair<std::string, std::string>>& environment, Duration timeout,
           Container::OnExecuted done);
  /// Kills what still runs; their `done` are not called.
  void abandon();

 private:
  boost::asio::io_context& control_;
  std::vector<std::weak_ptr<CommandRun>> runs_;
};

}  // namespace cutover::containers

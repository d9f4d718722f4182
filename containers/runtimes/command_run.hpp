#pragma once

// One command that runs for a while as a child of this process, is waited for, and killed with all
// that it has started when it takes too long or nobody wants it any more.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "containers/container_log.hpp"
#include "containers/runtimes/child_end.hpp"
#include "containers/runtimes/child_process.hpp"
#include "containers/runtimes/log_pipe.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

struct CommandEnd {
  int exit_code = 0;
  bool timed_out = false;  ///< It had to be killed.
};

/// Control thread only. What waits for its end holds it.
class CommandRun final : public std::enable_shared_from_this<CommandRun> {
 public:
  using OnEnd = std::function<void(const CommandEnd&)>;

  /// `control` outlives it.
  CommandRun(boost::asio::io_context& control, SpawnedChild child, OnEnd on_end);
  ~CommandRun();
  CommandRun(const CommandRun&) = delete;
  CommandRun& operator=(const CommandRun&) = delete;

  /// What the command prints, from the child's pipes; all of it is there when it has ended. `clock`
  /// outlives this.
  void keep_output(const std::shared_ptr<ContainerLog>& log, const Clock& clock);
  /// Once, last.
  void watch(Duration timeout);
  /// Kills it; nobody hears of its end.
  void abandon();

 private:
  void time_out();
  void on_end();
  int end();

  const pid_t pid_;
  boost::asio::io_context& control_;
  ChildEnd end_;
  boost::asio::steady_timer timer_;
  Descriptor output_pipe_;
  Descriptor errors_pipe_;
  std::optional<LogPipe> output_;
  std::optional<LogPipe> errors_;
  OnEnd on_end_;
  bool timed_out_ = false;
  bool reaped_ = false;
};

}  // namespace cutover::containers

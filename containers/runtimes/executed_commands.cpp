#include "containers/runtimes/executed_commands.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <utility>

#include "containers/runtimes/child_end.hpp"
#include "containers/runtimes/child_process.hpp"

namespace cutover::containers {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

}  // namespace

/// One command. The wait for its end holds it.
class ExecutedCommands::Run final : public std::enable_shared_from_this<Run> {
 public:
  Run(asio::io_context& control, SpawnedChild child, Container::OnExecuted done)
      : pid_(child.pid),
        end_(control, std::move(child.pidfd)),
        timer_(control),
        done_(std::move(done)) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    // Only when the io_context went away before the command ended.
    if (!reaped_) end();
  }

  void watch(Duration timeout) {
    timer_.expires_after(timeout);
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->time_out();
    });
    end_.wait([self = shared_from_this()] { self->on_end(); });
  }

  void abandon() {
    done_ = nullptr;
    timer_.cancel();
    if (!reaped_) ::kill(-pid_, SIGKILL);
  }

 private:
  void time_out() {
    if (reaped_) return;
    timed_out_ = true;
    ::kill(-pid_, SIGKILL);
  }

  void on_end() {
    timer_.cancel();
    const int code = end();
    if (const auto done = std::exchange(done_, nullptr)) {
      done(timed_out_ ? exit_after_timeout : code);
    }
  }

  int end() {
    ::kill(-pid_, SIGKILL);
    reaped_ = true;
    return reap(pid_);
  }

  const pid_t pid_;
  ChildEnd end_;
  asio::steady_timer timer_;
  Container::OnExecuted done_;
  bool timed_out_ = false;
  bool reaped_ = false;
};

ExecutedCommands::ExecutedCommands(asio::io_context& control) : control_(control) {}

void ExecutedCommands::abandon() {
  for (const auto& weak : runs_) {
    if (const auto run = weak.lock()) run->abandon();
  }
  runs_.clear();
}

void ExecutedCommands::run(const std::vector<std::string>& command,
                           const std::vector<std::pair<std::string, std::string>>& environment,
                           Duration timeout, Container::OnExecuted done) {
  std::erase_if(runs_, [](const auto& weak) { return weak.expired(); });
  ChildLaunch launch;
  launch.program = find_program(command.front());
  launch.arguments = command;
  launch.environment = merged_environment(environment);
  launch.keeps_output = false;
  auto child = spawn(launch);
  if (!child) {
    asio::post(control_, [done = std::move(done)] { done(exit_not_executable); });
    return;
  }
  const auto run = std::make_shared<Run>(control_, std::move(*child), std::move(done));
  run->watch(timeout);
  runs_.push_back(run);
}

}  // namespace cutover::containers

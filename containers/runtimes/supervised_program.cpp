#include "containers/runtimes/supervised_program.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "containers/runtimes/executed_commands.hpp"
#include "containers/runtimes/start_error.hpp"

namespace cutover::containers {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// Why the command was not executed, after Docker's words.
std::string failure_text(const std::string& step, int number, const SupervisedCommand& command) {
  const std::string& program = command.command.front();
  const std::string why = system_error_text(number);
  if (step == "directory") return fmt::format("chdir to \"{}\" failed: {}", command.directory, why);
  if (step == "user") return fmt::format("the user could not be changed: {}", why);
  if (step == "cgroup") return fmt::format("its cgroup can't be entered: {}", why);
  if (number == ENOENT && program.find('/') == program.npos) {
    return fmt::format("exec: \"{}\": executable file not found in $PATH", program);
  }
  return fmt::format("exec: \"{}\": {}", program, why);
}

}  // namespace

std::string system_error_text(int number) {
  std::string text = std::strerror(number);
  text.front() = static_cast<char>(std::tolower(text.front()));
  return text;
}

SupervisedProgram::SupervisedProgram(asio::io_context& control, const Clock& clock,
                                     const FloodCount& floods, std::shared_ptr<ContainerLog> log,
                                     StartedProgram started, Runtime::OnRunning on_running,
                                     Runtime::OnExit on_exit)
    : io_(control),
      pid_(started.child.pid),
      isolated_(started.isolated),
      command_(std::move(started.command)),
      reachability_(std::move(started.reachability)),
      cgroup_(std::move(started.cgroup)),
      end_(io_, std::move(started.child.pidfd)),
      control_(io_, started.control.release()),
      output_(io_, std::move(started.child.output), log, LogStream::output, clock, floods),
      errors_(io_, std::move(started.child.errors), log, LogStream::errors, clock, floods),
      log_(std::move(log)),
      on_running_(std::move(on_running)),
      on_exit_(std::move(on_exit)) {}

SupervisedProgram::~SupervisedProgram() {
  // Only when the io_context went away before the program did.
  if (reaped_) return;
  force_end();
  reap(pid_);
}

void SupervisedProgram::watch() {
  end_.wait([self = shared_from_this()] { self->on_end(); });
  wait_for_message();
  output_.follow(shared_from_this());
  errors_.follow(shared_from_this());
}

void SupervisedProgram::terminate() {
  asked_to_end_ = true;
  (void)send(supervision::signal(SIGTERM, false));  // What has stopped needs no signal.
}

void SupervisedProgram::kill() {
  asked_to_end_ = true;
  if (!reaped_) force_end();
}

Result<void> SupervisedProgram::pause() { return send(supervision::signal(SIGSTOP, true)); }

Result<void> SupervisedProgram::resume() { return send(supervision::signal(SIGCONT, true)); }

void SupervisedProgram::execute(const std::vector<std::string>& command, Duration timeout,
                                Container::OnExecuted done) {
  const std::uint64_t id = ++last_execution_;
  auto& execution = executions_.try_emplace(id, io_).first->second;
  execution.done = std::move(done);
  if (!send(supervision::execute(id, command))) {
    return asio::post(io_, [weak = weak_from_this(), id] {
      if (const auto self = weak.lock()) self->on_executed(id, exit_not_executable);
    });
  }
  execution.timer.expires_after(timeout);
  execution.timer.async_wait([weak = weak_from_this(), id](const error_code& error) {
    const auto self = weak.lock();
    if (!error && self) self->time_out(id);
  });
}

void SupervisedProgram::abandon() {
  abandoned_ = true;
  executions_.clear();
  output_.close();
  errors_.close();
  kill();
}

Result<void> SupervisedProgram::send(const nlohmann::json& message) {
  if (reaped_) return Error{"NotRunning", "", "the container has stopped"};
  return supervision::send(control_.native_handle(), message);
}

// In a namespace of processes, all of them end with the first one. Otherwise the supervisor has to
// see to it.
void SupervisedProgram::force_end() {
  if (isolated_ || !supervision::send(control_.native_handle(), supervision::kill())) {
    ::kill(pid_, SIGKILL);
  }
}

void SupervisedProgram::wait_for_message() {
  control_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const error_code& error) {
                        if (error || self->reaped_) return;
                        if (self->take_messages()) self->wait_for_message();
                      });
}

/// False when none can follow.
bool SupervisedProgram::take_messages() {
  bool closed = false;
  int sender = 0;
  while (const auto message = supervision::receive(control_.native_handle(), closed, &sender)) {
    take(*message, sender);
  }
  return !closed;
}

void SupervisedProgram::take(const nlohmann::json& message, int sender) {
  if (abandoned_) return;
  if (message.contains("begun")) program_ = sender;
  if (message.contains("failed")) {
    failure_ = failure_text(message["failed"], message["number"], command_);
  }
  if (message.contains("executed")) on_executed(message["executed"], message["exitCode"]);
  if (!message.contains("running") || std::exchange(ran_, true) || asked_to_end_) return;
  ContainerRunning running;
  running.host_ports = reachability_.host_ports;
  running.pid = program_;
  on_running_(running);
}

void SupervisedProgram::on_executed(std::uint64_t id, int exit_code) {
  const auto found = executions_.find(id);
  if (found == executions_.end()) return;
  const auto done = std::move(found->second.done);
  const bool timed_out = found->second.timed_out;
  executions_.erase(found);
  done(timed_out ? exit_after_timeout : exit_code);
}

void SupervisedProgram::time_out(std::uint64_t id) {
  const auto found = executions_.find(id);
  if (found == executions_.end()) return;
  found->second.timed_out = true;
  (void)send(supervision::end_execution(id));  // With the container, it has ended as well.
}

void SupervisedProgram::on_end() {
  const auto self = shared_from_this();
  take_messages();
  if (!abandoned_) {
    output_.drain();
    errors_.drain();
  }
  reaped_ = true;
  const int code = reap(pid_);
  const bool out_of_memory = cgroup_ && cgroup_->ran_out_of_memory();
  error_code ignored;
  control_.close(ignored);
  reachability_ = {};
  executions_.clear();
  cgroup_.reset();
  if (!abandoned_) on_exit_(describe_end(code, out_of_memory));
}

ContainerExit SupervisedProgram::describe_end(int code, bool ran_out_of_memory) const {
  if (!failure_.empty()) return {code, cannot_start(failure_), false};
  if (ran_out_of_memory && code == exit_after_sigkill) return {code, out_of_memory(), true};
  if (ran_ || asked_to_end_) return {code, "", true};
  const std::string words = log_->last_line(LogStream::errors);
  return {code,
          cannot_start(words.empty() ? fmt::format("its supervisor ended with {}", code) : words),
          false};
}

}  // namespace cutover::containers

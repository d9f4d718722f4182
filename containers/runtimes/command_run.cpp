#include "containers/runtimes/command_run.hpp"

#include <csignal>
#include <utility>

namespace cutover::containers {

CommandRun::CommandRun(boost::asio::io_context& control, SpawnedChild child, OnEnd on_end)
    : pid_(child.pid),
      control_(control),
      end_(control, std::move(child.pidfd)),
      timer_(control),
      output_pipe_(std::move(child.output)),
      errors_pipe_(std::move(child.errors)),
      on_end_(std::move(on_end)) {}

CommandRun::~CommandRun() {
  // Only when the io_context went away before the command ended.
  if (!reaped_) end();
}

void CommandRun::keep_output(const std::shared_ptr<ContainerLog>& log, const Clock& clock) {
  const auto floods = std::make_shared<std::size_t>(0);
  output_.emplace(control_, std::move(output_pipe_), log, LogStream::output, clock, floods);
  errors_.emplace(control_, std::move(errors_pipe_), log, LogStream::errors, clock, floods);
  output_->follow(shared_from_this());
  errors_->follow(shared_from_this());
}

void CommandRun::watch(Duration timeout) {
  timer_.expires_after(timeout);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error) self->time_out();
  });
  end_.wait([self = shared_from_this()] { self->on_end(); });
}

void CommandRun::abandon() {
  on_end_ = nullptr;
  timer_.cancel();
  if (!reaped_) ::kill(-pid_, SIGKILL);
}

void CommandRun::time_out() {
  if (reaped_) return;
  timed_out_ = true;
  ::kill(-pid_, SIGKILL);
}

void CommandRun::on_end() {
  timer_.cancel();
  const int code = end();
  for (auto* pipe : {&output_, &errors_}) {
    if (*pipe) (*pipe)->drain();
  }
  if (const auto tell = std::exchange(on_end_, nullptr)) tell({code, timed_out_});
}

int CommandRun::end() {
  ::kill(-pid_, SIGKILL);
  reaped_ = true;
  return reap(pid_);
}

}  // namespace cutover::containers

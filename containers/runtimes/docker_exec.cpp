#include "containers/runtimes/docker_exec.hpp"

#include <fmt/format.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <utility>

#include "containers/runtimes/executed_commands.hpp"

namespace cutover::containers {

namespace {

constexpr int exit_not_startable = 126;
constexpr Duration look_interval = std::chrono::milliseconds(200);

/// Engines have no request that ends a command. Where its pid means something to this process it
/// is ended directly; elsewhere it is left to end by itself, with its container at the latest.
void kill_in_container(int pid, const std::string& container) {
  if (pid <= 0) return;
  std::ifstream file(fmt::format("/proc/{}/cgroup", pid));
  const std::string groups{std::istreambuf_iterator<char>(file), {}};
  if (groups.find(container) != std::string::npos) ::kill(pid, SIGKILL);
}

}  // namespace

DockerExec::DockerExec(std::shared_ptr<DockerEngine> engine, std::string container,
                       Container::OnExecuted done)
    : engine_(std::move(engine)), container_(std::move(container)), done_(std::move(done)) {}

DockerExec::~DockerExec() {
  engine_->timers().cancel(deadline_);
  engine_->timers().cancel(next_look_);
}

void DockerExec::begin(const std::vector<std::string>& command, Duration timeout) {
  deadline_ = engine_->timers().after(timeout, [this] { time_out(); });
  call_ =
      engine_->call({"POST", fmt::format("/containers/{}/exec", container_), exec_body(command)},
                    DockerEngine::answer_most, [this](const Result<DockerAnswer>& answer) {
                      if (answer && answer->ok()) id_ = id_of(answer->body);
                      id_.empty() ? end(exit_not_startable) : start();
                    });
}

void DockerExec::start() {
  // What it prints is thrown away; that nothing more comes says that it has ended.
  call_ = engine_->follow(
      {"POST", fmt::format("/exec/{}/start", id_), R"({"Detach":false,"Tty":false})"}, std::nullopt,
      [](std::string_view) {}, [this](const Result<DockerAnswer>&) { look(); });
}

void DockerExec::look() {
  next_look_ = 0;
  call_ = engine_->call({"GET", fmt::format("/exec/{}/json", id_)}, DockerEngine::answer_most,
                        [this](const Result<DockerAnswer>& answer) { have_looked(answer); });
}

void DockerExec::have_looked(const Result<DockerAnswer>& answer) {
  if (!answer || !answer->ok()) return end(exit_not_startable);
  const auto state = exec_state_of(answer->body);
  if (!state.running) return end(state.exit_code.value_or(exit_not_startable));
  next_look_ = engine_->timers().after(look_interval, [this] { look(); });
}

void DockerExec::time_out() {
  deadline_ = 0;
  if (!id_.empty()) {
    auto last_look = engine_->call(
        {"GET", fmt::format("/exec/{}/json", id_)}, DockerEngine::answer_most,
        [engine = engine_, container = container_](const Result<DockerAnswer>& answer) {
          if (!answer || !answer->ok()) return;
          const auto state = exec_state_of(answer->body);
          if (state.running) kill_in_container(state.pid, container);
        });
    last_look.detach();
  }
  end(exit_after_timeout);
}

void DockerExec::end(int exit_code) {
  const auto done = std::move(done_);
  done(exit_code);  // Destroys this.
}

}  // namespace cutover::containers

#include "containers/runtimes/process.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <charconv>
#include <csignal>
#include <optional>
#include <string_view>
#include <utility>

#include "containers/apps/behaviour_json.hpp"
#include "containers/runtimes/child_process.hpp"
#include "containers/runtimes/executed_commands.hpp"
#include "containers/runtimes/failed_container.hpp"
#include "containers/runtimes/start_error.hpp"

namespace cutover::containers {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// The port in "NAME listening on ADDRESS:PORT".
std::optional<std::uint16_t> port_of_ready_line(std::string_view line) {
  const auto colon = line.rfind(':');
  if (line.find(" listening on ") == line.npos || colon == line.npos) return std::nullopt;
  const auto digits = line.substr(colon + 1);
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size()) return std::nullopt;
  return port;
}

/// Reads a child's output line by line as it comes, in bounded memory.
class Lines {
 public:
  Lines(asio::io_context& io, Descriptor pipe) : pipe_(io, pipe.release()) {}

  /// `on_line` is called with each whole line, until close(). `owner` lives until then.
  void follow(std::shared_ptr<void> owner, std::function<void(std::string_view)> on_line) {
    pipe_.async_read_some(asio::buffer(bytes_),
                          [this, owner, on_line](const error_code& error, std::size_t size) {
                            if (error) return;
                            take(size, on_line);
                            follow(owner, on_line);
                          });
  }

  /// What is there now, without waiting; the last line also without its end.
  void drain(const std::function<void(std::string_view)>& on_line) {
    error_code error;
    pipe_.non_blocking(true, error);
    while (!error) take(pipe_.read_some(asio::buffer(bytes_), error), on_line);
    if (!partial_.empty()) on_line(std::exchange(partial_, {}));
  }

  void close() {
    error_code ignored;
    pipe_.close(ignored);
  }

 private:
  static constexpr std::size_t line_most = 4096;

  void take(std::size_t size, const std::function<void(std::string_view)>& on_line) {
    for (const char c : std::string_view(bytes_.data(), size)) {
      if (c == '\n')
        on_line(std::exchange(partial_, {}));
      else if (partial_.size() < line_most)
        partial_ += c;
    }
  }

  asio::posix::stream_descriptor pipe_;
  std::array<char, 1024> bytes_{};
  std::string partial_;
};

/// One child. Lives until it has been reaped, also when its container is gone before: the wait for
/// its end holds it.
class Instance final : public std::enable_shared_from_this<Instance> {
 public:
  Instance(asio::io_context& control, const ContainerLaunch& launch, SpawnedChild child,
           Runtime::OnRunning on_running, Runtime::OnExit on_exit)
      : reports_port_(!launch.ports.empty()),
        environment_(launch.environment),
        commands_(control),
        pid_(child.pid),
        end_(control, child.pidfd.release()),
        output_(control, std::move(child.output)),
        errors_(control, std::move(child.errors)),
        on_running_(std::move(on_running)),
        on_exit_(std::move(on_exit)) {}
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance() {
    // Only when the io_context went away before the child did.
    if (!reaped_) end();
  }

  void watch() {
    wait_for_end();
    const auto self = shared_from_this();
    output_.follow(self, [this](std::string_view line) { on_output(line); });
    errors_.follow(self, [this](std::string_view line) { on_error_line(line); });
  }

  void terminate() {
    if (reaped_) return;
    asked_to_end_ = true;
    ::kill(pid_, SIGTERM);
  }

  void kill() {
    if (reaped_) return;
    asked_to_end_ = true;
    ::kill(-pid_, SIGKILL);
  }

  Result<void> signal(int number) {
    if (!reaped_) ::kill(-pid_, number);
    return {};
  }

  void execute(const std::vector<std::string>& command, Duration timeout,
               Container::OnExecuted done) {
    commands_.run(command, environment_, timeout, std::move(done));
  }

  /// Ends the child without a word.
  void abandon() {
    abandoned_ = true;
    commands_.abandon();
    output_.close();
    errors_.close();
    kill();
  }

 private:
  void wait_for_end() {
    end_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [self = shared_from_this()](const error_code& error) {
                      if (error) return;
                      // Asio can end a wait early: with an event that was meant for a descriptor
                      // closed meanwhile, whose record the new one got.
                      if (has_ended(self->end_.native_handle())) return self->on_end();
                      self->wait_for_end();
                    });
  }

  /// What the leader has left behind in its group goes with it, as a container's processes do with
  /// its first one.
  int end() {
    ::kill(-pid_, SIGKILL);
    reaped_ = true;
    return reap(pid_);
  }

  void on_output(std::string_view line) {
    if (ran_ || abandoned_ || asked_to_end_) return;
    const auto port = port_of_ready_line(line);
    if (!port) return;
    ran_ = true;
    ContainerRunning running;
    if (reports_port_) running.host_ports.push_back(*port);
    running.pid = pid_;
    environment_.emplace_back("PORT", fmt::to_string(*port));
    on_running_(running);
  }

  void on_error_line(std::string_view line) {
    if (!line.empty()) last_error_ = line;
  }

  void on_end() {
    if (!abandoned_) {
      // Its last words may still be in the pipes: that it was ready, or why it was not.
      output_.drain([this](std::string_view line) { on_output(line); });
      errors_.drain([this](std::string_view line) { on_error_line(line); });
      output_.close();
      errors_.close();
    }
    const int code = end();
    if (abandoned_) return;
    if (ran_ || asked_to_end_) return on_exit_({code, "", true});
    const auto why = last_error_.empty()
                         ? fmt::format("the process ended with {} before it listened", code)
                         : last_error_;
    on_exit_({code, cannot_start(why), false});
  }

  const bool reports_port_;
  std::vector<std::pair<std::string, std::string>> environment_;
  ExecutedCommands commands_;
  const pid_t pid_;
  asio::posix::stream_descriptor end_;
  Lines output_;
  Lines errors_;
  const Runtime::OnRunning on_running_;
  const Runtime::OnExit on_exit_;
  std::string last_error_;
  bool ran_ = false;
  bool asked_to_end_ = false;
  bool reaped_ = false;
  bool abandoned_ = false;
};

class ProcessContainer final : public Container {
 public:
  explicit ProcessContainer(std::shared_ptr<Instance> instance) : instance_(std::move(instance)) {}
  ~ProcessContainer() override { instance_->abandon(); }
  void terminate() override { instance_->terminate(); }
  void kill() override { instance_->kill(); }
  Result<void> pause() override { return instance_->signal(SIGSTOP); }
  Result<void> resume() override { return instance_->signal(SIGCONT); }
  Result<void> change_behaviour(const apps::AppBehaviour&) override {
    return Error{"UnsupportedFeatureException", "",
                 "a program's behaviour can't be changed while it runs; allowed is a built-in app "
                 "of the runtime in_process"};
  }
  void execute(const std::vector<std::string>& command, Duration timeout,
               OnExecuted done) override {
    instance_->execute(command, timeout, std::move(done));
  }

 private:
  const std::shared_ptr<Instance> instance_;
};

std::vector<std::string> arguments(const ContainerLaunch& launch, const AppImage& image,
                                   const Clock& control_clock) {
  auto behaviour = image.behaviour;
  behaviour.start_up = control_clock.real_wait(behaviour.start_up);
  return {"cutover",
          "app",
          image.app,
          "--address",
          launch.address,
          "--port",
          fmt::to_string(launch.ports.empty() ? 0 : launch.ports.front().host_port),
          "--seed",
          fmt::to_string(launch.seed),
          "--behaviour",
          apps::behaviour_to_json(behaviour),
          "--exit-with-parent"};
}

}  // namespace

ProcessRuntime::ProcessRuntime(asio::io_context& control, const Clock& control_clock,
                               std::string program)
    : control_(control), control_clock_(control_clock), program_(std::move(program)) {}

std::unique_ptr<Container> ProcessRuntime::start(const ContainerLaunch& launch,
                                                 OnRunning on_running, OnExit on_exit) {
  const auto fail = [&](std::string_view why) {
    return std::make_unique<FailedContainer>(control_, cannot_start(why), std::move(on_exit));
  };
  const auto* const image = std::get_if<AppImage>(&launch.source);
  if (!image) return fail("this runtime runs built-in apps");
  if (launch.ports.size() > 1) return fail("a built-in app in a process of its own has one port");
  auto child = spawn(program_, arguments(launch, *image, control_clock_), launch.environment);
  if (!child) return fail(child.error().message);
  auto instance = std::make_shared<Instance>(control_, launch, std::move(*child),
                                             std::move(on_running), std::move(on_exit));
  instance->watch();
  return std::make_unique<ProcessContainer>(std::move(instance));
}

}  // namespace cutover::containers

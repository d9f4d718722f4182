#include "containers/runtimes/in_process.hpp"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <thread>
#include <utility>

#include "containers/apps/server.hpp"
#include "containers/runtimes/start_error.hpp"

namespace cutover::containers {

namespace {

namespace asio = boost::asio;

/// The app as callers outside its container see it: gone once the container has stopped.
class GatedApp final : public apps::App {
 public:
  explicit GatedApp(std::shared_ptr<apps::App> app) : app_(std::move(app)) {}

  apps::AppAnswer answer(const apps::AppRequest& request, TimePoint now) noexcept override {
    if (!closed_.load(std::memory_order_relaxed)) return app_->answer(request, now);
    apps::AppAnswer gone;
    gone.reset = true;
    return gone;
  }
  void close() { closed_.store(true, std::memory_order_relaxed); }

 private:
  const std::shared_ptr<apps::App> app_;
  std::atomic<bool> closed_{false};
};

}  // namespace

/// Shared by the runtime and its containers; the last of them to go, on the control thread, ends
/// it.
class InProcessRuntime::ServingThread {
 public:
  ServingThread() : thread_([this] { io_.run(); }) {}
  ServingThread(const ServingThread&) = delete;
  ServingThread& operator=(const ServingThread&) = delete;
  ~ServingThread() {
    io_.stop();
    thread_.join();
  }
  asio::io_context& io() { return io_; }

 private:
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  std::thread thread_;
};

/// One container. Its server is touched on the serving thread only; everything else here on the
/// control thread. What the serving thread reports finds the instance by a weak pointer, so nothing
/// is called back once the container is gone.
class InProcessRuntime::Instance final : public std::enable_shared_from_this<Instance> {
 public:
  /// Holds the server on the serving thread.
  struct Seat {
    std::unique_ptr<apps::AppServer> server;
  };

  Instance(const InProcessRuntime& runtime, const ContainerLaunch& launch,
           std::shared_ptr<apps::App> app, OnRunning on_running, OnExit on_exit)
      : control_(runtime.control_),
        timers_(runtime.timers_),
        data_clock_(runtime.data_clock_),
        serving_(runtime.serving_),
        app_(std::move(app)),
        gate_(std::make_shared<GatedApp>(app_)),
        has_port_(launch.container_port != 0),
        host_port_(launch.host_port),
        on_running_(std::move(on_running)),
        on_exit_(std::move(on_exit)) {}

  void start(Duration start_up) {
    timer_ = timers_.after(start_up, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->begin();
    });
  }

  void fail(const Error& error) { exit_later({0, cannot_start(error.message), false}); }

  void terminate() {
    if (stopping_ || exited_) return;
    stopping_ = true;
    timers_.cancel(timer_);
    if (!begun_) return exit_later({exit_after_sigterm, "", true});
    gate_->close();
    asio::post(serving_->io(), [seat = seat_, report = reporter()] {
      const auto stopped = [report] { report({0, "", true}); };
      if (seat->server)
        seat->server->stop(stopped);
      else
        stopped();
    });
  }

  void kill() {
    if (exited_ || killed_) return;
    killed_ = true;
    vacate([report = reporter()] { report({exit_after_sigkill, "", true}); });
  }

  /// Closes the port; then calls `done` on the serving thread. Reports nothing.
  void vacate(std::function<void()> done = {}) {
    timers_.cancel(timer_);
    gate_->close();
    asio::post(serving_->io(), [seat = seat_, done = std::move(done)] {
      seat->server.reset();
      if (done) done();
    });
  }

 private:
  using Report = std::function<void(const ContainerExit&)>;

  void begin() {
    begun_ = true;
    if (!has_port_) return running(0);
    asio::post(
        serving_->io(), [seat = seat_, io = &serving_->io(), app = app_, port = host_port_,
                         clock = &data_clock_, control = &control_, weak = weak_from_this()] {
          auto server =
              apps::AppServer::listen(*io, app, asio::ip::address_v4::loopback(), port, *clock);
          const std::uint16_t bound = server ? (*server)->port() : std::uint16_t{0};
          const std::string problem = server ? "" : cannot_start(server.error().message);
          if (server) seat->server = std::move(*server);
          asio::post(*control, [weak, bound, problem] {
            const auto self = weak.lock();
            if (!self) return;
            if (problem.empty())
              self->running(bound);
            else
              self->exit({0, problem, false});
          });
        });
  }

  void running(std::uint16_t port) {
    if (exited_ || killed_ || stopping_) return;
    on_running_({port, std::nullopt, gate_});
  }

  /// May be called on the serving thread; what it reports arrives on the control thread.
  Report reporter() {
    return [control = &control_, weak = weak_from_this()](const ContainerExit& exit) {
      asio::post(*control, [weak, exit] {
        if (const auto self = weak.lock()) self->exit(exit);
      });
    };
  }

  void exit_later(const ContainerExit& exit) { reporter()(exit); }

  void exit(const ContainerExit& exit) {
    if (std::exchange(exited_, true)) return;
    vacate();
    on_exit_(exit);
  }

  asio::io_context& control_;
  Timers& timers_;
  const Clock& data_clock_;
  const std::shared_ptr<ServingThread> serving_;
  const std::shared_ptr<apps::App> app_;
  const std::shared_ptr<GatedApp> gate_;
  const std::shared_ptr<Seat> seat_ = std::make_shared<Seat>();
  const bool has_port_;
  const std::uint16_t host_port_;
  const OnRunning on_running_;
  const OnExit on_exit_;
  TimerId timer_ = 0;
  bool begun_ = false;
  bool stopping_ = false;
  bool killed_ = false;
  bool exited_ = false;
};

InProcessRuntime::InProcessRuntime(asio::io_context& control, Timers& timers,
                                   const Clock& data_clock)
    : control_(control),
      timers_(timers),
      data_clock_(data_clock),
      serving_(std::make_shared<ServingThread>()) {}

InProcessRuntime::~InProcessRuntime() = default;

std::unique_ptr<Container> InProcessRuntime::start(const ContainerLaunch& launch,
                                                   OnRunning on_running, OnExit on_exit) {
  class Handle final : public Container {
   public:
    explicit Handle(std::shared_ptr<Instance> instance) : instance_(std::move(instance)) {}
    ~Handle() override { instance_->vacate(); }
    void terminate() override { instance_->terminate(); }
    void kill() override { instance_->kill(); }

   private:
    const std::shared_ptr<Instance> instance_;
  };

  auto app = apps::make_app(launch.app, launch.behaviour, launch.seed);
  auto instance = std::make_shared<Instance>(*this, launch, app ? *app : nullptr,
                                             std::move(on_running), std::move(on_exit));
  if (app)
    instance->start(launch.behaviour.start_up);
  else
    instance->fail(app.error());
  return std::make_unique<Handle>(std::move(instance));
}

}  // namespace cutover::containers

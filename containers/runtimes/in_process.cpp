#include "containers/runtimes/in_process.hpp"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "containers/apps/server.hpp"
#include "containers/runtimes/executed_commands.hpp"
#include "containers/runtimes/failed_container.hpp"
#include "containers/runtimes/start_error.hpp"
#include "containers/runtimes/switched_app.hpp"

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
  /// Holds the servers, one for each port, on the serving thread.
  struct Seat {
    std::vector<std::unique_ptr<apps::AppServer>> servers;
  };

  Instance(const InProcessRuntime& runtime, const ContainerLaunch& launch,
           std::shared_ptr<apps::App> app, OnRunning on_running, OnExit on_exit)
      : control_(runtime.control_),
        timers_(runtime.timers_),
        data_clock_(runtime.data_clock_),
        serving_(runtime.serving_),
        launch_(launch),
        app_(std::make_shared<SwitchedApp>(std::move(app))),
        gate_(std::make_shared<GatedApp>(app_)),
        environment_(launch.environment),
        commands_(runtime.control_),
        on_running_(std::move(on_running)),
        on_exit_(std::move(on_exit)) {}

  void start(Duration start_up) {
    timer_ = timers_.after(start_up, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->begin();
    });
  }

  void terminate() {
    if (stopping_ || exited_) return;
    stopping_ = true;
    timers_.cancel(timer_);
    if (!begun_) return exit_later({exit_after_sigterm, "", true});
    gate_->close();
    asio::post(serving_->io(), [seat = seat_, report = reporter()] {
      if (seat->servers.empty()) return report({0, "", true});
      const auto left = std::make_shared<std::size_t>(seat->servers.size());
      for (const auto& server : seat->servers) {
        server->stop([left, report] {
          if (--*left == 0) report({0, "", true});
        });
      }
    });
  }

  void kill() {
    if (exited_ || killed_) return;
    killed_ = true;
    vacate([report = reporter()] { report({exit_after_sigkill, "", true}); });
  }

  void pause() { app_->pause(); }
  void resume() { app_->resume(); }
  Result<void> change_behaviour(const apps::AppBehaviour& behaviour) {
    auto app = apps::make_app(std::get<AppImage>(launch_.source).app, behaviour, launch_.seed);
    if (!app) return app.error();
    app_->change(*std::move(app));
    return {};
  }
  void execute(const std::vector<std::string>& command, Duration timeout,
               Container::OnExecuted done) {
    commands_.run(command, environment_, timeout, std::move(done));
  }

  /// Closes the ports; then calls `done` on the serving thread. Reports nothing.
  void vacate(std::function<void()> done = {}) {
    timers_.cancel(timer_);
    commands_.abandon();
    gate_->close();
    asio::post(serving_->io(), [seat = seat_, done = std::move(done)] {
      seat->servers.clear();
      if (done) done();
    });
  }

 private:
  using Report = std::function<void(const ContainerExit&)>;

  void begin() {
    begun_ = true;
    if (launch_.ports.empty()) return running({});
    asio::post(serving_->io(),
               [seat = seat_, io = &serving_->io(), app = app_, address = launch_.address,
                ports = launch_.ports, clock = &data_clock_, control = &control_,
                weak = weak_from_this()] {
                 auto bound = listen(*seat, *io, app, address, ports, *clock);
                 asio::post(*control, [weak, bound = std::move(bound)] {
                   const auto self = weak.lock();
                   if (!self) return;
                   if (bound) return self->running(*bound);
                   self->exit({0, cannot_start(bound.error().message), false});
                 });
               });
  }

  /// On the serving thread. The ports that were bound, or why one could not be.
  static Result<std::vector<std::uint16_t>> listen(Seat& seat, asio::io_context& io,
                                                   const std::shared_ptr<apps::App>& app,
                                                   const std::string& address,
                                                   const std::vector<PortBinding>& ports,
                                                   const Clock& clock) {
    std::vector<std::uint16_t> bound;
    for (const PortBinding& port : ports) {
      auto server =
          apps::AppServer::listen(io, app, asio::ip::make_address(address), port.host_port, clock);
      if (!server) return server.error();
      bound.push_back((*server)->port());
      seat.servers.push_back(*std::move(server));
    }
    return bound;
  }

  void running(const std::vector<std::uint16_t>& ports) {
    if (exited_ || killed_ || stopping_) return;
    if (!ports.empty()) environment_.emplace_back("PORT", std::to_string(ports.front()));
    on_running_({ports, std::nullopt, gate_, ""});
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
  const ContainerLaunch launch_;
  const std::shared_ptr<SwitchedApp> app_;
  const std::shared_ptr<GatedApp> gate_;
  const std::shared_ptr<Seat> seat_ = std::make_shared<Seat>();
  std::vector<std::pair<std::string, std::string>> environment_;
  ExecutedCommands commands_;
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
    Result<void> pause() override {
      instance_->pause();
      return {};
    }
    Result<void> resume() override {
      instance_->resume();
      return {};
    }
    Result<void> change_behaviour(const apps::AppBehaviour& behaviour) override {
      return instance_->change_behaviour(behaviour);
    }
    void execute(const std::vector<std::string>& command, Duration timeout,
                 OnExecuted done) override {
      instance_->execute(command, timeout, std::move(done));
    }

   private:
    const std::shared_ptr<Instance> instance_;
  };

  const auto* const image = std::get_if<AppImage>(&launch.source);
  const auto app = image ? apps::make_app(image->app, image->behaviour, launch.seed)
                         : Error{"UnsupportedImage", "", "only built-in apps run in this process"};
  if (!app) {
    return std::make_unique<FailedContainer>(control_, cannot_start(app.error().message),
                                             std::move(on_exit));
  }
  auto instance =
      std::make_shared<Instance>(*this, launch, *app, std::move(on_running), std::move(on_exit));
  instance->start(image->behaviour.start_up);
  return std::make_unique<Handle>(std::move(instance));
}

}  // namespace cutover::containers

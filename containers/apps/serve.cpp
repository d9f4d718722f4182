#include "containers/apps/serve.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "containers/apps/server.hpp"
#include "lb/base/timers.hpp"

namespace cutover::containers::apps {

namespace {

namespace asio = boost::asio;

constexpr int exit_after_signal = 128;

/// Asks the kernel for SIGKILL when the parent ends. False when it has ended already: the request
/// came too late then.
bool tie_to_parent() {
  const pid_t parent = getppid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return getppid() == parent;
}

void print_line(const std::string& line) {
  std::fputs(line.c_str(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

void log_request(const ServedRequest& request) {
  print_line(
      fmt::format("{} {} - {}", request.method, request.target,
                  std::chrono::duration_cast<std::chrono::milliseconds>(request.took).count()));
}

/// The program's life: start-up, serving, stopping.
class AppProgram {
 public:
  AppProgram(const ServeOptions& options, std::shared_ptr<App> app, asio::ip::address address)
      : options_(options), app_(std::move(app)), address_(std::move(address)) {}

  Result<int> run() {
    wait_for_signal();
    if (options_.behaviour.start_up > Duration::zero()) {
      timers_.after(options_.behaviour.start_up, [this] { listen(); });
    } else {
      listen();
    }
    io_.run();
    server_.reset();
    if (failure_) return *failure_;
    return status_;
  }

 private:
  void listen() {
    AppServerOptions server_options;
    if (options_.log_requests) server_options.on_request = log_request;
    auto server =
        AppServer::listen(io_, app_, address_, options_.port, clock_, std::move(server_options));
    if (!server) {
      failure_ = server.error();
      io_.stop();
      return;
    }
    server_ = std::move(*server);
    print_line(fmt::format(
        "{} listening on {}:{}", options_.name,
        address_.is_v6() ? fmt::format("[{}]", address_.to_string()) : address_.to_string(),
        server_->port()));
  }

  void wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (!error) on_signal(signal);
    });
  }

  void on_signal(int signal) {
    if (!server_ || stopping_) {
      status_ = exit_after_signal + signal;
      io_.stop();
      return;
    }
    stopping_ = true;
    wait_for_signal();
    server_->stop([this] { io_.stop(); });
  }

  const ServeOptions& options_;
  const std::shared_ptr<App> app_;
  const asio::ip::address address_;
  const RealClock clock_;
  asio::io_context io_{1};
  asio::signal_set signals_{io_, SIGTERM, SIGINT};
  AsioTimers timers_{io_, clock_};
  std::unique_ptr<AppServer> server_;
  std::optional<Error> failure_;
  int status_ = 0;
  bool stopping_ = false;
};

}  // namespace

Result<int> serve_app_until_signal(const ServeOptions& options) {
  if (options.exit_with_parent && !tie_to_parent()) return exit_after_signal + SIGKILL;
  auto app = make_app(options.name, options.behaviour, options.seed);
  if (!app) return app.error();
  boost::system::error_code error;
  auto address = asio::ip::make_address(options.address, error);
  if (error)
    return Error{"InvalidAddress", "--address",
                 fmt::format("found \"{}\"; allowed is an IPv4 or IPv6 address, such as 127.0.0.1",
                             options.address)};
  return AppProgram(options, std::move(*app), std::move(address)).run();
}

}  // namespace cutover::containers::apps

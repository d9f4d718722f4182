#pragma once

// An AppServer on a thread of its own, whose time a test moves by hand.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "containers/apps/server.hpp"

namespace cutover::containers::apps {

inline const auto loopback = boost::asio::ip::make_address("127.0.0.1");

/// Stands still until a test moves it; whoever waits on it looks again every millisecond.
class HandClock final : public Clock {
 public:
  TimePoint now() const noexcept override { return model_.now(); }
  WallTime wall_now() const noexcept override { return model_.wall_now(); }
  Duration real_wait(Duration) const noexcept override { return std::chrono::milliseconds(1); }
  void advance(Duration by) { model_.advance(by); }

 private:
  SimulatedClock model_;
};

/// A server on a thread of its own.
class ServedApp {
 public:
  explicit ServedApp(std::shared_ptr<App> app, AppServerOptions options = {}) {
    auto server = AppServer::listen(io_, std::move(app), loopback, 0, clock_, std::move(options));
    if (!server) throw std::runtime_error(to_string(server.error()));
    server_ = std::move(*server);
    port_ = server_->port();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~ServedApp() {
    on_server([](AppServer& server) { server.kill(); });
    io_.stop();
    thread_.join();
    server_.reset();
  }

  std::uint16_t port() const { return port_; }
  /// Once the server has done all it can do at the present time.
  void advance(Duration by) {
    on_server([](AppServer&) {});
    clock_.advance(by);
  }

  /// Runs `action` on the server's thread and waits until it has run.
  void on_server(const std::function<void(AppServer&)>& action) {
    const auto done = std::make_shared<std::promise<void>>();
    boost::asio::post(io_, [&, done] {
      action(*server_);
      done->set_value();
    });
    done->get_future().wait();
  }

  std::future<void> stop() {
    const auto stopped = std::make_shared<std::promise<void>>();
    on_server([&](AppServer& server) { server.stop([stopped] { stopped->set_value(); }); });
    return stopped->get_future();
  }

 private:
  HandClock clock_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  std::unique_ptr<AppServer> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

/// Answers what it is told to, in order, then "done"; tells when it was asked.
class ScriptedApp final : public App {
 public:
  explicit ScriptedApp(std::deque<AppAnswer> answers) : answers_(std::move(answers)) {}
  AppAnswer answer(const AppRequest& request, TimePoint) noexcept override {
    const std::scoped_lock lock(mutex_);
    seen_.append(request.method).append(" ").append(request.target).append("\n");
    if (!asked_once_) asked_.set_value();
    asked_once_ = true;
    if (answers_.empty()) return {200, "OK", "", "done"};
    const AppAnswer next = answers_.front();
    answers_.pop_front();
    return next;
  }
  std::string seen() {
    const std::scoped_lock lock(mutex_);
    return seen_;
  }
  void wait_until_asked() { asked_.get_future().wait(); }

 private:
  std::mutex mutex_;
  std::deque<AppAnswer> answers_;
  std::string seen_;
  std::promise<void> asked_;
  bool asked_once_ = false;
};

}  // namespace cutover::containers::apps

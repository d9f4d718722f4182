#pragma once

// The control thread of a test: runs until something has happened, and gives up when it never does.

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "containers/runtime.hpp"
#include "lb/base/timers.hpp"

namespace cutover::containers {

class ControlLoop {
 public:
  /// Control time runs `speed` times as fast as real time.
  explicit ControlLoop(double speed = 1) : clock_(speed) {}

  boost::asio::io_context& io() { return io_; }
  const Clock& clock() const { return clock_; }
  AsioTimers& timers() { return timers_; }

  template <class Condition>
  void run_until(Condition condition) {
    // Other threads report here: to have nothing to do right now does not mean that nothing comes.
    const auto work = boost::asio::make_work_guard(io_);
    while (!condition()) {
      io_.restart();
      if (io_.run_one_for(std::chrono::seconds(20)) == 0) {
        ADD_FAILURE() << "nothing happened";
        return;
      }
    }
  }
  /// Until nothing is left to wait for.
  void run_dry() {
    io_.restart();
    io_.run_for(std::chrono::seconds(20));
    EXPECT_TRUE(io_.stopped()) << "something is still waited for";
  }

 private:
  boost::asio::io_context io_{1};
  ScaledClock clock_;
  AsioTimers timers_{io_, clock_};
};

/// A container and what was told of it, in order.
struct Observed {
  std::unique_ptr<Container> container;
  std::optional<ContainerRunning> running;
  std::optional<ContainerExit> exit;
  int calls = 0;

  void start(Runtime& runtime, const ContainerLaunch& launch) {
    container = runtime.start(
        launch,
        [this](const ContainerRunning& told) {
          ++calls;
          EXPECT_FALSE(exit) << "running after its end";
          running = told;
        },
        [this](const ContainerExit& told) {
          ++calls;
          exit = told;
        });
    EXPECT_EQ(calls, 0) << "called back from within start()";
  }
};

inline std::string render(const ContainerExit& exit) {
  return std::to_string(exit.exit_code) + (exit.started ? " started" : " never ran") +
         (exit.reason.empty() ? "" : ": " + exit.reason);
}

inline ContainerLaunch forum_launch(std::string app = "api") {
  ContainerLaunch launch;
  launch.task_id = "task";
  launch.name = app;
  launch.source = AppImage{std::move(app), {}};
  launch.ports = {{3000, 0}};
  return launch;
}

/// Of a launch made by forum_launch().
inline apps::AppBehaviour& behaviour_of(ContainerLaunch& launch) {
  return std::get<AppImage>(launch.source).behaviour;
}

inline constexpr std::string_view get_ready = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// The first line of an answer that RawClient received.
inline std::string status_line(const std::string& answer) {
  return answer.substr(0, answer.find('\n'));
}

}  // namespace cutover::containers

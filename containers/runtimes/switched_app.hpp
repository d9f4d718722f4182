#pragma once

// A built-in app whose behaviour can be changed, and which can be paused, while it is being called:
// faults on demand for containers of this process.

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "containers/apps/app.hpp"

namespace cutover::containers {

/// answer() on any thread; everything else on one.
class SwitchedApp final : public apps::App {
 public:
  explicit SwitchedApp(std::shared_ptr<apps::App> app) { change(std::move(app)); }

  apps::AppAnswer answer(const apps::AppRequest& request, TimePoint now) noexcept override {
    if (!paused_.load(std::memory_order_relaxed)) {
      return current_.load(std::memory_order_acquire)->answer(request, now);
    }
    apps::AppAnswer nothing;
    nothing.held = true;
    nothing.delay = look_again;
    return nothing;
  }

  void change(std::shared_ptr<apps::App> app) {
    current_.store(app.get(), std::memory_order_release);
    all_.push_back(std::move(app));
  }
  void pause() { paused_.store(true, std::memory_order_relaxed); }
  void resume() { paused_.store(false, std::memory_order_relaxed); }

 private:
  static constexpr Duration look_again = std::chrono::milliseconds(20);

  std::vector<std::shared_ptr<apps::App>> all_;  ///< Answers may still be seen by their views.
  std::atomic<apps::App*> current_{nullptr};
  std::atomic<bool> paused_{false};
};

}  // namespace cutover::containers

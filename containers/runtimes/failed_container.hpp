#pragma once

// A container that could not be started: all that is left to do is to say so.

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "containers/runtime.hpp"

namespace cutover::containers {

class FailedContainer final : public Container {
 public:
  FailedContainer(boost::asio::io_context& control, std::string reason, Runtime::OnExit on_exit) {
    boost::asio::post(control, [weak = std::weak_ptr(alive_), reason = std::move(reason),
                                on_exit = std::move(on_exit)] {
      if (weak.lock()) on_exit({0, reason, false});
    });
  }
  void terminate() override {}
  void kill() override {}
  Result<void> pause() override { return not_running(); }
  Result<void> resume() override { return not_running(); }
  Result<void> change_behaviour(const apps::AppBehaviour&) override { return not_running(); }
  void execute(const std::vector<std::string>&, Duration, OnExecuted) override {}

 private:
  static Error not_running() {
    return {"InvalidParameterException", "", "the container is not running"};
  }

  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace cutover::containers

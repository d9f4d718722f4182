#pragma once

// A task's app as a target that the load balancer calls instead of dialling.

#include <memory>
#include <utility>

#include "containers/apps/app.hpp"
#include "lb/in_process.hpp"

namespace cutover::stack {

/// An app's answer, as the load balancer takes it. The views stay the app's.
inline void tell(const containers::apps::AppAnswer& answer, lb::InProcessResponse& response) {
  response.status = answer.status;
  response.reason = answer.reason;
  response.headers = answer.headers;
  response.body = answer.body;
  response.delay = answer.delay;
  response.reset = answer.reset;
  response.held = answer.held;
}

/// Shares the app, whose answers' views live as long as it does.
class InProcessApp final : public lb::InProcessService {
 public:
  explicit InProcessApp(std::shared_ptr<containers::apps::App> app) : app_(std::move(app)) {}

  void serve(const lb::InProcessRequest& request, TimePoint now,
             lb::InProcessResponse& response) noexcept override {
    tell(app_->answer({request.method, request.target}, now), response);
  }

 private:
  std::shared_ptr<containers::apps::App> app_;
};

}  // namespace cutover::stack

#pragma once

// How a deployment calls its lifecycle hooks. AWS invokes Lambda functions; what stands behind an
// ARN here is the program's affair.

#include <functional>
#include <memory>
#include <string>

#include "containers/service_deployment.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// What a hook answers.
struct HookAnswer {
  HookStatus status =
      HookStatus::succeeded;  ///< succeeded, failed, or in_progress: call it again …
  Duration call_back_delay = Duration::zero();  ///< … after this, …
  std::string details = {};                     ///< … with these hookDetails (JSON), if any.
  std::string reason = {};                      ///< Why it failed, if it says so.
};

/// A call that is under way. Its destruction ends it, and nobody hears of an answer then.
class HookCall {
 public:
  virtual ~HookCall() = default;
};

/// All calls on the control thread.
class HookRunner {
 public:
  virtual ~HookRunner() = default;

  using OnAnswer = std::function<void(const HookAnswer&)>;

  /// Whether there is something to call behind that ARN.
  virtual Result<void> check_hook(const std::string& target_arn) const = 0;
  /// `payload` is the JSON text that ECS passes to a Lambda function. `on_answer` is called once,
  /// never from within this call; it may destroy the HookCall.
  virtual std::unique_ptr<HookCall> call(const std::string& target_arn, const std::string& payload,
                                         OnAnswer on_answer) = 0;
};

}  // namespace cutover::containers

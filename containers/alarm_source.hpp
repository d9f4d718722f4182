#pragma once

// Where a deployment learns how the alarms are that watch over it (ECS developer guide: How
// CloudWatch alarms detect deployment failures).

#include <string>

#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

enum class AlarmState { ok, alarm, insufficient_data };

/// All calls on the control thread.
class AlarmSource {
 public:
  virtual ~AlarmSource() = default;

  /// Whether there is an alarm of that name.
  virtual Result<void> check_alarm(const std::string& name) const = 0;
  /// As it is now.
  virtual AlarmState state(const std::string& name) const = 0;
  /// How long it takes an alarm to see what has happened: a rolling update is watched for so long
  /// after its last step.
  virtual Duration window(const std::string& name) const = 0;
};

}  // namespace cutover::containers

#pragma once

// The alarms of a running stack: at the end of each alarm's periods it takes what the load
// balancers have counted since the one before.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "containers/alarm_source.hpp"
#include "cutover/stack/metric_alarm.hpp"
#include "lb/base/timers.hpp"
#include "lb/observe/metrics.hpp"

namespace cutover::stack {

/// Control thread only.
class MetricAlarms final : public containers::AlarmSource {
 public:
  /// The metrics of the load balancer of that name, or of all ("").
  using Metrics = std::function<std::vector<lb::MetricsSnapshot>(const std::string& load_balancer)>;

  /// `timers` and `alarms` are borrowed and outlive it. The first periods begin now.
  MetricAlarms(Timers& timers, const std::vector<MetricAlarm>& alarms, Metrics metrics);
  ~MetricAlarms() override { stop(); }
  MetricAlarms(const MetricAlarms&) = delete;
  MetricAlarms& operator=(const MetricAlarms&) = delete;

  /// Every state stays as it is.
  void stop();

  Result<void> check_alarm(const std::string& name) const override {
    return stack::check_alarm(alarms_, name);
  }
  containers::AlarmState state(const std::string& name) const override;
  /// What happens last falls into a period that has not ended yet.
  Duration window(const std::string& name) const override;

 private:
  struct Watched {
    explicit Watched(const MetricAlarm& its_alarm) : alarm(its_alarm), judge(its_alarm) {}
    const MetricAlarm& alarm;
    AlarmJudge judge;
    std::vector<lb::MetricsSnapshot> before;
    TimerId timer = 0;
  };

  const Watched* find(const std::string& name) const;
  void wait(Watched& watched);
  void end_period(Watched& watched);

  Timers& timers_;
  const std::vector<MetricAlarm>& alarms_;
  Metrics metrics_;
  std::vector<std::unique_ptr<Watched>> watched_;
};

}  // namespace cutover::stack

#pragma once

// Alarms over the load balancers' metrics: the entries of a stack file's "Alarms", which are inputs
// of CloudWatch's PutMetricAlarm with names in place of the dimensions' values, and how an alarm's
// state follows from its data points (CloudWatch user guide: Alarm evaluation). Pure.
//
//   [{"AlarmName": "errors", "Namespace": "AWS/ApplicationELB",
//     "MetricName": "HTTPCode_Target_5XX_Count",
//     "Dimensions": [{"Name": "LoadBalancer", "Value": "demo"},
//                    {"Name": "TargetGroup", "Value": "green"}],
//     "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "DatapointsToAlarm": 1,
//     "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold",
//     "TreatMissingData": "notBreaching"}]

#include <chrono>
#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "containers/alarm_source.hpp"
#include "cutover/stack/load_balancing.hpp"
#include "lb/base/result.hpp"
#include "lb/observe/metric_reading.hpp"

namespace cutover::stack {

struct MetricAlarm {
  enum class Statistic { sample_count, average, sum, minimum, maximum };
  enum class Comparison { greater_or_equal, greater, less, less_or_equal };
  /// What a period without data means.
  enum class MissingData { missing, not_breaching, breaching, ignore };

  std::string name;
  std::string metric;
  std::string load_balancer;  ///< By name; empty: the dimension is left out.
  std::string target_group;   ///< Likewise.
  Statistic statistic = Statistic::sum;
  std::chrono::seconds period{60};  ///< On the control plane's clock.
  std::uint32_t evaluation_periods = 1;
  std::uint32_t datapoints_to_alarm = 1;
  double threshold = 0;
  Comparison comparison = Comparison::greater;
  MissingData missing_data = MissingData::missing;
};

/// Metric, dimensions and what they name are checked against `there`.
Result<MetricAlarm> parse_metric_alarm(const nlohmann::json& value, std::string pointer,
                                       const LoadBalancing& there);

/// Whether there is one of that name. The error has no place.
Result<void> check_alarm(const std::vector<MetricAlarm>& alarms, const std::string& name);

/// Of a reading; nothing when nobody reported.
std::optional<double> data_point(const lb::MetricReading& reading,
                                 MetricAlarm::Statistic statistic);

/// The state of one alarm, from period to period.
class AlarmJudge {
 public:
  /// `alarm` is borrowed.
  explicit AlarmJudge(const MetricAlarm& alarm) : alarm_(alarm) {}

  /// A period has ended.
  void add(std::optional<double> data_point);
  containers::AlarmState state() const { return state_; }

 private:
  bool breaches(double value) const;

  const MetricAlarm& alarm_;
  std::deque<std::optional<double>> points_;
  containers::AlarmState state_ = containers::AlarmState::insufficient_data;
};

}  // namespace cutover::stack

#include "cutover/stack/metric_alarm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "cutover/stack/json_entries.hpp"
#include "lb/base/json.hpp"

namespace cutover::stack {

namespace {

using nlohmann::json;

constexpr std::string_view name_space = "AWS/ApplicationELB";
constexpr std::size_t name_longest = 255;
constexpr std::int64_t day = 24 * 3600;
/// In the order of the enumerations.
constexpr std::array<std::string_view, 5> statistics{"SampleCount", "Average", "Sum", "Minimum",
                                                     "Maximum"};
constexpr std::array<std::string_view, 4> comparisons{"GreaterThanOrEqualToThreshold",
                                                      "GreaterThanThreshold", "LessThanThreshold",
                                                      "LessThanOrEqualToThreshold"};
constexpr std::array<std::string_view, 4> missing_data{"missing", "notBreaching", "breaching",
                                                       "ignore"};

template <std::size_t N>
std::size_t place_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return static_cast<std::size_t>(std::find(words.begin(), words.end(), word) - words.begin());
}

/// By metric: the combinations of dimensions that are published, of a load balancer with a group.
std::map<std::string, std::set<std::string>, std::less<>> published_metrics() {
  lb::MetricsSnapshot sample;
  sample.load_balancer = "app";
  sample.groups.push_back({"group", "targetgroup"});
  sample.nodes.resize(1);
  std::map<std::string, std::set<std::string>, std::less<>> published;
  lb::each_metric(sample, [&](const char* name, const lb::MetricDimensions& dimensions) {
    std::string names = dimensions.load_balancer.empty() ? "" : "LoadBalancer";
    if (!dimensions.target_group.empty()) names += names.empty() ? "TargetGroup" : ", TargetGroup";
    published[name].insert(names);
    return true;
  });
  return published;
}

/// One of "Dimensions".
void read_dimension(const json& value, std::string pointer, const LoadBalancing& there,
                    MetricAlarm& alarm, JsonReader& outer) {
  constexpr std::array<std::string_view, 2> names{"LoadBalancer", "TargetGroup"};
  JsonReader reader(value, std::move(pointer));
  const std::string name = reader.one_of("Name", names);
  const std::string given = reader.string("Value");
  const bool balancer = name == names[0];
  std::string& its = balancer ? alarm.load_balancer : alarm.target_group;
  if (reader.ok() && !its.empty()) {
    reader.fail("Name", fmt::format("found {} a second time", name));
  }
  const auto known = balancer ? there.load_balancer_names() : there.target_group_names();
  if (reader.ok() && std::find(known.begin(), known.end(), given) == known.end()) {
    reader.fail("Value", unknown_name(balancer ? "load balancer" : "target group", given, known));
  }
  its = given;
  if (const auto end = reader.finish(); !end) outer.fail(end.error());
}

void check_published(JsonReader& reader, const MetricAlarm& alarm) {
  const auto published = published_metrics();
  const auto metric = published.find(alarm.metric);
  if (metric == published.end()) {
    std::vector<std::string> known;
    known.reserve(published.size());
    for (const auto& [name, combinations] : published) known.push_back(name);
    return reader.fail("MetricName", unknown_name("metric", alarm.metric, known));
  }
  std::string names = alarm.load_balancer.empty() ? "" : "LoadBalancer";
  if (!alarm.target_group.empty()) names += names.empty() ? "TargetGroup" : ", TargetGroup";
  if (metric->second.contains(names)) return;
  reader.fail("Dimensions", fmt::format("found {}; {} has {}", names.empty() ? "none" : names,
                                        alarm.metric, fmt::join(metric->second, " or ")));
}

void read_metric(JsonReader& reader, const LoadBalancing& there, MetricAlarm& alarm) {
  constexpr std::array<std::string_view, 1> name_spaces{name_space};
  reader.one_of("Namespace", name_spaces);
  alarm.metric = reader.string("MetricName");
  const json* dimensions = reader.array("Dimensions");
  for (std::size_t i = 0; dimensions && i < dimensions->size() && reader.ok(); ++i) {
    read_dimension((*dimensions)[i], fmt::format("{}/{}", reader.pointer_to("Dimensions"), i),
                   there, alarm, reader);
  }
  if (reader.ok()) check_published(reader, alarm);
  alarm.statistic = static_cast<MetricAlarm::Statistic>(
      place_of(statistics, reader.one_of("Statistic", statistics)));
}

void read_periods(JsonReader& reader, MetricAlarm& alarm) {
  const auto period = reader.integer("Period", 10, day);
  if (reader.ok() && period != 10 && period != 30 && period % 60 != 0) {
    reader.fail("Period",
                fmt::format("found {}; allowed are 10, 30 and the multiples of 60", period));
  }
  alarm.period = std::chrono::seconds(period);
  const auto periods = reader.integer("EvaluationPeriods", 1, day);
  if (reader.ok() && periods * period > day) {
    reader.fail("EvaluationPeriods",
                fmt::format("found {}; all periods together are at most a day", periods));
  }
  alarm.evaluation_periods = static_cast<std::uint32_t>(periods);
  const auto points =
      reader.optional_integer("DatapointsToAlarm", 1, std::max<std::int64_t>(periods, 1));
  alarm.datapoints_to_alarm =
      points ? static_cast<std::uint32_t>(*points) : alarm.evaluation_periods;
}

}  // namespace

Result<MetricAlarm> parse_metric_alarm(const json& value, std::string pointer,
                                       const LoadBalancing& there) {
  constexpr double most = std::numeric_limits<double>::max();
  JsonReader reader(value, std::move(pointer));
  MetricAlarm alarm;
  alarm.name = reader.string("AlarmName");
  if (reader.ok() && (alarm.name.empty() || alarm.name.size() > name_longest)) {
    reader.fail("AlarmName", fmt::format("found {} characters; allowed are 1 to {}",
                                         alarm.name.size(), name_longest));
  }
  read_metric(reader, there, alarm);
  read_periods(reader, alarm);
  require(reader, "Threshold");
  alarm.threshold = reader.optional_number("Threshold", -most, most).value_or(0);
  alarm.comparison = static_cast<MetricAlarm::Comparison>(
      place_of(comparisons, reader.one_of("ComparisonOperator", comparisons)));
  if (const auto word = reader.optional_one_of("TreatMissingData", missing_data)) {
    alarm.missing_data = static_cast<MetricAlarm::MissingData>(place_of(missing_data, *word));
  }
  if (const auto end = reader.finish(); !end) return end.error();
  return alarm;
}

Result<void> check_alarm(const std::vector<MetricAlarm>& alarms, const std::string& name) {
  std::vector<std::string> known;
  known.reserve(alarms.size());
  for (const MetricAlarm& alarm : alarms) known.push_back(alarm.name);
  if (std::find(known.begin(), known.end(), name) != known.end()) return {};
  return Error{"InvalidParameterException", "", unknown_name("alarm", name, known)};
}

std::optional<double> data_point(const lb::MetricReading& reading,
                                 MetricAlarm::Statistic statistic) {
  if (reading.samples == 0) return std::nullopt;
  switch (statistic) {
    case MetricAlarm::Statistic::sample_count:
      return reading.samples;
    case MetricAlarm::Statistic::average:
      return reading.sum / reading.samples;
    case MetricAlarm::Statistic::sum:
      return reading.sum;
    case MetricAlarm::Statistic::minimum:
      return reading.least;
    case MetricAlarm::Statistic::maximum:
      break;
  }
  return reading.most;
}

bool AlarmJudge::breaches(double value) const {
  switch (alarm_.comparison) {
    case MetricAlarm::Comparison::greater_or_equal:
      return value >= alarm_.threshold;
    case MetricAlarm::Comparison::greater:
      return value > alarm_.threshold;
    case MetricAlarm::Comparison::less:
      return value < alarm_.threshold;
    case MetricAlarm::Comparison::less_or_equal:
      break;
  }
  return value <= alarm_.threshold;
}

void AlarmJudge::add(std::optional<double> data_point) {
  points_.push_back(data_point);
  if (points_.size() > alarm_.evaluation_periods) points_.pop_front();
  const bool missing_breaches = alarm_.missing_data == MetricAlarm::MissingData::breaching;
  const bool missing_counts =
      missing_breaches || alarm_.missing_data == MetricAlarm::MissingData::not_breaching;
  std::uint32_t known = 0;
  std::uint32_t breaching = 0;
  for (const auto& point : points_) {
    if (!point && !missing_counts) continue;
    ++known;
    if (point ? breaches(*point) : missing_breaches) ++breaching;
  }
  if (breaching >= alarm_.datapoints_to_alarm) {
    state_ = containers::AlarmState::alarm;
  } else if (known > 0) {
    state_ = containers::AlarmState::ok;
  } else if (alarm_.missing_data == MetricAlarm::MissingData::missing) {
    state_ = containers::AlarmState::insufficient_data;
  }
}

}  // namespace cutover::stack

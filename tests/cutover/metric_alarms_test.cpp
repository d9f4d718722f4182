// Alarms over metrics, period by period in made-up time.

#include "cutover/stack/metric_alarms.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cutover::stack {
namespace {

using containers::AlarmState;
using MissingData = MetricAlarm::MissingData;
using Points = std::vector<std::optional<double>>;
using namespace std::chrono_literals;

MetricAlarm errors(std::uint32_t periods = 1, std::uint32_t points = 1) {
  MetricAlarm alarm;
  alarm.name = "errors";
  alarm.metric = "HTTPCode_Target_5XX_Count";
  alarm.load_balancer = "demo";
  alarm.target_group = "green";
  alarm.evaluation_periods = periods;
  alarm.datapoints_to_alarm = points;
  alarm.threshold = 5;
  return alarm;
}

/// A letter for the state after each point: Ok, Alarm, Insufficient data.
std::string states(const MetricAlarm& alarm, const Points& points) {
  AlarmJudge judge(alarm);
  std::string told;
  for (const auto& point : points) {
    judge.add(point);
    told += judge.state() == AlarmState::ok ? 'O' : judge.state() == AlarmState::alarm ? 'A' : 'I';
  }
  return told;
}

TEST(AlarmJudge, ComparesEachPointWithTheThreshold) {
  struct Row {
    MetricAlarm::Comparison comparison;
    const char* states;
  };
  for (const Row& row : {Row{MetricAlarm::Comparison::greater, "OOA"},
                         Row{MetricAlarm::Comparison::greater_or_equal, "OAA"},
                         Row{MetricAlarm::Comparison::less, "AOO"},
                         Row{MetricAlarm::Comparison::less_or_equal, "AAO"}}) {
    MetricAlarm alarm = errors();
    alarm.comparison = row.comparison;
    EXPECT_EQ(states(alarm, {4, 5, 6}), row.states);
  }
}

TEST(AlarmJudge, RingsWhenSoManyOfTheLastPeriodsBreach) {
  EXPECT_EQ(states(errors(3, 3), {9, 9, 9, 0, 9, 9, 9}), "OOAOOOA");
  EXPECT_EQ(states(errors(3, 2), {9, 0, 9, 0, 0, 9, 9}), "OOAOOOA");
}

TEST(AlarmJudge, TreatsMissingDataAsItIsTold) {
  struct Row {
    MissingData missing;
    const char* states;
  };
  const Points points{std::nullopt, 9, std::nullopt, 0, std::nullopt};
  for (const Row& row :
       {Row{MissingData::missing, "IAIOI"}, Row{MissingData::not_breaching, "OAOOO"},
        Row{MissingData::breaching, "AAAOA"}, Row{MissingData::ignore, "IAAOO"}}) {
    MetricAlarm alarm = errors();
    alarm.missing_data = row.missing;
    EXPECT_EQ(states(alarm, points), row.states);
  }
}

TEST(DataPoint, IsTheStatisticOfWhatWasReported) {
  lb::MetricReading reading;
  EXPECT_EQ(data_point(reading, MetricAlarm::Statistic::sum), std::nullopt);
  reading.samples = 4;
  reading.sum = 10;
  reading.least = 1;
  reading.most = 6;
  EXPECT_EQ(data_point(reading, MetricAlarm::Statistic::sample_count), 4);
  EXPECT_EQ(data_point(reading, MetricAlarm::Statistic::average), 2.5);
  EXPECT_EQ(data_point(reading, MetricAlarm::Statistic::sum), 10);
  EXPECT_EQ(data_point(reading, MetricAlarm::Statistic::minimum), 1);
  EXPECT_EQ(data_point(reading, MetricAlarm::Statistic::maximum), 6);
}

/// A load balancer "demo" with a group "green" that has answered so many errors until now.
class MetricAlarmsInTime : public testing::Test {
 protected:
  std::vector<lb::MetricsSnapshot> metrics() {
    lb::MetricsSnapshot snapshot;
    snapshot.load_balancer = "app/demo/0123";
    snapshot.groups = {{"green", "targetgroup/green/4567"}};
    snapshot.nodes.resize(1);
    snapshot.nodes[0].groups.resize(1);
    snapshot.nodes[0].groups[0].target_5xx = answered_5xx_;
    return {snapshot};
  }

  SimulatedClock clock_;
  SimulatedTimers timers_{clock_};
  std::uint64_t answered_5xx_ = 100;
  std::vector<MetricAlarm> alarms_{errors()};
};

TEST_F(MetricAlarmsInTime, LookAtWhatEachPeriodHasAdded) {
  MetricAlarms running(timers_, alarms_, [this](const std::string& load_balancer) {
    EXPECT_EQ(load_balancer, "demo");
    return metrics();
  });
  EXPECT_TRUE(running.check_alarm("errors"));
  EXPECT_FALSE(running.check_alarm("error"));
  EXPECT_EQ(running.window("errors"), 2min) << "the one that is under way, and the next";
  EXPECT_EQ(running.state("errors"), AlarmState::insufficient_data);
  answered_5xx_ += 6;
  timers_.advance(59s);
  EXPECT_EQ(running.state("errors"), AlarmState::insufficient_data);
  timers_.advance(1s);
  EXPECT_EQ(running.state("errors"), AlarmState::alarm);
  answered_5xx_ += 5;
  timers_.advance(1min);
  EXPECT_EQ(running.state("errors"), AlarmState::ok);
  timers_.advance(1min);
  EXPECT_EQ(running.state("errors"), AlarmState::insufficient_data) << "nobody reported";
  running.stop();
  answered_5xx_ += 100;
  timers_.advance(5min);
  EXPECT_EQ(running.state("errors"), AlarmState::insufficient_data);
}

TEST_F(MetricAlarmsInTime, CountALoadBalancerThatComesLaterFromItsBeginning) {
  bool there = false;
  const MetricAlarms running(timers_, alarms_, [&](const std::string&) {
    return there ? metrics() : std::vector<lb::MetricsSnapshot>{};
  });
  timers_.advance(90s);
  there = true;
  timers_.advance(30s);
  EXPECT_EQ(running.state("errors"), AlarmState::alarm);
}

}  // namespace
}  // namespace cutover::stack

#include "cutover/api/cloudwatch/cloudwatch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cutover/api/iso_time.hpp"
#include "tests/cutover/api/service_calls.hpp"

namespace cutover::api::cloudwatch {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const Json of_balancer = {{{"Name", "LoadBalancer"}, {"Value", "app/demo/50dc6c495c0c9188"}}};
const Json of_group = {{{"Name", "LoadBalancer"}, {"Value", "app/demo/50dc6c495c0c9188"}},
                       {{"Name", "TargetGroup"}, {"Value", "targetgroup/users/73e2d6bc24d8a067"}}};

/// One load balancer whose counts the tests raise, in made-up time.
class CloudWatchApi : public testing::Test {
 protected:
  CloudWatchApi()
      : cloudwatch_(timers_,
                    [this] {
                      return std::map<std::string, Snapshots>{{"us-east-1", {snapshot_}}};
                    }),
        service_(cloudwatch_.service()) {
    snapshot_.load_balancer = "app/demo/50dc6c495c0c9188";
    snapshot_.groups = {{"users", "targetgroup/users/73e2d6bc24d8a067", false}};
    snapshot_.nodes.resize(1);
    snapshot_.nodes[0].groups.resize(1);
    snapshot_.nodes[0].hosts.resize(1);
    snapshot_.nodes[0].hosts[0].healthy = 2;
    begin_ = clock_.wall_now();
    cloudwatch_.start();
  }

  lb::GroupCounters& group() { return snapshot_.nodes[0].groups[0]; }

  /// The values of one metric from the start until now, oldest first.
  Json values(const std::string& metric, const Json& dimensions, const std::string& statistic,
              int period = 60) {
    const Json stat = {
        {"Metric",
         {{"Namespace", "AWS/ApplicationELB"}, {"MetricName", metric}, {"Dimensions", dimensions}}},
        {"Period", std::to_string(period)},
        {"Stat", statistic}};
    const Json answer = good(service_, "GetMetricData",
                             {{"MetricDataQueries", {{{"Id", "m1"}, {"MetricStat", stat}}}},
                              {"ScanBy", "TimestampAscending"},
                              {"StartTime", iso_time(begin_)},
                              {"EndTime", iso_time(clock_.wall_now() + minutes(1))}});
    return answer.at("MetricDataResults").at(0).at("Values");
  }

  SimulatedClock clock_;
  SimulatedTimers timers_{clock_};
  lb::MetricsSnapshot snapshot_;
  WallTime begin_;
  CloudWatch cloudwatch_;
  Service service_;
};

TEST_F(CloudWatchApi, CountsWhatHappenedInEachMinute) {
  group().requests = 5;
  timers_.advance(minutes(1));
  timers_.advance(minutes(1));
  group().requests = 12;
  timers_.advance(seconds(30));
  EXPECT_EQ(values("RequestCount", of_balancer, "Sum"), Json({5.0, 7.0}))
      << "a minute without requests reports nothing; the present one is there already";
  EXPECT_EQ(values("RequestCount", of_group, "Sum", 3600), Json({12.0}));
  EXPECT_EQ(values("RequestCount", of_group, "Average", 3600), Json({1.0}));
  EXPECT_EQ(values("HealthyHostCount", of_group, "Maximum"), Json({2.0, 2.0, 2.0}));
  EXPECT_EQ(values("RequestCountPerTarget", of_group, "Sum"), Json({2.5, 3.5}));
}

TEST_F(CloudWatchApi, TellsResponseTimesAsFarAsTheirRangesGo) {
  for (int i = 1; i <= 100; ++i) group().target_response_time.add(milliseconds(i));
  EXPECT_EQ(values("TargetResponseTime", of_group, "SampleCount"), Json({100.0}));
  EXPECT_NEAR(values("TargetResponseTime", of_group, "Average")[0].get<double>(), 0.0505, 1e-9);
  EXPECT_NEAR(values("TargetResponseTime", of_group, "p50")[0].get<double>(), 0.050, 1e-9);
  EXPECT_NEAR(values("TargetResponseTime", of_group, "p99")[0].get<double>(), 0.099, 1e-3);
  EXPECT_EQ(values("RequestCount", of_balancer, "p50"), Json::array());
}

TEST_F(CloudWatchApi, KnowsNothingThatIsNotPublished) {
  group().requests = 5;
  snapshot_.nodes[0].counters.rule_evaluations = 3;
  EXPECT_EQ(values("RuleEvaluations", of_balancer, "Sum"), Json({3.0}));
  EXPECT_EQ(values("RuleEvaluations", of_group, "Sum"), Json::array());
  EXPECT_EQ(values("HealthyHostCount", of_balancer, "Sum"), Json::array());
  EXPECT_EQ(values("Nothing", of_balancer, "Sum"), Json::array());
  Json other = of_balancer;
  other[0]["Value"] = "app/other/0000000000000000";
  EXPECT_EQ(values("RequestCount", other, "Sum"), Json::array());
  other[0]["Name"] = "ClusterName";
  EXPECT_EQ(values("RequestCount", other, "Sum"), Json::array());
}

TEST_F(CloudWatchApi, GivesStatisticsOfAPeriod) {
  for (int i = 0; i < 4; ++i) group().target_response_time.add(milliseconds(5));
  Json asked = {{"Namespace", "AWS/ApplicationELB"},
                {"MetricName", "TargetResponseTime"},
                {"Dimensions", of_balancer},
                {"StartTime", iso_time(begin_)},
                {"EndTime", iso_time(begin_ + minutes(5))},
                {"Period", "300"},
                {"Statistics", {"Sum", "SampleCount", "Average"}}};
  const Json points = good(service_, "GetMetricStatistics", asked).at("Datapoints");
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0]["SampleCount"], 4.0);
  EXPECT_DOUBLE_EQ(points[0]["Average"], 0.005);
  EXPECT_EQ(points[0]["Unit"], "Seconds");
  asked["Unit"] = "Bytes";
  EXPECT_EQ(good(service_, "GetMetricStatistics", asked).at("Datapoints"), Json::array());
  asked["Period"] = "61";
  EXPECT_EQ(code(service_, "GetMetricStatistics", asked), "InvalidParameterValue");
  asked["Period"] = "60";
  asked["StartTime"] = "2001-01-01";
  EXPECT_EQ(code(service_, "GetMetricStatistics", asked), "InvalidParameterCombination");
  asked.erase("Period");
  EXPECT_EQ(code(service_, "GetMetricStatistics", asked), "MissingParameter");
}

TEST_F(CloudWatchApi, SpeaksJsonWithTimesInSeconds) {
  for (int i = 1; i <= 100; ++i) group().target_response_time.add(milliseconds(i));
  const auto seconds_of = [](WallTime time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
  };
  const Service json = cloudwatch_.json_service();
  Json asked = {{"Namespace", "AWS/ApplicationELB"},
                {"MetricName", "TargetResponseTime"},
                {"Dimensions", of_balancer},
                {"StartTime", seconds_of(begin_)},
                {"EndTime", seconds_of(begin_ + minutes(5))},
                {"Period", 300},
                {"ExtendedStatistics", {"p50"}}};
  const Json points = good(json, "GetMetricStatistics", asked).at("Datapoints");
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0]["Timestamp"], seconds_of(begin_));
  EXPECT_NEAR(points[0]["ExtendedStatistics"]["p50"].get<double>(), 0.050, 1e-9);
  asked["StartTime"] = iso_time(begin_);
  EXPECT_EQ(code(json, "GetMetricStatistics", asked), "InvalidParameterValue");
  asked.erase("StartTime");
  EXPECT_EQ(code(json, "GetMetricStatistics", asked), "MissingParameter");
}

TEST_F(CloudWatchApi, ListsWhatIsPublishedInPages) {
  const Json filter = {{"MetricName", "RequestCount"}, {"Dimensions", {{{"Name", "TargetGroup"}}}}};
  const Json metrics = good(service_, "ListMetrics", filter).at("Metrics");
  ASSERT_EQ(metrics.size(), 1u);
  EXPECT_EQ(metrics[0]["Dimensions"], of_group);
  EXPECT_EQ(good(service_, "ListMetrics", {{"Namespace", "AWS/ECS"}}).at("Metrics").size(), 0u);
  snapshot_.groups.clear();
  for (int i = 0; i < 60; ++i) {
    snapshot_.groups.push_back({"g", "targetgroup/g" + std::to_string(i) + "/0", false});
  }
  std::size_t seen = 0;
  Json page = {{"NextToken", "0"}};
  while (page.contains("NextToken")) {
    page = good(service_, "ListMetrics", {{"NextToken", page["NextToken"]}});
    EXPECT_LE(page["Metrics"].size(), 500u);
    seen += page["Metrics"].size();
  }
  EXPECT_GT(seen, 60u * 15);
}

TEST_F(CloudWatchApi, RemembersThreeHours) {
  group().requests = 1;
  timers_.advance(minutes(200));
  EXPECT_EQ(values("RequestCount", of_balancer, "Sum"), Json::array());
  EXPECT_EQ(values("HealthyHostCount", of_group, "Maximum").size(), 180u);
}

TEST(IsoTime, IsReadAndWritten) {
  const auto parsed = parse_iso_time("2026-11-25T18:32:31.5Z");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(iso_time(*parsed), "2026-11-25T18:32:31.500Z");
  for (const auto* same :
       {"2026-11-25T19:32:31.5+01:00", "2026-11-25 18:32:31.500", "2026-11-25T13:02:31.5-0530"}) {
    EXPECT_EQ(parse_iso_time(same), parsed) << same;
  }
  for (const auto* bad : {"", "now", "2026-02-30", "2026-11-25T", "2026-11-25T24:00:00Z",
                          "2026-11-25T18:32:31Zx", "2026-11-25T18:32:31+1", "1764095551"}) {
    EXPECT_EQ(parse_iso_time(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace cutover::api::cloudwatch

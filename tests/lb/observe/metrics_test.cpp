#include "lb/observe/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

namespace cutover::lb {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

MetricsSnapshot one_node() {
  MetricsSnapshot snapshot;
  snapshot.load_balancer = "app/demo/50dc6c495c0c9188";
  snapshot.time = WallTime(std::chrono::seconds(1'530'570'180));
  snapshot.groups = {{"users", "targetgroup/users/73e2d6bc24d8a067", false},
                     {"gone", "targetgroup/gone/0000000000000001", true}};
  NodeMetrics node;
  node.availability_zone = "us-east-1a";
  node.counters.active_connections = 3;
  node.counters.processed_bytes = 9'007'199'254'740'991;
  node.counters.count_elb_code(503);
  node.counters.dropped_invalid_header_requests = 5;
  node.groups.resize(2);
  node.groups[0].requests = 12;
  node.groups[0].target_2xx = 11;
  node.groups[0].target_response_time.add(milliseconds(1));
  node.groups[0].target_response_time.add(milliseconds(250));
  node.groups[0].target_response_time.add(std::chrono::seconds(31));
  node.groups[1].requests = 1;
  node.hosts = {{2, 1, 3, true, 0, 0}, {}};
  snapshot.nodes = {node};
  return snapshot;
}

MetricsSnapshot two_nodes() {
  MetricsSnapshot snapshot = one_node();
  NodeMetrics second = snapshot.nodes[0];
  second.availability_zone = "us-east-1b";
  second.groups[0].requests = 8;
  second.hosts[0] = {1, 2, 3, false, 0, 0};
  snapshot.nodes.push_back(second);
  return snapshot;
}

/// The lines of one family, with its help and type.
std::string family(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  std::string found;
  for (std::string line; std::getline(lines, line);) {
    std::string_view rest = line;
    for (const std::string_view lead : {"# HELP ", "# TYPE "}) {
      if (rest.starts_with(lead)) rest.remove_prefix(lead.size());
    }
    if (rest.starts_with(name)) found += line + '\n';
  }
  return found;
}

TEST(Prometheus, NamesCloudWatchsMetricAndItsDimensions) {
  const std::string text = to_prometheus(one_node());
  EXPECT_EQ(family(text, "aws_applicationelb_request_count_total"),
            "# HELP aws_applicationelb_request_count_total RequestCount: requests for which a "
            "target was chosen\n"
            "# TYPE aws_applicationelb_request_count_total counter\n"
            "aws_applicationelb_request_count_total{LoadBalancer=\"app/demo/50dc6c495c0c9188\","
            "TargetGroup=\"targetgroup/users/73e2d6bc24d8a067\"} 12\n"
            "aws_applicationelb_request_count_total{LoadBalancer=\"app/demo/50dc6c495c0c9188\","
            "TargetGroup=\"targetgroup/gone/0000000000000001\"} 1\n");
  EXPECT_EQ(family(text, "aws_applicationelb_active_connection_count"),
            "# HELP aws_applicationelb_active_connection_count ActiveConnectionCount: TCP "
            "connections open now, from clients and to targets\n"
            "# TYPE aws_applicationelb_active_connection_count gauge\n"
            "aws_applicationelb_active_connection_count{LoadBalancer=\"app/demo/"
            "50dc6c495c0c9188\"} 3\n");
  EXPECT_THAT(text, HasSubstr("aws_applicationelb_httpcode_elb_503_count_total{LoadBalancer=\"app/"
                              "demo/50dc6c495c0c9188\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("_processed_bytes_total{LoadBalancer=\"app/demo/50dc6c495c0c9188\"} "
                              "9007199254740991\n"));
}

TEST(Prometheus, ResponseTimesAreAHistogramInSeconds) {
  const std::string text =
      family(to_prometheus(one_node()), "aws_applicationelb_target_response_time_seconds");
  const std::string labels =
      "{LoadBalancer=\"app/demo/50dc6c495c0c9188\",TargetGroup=\"targetgroup/users/"
      "73e2d6bc24d8a067\"";
  const std::string name = "aws_applicationelb_target_response_time_seconds";
  for (const auto& [bound, count] :
       {std::pair{"0.0005", 0}, {"0.001", 1}, {"0.1", 1}, {"0.25", 2}, {"30", 2}, {"+Inf", 3}}) {
    EXPECT_THAT(text, HasSubstr(name + "_bucket" + labels + ",le=\"" + bound + "\"} " +
                                std::to_string(count) + '\n'));
  }
  EXPECT_THAT(text, HasSubstr(name + "_count" + labels + "} 3\n"));
  EXPECT_THAT(text, HasSubstr(name + "_sum" + labels + "} 31.251"));
}

TEST(Prometheus, ZonesAreALabelOnlyWhenThereAreSeveral) {
  EXPECT_THAT(to_prometheus(one_node()), Not(HasSubstr("AvailabilityZone")));
  const std::string text = to_prometheus(two_nodes());
  const std::string labels =
      "{LoadBalancer=\"app/demo/50dc6c495c0c9188\",TargetGroup=\"targetgroup/users/"
      "73e2d6bc24d8a067\",AvailabilityZone=\"us-east-1";
  EXPECT_THAT(text, HasSubstr("request_count_total" + labels + "a\"} 12\n"));
  EXPECT_THAT(text, HasSubstr("request_count_total" + labels + "b\"} 8\n"));
  EXPECT_THAT(text, HasSubstr("unhealthy_state_routing" + labels + "b\"} 1\n"));
}

TEST(Prometheus, DeletedGroupsKeepTheirCountsAndHaveNoHosts) {
  const std::string text = to_prometheus(one_node());
  EXPECT_THAT(family(text, "aws_applicationelb_healthy_host_count"), Not(HasSubstr("gone")));
  EXPECT_THAT(family(text, "aws_applicationelb_request_count_per_target"), Not(HasSubstr("gone")));
}

/// "RequestCount{LoadBalancer,TargetGroup=users}" style keys, the datum's numbers behind them.
std::map<std::string, Json> data(const MetricsSnapshot& snapshot) {
  std::map<std::string, Json> found;
  const Json document = Json::parse(to_cloudwatch_json(snapshot));
  for (Json metric : document.at("Metrics")) {
    std::string key = metric.at("MetricName");
    for (const Json& dimension : metric.at("Dimensions")) {
      key += ' ' + std::string(dimension.at("Name")) + '=' + std::string(dimension.at("Value"));
    }
    metric.erase("MetricName");
    metric.erase("Dimensions");
    EXPECT_FALSE(found.contains(key)) << key;
    found[key] = metric;
  }
  return found;
}

const std::string lb = " LoadBalancer=app/demo/50dc6c495c0c9188";
const std::string users = " TargetGroup=targetgroup/users/73e2d6bc24d8a067";
const std::string zone_a = " AvailabilityZone=us-east-1a";
const std::string zone_b = " AvailabilityZone=us-east-1b";

TEST(CloudWatchJson, NamesItsNamespaceAndMoment) {
  const Json document = Json::parse(to_cloudwatch_json(one_node()));
  EXPECT_EQ(document.at("Namespace"), "AWS/ApplicationELB");
  EXPECT_EQ(document.at("Timestamp"), "2018-07-02T22:23:00.000000Z");
}

TEST(CloudWatchJson, HasTheDimensionsThatAlbPublishes) {
  auto found = data(two_nodes());
  EXPECT_EQ(found["RequestCount" + lb], (Json{{"Unit", "Count"}, {"Sum", 22}}));
  EXPECT_EQ(found["RequestCount" + lb + zone_a].at("Sum"), 13);
  EXPECT_EQ(found["RequestCount" + lb + users].at("Sum"), 20);
  EXPECT_EQ(found["RequestCount" + lb + users + zone_b].at("Sum"), 8);
  EXPECT_EQ(found["HTTPCode_ELB_5XX_Count" + lb].at("Sum"), 2);
  EXPECT_EQ(found["ProcessedBytes" + lb + zone_a],
            (Json{{"Unit", "Bytes"}, {"Sum", 9'007'199'254'740'991}}));
  EXPECT_TRUE(found.contains("RuleEvaluations" + lb));
  EXPECT_FALSE(found.contains("RuleEvaluations" + lb + zone_a));
  EXPECT_EQ(found["DroppedInvalidHeaderRequestCount" + lb + zone_b].at("Sum"), 5);
  EXPECT_FALSE(found.contains("DroppedInvalidHeaderRequestCount" + lb));
  EXPECT_FALSE(found.contains("UnhealthyRoutingRequestCount" + lb));
  EXPECT_TRUE(found.contains("UnhealthyRoutingRequestCount" + lb + users));
}

TEST(CloudWatchJson, LeavesZonesOutWhenThereIsOne) {
  for (const auto& [key, datum] : data(one_node())) {
    const bool zone_only = key.starts_with("DroppedInvalid") || key.starts_with("ForwardedInvalid");
    EXPECT_EQ(key.find("AvailabilityZone") != std::string::npos, zone_only) << key;
  }
}

TEST(CloudWatchJson, ResponseTimesHaveSampleCountSumAndAverage) {
  auto found = data(one_node());
  const Json& datum = found["TargetResponseTime" + lb + users];
  EXPECT_EQ(datum.at("Unit"), "Seconds");
  EXPECT_EQ(datum.at("SampleCount"), 3);
  EXPECT_NEAR(datum.at("Sum").get<double>(), 31.251, 1e-9);
  EXPECT_NEAR(datum.at("Average").get<double>(), 31.251 / 3, 1e-9);
}

TEST(CloudWatchJson, HostCountsAreStatisticsOverNodes) {
  auto found = data(two_nodes());
  EXPECT_EQ(found["HealthyHostCount" + lb + users],
            (Json{{"Unit", "Count"}, {"Minimum", 1}, {"Maximum", 2}, {"Average", 1.5}}));
  EXPECT_EQ(found["UnHealthyHostCount" + lb + users + zone_b].at("Maximum"), 2);
  EXPECT_EQ(found["HealthyStateRouting" + lb + users].at("Sum"), 1);
  EXPECT_EQ(found["UnhealthyStateRouting" + lb + users].at("Sum"), 1);
}

TEST(CloudWatchJson, RequestsPerTargetDivideByTheHealthyElseByTheRegistered) {
  MetricsSnapshot snapshot = two_nodes();
  EXPECT_EQ(data(snapshot)["RequestCountPerTarget" + users].at("Sum"), 10.0);  // 20 / 2
  EXPECT_EQ(data(snapshot)["RequestCountPerTarget" + lb + users + zone_b].at("Sum"), 8.0);
  for (auto& node : snapshot.nodes) node.hosts[0] = {0, 4, 4, false, 0, 0};
  EXPECT_EQ(data(snapshot)["RequestCountPerTarget" + lb + users].at("Sum"), 5.0);
  for (auto& node : snapshot.nodes) node.hosts[0] = {};
  EXPECT_EQ(data(snapshot)["RequestCountPerTarget" + users].at("Sum"), 0.0);
}

TEST(Metrics, SumOverNodesTakesMissingGroupsAsZero) {
  MetricsSnapshot snapshot = two_nodes();
  snapshot.nodes[1].groups.resize(1);
  snapshot.nodes[1].hosts.clear();
  EXPECT_EQ(snapshot.group_total(0).requests, 20u);
  EXPECT_EQ(snapshot.group_total(1).requests, 1u);
  EXPECT_EQ(snapshot.total().active_connections, 6);
  EXPECT_NO_THROW(to_prometheus(snapshot));
  EXPECT_NO_THROW(to_cloudwatch_json(snapshot));
}

TEST(AvailabilityZone, IsTheRegionAndALetter) {
  EXPECT_EQ(availability_zone("us-east-1", 0), "us-east-1a");
  EXPECT_EQ(availability_zone("us-east-1", 25), "us-east-1z");
  EXPECT_EQ(availability_zone("us-east-1", 26), "us-east-1aa");
  std::set<std::string> all;
  for (std::size_t i = 0; i < 256; ++i) all.insert(availability_zone("x", i));
  EXPECT_EQ(all.size(), 256u);
}

TEST(TargetGroupDimension, IsTheEndOfTheArn) {
  EXPECT_EQ(target_group_dimension(
                "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/users/73e2"),
            "targetgroup/users/73e2");
}

}  // namespace
}  // namespace cutover::lb

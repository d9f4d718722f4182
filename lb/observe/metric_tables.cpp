#include "lb/observe/metric_tables.hpp"

#include <algorithm>

namespace cutover::lb {

namespace {

template <auto Member>
double of_node(const NodeCounters& counters) {
  return static_cast<double>(counters.*Member);
}
template <auto Member>
std::uint64_t of_group(const GroupCounters& counters) {
  return counters.*Member;
}
template <auto Member>
std::uint64_t of_hosts(const HostCounts& hosts) {
  return hosts.*Member;
}

using N = NodeCounters;
constexpr NodeMetric node_table[] = {
    {"ActiveConnectionCount", "aws_applicationelb_active_connection_count",
     "TCP connections open now, from clients and to targets", of_node<&N::active_connections>,
     true},
    {"NewConnectionCount", "aws_applicationelb_new_connection_count_total",
     "TCP connections established, from clients and to targets", of_node<&N::new_connections>},
    {"RejectedConnectionCount", "aws_applicationelb_rejected_connection_count_total",
     "client connections turned away at a bound", of_node<&N::rejected_connections>},
    {"ProcessedBytes", "aws_applicationelb_processed_bytes_total",
     "bytes received from and sent to clients", of_node<&N::processed_bytes>, false, "Bytes"},
    {"HTTPCode_ELB_3XX_Count", "aws_applicationelb_httpcode_elb_3xx_count_total",
     "3XX codes made by the load balancer", of_node<&N::elb_3xx>},
    {"HTTPCode_ELB_4XX_Count", "aws_applicationelb_httpcode_elb_4xx_count_total",
     "4XX codes made by the load balancer", of_node<&N::elb_4xx>},
    {"HTTPCode_ELB_5XX_Count", "aws_applicationelb_httpcode_elb_5xx_count_total",
     "5XX codes made by the load balancer", of_node<&N::elb_5xx>},
    {"HTTPCode_ELB_500_Count", "aws_applicationelb_httpcode_elb_500_count_total",
     "code 500 made by the load balancer", of_node<&N::elb_500>},
    {"HTTPCode_ELB_502_Count", "aws_applicationelb_httpcode_elb_502_count_total",
     "code 502 made by the load balancer", of_node<&N::elb_502>},
    {"HTTPCode_ELB_503_Count", "aws_applicationelb_httpcode_elb_503_count_total",
     "code 503 made by the load balancer", of_node<&N::elb_503>},
    {"HTTPCode_ELB_504_Count", "aws_applicationelb_httpcode_elb_504_count_total",
     "code 504 made by the load balancer", of_node<&N::elb_504>},
    {"IPv6ProcessedBytes", "aws_applicationelb_ipv6_processed_bytes_total",
     "bytes from and to clients over IPv6", of_node<&N::ipv6_processed_bytes>, false, "Bytes"},
    {"IPv6RequestCount", "aws_applicationelb_ipv6_request_count_total",
     "requests over IPv6 for which a target was chosen", of_node<&N::ipv6_requests>},
    {"HTTP_Fixed_Response_Count", "aws_applicationelb_http_fixed_response_count_total",
     "fixed-response actions taken", of_node<&N::fixed_responses>},
    {"HTTP_Redirect_Count", "aws_applicationelb_http_redirect_count_total",
     "redirect actions taken", of_node<&N::redirects>},
    {"HTTP_Redirect_Url_Limit_Exceeded_Count",
     "aws_applicationelb_http_redirect_url_limit_exceeded_count_total",
     "redirect actions whose location would have been too long",
     of_node<&N::redirect_url_limit_exceeded>},
    {"RuleEvaluations", "aws_applicationelb_rule_evaluations_total",
     "rules evaluated, without default rules", of_node<&N::rule_evaluations>, false, "Count", true,
     false},
    {"NonStickyRequestCount", "aws_applicationelb_non_sticky_request_count_total",
     "requests whose stickiness cookie could not be followed", of_node<&N::non_sticky_requests>},
    {"AppCookieNonStickinessCount", "aws_applicationelb_app_cookie_non_stickiness_count_total",
     "requests that an application's cookie could not keep at its target",
     of_node<&N::app_cookie_non_stickiness>},
    {"DesyncMitigationMode_NonCompliant_Request_Count",
     "aws_applicationelb_desync_mitigation_mode_non_compliant_request_count_total",
     "requests that do not comply with RFC 7230", of_node<&N::desync_non_compliant_requests>},
    {"DroppedInvalidHeaderRequestCount",
     "aws_applicationelb_dropped_invalid_header_request_count_total",
     "requests that had headers with invalid names removed",
     of_node<&N::dropped_invalid_header_requests>, false, "Count", false, true},
    {"ForwardedInvalidHeaderRequestCount",
     "aws_applicationelb_forwarded_invalid_header_request_count_total",
     "requests that were routed with headers with invalid names",
     of_node<&N::forwarded_invalid_header_requests>, false, "Count", false, true},
};

using G = GroupCounters;
constexpr GroupMetric group_table[] = {
    {"RequestCount", "aws_applicationelb_request_count_total",
     "requests for which a target was chosen", of_group<&G::requests>},
    {"HTTPCode_Target_2XX_Count", "aws_applicationelb_httpcode_target_2xx_count_total",
     "2XX codes made by targets", of_group<&G::target_2xx>},
    {"HTTPCode_Target_3XX_Count", "aws_applicationelb_httpcode_target_3xx_count_total",
     "3XX codes made by targets", of_group<&G::target_3xx>},
    {"HTTPCode_Target_4XX_Count", "aws_applicationelb_httpcode_target_4xx_count_total",
     "4XX codes made by targets", of_group<&G::target_4xx>},
    {"HTTPCode_Target_5XX_Count", "aws_applicationelb_httpcode_target_5xx_count_total",
     "5XX codes made by targets", of_group<&G::target_5xx>},
    {"TargetConnectionErrorCount", "aws_applicationelb_target_connection_error_count_total",
     "connections to targets that could not be established",
     of_group<&G::target_connection_errors>},
    {"UnhealthyRoutingRequestCount", "aws_applicationelb_unhealthy_routing_request_count_total",
     "requests routed by failing open", of_group<&G::unhealthy_routing_requests>, false},
};

using H = HostCounts;
constexpr HostMetric host_table[] = {
    {"HealthyHostCount", "aws_applicationelb_healthy_host_count", "targets that are healthy",
     of_hosts<&H::healthy>},
    {"UnHealthyHostCount", "aws_applicationelb_unhealthy_host_count", "targets that are unhealthy",
     of_hosts<&H::unhealthy>},
    {"HealthyStateRouting", "aws_applicationelb_healthy_state_routing",
     "zones that route to healthy targets only",
     [](const H& hosts) { return std::uint64_t{hosts.healthy_routing}; }, true},
    {"UnhealthyStateRouting", "aws_applicationelb_unhealthy_state_routing",
     "zones that route to all targets, failing open",
     [](const H& hosts) { return std::uint64_t{!hosts.healthy_routing}; }, true},
    {"HealthyStateDNS", "aws_applicationelb_healthy_state_dns", "zones that would stay in DNS",
     [](const H& hosts) { return std::uint64_t{hosts.healthy_dns}; }, true},
    {"UnhealthyStateDNS", "aws_applicationelb_unhealthy_state_dns",
     "zones that would be taken out of DNS",
     [](const H& hosts) { return std::uint64_t{!hosts.healthy_dns}; }, true},
    {"AnomalousHostCount", "aws_applicationelb_anomalous_host_count",
     "targets whose answers stand out", of_hosts<&H::anomalous>},
    {"MitigatedHostCount", "aws_applicationelb_mitigated_host_count",
     "targets that get fewer requests for that", of_hosts<&H::mitigated>},
};

}  // namespace

std::span<const NodeMetric> node_metrics() { return node_table; }
std::span<const GroupMetric> group_metrics() { return group_table; }
std::span<const HostMetric> host_metrics() { return host_table; }

double requests_per_target(const MetricsSnapshot& snapshot, std::size_t group, std::size_t first,
                           std::size_t last) {
  std::uint64_t requests = 0;
  std::uint64_t healthy = 0;
  std::uint64_t registered = 0;
  for (std::size_t i = first; i < last; ++i) {
    const NodeMetrics& node = snapshot.nodes[i];
    if (group < node.groups.size()) requests += node.groups[group].requests;
    if (group >= node.hosts.size()) continue;
    // Nodes look at the same targets.
    healthy = std::max(healthy, node.hosts[group].healthy);
    registered = std::max(registered, node.hosts[group].registered);
  }
  const std::uint64_t targets = healthy > 0 ? healthy : registered;
  return targets == 0 ? 0 : static_cast<double>(requests) / static_cast<double>(targets);
}

}  // namespace cutover::lb

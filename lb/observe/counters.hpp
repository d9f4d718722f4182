#pragma once

// What a node counts while it serves, in the terms of CloudWatch's metrics (ALB user guide,
// "CloudWatch metrics for your Application Load Balancer"). Plain numbers that only grow, save the
// gauges: a worker writes its own and the control thread reads them by running on the worker, so
// there is neither a lock nor an atomic.

#include <array>
#include <cstddef>
#include <cstdint>

#include "lb/base/clock.hpp"

namespace cutover::lb {

/// Durations, as a sum and by ranges. Control thread or one worker.
struct DurationTally {
  /// Upper bounds (inclusive); one more range has no bound.
  static constexpr std::array<Duration, 13> bounds{
      std::chrono::microseconds(500),  std::chrono::milliseconds(1),
      std::chrono::microseconds(2500), std::chrono::milliseconds(5),
      std::chrono::milliseconds(10),   std::chrono::milliseconds(25),
      std::chrono::milliseconds(50),   std::chrono::milliseconds(100),
      std::chrono::milliseconds(250),  std::chrono::milliseconds(500),
      std::chrono::seconds(1),         std::chrono::seconds(5),
      std::chrono::seconds(30)};

  std::array<std::uint64_t, bounds.size() + 1> by_range{};
  std::uint64_t count = 0;
  Duration sum{0};

  void add(Duration duration) noexcept {
    std::size_t range = 0;
    while (range < bounds.size() && duration > bounds[range]) ++range;
    ++by_range[range];
    ++count;
    sum += duration;
  }
  DurationTally& operator+=(const DurationTally& other) noexcept {
    for (std::size_t i = 0; i < by_range.size(); ++i) by_range[i] += other.by_range[i];
    count += other.count;
    sum += other.sum;
    return *this;
  }
};

/// One node's counts that belong to no target group. Health checks are in none of them.
struct NodeCounters {
  std::int64_t active_connections = 0;     ///< Gauge: client and target TCP connections, now.
  std::uint64_t new_connections = 0;       ///< Client and target TCP connections established.
  std::uint64_t rejected_connections = 0;  ///< Over a bound.
  std::uint64_t processed_bytes = 0;       ///< From and to clients, heads included.
  std::uint64_t ipv6_processed_bytes = 0;  ///< Of those, over IPv6.
  std::uint64_t ipv6_requests = 0;         ///< Over IPv6, and a target was chosen.
  std::uint64_t elb_3xx = 0;               ///< Codes that the load balancer made, by class …
  std::uint64_t elb_4xx = 0;
  std::uint64_t elb_5xx = 0;
  std::uint64_t elb_500 = 0;  ///< … and by code; these are in elb_5xx too.
  std::uint64_t elb_502 = 0;
  std::uint64_t elb_503 = 0;
  std::uint64_t elb_504 = 0;
  std::uint64_t fixed_responses = 0;
  std::uint64_t redirects = 0;
  std::uint64_t redirect_url_limit_exceeded = 0;  ///< 507
  std::uint64_t rule_evaluations = 0;             ///< Non-default rules evaluated.
  std::uint64_t non_sticky_requests = 0;          ///< Chose anew, its stickiness being of no use.
  std::uint64_t app_cookie_non_stickiness = 0;  ///< No AWSALBAPP cookie could be given or followed.
  std::uint64_t desync_non_compliant_requests = 0;
  std::uint64_t dropped_invalid_header_requests = 0;    ///< Had such headers taken out.
  std::uint64_t forwarded_invalid_header_requests = 0;  ///< Went on with such headers.

  /// An answer that the load balancer made: call with the code sent, also with 460 (nothing was
  /// sent). Redirects and fixed responses are counted here and in their own counters; for fixed
  /// responses ALB's documentation leaves it open.
  void count_elb_code(int status) noexcept {
    if (status >= 300 && status < 400) ++elb_3xx;
    if (status >= 400 && status < 500) ++elb_4xx;
    if (status < 500 || status > 599) return;
    ++elb_5xx;
    if (status == 500) ++elb_500;
    if (status == 502) ++elb_502;
    if (status == 503) ++elb_503;
    if (status == 504) ++elb_504;
  }
  void connection_opened() noexcept {
    ++active_connections;
    ++new_connections;
  }
  void connection_closed() noexcept { --active_connections; }

  NodeCounters& operator+=(const NodeCounters& other) noexcept;
};

/// One node's counts for one target group; workers keep them by GroupSlot.
struct GroupCounters {
  std::uint64_t requests = 0;    ///< For which a target of the group was chosen.
  std::uint64_t target_2xx = 0;  ///< Codes that targets made.
  std::uint64_t target_3xx = 0;
  std::uint64_t target_4xx = 0;
  std::uint64_t target_5xx = 0;
  DurationTally target_response_time;            ///< From dispatch to the response's head.
  std::uint64_t target_connection_errors = 0;    ///< Connects that failed or timed out.
  std::uint64_t unhealthy_routing_requests = 0;  ///< Routed by fail-open.

  void count_target_code(int status) noexcept {
    if (status >= 200 && status < 300) ++target_2xx;
    if (status >= 300 && status < 400) ++target_3xx;
    if (status >= 400 && status < 500) ++target_4xx;
    if (status >= 500 && status < 600) ++target_5xx;
  }

  GroupCounters& operator+=(const GroupCounters& other) noexcept;
};

inline NodeCounters& NodeCounters::operator+=(const NodeCounters& other) noexcept {
  active_connections += other.active_connections;
  new_connections += other.new_connections;
  rejected_connections += other.rejected_connections;
  processed_bytes += other.processed_bytes;
  ipv6_processed_bytes += other.ipv6_processed_bytes;
  ipv6_requests += other.ipv6_requests;
  elb_3xx += other.elb_3xx;
  elb_4xx += other.elb_4xx;
  elb_5xx += other.elb_5xx;
  elb_500 += other.elb_500;
  elb_502 += other.elb_502;
  elb_503 += other.elb_503;
  elb_504 += other.elb_504;
  fixed_responses += other.fixed_responses;
  redirects += other.redirects;
  redirect_url_limit_exceeded += other.redirect_url_limit_exceeded;
  rule_evaluations += other.rule_evaluations;
  non_sticky_requests += other.non_sticky_requests;
  app_cookie_non_stickiness += other.app_cookie_non_stickiness;
  desync_non_compliant_requests += other.desync_non_compliant_requests;
  dropped_invalid_header_requests += other.dropped_invalid_header_requests;
  forwarded_invalid_header_requests += other.forwarded_invalid_header_requests;
  return *this;
}

inline GroupCounters& GroupCounters::operator+=(const GroupCounters& other) noexcept {
  requests += other.requests;
  target_2xx += other.target_2xx;
  target_3xx += other.target_3xx;
  target_4xx += other.target_4xx;
  target_5xx += other.target_5xx;
  target_response_time += other.target_response_time;
  target_connection_errors += other.target_connection_errors;
  unhealthy_routing_requests += other.unhealthy_routing_requests;
  return *this;
}

}  // namespace cutover::lb

// The end of an exchange: the request is counted and logged, a connection's line is written.

#include "lb/observe/access_log.hpp"
#include "lb/observe/connection_log.hpp"
#include "lb/proxy/client_connection.hpp"
#include "lb/proxy/worker.hpp"
#include "rules/host_header.hpp"

namespace cutover::lb::proxy {

void ClientConnection::finish(Exchange& exchange) {
  exchange_ = nullptr;
  worker_.mutable_counts().end_request(exchange.fate);
  measure(exchange);
  if (worker_.logs_requests()) log(exchange);
  if (exchange.why() != nullptr) end_trace(exchange);
  if (!read_.pending()) buffer_.rewind();
}

/// Counts the exchange in CloudWatch's terms.
void ClientConnection::measure(const Exchange& exchange) {
  auto& node = worker_.mutable_metrics();
  const std::uint64_t bytes = exchange.received_bytes + exchange.to_client.bytes();
  node.processed_bytes += bytes;
  if (ipv6_) {
    node.ipv6_processed_bytes += bytes;
    if (exchange.target != nullptr) ++node.ipv6_requests;
  }
  const Cause cause = exchange.fate.cause;
  if (exchange.fate.kind != Fate::Kind::target) {
    if (cause == Cause::fixed_response) {
      ++node.fixed_responses;
    } else {
      node.count_elb_code(exchange.fate.status);
      if (cause == Cause::redirect) ++node.redirects;
      if (cause == Cause::redirect_too_long) ++node.redirect_url_limit_exceeded;
    }
  }
  if (exchange.group == nullptr || exchange.target == nullptr) return;
  auto& group = exchange.group->counters;
  if (cause == Cause::connect_failed || cause == Cause::connect_timeout) {
    ++group.target_connection_errors;
  }
  if (exchange.answered != TimePoint{}) {
    group.count_target_code(exchange.target_status);
    group.target_response_time.add(exchange.answered - exchange.dispatched);
  }
  if (exchange.group->selection.watches() && exchange.fate.kind != Fate::Kind::client_left) {
    const bool failed = exchange.target_status >= 500 || exchange.target_status == 0;
    exchange.group->selection.ended(exchange.target->route->slot, failed,
                                    worker_.coarse_control_now());
  }
}

void ClientConnection::log(Exchange& exchange) {
  const std::string client = peer_ + ':' + std::to_string(peer_port_);
  LogEntry entry;
  if (exchange.upgraded) entry.type = "ws";
  entry.time = worker_.clock().wall_now();
  entry.load_balancer = worker_.settings().load_balancer_id;
  entry.client = client;
  if (exchange.target != nullptr) entry.target = exchange.target->route->text;
  const TimePoint end = worker_.clock().now();
  const bool dispatched = exchange.dispatched != TimePoint{};
  const bool answered = exchange.answered != TimePoint{};
  if (dispatched) entry.request_processing = exchange.dispatched - exchange.started;
  if (answered) {
    entry.target_processing = exchange.answered - exchange.dispatched;
    entry.response_processing = end - exchange.answered;
  }
  entry.elb_status = exchange.fate.status;
  entry.target_status = exchange.target_status;
  entry.received_bytes = exchange.received_bytes;
  entry.sent_bytes = exchange.to_client.bytes();
  entry.method = exchange.method;
  entry.host = rules::host_without_port(exchange.host);
  if (entry.host.empty()) entry.host = worker_.settings().dns_name;
  entry.listener_port = binding_.port;
  entry.uri = exchange.uri;
  entry.version = exchange.version;
  entry.user_agent = exchange.user_agent;
  if (exchange.group != nullptr) entry.target_group_arn = exchange.group->arn;
  entry.trace_id = exchange.trace_id;
  if (!exchange.actions.empty()) entry.matched_rule_priority = exchange.fate.rule_priority;
  entry.creation_time = exchange.created;
  entry.actions = exchange.actions;
  entry.redirect_url = exchange.location;
  if (const auto* peculiar = exchange.peculiarities.get()) {
    entry.error_reason = peculiar->error_reason;
    entry.transformed_host = peculiar->transformed_host;
    entry.transformed_uri = peculiar->transformed_uri;
    if (peculiar->transform != rules::TransformStatus::none) {
      entry.transform_status = rules::to_string(peculiar->transform);
    }
  }
  if (exchange.classification.tier != http::Tier::compliant) {
    entry.classification = http::to_string(exchange.classification.tier);
    entry.classification_reason = exchange.classification.reason;
  }
  const std::string connection = trace_id_of_connection();
  entry.connection_trace_id = connection;
  entry.node_address = binding_.address_text;
  auto& line = worker_.log_scratch();
  line.clear();
  append_log_line(entry, line);
  worker_.log(line);
}

void ClientConnection::log_connection() {
  ConnectionLogEntry entry;
  entry.time = worker_.clock().wall_now();
  entry.client_ip = peer_;
  entry.client_port = peer_port_;
  entry.listener_port = binding_.port;
  const std::string id = trace_id_of_connection();
  entry.connection_trace_id = id;
  auto& line = worker_.log_scratch();
  line.clear();
  append_connection_log_line(entry, line);
  worker_.log_connection(line);
}

std::string ClientConnection::trace_id_of_connection() const {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text = "TID_";
  std::uint64_t mixed = (static_cast<std::uint64_t>(opened_.time_since_epoch().count()) ^
                         (std::uint64_t{peer_port_} << 48)) *
                        0x9e3779b97f4a7c15ULL;
  for (int i = 0; i < 16; ++i, mixed <<= 4) text += digits[mixed >> 60];
  return text;
}

}  // namespace cutover::lb::proxy

// Fills a request's why-trace while it is served. Nothing here runs for a request that is not
// traced.

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>

#include "lb/http/grammar.hpp"
#include "lb/proxy/client_connection.hpp"
#include "lb/proxy/worker.hpp"

namespace cutover::lb::proxy {

namespace {

std::string_view words_for(Fate::Kind kind) {
  switch (kind) {
    case Fate::Kind::target:
      return "answered by the target";
    case Fate::Kind::load_balancer:
      return "answered by the load balancer";
    case Fate::Kind::client_left:
      return "abandoned by the client";
  }
  return {};
}

}  // namespace

/// By chance, or because the request asks for it: only from this machine, as a trace tells what
/// clients are not told.
bool ClientConnection::wants_trace() const {
  const auto& traces = worker_.settings().traces;
  if (traces.fraction > 0 && worker_.random().uniform() < traces.fraction) return true;
  if (!traces.on_demand) return false;
  const auto& headers = worker_.request_head.headers;
  for (const auto& header : headers) {
    if (!http::equals_ignore_case(header.name, "x-cutover-trace")) continue;
    return boost::asio::ip::make_address(peer_).is_loopback();
  }
  return false;
}

void ClientConnection::begin_trace(Exchange& exchange) {
  exchange.peculiar().why = std::make_unique<WhyTrace>();
  exchange.peculiarities->traced_until = exchange.started;
  auto& why = *exchange.why();
  why.time = exchange.created;
  why.client = fmt::format("{}:{}", peer_, peer_port_);
  why.node = worker_.zone();
  why.listener = binding_.port;
  why.request_line = fmt::format("{} {} {}", exchange.method, exchange.uri, exchange.version);
  why.host = exchange.host;
}

void ClientConnection::trace_rules(Exchange& exchange, const rules::Request& request,
                                   std::uint32_t match) {
  auto& why = *exchange.why();
  const auto& matcher = exchange.listener->matcher;
  for (auto& verdict : matcher.explain(request)) {
    WhyTrace::Rule rule;
    rule.priority = verdict.priority;
    rule.matched = verdict.matched;
    rule.reason = std::move(verdict.reason);
    for (auto& condition : verdict.conditions) {
      rule.conditions.push_back({std::move(condition.text), condition.holds, {}});
    }
    why.rules.push_back(std::move(rule));
  }
  why.action = rules::to_string(matcher.action(match));
}

void ClientConnection::trace_group(Exchange& exchange, const ForwardRoute& route, GroupSlot chosen,
                                   std::string_view reason) {
  auto& why = *exchange.why();
  for (std::size_t i = 0; i < route.groups.size(); ++i) {
    const auto& group = worker_.table().groups[route.groups[i]];
    why.groups.push_back({group->name, route.weights[i], route.groups[i] == chosen});
  }
  why.group_reason = reason;
}

void ClientConnection::trace_target(Exchange& exchange, const GroupRoute& group, std::size_t chosen,
                                    std::string_view reason) {
  auto& why = *exchange.why();
  for (const auto& described : group.described) {
    WhyTrace::Target target;
    target.address = targets::to_string(described.target);
    target.state = targets::to_string(described.health.state);
    target.reason = described.health.reason;
    for (std::size_t i = 0; i < group.eligible.size(); ++i) {
      if (group.eligible[i]->text != target.address) continue;
      target.eligible = true;
      target.chosen = i == chosen;
      target.outstanding = worker_.target_state(group.eligible[i]).in_flight;
      if (group.failing_open && described.health.state != targets::State::healthy) {
        target.reason = target.reason.empty() ? "fail-open" : target.reason + ", fail-open";
      }
      const auto anomaly = exchange.group->selection.anomaly(group.eligible[i]->slot);
      if (anomaly.mitigation_in_effect) target.reason = "anomaly mitigation";
    }
    why.targets.push_back(std::move(target));
  }
  why.target_reason = reason;
}

/// What has been done since the last phase, under this name.
void ClientConnection::trace_phase(Exchange& exchange, std::string_view name,
                                   std::string_view note) {
  auto& peculiar = *exchange.peculiarities;
  const TimePoint now = worker_.clock().now();
  peculiar.why->phases.push_back(
      {std::string(name), now - peculiar.traced_until, std::string(note)});
  peculiar.traced_until = now;
}

void ClientConnection::end_trace(Exchange& exchange) {
  trace_phase(exchange, exchange.response_started ? "response relayed" : "ended");
  auto why = std::move(*exchange.why());
  why.trace_id = exchange.trace_id;
  why.status = exchange.fate.status;
  why.fate = words_for(exchange.fate.kind);
  if (exchange.fate.cause != Cause::none) why.cause = to_string(exchange.fate.cause);
  if (worker_.settings().trace_sink) worker_.settings().trace_sink(std::move(why));
}

}  // namespace cutover::lb::proxy

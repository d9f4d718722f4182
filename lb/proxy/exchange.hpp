#pragma once

// One request and its answer, from the end of the request's head to the account of it.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lb/base/clock.hpp"
#include "lb/base/timers.hpp"
#include "lb/http/body.hpp"
#include "lb/http/classification.hpp"
#include "lb/observe/account.hpp"
#include "lb/observe/why_trace.hpp"
#include "lb/proxy/fate_counts.hpp"
#include "lb/proxy/outbox.hpp"
#include "lb/proxy/routing.hpp"
#include "lb/proxy/upstream.hpp"

namespace cutover::lb::proxy {

class ClientConnection;
struct GroupState;

/// What few requests need: made for those alone.
struct Peculiarities {
  std::string transformed_host;
  std::string transformed_uri;
  rules::TransformStatus transform = rules::TransformStatus::none;
  /// How long the client is to keep its target group; 0: no group stickiness.
  std::chrono::seconds group_stickiness{0};
  std::optional<targets::Stickiness> target_stickiness;
  std::string cookie_lines;       ///< The Set-Cookie lines of the response.
  std::string_view error_reason;  ///< For the access log.
  std::unique_ptr<WhyTrace> why;
  TimePoint traced_until;  ///< The end of the trace's last phase.
};

/// Lives in the frame of the coroutine that serves the request. Views point into the client's
/// receive buffer, where the head stays until the exchange is over.
struct Exchange final : TargetUse {
  explicit Exchange(ClientConnection& owner);
  ~Exchange() = default;

  /// Ends the exchange early: the first cause given stands. Wakes whoever waits; call it last.
  void abort(Cause why);
  void cut() override { abort(Cause::drain_ended); }
  void use(TargetState& chosen);
  Peculiarities& peculiar() {
    if (!peculiarities) peculiarities = std::make_unique<Peculiarities>();
    return *peculiarities;
  }
  WhyTrace* why() const { return peculiarities ? peculiarities->why.get() : nullptr; }

  ClientConnection& connection;
  Operation client_write_wait;
  Outbox to_client;
  FateKey fate;

  std::string_view head;  ///< The raw head, for a second scan after a connect.
  std::string_view method;
  std::string_view uri;
  std::string_view version;
  std::string_view user_agent;
  std::string_view received_trace_id;
  std::string_view host;  ///< With port, as received.
  http::Classification classification;
  http::Body body;
  std::size_t body_mark = 0;  ///< Where in the receive buffer the body begins.
  int client_minor_version = 1;
  bool keep_alive = false;  ///< The client connection stays open afterwards.
  bool expect_continue = false;
  bool close_after = false;  ///< Ambiguous by desync rules: neither connection is reused.

  bool reused = false;    ///< The target's connection was there already.
  bool upgrade = false;   ///< Asks for a WebSocket.
  bool upgraded = false;  ///< And got it: the connection is a tunnel now.

  std::shared_ptr<const ListenerRoute> listener;
  const rules::CompiledTransforms* transforms = nullptr;  ///< Of the rule; null: none.
  std::unique_ptr<Peculiarities> peculiarities;
  TargetState* target = nullptr;
  GroupState* group = nullptr;
  UpstreamConnection* upstream = nullptr;
  Operation* delay = nullptr;  ///< An in-process target's simulated work, or a fault's.
  TimerId delay_timer = 0;
  Cause aborted = Cause::none;
  bool uploading = false;         ///< Waiting for the client's body.
  bool connecting = false;        ///< Waiting for the target to accept.
  bool response_started = false;  ///< Some of an answer's head has been handed to the client.
  int target_status = 0;

  std::uint64_t received_bytes = 0;
  Duration held_back = Duration::zero();  ///< By a fault on the way to the target.
  TimePoint dispatched;
  TimePoint answered;

  // For the access log and traces only:
  std::string_view actions;
  std::string trace_id;
  std::string location;
  WallTime created;
  TimePoint started;
};

}  // namespace cutover::lb::proxy

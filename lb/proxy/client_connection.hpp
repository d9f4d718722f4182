#pragma once

// A client's connection: reads heads, has each request served, logs and counts it, until either
// side has had enough. While idle it holds no receive buffer and one small coroutine frame.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lb/http/rewrite.hpp"
#include "lb/observe/account.hpp"
#include "lb/proxy/buffer.hpp"
#include "lb/proxy/deadline_wheel.hpp"
#include "lb/proxy/exchange.hpp"
#include "lb/proxy/stream.hpp"
#include "lb/proxy/task.hpp"
#include "lb/targets/sticky_headers.hpp"

namespace cutover::lb::proxy {

class Worker;
struct ListenerBinding;

class ClientConnection final : public DeadlineWheel::Entry, public Operation::Watcher {
 public:
  ClientConnection(Worker& worker, const ListenerBinding& binding, Acceptor::Accepted accepted);
  ~ClientConnection();

  /// Begins to serve. The connection removes itself from its worker when it is over.
  void start() { run(); }
  /// Closes now if no request is under way, else after the answer.
  void close_when_idle();
  /// Closes now; a request under way is cut.
  void close_now();

  const ListenerBinding& binding() const { return binding_; }
  FramePool& frames();
  Worker& worker() { return worker_; }
  Stream& stream() { return *stream_; }
  std::size_t index = 0;  ///< Its place in the worker's list.

 private:
  friend struct Exchange;

  enum class Phase : std::uint8_t { idle, head, serving, lingering };
  /// What the buffered bytes call for.
  enum class Need : std::uint8_t {
    more_bytes,
    request,
    too_long_line,
    too_large_headers,
    cut_off_head,
    timeout,
  };

  // Between requests (client_connection.cpp):
  Detached run();
  Need examine();
  void start_reading();
  bool absorb(const Operation::Outcome& outcome);
  Task<bool> linger();
  void watch_for_leaving();
  void operation_ended(Operation& operation) override;
  void deadline_passed(TimePoint now) override;
  void touch();

  // The end of a request (finish.cpp, why.cpp).
  void finish(Exchange& exchange);
  void measure(const Exchange& exchange);
  void log(Exchange& exchange);
  void log_connection();
  std::string trace_id_of_connection() const;
  bool wants_trace() const;
  void begin_trace(Exchange& exchange);
  void trace_rules(Exchange& exchange, const rules::Request& request, std::uint32_t match);
  void trace_group(Exchange& exchange, const ForwardRoute& route, GroupSlot chosen,
                   std::string_view reason);
  void trace_target(Exchange& exchange, const GroupRoute& group, std::size_t chosen,
                    std::string_view reason);
  void trace_phase(Exchange& exchange, std::string_view name, std::string_view note = {});
  void end_trace(Exchange& exchange);

  // One request (serve.cpp). The tasks give whether the connection may go on.
  Task<bool> serve(Need need);
  Task<bool> serve_request(Exchange& exchange);
  void take_request(Exchange& exchange);
  bool may_keep_alive(const http::RequestHead& head) const;
  const ActionRoute* route(Exchange& exchange, const ListenerRoute& listener);
  const http::ResponseHandling* response_handling(const Exchange& exchange) const;
  void count_oddities(const Exchange& exchange);
  Task<bool> answer_by_itself(Exchange& exchange, int status, Cause cause);
  Task<bool> send_own(Exchange& exchange, http::OwnResponse response);
  Task<bool> answer_redirect(Exchange& exchange, const rules::Redirect& redirect);
  void name_trace(Exchange& exchange);
  bool leave_body(Exchange& exchange);
  Task<bool> discard_body(Exchange& exchange);
  /// Ends an exchange that went wrong for `cause`, unless it was aborted for another one before.
  Task<bool> fail(Exchange& exchange, Cause cause);
  Task<bool> nothing_more();

  // With a target (forward.cpp, call_in_process.cpp, meet_fault.cpp).
  Task<bool> forward(Exchange& exchange, const ForwardRoute& route);
  std::optional<GroupSlot> choose_group(Exchange& exchange, const ForwardRoute& route);
  std::optional<GroupSlot> stuck_group(Exchange& exchange, const ForwardRoute& route);
  std::size_t choose_target(Exchange& exchange, const GroupRoute& group);
  std::optional<std::size_t> stuck_target(Exchange& exchange, const GroupRoute& group);
  targets::StickyCookies read_cookies(std::string_view app_cookie_name) const;
  void write_cookies(Exchange& exchange, bool sets_app_cookie);
  bool transform(Exchange& exchange);
  Task<bool> call_in_process(Exchange& exchange);
  bool send_for_target(Exchange& exchange, const InProcessResponse& response);
  Task<bool> meet_fault(Exchange& exchange);
  Task<bool> answer_in_place(Exchange& exchange, const InProcessResponse& response);
  Task<bool> wait_for_target(Exchange& exchange, Duration length);
  Task<bool> collect_body(Exchange& exchange, std::string& body);
  Task<bool> read_body_part(Exchange& exchange);
  Task<bool> dial(Exchange& exchange);
  Task<Cause> connect(Exchange& exchange, std::unique_ptr<UpstreamConnection>& upstream);
  std::string_view take_body(Exchange& exchange, bool& malformed);
  bool send_request(Exchange& exchange, Outbox& to_target);
  Task<bool> upload(Exchange& exchange, Outbox& to_target);
  Task<bool> converse(Exchange& exchange, std::unique_ptr<UpstreamConnection> upstream);
  Task<Cause> await_response(Exchange& exchange, UpstreamConnection& upstream);
  http::ResponseContext response_context(Exchange& exchange);
  Task<Cause> relay_response(Exchange& exchange, UpstreamConnection& upstream, bool uploaded,
                             bool& reusable);
  Task<Cause> relay_interim(Exchange& exchange, UpstreamConnection& upstream);
  void append_forwarded_head(Exchange& exchange, std::string& out);

  // After a 101 (tunnel.cpp).
  Task<Cause> relay_upgraded(Exchange& exchange, UpstreamConnection& upstream, Outbox& to_target);
  Task<bool> relay_to_client(Exchange& exchange, UpstreamConnection& upstream);
  Task<bool> relay_to_target(Exchange& exchange, UpstreamConnection& upstream, Outbox& to_target);
  void end_tunnel(Exchange& exchange);

  Worker& worker_;
  const ListenerBinding& binding_;
  std::unique_ptr<Stream> stream_;
  ReceiveBuffer buffer_;
  Operation read_;
  Exchange* exchange_ = nullptr;
  std::string peer_;
  TimePoint opened_;
  TimePoint keep_alive_until_;  ///< One more request is served after it, the last.
  std::uint32_t searched_ = 0;  ///< Bytes of an incomplete head already looked at.
  std::uint16_t peer_port_ = 0;
  Phase phase_ = Phase::idle;
  bool ipv6_ = false;
  bool parked_ = false;    ///< Waits for readability without a buffer.
  bool shedding_ = false;  ///< The read was cancelled to give the buffer back.
  bool timed_out_ = false;
  bool closing_ = false;  ///< No further request is served.
  bool linger_ = false;   ///< Unread bytes may be on their way: don't let a reset eat the answer.
};

}  // namespace cutover::lb::proxy

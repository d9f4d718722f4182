#pragma once

// A client's connection: reads heads, has each request served, logs and counts it, until either
// side has had enough. While idle it holds no receive buffer and one small coroutine frame.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lb/http/rewrite.hpp"
#include "lb/observe/account.hpp"
#include "lb/proxy/buffer.hpp"
#include "lb/proxy/deadline_wheel.hpp"
#include "lb/proxy/exchange.hpp"
#include "lb/proxy/stream.hpp"
#include "lb/proxy/task.hpp"

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
  enum class Need : std::uint8_t { more_bytes, request, too_long_line, too_large_headers, timeout };

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
  void finish(Exchange& exchange);
  void log(Exchange& exchange);
  std::string trace_id_of_connection() const;

  // One request (serve.cpp). The tasks give whether the connection may go on.
  Task<bool> serve(Need need);
  Task<bool> serve_request(Exchange& exchange);
  void take_request(Exchange& exchange);
  bool may_keep_alive(const http::RequestHead& head) const;
  const ActionRoute* route(Exchange& exchange, const ListenerRoute& listener);
  Task<bool> answer_by_itself(Exchange& exchange, int status, Cause cause);
  Task<bool> send_own(Exchange& exchange, http::OwnResponse response);
  Task<bool> answer_redirect(Exchange& exchange, const rules::Redirect& redirect);
  Task<bool> discard_body(Exchange& exchange);
  /// Ends an exchange that went wrong for `cause`, unless it was aborted for another one before.
  Task<bool> fail(Exchange& exchange, Cause cause);
  Task<bool> nothing_more();

  // With a target (forward.cpp, call_in_process.cpp).
  Task<bool> forward(Exchange& exchange, const ForwardRoute& route);
  Task<bool> call_in_process(Exchange& exchange);
  Task<bool> collect_body(Exchange& exchange, std::string& body);
  Task<bool> read_body_part(Exchange& exchange);
  Task<bool> dial(Exchange& exchange);
  Task<Cause> connect(Exchange& exchange, std::unique_ptr<UpstreamConnection>& upstream);
  bool send_request(Exchange& exchange, Outbox& to_target);
  Task<bool> upload(Exchange& exchange, Outbox& to_target);
  Task<bool> converse(Exchange& exchange, std::unique_ptr<UpstreamConnection> upstream);
  Task<Cause> await_response(Exchange& exchange, UpstreamConnection& upstream);
  Task<Cause> relay_response(Exchange& exchange, UpstreamConnection& upstream, bool uploaded,
                             bool& reusable);
  Task<Cause> relay_interim(Exchange& exchange, UpstreamConnection& upstream);
  void append_forwarded_head(Exchange& exchange, std::string& out);

  Worker& worker_;
  const ListenerBinding& binding_;
  std::unique_ptr<Stream> stream_;
  ReceiveBuffer buffer_;
  Operation read_;
  Exchange* exchange_ = nullptr;
  std::string peer_;
  TimePoint opened_;
  std::uint32_t searched_ = 0;  ///< Bytes of an incomplete head already looked at.
  std::uint16_t peer_port_ = 0;
  Phase phase_ = Phase::idle;
  bool parked_ = false;    ///< Waits for readability without a buffer.
  bool shedding_ = false;  ///< The read was cancelled to give the buffer back.
  bool timed_out_ = false;
  bool closing_ = false;  ///< No further request is served.
  bool linger_ = false;   ///< Unread bytes may be on their way: don't let a reset eat the answer.
};

}  // namespace cutover::lb::proxy

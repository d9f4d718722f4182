#include "lb/proxy/client_connection.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>

#include "lb/proxy/worker.hpp"

namespace cutover::lb::proxy {

namespace {

/// How long a connection may be idle before it gives its receive buffer back. Not at once: a busy
/// connection that kept its buffer saves a system call per request.
constexpr Duration shed_after = std::chrono::seconds(1);
/// How long, and for how much, a closing connection reads on so that the peer gets the last answer.
constexpr Duration linger_time = std::chrono::seconds(2);
constexpr std::size_t linger_bytes_most = 256 * 1024;

bool is_cancelled(const error_code& error) {
  return error == boost::asio::error::operation_aborted;
}

}  // namespace

Exchange::Exchange(ClientConnection& owner)
    : connection(owner), to_client(owner.stream(), owner.frames(), client_write_wait) {}

void Exchange::use(TargetState& chosen) {
  target = &chosen;
  fate.target = chosen.route->slot;
  enter(chosen);
}

void Exchange::abort(Cause why) {
  if (aborted == Cause::none) aborted = why;
  if (upstream != nullptr) upstream->stream->cancel();
  connection.stream().cancel();
  if (delay != nullptr && delay->pending()) {
    connection.worker().timers().cancel(delay_timer);
    delay->end(boost::asio::error::operation_aborted, 0);  // may destroy *this
  }
}

ClientConnection::ClientConnection(Worker& worker, const ListenerBinding& binding,
                                   Acceptor::Accepted accepted)
    : worker_(worker),
      binding_(binding),
      stream_(std::move(accepted.stream)),
      buffer_(worker.buffers()),
      peer_(accepted.peer.address().to_string()),
      opened_(worker.coarse_now()),
      keep_alive_until_(opened_ + worker.table().attributes.client_keep_alive),
      peer_port_(accepted.peer.port()),
      ipv6_(accepted.peer.address().is_v6()) {
  if (worker_.logs_connections()) log_connection();
}

ClientConnection::~ClientConnection() = default;

FramePool& ClientConnection::frames() { return worker_.frames(); }

Detached ClientConnection::run() {
  for (;;) {
    const Need need = timed_out_ ? Need::timeout : examine();
    if (need == Need::more_bytes) {
      if (closing_) break;
      start_reading();
      const auto outcome = co_await read_;
      if (!absorb(outcome)) {
        const bool cut_off = outcome.error == boost::asio::error::eof && !buffer_.empty();
        if (cut_off && !closing_) (void)co_await serve(Need::cut_off_head);
        break;
      }
    } else {
      const bool going = co_await serve(need);
      if (!going) break;
    }
  }
  closing_ = true;
  if (linger_) (void)co_await linger();
  worker_.deadlines().remove(*this);
  stream_->close();
  if (!read_.idle()) (void)co_await read_;
  worker_.remove(*this);  // destroys *this
}

ClientConnection::Need ClientConnection::examine() {
  // A lone line end between requests means nothing (RFC 9112 §2.2).
  while (!buffer_.empty() && searched_ == 0 &&
         (buffer_.bytes().front() == '\r' || buffer_.bytes().front() == '\n')) {
    buffer_.consume(1);
  }
  if (buffer_.empty()) {
    if (!read_.pending()) buffer_.rewind();
    searched_ = 0;
    phase_ = Phase::idle;
    return Need::more_bytes;
  }
  phase_ = Phase::head;
  auto& head = worker_.request_head;
  switch (http::scan_request_head(buffer_.bytes(), searched_, head)) {
    case http::ScanStatus::line_too_long:
      return Need::too_long_line;
    case http::ScanStatus::headers_too_large:
      return Need::too_large_headers;
    case http::ScanStatus::incomplete:
      searched_ = static_cast<std::uint32_t>(buffer_.bytes().size());
      if (buffer_.space_size() == 0 && !read_.pending()) {
        if (buffer_.begin() > 0) {
          buffer_.compact();
        } else if (!buffer_.grow()) {
          return Need::too_large_headers;
        }
      }
      return Need::more_bytes;
    case http::ScanStatus::complete:
      break;
  }
  searched_ = 0;
  // A body needs room behind its head, which stays in place until the exchange is over.
  constexpr std::size_t room_least = 4096;
  if (!read_.pending() && buffer_.space_size() < room_least &&
      (head.chunked || head.content_length.value_or(0) > 0)) {
    buffer_.compact();
    if (buffer_.space_size() < room_least) (void)buffer_.grow();
    (void)http::scan_request_head(buffer_.bytes(), 0, head);
  }
  return Need::request;
}

void ClientConnection::start_reading() {
  if (parked_) {
    stream_->wait_readable(read_);
    return;
  }
  if (phase_ == Phase::idle) {
    worker_.deadlines().set(
        *this,
        worker_.coarse_now() + std::min(shed_after, worker_.table().attributes.idle_timeout));
  }
  if (!read_.idle()) return;  // the watch during the last exchange goes on as this read
  buffer_.borrow();
  if (buffer_.space_size() == 0) buffer_.compact();
  stream_->read(buffer_.space(), buffer_.space_size(), read_);
}

bool ClientConnection::absorb(const Operation::Outcome& outcome) {
  if (outcome.error) {
    if (!is_cancelled(outcome.error)) return false;
    if (shedding_) {
      shedding_ = false;
      parked_ = true;
      buffer_.release();
      worker_.deadlines().set(
          *this,
          worker_.coarse_now() +
              std::max(Duration::zero(), worker_.table().attributes.idle_timeout - shed_after));
    }
    return !closing_;
  }
  shedding_ = false;
  if (parked_) {
    parked_ = false;
    return true;
  }
  buffer_.received(outcome.bytes);
  touch();
  return true;
}

Task<bool> ClientConnection::linger() {
  phase_ = Phase::lingering;
  worker_.deadlines().set(*this, worker_.coarse_now() + linger_time);
  stream_->shut_down_sending();
  std::size_t discarded = 0;
  while (discarded < linger_bytes_most) {
    buffer_.consume(buffer_.bytes().size());
    if (read_.idle()) {
      buffer_.rewind();
      buffer_.borrow();
      stream_->read(buffer_.space(), buffer_.space_size(), read_);
    }
    const auto outcome = co_await read_;
    if (outcome.error && !is_cancelled(outcome.error)) break;
    if (outcome.error && phase_ != Phase::lingering) break;
    buffer_.received(outcome.bytes);
    discarded += outcome.bytes;
  }
  co_return true;
}

void ClientConnection::touch() {
  worker_.deadlines().set(*this, worker_.coarse_now() + worker_.table().attributes.idle_timeout);
}

void ClientConnection::watch_for_leaving() {
  // A read that gets some of the next request goes on where this one ended; with hardly any room
  // left behind the head, that is given up for this one request.
  constexpr std::size_t room_least = 512;
  read_.watch(this);
  if (read_.idle() && buffer_.space_size() >= room_least) {
    stream_->read(buffer_.space(), buffer_.space_size(), read_);
  }
}

void ClientConnection::operation_ended(Operation&) {
  if (exchange_ == nullptr || !read_.outcome().error || is_cancelled(read_.outcome().error)) return;
  // A client that only finished sending may still read its answer.
  const bool cut = read_.outcome().error == boost::asio::error::eof && !exchange_->body.complete();
  exchange_->abort(cut ? Cause::body_cut : Cause::client_left);
}

void ClientConnection::deadline_passed(TimePoint) {
  switch (phase_) {
    case Phase::idle:
      if (buffer_.held() && !parked_) {
        shedding_ = true;
        stream_->cancel();
      } else {
        closing_ = true;
        stream_->close();
      }
      return;
    case Phase::head:
      timed_out_ = true;
      stream_->cancel();
      return;
    case Phase::lingering:
      phase_ = Phase::idle;
      stream_->close();
      return;
    case Phase::serving:
      if (exchange_ == nullptr) return;
      if (exchange_->upgraded) {
        exchange_->abort(Cause::idle);
      } else if (exchange_->client_write_wait.pending()) {
        exchange_->abort(Cause::client_left);  // it takes nothing any more
      } else if (exchange_->uploading) {
        exchange_->abort(Cause::request_timeout);
      } else if (exchange_->connecting) {
        exchange_->abort(Cause::connect_timeout);
      } else {
        exchange_->abort(Cause::target_timeout);
      }
      return;
  }
}

void ClientConnection::close_when_idle() {
  closing_ = true;
  if (phase_ == Phase::idle || phase_ == Phase::head) stream_->close();
}

void ClientConnection::close_now() {
  closing_ = true;
  linger_ = false;
  if (phase_ == Phase::lingering) phase_ = Phase::idle;
  stream_->close();
  if (exchange_ != nullptr) exchange_->abort(Cause::shutdown);
}

}  // namespace cutover::lb::proxy

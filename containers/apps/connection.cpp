#include "containers/apps/connection.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

namespace cutover::containers::apps {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t in_least = 2 * 1024;
/// Room for a whole head and then some: a head over its limit is refused before this is full.
constexpr std::size_t in_most = 2 * request_head_most;
/// Answers to pipelined requests are collected up to here before they are written.
constexpr std::size_t out_collected_most = 64 * 1024;
/// For the next bytes of a request that has begun, and for a slow reader to take an answer.
constexpr Duration progress_timeout = std::chrono::seconds(60);
constexpr Duration linger_timeout = std::chrono::seconds(1);
constexpr std::size_t lingered_bytes_most = 256 * 1024;

}  // namespace

Connection::Connection(std::shared_ptr<ServerState> server, asio::ip::tcp::socket socket)
    : server_(std::move(server)),
      socket_(std::move(socket)),
      delay_timer_(server_->io),
      deadline_timer_(server_->io) {
  server_->connections.insert(this);
}

void Connection::start() {
  error_code ignored;  // A client that has gone already shows when it is read from.
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  read();
}

void Connection::drain() {
  if (is_idle() || lingering_) close();
}

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  delay_timer_.cancel();
  deadline_timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
  server_->connections.erase(this);
  if (server_->on_closed) server_->on_closed();
}

void Connection::work() {
  while (!closed_) {
    if (pending_) {
      if (!write()) return;  // What was answered before does not wait for this answer.
      const TimePoint now = server_->clock.now();
      const TimePoint due = pending_->begun + pending_->answer.delay;
      if (now < due) return wait_for(due - now);
      if (pending_->answer.held) {
        pending_.reset();
        ask_app();
        continue;
      }
      if (pending_->answer.reset) return reset();
      const Pending ready = *std::exchange(pending_, std::nullopt);
      finish_request(ready.answer, ready.begun, now);
    } else if (last_answer_) {
      if (write()) linger();
      return;
    } else {
      if (out_.size() >= out_collected_most && !write()) return;
      const Parsed parsed = parse();
      if (parsed == Parsed::request) ask_app();
      if (parsed != Parsed::need_more) continue;
      if (!write()) return;
      if (server_->stopping && is_idle()) return close();
      return read();
    }
  }
}

Connection::Parsed Connection::parse() {
  if (!reader_) {
    // RFC 9112 section 2.2: empty lines before a request are passed over.
    while (begin_ < end_ && (in_[begin_] == '\r' || in_[begin_] == '\n')) ++begin_;
    if (begin_ == end_) return Parsed::need_more;
    reader_.emplace();
    head_seen_ = false;
  }
  while (begin_ < end_) {
    error_code error;
    begin_ += reader_->put(asio::buffer(in_.data() + begin_, end_ - begin_), error);
    if (error == boost::beast::http::error::need_more) break;
    if (error) {
      refuse(error == boost::beast::http::error::header_limit
                 ? "431 Request Header Fields Too Large"
                 : "400 Bad Request");
      return Parsed::refused;
    }
    if (!head_seen_ && reader_->is_header_done()) {
      head_seen_ = true;
      // RFC 9112 section 3.2: an HTTP/1.1 request without Host is answered 400.
      if (reader_->needs_host()) {
        refuse("400 Bad Request");
        return Parsed::refused;
      }
      if (reader_->expects_continue() && !reader_->is_done())
        out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    }
    if (reader_->is_done()) return Parsed::request;
  }
  // What comes next is read over the request line.
  if (!kept_ && !reader_->method().empty()) kept_.emplace(reader_->method(), reader_->target());
  return Parsed::need_more;
}

AppRequest Connection::request() const {
  if (kept_) return {kept_->first, kept_->second};
  return {reader_->method(), reader_->target()};
}

void Connection::ask_app() {
  const TimePoint now = server_->clock.now();
  const AppAnswer answer = server_->app->answer(request(), now);
  if (answer.delay > Duration::zero() || answer.reset || answer.held) {
    pending_ = Pending{answer, now};
  } else {
    finish_request(answer, now, now);
  }
}

void Connection::finish_request(const AppAnswer& answer, TimePoint begun, TimePoint now) {
  const auto [method, target] = request();
  const bool keep_alive = reader_->keep_alive() && !server_->stopping;
  append_answer(out_, answer, method == "HEAD", keep_alive, server_->date.at(now));
  if (server_->on_request) server_->on_request({method, target, answer.status, now - begun});
  reader_.reset();
  kept_.reset();
  answered_ = true;
  last_answer_ = !keep_alive;
}

void Connection::refuse(std::string_view status_line) {
  out_.append("HTTP/1.1 ").append(status_line).append("\r\nConnection: close\r\n\r\n");
  last_answer_ = true;
}

bool Connection::make_room() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ < in_.size()) return true;
  if (begin_ > 0) {
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(begin_),
              in_.begin() + static_cast<std::ptrdiff_t>(end_), in_.begin());
    end_ -= begin_;
    begin_ = 0;
    return true;
  }
  if (in_.size() >= in_most) return false;
  in_.resize(std::max(in_least, 2 * in_.size()));
  return true;
}

void Connection::read() {
  if (!make_room()) {
    // Only a chunk's own head (its extensions, its trailer) can grow this large.
    refuse("400 Bad Request");
    return work();
  }
  set_deadline(reader_ || !answered_ ? progress_timeout : idle_timeout);
  socket_.async_read_some(asio::buffer(in_.data() + end_, in_.size() - end_),
                          [self = shared_from_this()](const error_code& error, std::size_t size) {
                            if (error) return self->close();
                            self->end_ += size;
                            self->work();
                          });
}

bool Connection::write() {
  if (out_.empty()) return true;
  error_code error;
  const std::size_t written = socket_.write_some(asio::buffer(out_), error);
  if (!error && written == out_.size()) {
    out_.clear();
    return true;
  }
  if (error && error != asio::error::would_block) {
    close();
    return false;
  }
  set_deadline(progress_timeout);
  asio::async_write(socket_, asio::buffer(out_.data() + written, out_.size() - written),
                    [self = shared_from_this()](const error_code& failed, std::size_t) {
                      if (failed) return self->close();
                      self->out_.clear();
                      self->work();
                    });
  return false;
}

void Connection::wait_for(Duration delay) {
  deadline_ = TimePoint::max();
  delay_timer_.expires_after(server_->clock.real_wait(delay));
  delay_timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (!error) self->work();
  });
}

void Connection::linger() {
  error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  if (error) return close();
  lingering_ = true;
  begin_ = end_ = 0;
  set_deadline(linger_timeout);
  discard();
}

void Connection::discard() {
  socket_.async_read_some(asio::buffer(in_),
                          [self = shared_from_this()](const error_code& error, std::size_t size) {
                            self->lingered_bytes_ += size;
                            if (error || self->lingered_bytes_ > lingered_bytes_most)
                              return self->close();
                            self->discard();
                          });
}

void Connection::reset() {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

bool Connection::is_idle() const {
  return !reader_ && !pending_ && !last_answer_ && out_.empty() && begin_ == end_;
}

void Connection::set_deadline(Duration from_now) {
  deadline_ = server_->clock.now() + from_now;
  if (!deadline_armed_) arm_deadline();
}

void Connection::arm_deadline() {
  // A deadline moves with each request; the timer is left alone and looks again when it fires. It
  // never sleeps past the shortest one that may have been set meanwhile.
  const Duration left = deadline_ - server_->clock.now();
  deadline_armed_ = true;
  deadline_timer_.expires_after(
      server_->clock.real_wait(std::clamp(left, Duration::zero(), idle_timeout)));
  deadline_timer_.async_wait([self = shared_from_this()](const error_code& error) {
    self->deadline_armed_ = false;
    if (!error && !self->closed_) self->on_deadline();
  });
}

void Connection::on_deadline() {
  if (deadline_ == TimePoint::max()) return;
  if (server_->clock.now() < deadline_) return arm_deadline();
  close();
}

}  // namespace cutover::containers::apps

#include "cutover/console/http_server.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "cutover/console/endpoint.hpp"

namespace cutover::console {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using boost::system::error_code;

/// Shared by the sessions, so that an operation that ends after the server finds something to ask.
struct HttpServer::State : std::enable_shared_from_this<HttpServer::State> {
  State(asio::io_context& io, Timers& timers_to_use, Handle handler, ServerLimits bounds)
      : timers(timers_to_use), handle(std::move(handler)), limits(bounds), acceptor(io) {}

  void accept();
  void close();

  Timers& timers;
  Handle handle;
  ServerLimits limits;
  tcp::acceptor acceptor;
  bool loopback_only = true;
  bool accepting = false;
  bool closed = false;
  std::set<Session*> sessions;
};

/// One connection: read a request, answer it, again. Kept alive by its pending operation.
class HttpServer::Session : public std::enable_shared_from_this<HttpServer::Session> {
 public:
  Session(std::shared_ptr<State> state, tcp::socket socket)
      : state_(std::move(state)), socket_(std::move(socket)) {
    state_->sessions.insert(this);
  }
  ~Session() {
    state_->sessions.erase(this);
    if (state_->closed) return;  // and the timers may be gone
    state_->timers.cancel(timer_);
    state_->accept();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(state_->limits.head_bytes));
    parser_->body_limit(state_->limits.body_bytes);
    set_deadline();
    http::async_read(socket_, buffer_, *parser_,
                     [self = shared_from_this()](const error_code& error, std::size_t) {
                       self->have_read(error);
                     });
  }
  void close() {
    state_->timers.cancel(timer_);
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  void have_read(const error_code& error) {
    if (state_->closed || error == http::error::end_of_stream || !socket_.is_open()) return;
    if (!error) return handle();
    const auto status = status_of(error);
    if (!status) return;
    Response refused = make_error(*status, error.message());
    refused.keep_alive(false);
    answer(std::move(refused));
  }

  /// The status that tells the client what is wrong with its request; none for a broken connection.
  std::optional<http::status> status_of(const error_code& error) const {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return http::status::request_header_fields_too_large;
    }
    if (error == http::error::body_limit) return http::status::payload_too_large;
    if (error.category() != make_error_code(http::error::bad_version).category()) {
      return std::nullopt;
    }
    if (error == http::error::partial_message) return std::nullopt;
    return http::status::bad_request;
  }

  void handle() {
    // The handler may take its time.
    state_->timers.cancel(timer_);
    const Request& request = parser_->get();
    auto refused = refuse_cross_site(request, state_->loopback_only);
    awaiting_answer_ = true;
    if (refused) return respond(std::move(*refused));
    state_->handle(request, [self = shared_from_this()](Response response) {
      self->respond(std::move(response));
    });
  }

  void respond(Response response) {
    if (!std::exchange(awaiting_answer_, false) || state_->closed || !socket_.is_open()) return;
    response.version(parser_->get().version());
    response.keep_alive(parser_->get().keep_alive());
    answer(std::move(response));
  }

  void answer(Response response) {
    response_ = std::move(response);
    response_.prepare_payload();
    if (parser_->is_header_done() && parser_->get().method() == http::verb::head) {
      response_.body().clear();  // the length stays
    }
    set_deadline();
    serializer_.emplace(response_);
    http::async_write(socket_, *serializer_,
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        self->have_written(error);
                      });
  }

  void have_written(const error_code& error) {
    serializer_.reset();
    if (state_->closed || error || !socket_.is_open()) return;
    if (response_.keep_alive()) return read();
    // What the client may still be sending must not turn the answer into a reset.
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    set_deadline();
    drain();
  }

  /// Throws away what the client still sends, until it closes or the deadline comes.
  void drain() {
    socket_.async_read_some(asio::buffer(dregs_),
                            [self = shared_from_this()](const error_code& error, std::size_t) {
                              if (!error && !self->state_->closed) self->drain();
                            });
  }

  void set_deadline() {
    state_->timers.cancel(timer_);
    timer_ = state_->timers.after(state_->limits.idle, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->close();
    });
  }

  std::shared_ptr<State> state_;
  tcp::socket socket_;
  boost::beast::flat_buffer buffer_{64 * 1024};
  std::optional<http::request_parser<http::string_body>> parser_;
  Response response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  std::array<char, 4096> dregs_;
  TimerId timer_ = 0;
  bool awaiting_answer_ = false;
};

void HttpServer::State::accept() {
  if (closed || accepting || sessions.size() >= limits.connections) return;
  accepting = true;
  acceptor.async_accept([self = shared_from_this()](const error_code& error, tcp::socket socket) {
    self->accepting = false;
    if (self->closed) return;
    if (!error) {
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      std::make_shared<Session>(self, std::move(socket))->read();
    }
    if (!error || error == asio::error::connection_aborted) return self->accept();
    // Out of descriptors: look again a little later.
    self->timers.after(std::chrono::milliseconds(100), [weak = self->weak_from_this()] {
      if (const auto state = weak.lock()) state->accept();
    });
  });
}

void HttpServer::State::close() {
  closed = true;
  error_code ignored;
  acceptor.close(ignored);
  for (Session* session : sessions) session->close();
}

namespace {

Error not_bound(const tcp::endpoint& at, const error_code& error) {
  std::string what = error.message();
  if (error == asio::error::address_in_use) what = "another program listens there";
  if (error == asio::error::access_denied) what = "this user may not listen there";
  return {"EndpointNotBound", url_of(at),
          fmt::format("the control endpoint cannot be opened: {}; choose another with "
                      "--endpoint ADDRESS:PORT (port 0: any that is free), or --endpoint none",
                      what)};
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(asio::io_context& io, Timers& timers,
                                                       const tcp::endpoint& at, Handle handle,
                                                       ServerLimits limits) {
  auto state = std::make_shared<State>(io, timers, std::move(handle), limits);
  state->loopback_only = at.address().is_loopback();
  error_code error;
  auto& acceptor = state->acceptor;
  acceptor.open(at.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(at, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return not_bound(at, error);
  const tcp::endpoint bound = acceptor.local_endpoint(error);
  if (error) return not_bound(at, error);
  state->accept();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state), bound));
}

HttpServer::HttpServer(std::shared_ptr<State> state, tcp::endpoint bound)
    : state_(std::move(state)), bound_(std::move(bound)) {}

HttpServer::~HttpServer() { state_->close(); }

}  // namespace cutover::console

#include "containers/runtimes/docker_client.hpp"

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <utility>

namespace cutover::containers {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::local::stream_protocol;
using boost::system::error_code;

http::request<http::string_body> http_request(DockerRequest request) {
  http::request<http::string_body> result;
  result.method_string(request.method);
  result.target(request.target);
  result.version(11);
  result.set(http::field::host, "docker");
  result.set(http::field::user_agent, "cutover");
  result.set(http::field::connection, "close");
  if (!request.body.empty()) result.set(http::field::content_type, "application/json");
  result.body() = std::move(request.body);
  result.prepare_payload();
  return result;
}

Error unreachable(const error_code& error) {
  if (error == asio::error::access_denied)
    return {"EngineUnreachable", "", "this user may not use its socket"};
  return {"EngineUnreachable", "", error.message()};
}

Error broken(const error_code& error) {
  return {"EngineBroken", "", "the engine broke off its answer: " + error.message()};
}

}  // namespace

/// Kept alive by its pending operation.
class DockerCall::Session : public std::enable_shared_from_this<DockerCall::Session> {
 public:
  using OnAnswer = DockerClient::OnAnswer;
  using OnBytes = DockerClient::OnBytes;

  Session(DockerClient& client, DockerRequest request, std::optional<Duration> wait_most,
          OnBytes on_bytes, OnAnswer on_answer)
      : timers_(client.timers()),
        socket_(client.io()),
        request_(http_request(std::move(request))),
        wait_most_(wait_most),
        on_bytes_(std::move(on_bytes)),
        on_answer_(std::move(on_answer)) {
    parser_.body_limit(boost::none);
  }

  void begin(const std::string& socket_path) {
    arm();
    socket_.async_connect(stream_protocol::endpoint(socket_path),
                          [self = shared_from_this()](const error_code& error) {
                            if (self->ended_) return;
                            if (error) return self->end(unreachable(error));
                            self->send();
                          });
  }

  void cancel() {
    if (ended_) return;
    close();
  }

 private:
  void send() {
    http::async_write(socket_, request_,
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        if (self->ended_) return;
                        // An engine may answer, and close, before it has read all: look at that.
                        if (error && error != asio::error::broken_pipe)
                          return self->end(broken(error));
                        self->read_head();
                      });
  }

  void read_head() {
    http::async_read_header(socket_, buffer_, parser_,
                            [self = shared_from_this()](const error_code& error, std::size_t) {
                              if (self->ended_) return;
                              if (error) return self->end(broken(error));
                              self->begin_body();
                            });
  }

  void begin_body() {
    answer_.status = parser_.get().result_int();
    streams_ = on_bytes_ && answer_.ok();
    // Else the parser keeps a chunk to itself until it has come as a whole.
    parser_.eager(true);
    read_body();
  }

  void read_body() {
    if (parser_.is_done()) return end(std::move(answer_));
    auto& body = parser_.get().body();
    body.data = piece_.data();
    body.size = piece_.size();
    http::async_read_some(socket_, buffer_, parser_,
                          [self = shared_from_this()](error_code error, std::size_t) {
                            if (self->ended_) return;
                            if (error == http::error::need_buffer) error = {};
                            self->have_body(error);
                          });
  }

  void have_body(const error_code& error) {
    const std::string_view bytes(piece_.data(), piece_.size() - parser_.get().body().size);
    if (streams_) {
      // It stays alive while it is called, even if it ends this request.
      if (!bytes.empty()) on_bytes_(bytes);
      if (ended_) return;
      arm();
    } else if (answer_.body.size() + bytes.size() > DockerClient::body_bytes_most) {
      return end(Error{"EngineBroken", "", "the engine's answer is longer than 4 MiB"});
    } else {
      answer_.body += bytes;
    }
    if (error) return end(broken(error));
    read_body();
  }

  void arm() {
    timers_.cancel(std::exchange(timer_, 0));
    if (!wait_most_) return;
    timer_ = timers_.after(*wait_most_, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self || self->ended_) return;
      self->end(Error{"EngineTimeout", "", "the engine did not answer in time"});
    });
  }

  void end(Result<DockerAnswer> result) {
    close();
    const auto on_answer = std::move(on_answer_);
    on_answer(std::move(result));
  }

  void close() {
    ended_ = true;
    timers_.cancel(std::exchange(timer_, 0));
    error_code ignored;
    socket_.close(ignored);
  }

  Timers& timers_;
  stream_protocol::socket socket_;
  const http::request<http::string_body> request_;
  const std::optional<Duration> wait_most_;
  const OnBytes on_bytes_;
  OnAnswer on_answer_;
  boost::beast::flat_buffer buffer_{64 * 1024};
  http::response_parser<http::buffer_body> parser_;
  std::array<char, 16 * 1024> piece_;
  DockerAnswer answer_;
  TimerId timer_ = 0;
  bool streams_ = false;
  bool ended_ = false;
};

DockerCall& DockerCall::operator=(DockerCall&& other) noexcept {
  if (this == &other) return *this;
  cancel();
  session_ = std::move(other.session_);
  return *this;
}

void DockerCall::cancel() {
  if (const auto session = std::exchange(session_, nullptr)) session->cancel();
}

DockerCall DockerClient::call(DockerRequest request, Duration within, OnAnswer on_answer) {
  return follow(std::move(request), within, nullptr, std::move(on_answer));
}

DockerCall DockerClient::follow(DockerRequest request, std::optional<Duration> silence_most,
                                OnBytes on_bytes, OnAnswer on_answer) {
  auto session = std::make_shared<DockerCall::Session>(*this, std::move(request), silence_most,
                                                       std::move(on_bytes), std::move(on_answer));
  session->begin(socket_path_);
  return DockerCall(std::move(session));
}

}  // namespace cutover::containers

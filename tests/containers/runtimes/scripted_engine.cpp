#include "tests/containers/runtimes/scripted_engine.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <filesystem>
#include <utility>

namespace cutover::containers {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::local::stream_protocol;
using boost::system::error_code;

std::string rendered(const EngineReply& reply) {
  if (reply.raw) return reply.body;
  const auto length = reply.then == EngineReply::Then::close
                          ? fmt::format("Content-Length: {}\r\n", reply.body.size())
                          : std::string{};
  const bool has_body = reply.status != 204 && reply.status != 304;
  return fmt::format("HTTP/1.1 {} Scripted\r\n{}\r\n{}", reply.status, has_body ? length : "",
                     reply.body);
}

/// "/v1.41/containers" -> "/containers".
std::string without_version(std::string target) {
  if (target.starts_with("/v1.")) target.erase(0, target.find('/', 1));
  return target;
}

}  // namespace

class ScriptedEngine::Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(stream_protocol::socket socket) : socket_(std::move(socket)) {}

  void read(ScriptedEngine& engine) {
    http::async_read(socket_, buffer_, request_,
                     [&engine, self = shared_from_this()](const error_code& error, std::size_t) {
                       if (error) return;
                       engine.handle(self,
                                     std::string(self->request_.method_string()) + ' ' +
                                         without_version(std::string(self->request_.target())),
                                     self->request_.body());
                     });
  }
  /// Not at once: who reads is on the same thread.
  void send(const std::string& bytes) {
    const bool idle = unsent_.empty();
    unsent_ += bytes;
    if (idle) write();
  }
  /// Once all has been sent.
  void close_after() {
    closing_ = true;
    if (unsent_.empty()) close();
  }
  void close() {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  void write() {
    if (unsent_.empty()) return;
    socket_.async_write_some(
        asio::buffer(unsent_),
        [self = shared_from_this()](const error_code& error, std::size_t written) {
          self->unsent_.erase(0, error ? self->unsent_.size() : written);
          if (self->unsent_.empty() && self->closing_) return self->close();
          self->write();
        });
  }

  stream_protocol::socket socket_;
  boost::beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  std::string unsent_;
  bool closing_ = false;
};

ScriptedEngine::ScriptedEngine(asio::io_context& io) : io_(io) {
  std::string pattern = std::filesystem::temp_directory_path() / "cutover-engine-XXXXXX";
  directory_ = mkdtemp(pattern.data());
  path_ = directory_ + "/engine.sock";
  on("GET /version", {200, R"({"ApiVersion":"1.41","MinAPIVersion":"1.24"})"});
  on("GET /containers/json", {200, "[]"});
  on("GET /images/posts:latest/json", {200, "{}"});
  on("POST /containers/create", {201, R"({"Id":"c1","Warnings":[]})"});
  on("POST /containers/c1/start", {204});
  on("GET /containers/c1/logs", EngineReply::open());
  on("POST /containers/c1/wait", EngineReply::silence());
  on("GET /containers/c1/json", {200, R"({"State":{"Running":true},"NetworkSettings":{"Ports":{
      "3000/tcp":[{"HostIp":"127.0.0.1","HostPort":"32768"}]}}})"});
  on("POST /containers/c1/kill", {204});
  on("POST /containers/c1/pause", {204});
  on("POST /containers/c1/unpause", {204});
  on("DELETE /containers/c1", {204});
  come_back();
}

ScriptedEngine::~ScriptedEngine() {
  die();
  // What was aborted holds a reference to this.
  io_.restart();
  io_.poll();
  std::filesystem::remove_all(directory_);
}

bool ScriptedEngine::was_asked(const std::string& request) const {
  return times_asked(request) > 0;
}

int ScriptedEngine::times_asked(const std::string& request) const {
  return static_cast<int>(std::count(requests_.begin(), requests_.end(), request));
}

std::string ScriptedEngine::body_of(const std::string& request) const {
  const auto found = bodies_.find(request);
  return found == bodies_.end() ? "" : found->second;
}

void ScriptedEngine::send(const std::string& request, const std::string& bytes) {
  const auto found = open_.find(request);
  ASSERT_NE(found, open_.end()) << request << " is not open";
  found->second->send(bytes);
}

void ScriptedEngine::answer(const std::string& request, const EngineReply& reply) {
  send(request, rendered(reply));
  if (reply.then == EngineReply::Then::close) close(request);
}

void ScriptedEngine::close(const std::string& request) {
  const auto found = open_.find(request);
  ASSERT_NE(found, open_.end()) << request << " is not open";
  found->second->close_after();
  open_.erase(found);
}

void ScriptedEngine::die() {
  acceptor_.reset();
  std::filesystem::remove(path_);
  for (const auto& weak : connections_) {
    if (const auto connection = weak.lock()) connection->close();
  }
  connections_.clear();
  open_.clear();
}

void ScriptedEngine::come_back() {
  acceptor_ = std::make_unique<stream_protocol::acceptor>(io_, stream_protocol::endpoint(path_));
  accept();
}

void ScriptedEngine::accept() {
  acceptor_->async_accept([this](const error_code& error, stream_protocol::socket socket) {
    if (error) return;
    const auto connection = std::make_shared<Connection>(std::move(socket));
    connections_.push_back(connection);
    connection->read(*this);
    accept();
  });
}

EngineReply ScriptedEngine::reply_to(const std::string& request) const {
  for (const auto& key : {request, request.substr(0, request.find('?'))}) {
    const auto found = script_.find(key);
    if (found != script_.end()) return found->second;
  }
  return {404, R"({"message":"no such thing"})"};
}

void ScriptedEngine::handle(const std::shared_ptr<Connection>& connection,
                            const std::string& request, const std::string& body) {
  requests_.push_back(request);
  bodies_[request] = body;
  const auto reply = reply_to(request);
  connection->send(rendered(reply));
  if (reply.then == EngineReply::Then::close) return connection->close_after();
  open_[request] = connection;
}

std::string frame(unsigned char kind, const std::string& payload) {
  std::string bytes{static_cast<char>(kind), 0, 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(payload.size() >> shift & 0xff);
  }
  return bytes + payload;
}

}  // namespace cutover::containers

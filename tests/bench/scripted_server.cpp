#include "tests/bench/scripted_server.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <utility>

namespace cutover::load {

namespace asio = boost::asio;
using asio::ip::tcp;

struct ScriptedServer::Connection {
  explicit Connection(tcp::socket taken) : socket(std::move(taken)) {}
  tcp::socket socket;
  std::string buffer;
  int number = 0;
  int requests = 0;
};

ScriptedServer::ScriptedServer(Script script)
    : acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      endpoint_(acceptor_.local_endpoint()),
      script_(std::move(script)) {
  accept();
  thread_ = std::thread([this] { io_.run(); });
}

ScriptedServer::~ScriptedServer() {
  io_.stop();
  thread_.join();
}

void ScriptedServer::release() {
  asio::post(io_, [this] {
    released_ = true;
    for (auto& send_held : std::exchange(held_, {})) send_held();
  });
}

bool ScriptedServer::wait_for_requests(std::size_t count) {
  std::unique_lock lock(mutex_);
  return came_.wait_for(lock, std::chrono::seconds(60), [&] { return requests_.size() >= count; });
}

std::vector<ScriptedServer::Request> ScriptedServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void ScriptedServer::accept() {
  acceptor_.async_accept([this](boost::system::error_code problem, tcp::socket socket) {
    if (problem) return;
    auto connection = std::make_shared<Connection>(std::move(socket));
    connection->number = connections_++;
    read(connection);
    accept();
  });
}

void ScriptedServer::read(const std::shared_ptr<Connection>& connection) {
  asio::async_read_until(
      connection->socket, asio::dynamic_buffer(connection->buffer), "\r\n\r\n",
      [this, connection](boost::system::error_code problem, std::size_t head_size) {
        if (problem) return;
        std::size_t size = head_size;
        const std::string head = connection->buffer.substr(0, head_size);
        if (const auto at = head.find("Content-Length: "); at != std::string::npos) {
          size += std::stoul(head.substr(at + 16));
        }
        const std::size_t missing = size - std::min(size, connection->buffer.size());
        asio::async_read(connection->socket, asio::dynamic_buffer(connection->buffer),
                         asio::transfer_exactly(missing),
                         [this, connection, size](boost::system::error_code broken, std::size_t) {
                           if (broken) return;
                           std::string text = connection->buffer.substr(0, size);
                           connection->buffer.erase(0, size);
                           serve(connection, std::move(text));
                         });
      });
}

void ScriptedServer::serve(const std::shared_ptr<Connection>& connection, std::string text) {
  Request request{connection->number, connection->requests++, std::move(text)};
  Answer answer = script_(request);
  {
    // Before it is answered: who has an answer may count on finding its request here.
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
  }
  came_.notify_all();
  if (answer.held && !released_) {
    held_.push_back([this, connection, answer] { send(connection, answer); });
  } else {
    send(connection, std::move(answer));
  }
}

void ScriptedServer::send(const std::shared_ptr<Connection>& connection, Answer answer) {
  auto bytes = std::make_shared<std::string>(std::move(answer.bytes));
  asio::async_write(connection->socket, asio::buffer(*bytes),
                    [this, connection, bytes, then = answer.then](boost::system::error_code problem,
                                                                  std::size_t) {
                      if (problem) return;
                      if (then == Answer::Then::keep) return read(connection);
                      if (then == Answer::Then::reset) {
                        connection->socket.set_option(tcp::socket::linger(true, 0), problem);
                      }
                      connection->socket.close(problem);
                    });
}

std::string answer(int status, const std::string& body, const std::string& more_headers) {
  return fmt::format("HTTP/1.1 {} Text\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(),
                     more_headers, body);
}

}  // namespace cutover::load

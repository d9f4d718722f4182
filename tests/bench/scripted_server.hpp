#pragma once

// A server on a loopback port of the kernel's choice that does what a test's script says with each
// request: answers, holds, closes, resets. It runs on a thread of its own.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace cutover::load {

class ScriptedServer {
 public:
  struct Request {
    int connection = 0;  // Counted from 0, in the order of acceptance.
    int number = 0;      // Of this connection's requests, from 0.
    std::string text;    // Head and body, as received.
  };
  /// What to do: send `bytes` (maybe none), and then...
  struct Answer {
    enum class Then { keep, close, reset };
    std::string bytes;
    Then then = Then::keep;
    bool held = false;  // Not before release().
  };
  using Script = std::function<Answer(const Request&)>;

  explicit ScriptedServer(Script script);
  ~ScriptedServer();

  boost::asio::ip::tcp::endpoint endpoint() const { return endpoint_; }
  /// Sends all held answers, and holds none from now on.
  void release();
  /// Returns once `count` requests have come; false when that takes absurdly long.
  bool wait_for_requests(std::size_t count);
  std::vector<Request> requests() const;

 private:
  struct Connection;

  void accept();
  void read(const std::shared_ptr<Connection>& connection);
  void serve(const std::shared_ptr<Connection>& connection, std::string text);
  void send(const std::shared_ptr<Connection>& connection, Answer answer);

  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ip::tcp::endpoint endpoint_;
  Script script_;
  int connections_ = 0;
  bool released_ = false;
  std::vector<std::function<void()>> held_;
  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Request> requests_;  // Guarded by mutex_.
  std::thread thread_;
};

/// A whole keep-alive answer.
std::string answer(int status, const std::string& body, const std::string& more_headers = {});

/// Holds a port of 127.0.0.1 where nobody listens.
class RefusingPort {
 public:
  RefusingPort() { socket_.bind({boost::asio::ip::address_v4::loopback(), 0}); }
  boost::asio::ip::tcp::endpoint endpoint() const { return socket_.local_endpoint(); }

 private:
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::socket socket_{io_, boost::asio::ip::tcp::v4()};
};

}  // namespace cutover::load

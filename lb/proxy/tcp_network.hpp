#pragma once

// The network of the machine: TCP sockets on an io_context, through Asio's reactor. Reads go
// through Asio (its reactor remembers that a socket was drained and asks the kernel nothing);
// writes are tried at once and wait only when the socket is full.

#include <boost/asio/io_context.hpp>
#include <memory>

#include "lb/proxy/stream.hpp"

namespace cutover::lb::proxy {

class TcpNetwork final : public Network {
 public:
  /// `io` is borrowed; everything happens on the thread that runs it.
  explicit TcpNetwork(boost::asio::io_context& io) : io_(io) {}
  std::unique_ptr<Stream> connect(const Endpoint& to, Operation& operation) override;
  Result<std::unique_ptr<Acceptor>> listen(const Endpoint& on) override;

 private:
  boost::asio::io_context& io_;
};

/// Finds out whether `on` can be listened on, and the port the kernel chooses for port 0. Errors
/// say what to do: the port is in use, or may not be bound without privileges. Needed because
/// listening sockets share their port (SO_REUSEPORT) and would silently share it with another
/// program of the same user.
Result<Endpoint> probe_listen(const Endpoint& on);

}  // namespace cutover::lb::proxy

#pragma once

// Makes a container's port reachable from outside its network namespace: listens on a host port and
// passes the bytes of each connection on to one inside, both ways, until both have ended.

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "containers/runtimes/inner_sockets.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// The thread that serves all relays, so that traffic does not slow the control thread down.
class RelayThread {
 public:
  RelayThread();
  RelayThread(const RelayThread&) = delete;
  RelayThread& operator=(const RelayThread&) = delete;
  ~RelayThread();

  boost::asio::io_context& io() { return io_; }
  /// What is read goes here first; only the relays' own thread touches it.
  std::vector<char>& buffer() { return buffer_; }

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::vector<char> buffer_;
  std::thread thread_;
};

/// A slow receiver holds its sender up: at most one buffer of 64 KiB waits in each direction of a
/// connection. The end of one direction is passed on as such, a reset as a reset. A connection that
/// nobody takes inside is reset.
class Relay {
 public:
  /// Accepts connections when it returns. Port 0 lets the kernel choose; a port in use is the error
  /// "PortInUse". `sockets` belong to the namespace.
  static Result<std::unique_ptr<Relay>> listen(std::shared_ptr<RelayThread> thread,
                                               const std::string& address, std::uint16_t port,
                                               std::uint16_t container_port,
                                               std::shared_ptr<InnerSockets> sockets);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  /// Resets what is still connected; the port is free when it returns.
  ~Relay();

  std::uint16_t port() const { return port_; }

 private:
  struct Listener;
  Relay(std::shared_ptr<RelayThread> thread, std::shared_ptr<Listener> listener,
        std::uint16_t port);

  const std::shared_ptr<RelayThread> thread_;
  const std::shared_ptr<Listener> listener_;
  const std::uint16_t port_;
};

}  // namespace cutover::containers

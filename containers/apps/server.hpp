#pragma once

// Serves an App over HTTP/1.1 on a host port, on one io_context, as the forum's Node.js servers do:
// keep-alive with 5 s of idling, pipelining, bodies read and thrown away.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "containers/apps/app.hpp"
#include "containers/apps/connection.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers::apps {

struct AppServerOptions {
  /// Connections served at one time; more wait in the kernel's queue.
  std::size_t connections_most = 20'000;
  /// Told of each request that was answered. May be empty.
  OnRequest on_request{};
};

/// Everything on the io_context's one thread, or before it runs. Destroying the server kills it.
class AppServer {
 public:
  /// Accepts connections when it returns. Port 0 lets the kernel choose; a port in use is the error
  /// "PortInUse". The io_context and the clock outlive the server; the clock is the data plane's.
  static Result<std::unique_ptr<AppServer>> listen(boost::asio::io_context& io,
                                                   std::shared_ptr<App> app,
                                                   boost::asio::ip::address address,
                                                   std::uint16_t port, const Clock& clock,
                                                   AppServerOptions options = {});
  AppServer(const AppServer&) = delete;
  AppServer& operator=(const AppServer&) = delete;
  ~AppServer() { kill(); }

  std::uint16_t port() const { return port_; }

  /// Accepts no more and closes idle connections; a request under way is answered before its
  /// connection closes. Then calls `on_stopped` once, never from within this call.
  void stop(std::function<void()> on_stopped = {});
  /// Closes everything at once, also after stop(); on_stopped is not called any more.
  void kill();

 private:
  struct Acceptor;
  explicit AppServer(std::shared_ptr<Acceptor> acceptor, std::uint16_t port)
      : acceptor_(std::move(acceptor)), port_(port) {}

  const std::shared_ptr<Acceptor> acceptor_;
  const std::uint16_t port_;
};

}  // namespace cutover::containers::apps

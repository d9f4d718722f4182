#pragma once

// The control endpoint's server: HTTP/1.1 on the control thread. Not the load balancer; nothing
// here is on a client's path. An answer may come later than the call that asks for it: connections
// do not wait for each other, requests of one connection are answered in their order.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <functional>
#include <memory>

#include "cutover/console/router.hpp"
#include "lb/base/result.hpp"
#include "lb/base/timers.hpp"

namespace cutover::console {

struct ServerLimits {
  std::size_t head_bytes = 16 * 1024;        ///< Answered 431 beyond.
  std::size_t body_bytes = 4 * 1024 * 1024;  ///< Answered 413 beyond.
  std::size_t connections = 1024;            ///< Further ones wait in the listening queue.
  Duration idle = std::chrono::seconds(60);  ///< For a whole request to come, or an answer to go.
};

/// Everything on the thread that runs `io`.
class HttpServer {
 public:
  /// Called once, at once or later, on the server's thread; a call after the connection or the
  /// server has gone is ignored. Dropped without a call, it closes the connection.
  using Respond = std::function<void(Response)>;
  /// The request is valid until the call returns.
  using Handle = std::function<void(const Request&, Respond)>;

  /// Listens at once. Errors (`EndpointNotBound`) say what to do. `io` and `timers` (real time)
  /// outlive it; `handle` is asked once per request that passed the check for foreign pages.
  static Result<std::unique_ptr<HttpServer>> listen(boost::asio::io_context& io, Timers& timers,
                                                    const boost::asio::ip::tcp::endpoint& at,
                                                    Handle handle, ServerLimits limits = {});
  /// Closes everything at once.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// The address and port really bound.
  boost::asio::ip::tcp::endpoint bound() const { return bound_; }

 private:
  struct State;
  class Session;

  HttpServer(std::shared_ptr<State> state, boost::asio::ip::tcp::endpoint bound);

  std::shared_ptr<State> state_;
  boost::asio::ip::tcp::endpoint bound_;
};

}  // namespace cutover::console

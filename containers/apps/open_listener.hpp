#pragma once

// Opens a listening socket, or says in Docker's words why not.

#include <boost/asio/ip/tcp.hpp>

#include "lb/base/result.hpp"

namespace cutover::containers::apps {

/// Errors are "PortInUse" ("Bind for 127.0.0.1:80 failed: port is already allocated"),
/// "PortNotPermitted" and "CannotListen".
Result<void> open_listener(boost::asio::ip::tcp::acceptor& acceptor,
                           const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace cutover::containers::apps

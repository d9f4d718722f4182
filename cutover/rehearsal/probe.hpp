#pragma once

// Asks one path through the listener, as a client of its own would: a new connection, one GET, the
// whole answer kept.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>

#include "cutover/rehearsal/answer.hpp"
#include "lb/base/clock.hpp"

namespace cutover::rehearsal {

/// Bodies are kept up to this size; a longer one is an error of the answer.
inline constexpr std::size_t probe_body_bytes_most = 4 * 1024 * 1024;

/// Gives up after `timeout` of real time. Never throws: what went wrong is in Answer::error.
boost::asio::awaitable<Answer> ask(boost::asio::ip::tcp::endpoint endpoint, std::string host,
                                   std::string path, Duration timeout);

}  // namespace cutover::rehearsal

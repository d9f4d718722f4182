#pragma once

// Where the control endpoint listens, as it is written on the command line.

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lb/base/result.hpp"

namespace cutover::console {

/// Where clients of a local AWS look first.
inline constexpr const char* default_endpoint = "127.0.0.1:4566";

/// "127.0.0.1:4566", "localhost:0", "[::1]:4566"; port 0 lets the kernel choose. "none" is no
/// endpoint. An address that is not loopback needs `anywhere`: whoever can reach the endpoint
/// controls the program. The error's place is "--endpoint".
Result<std::optional<boost::asio::ip::tcp::endpoint>> parse_endpoint(std::string_view text,
                                                                     bool anywhere);

/// "http://127.0.0.1:4566", "http://[::1]:4566"
std::string url_of(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace cutover::console

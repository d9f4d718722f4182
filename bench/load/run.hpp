#pragma once

// A whole load run in one call, and the URL it is aimed at: what `cutover load URL` does.

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/generator.hpp"

namespace cutover::load {

/// Where a URL points.
struct Target {
  boost::asio::ip::tcp::endpoint endpoint;
  std::string host;  ///< For the Host header, as the URL spells it.
  std::string path;  ///< With the query; "/" when the URL has none.
};

/// Whom a load may be sent to. Loading someone else's machine by a slip of the keyboard is an
/// attack, so everything but this machine must be allowed by name.
enum class Reach { loopback, any_host };

/// "http://127.0.0.1:8080/api/users". Only http; no user name, no fragment. Without Reach::any_host
/// only addresses of this machine's loopback, "localhost" and names below ".localhost" (RFC 6761);
/// with it other names are looked up.
Result<Target> parse_url(std::string_view url, Reach reach = Reach::loopback);

/// Sees the accounts so far; false ends the run at once (what is in flight is still waited for).
using Progress = std::function<bool(const std::vector<PhaseAccount>&)>;

/// Runs one phase, "load", for `length` on this thread's time, calls `progress` (if any) once a
/// second, and gives the settled accounts. Errors: as Generator::start(); a length not above 0.
Result<std::vector<PhaseAccount>> run_load(const Options& options, Duration length,
                                           const Progress& progress);

}  // namespace cutover::load

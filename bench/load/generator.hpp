#pragma once

// Open-loop HTTP load: requests leave by a schedule, whether or not earlier ones were answered, and
// latency counts from the scheduled moment, so a stall is seen in full (no coordinated omission).

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/histogram.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"

namespace cutover::load {

/// One kind of request in the mix.
struct RequestKind {
  std::string method = "GET";
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::uint32_t weight = 1;
};

struct Options {
  boost::asio::ip::tcp::endpoint endpoint;
  std::string host;   ///< The Host header.
  double rate = 100;  ///< Requests per second, > 0.
  enum class Schedule { constant, poisson };
  Schedule schedule = Schedule::constant;
  std::uint64_t seed = 1;                ///< Order of the mix, Poisson arrivals.
  std::vector<RequestKind> mix;          ///< At least one.
  std::uint32_t connections_most = 256;  ///< Arrivals beyond it wait; the wait counts as latency.
  Duration timeout =
      std::chrono::seconds(10);  ///< From the scheduled moment; then counted as an error.
};

/// How one scheduled request ended.
struct Fate {
  enum class Error : std::uint8_t { none, unsent, connect, timeout, reset, malformed };
  int status = 0;  ///< 0 when there was no answer.
  Error error = Error::none;
  std::string target_group;  ///< From the label header; "-" when absent.
  friend auto operator<=>(const Fate&, const Fate&) = default;
};
std::string_view to_string(Fate::Error error);

/// What happened to the requests scheduled within one phase. scheduled == sum of fates once the
/// phase has settled; until then the rest is in flight.
struct PhaseAccount {
  std::string phase;
  std::uint64_t scheduled = 0;
  std::map<Fate, std::uint64_t> fates;
  std::map<std::string, std::uint64_t> by_path;         ///< Scheduled requests per path of the mix.
  std::map<std::string, std::uint64_t> failed_by_path;  ///< Those without a 2xx or 3xx answer.
  Histogram latency;  ///< Nanoseconds, answered requests, from the scheduled moment.
  Duration length = Duration::zero();
};

/// Runs on a thread of its own between start() and stop(). All members may be called from any one
/// other thread.
class Generator {
 public:
  explicit Generator(Options options);
  ~Generator();

  /// Begins phase `phase` and starts sending. Errors: the mix is empty, the rate is not positive.
  Result<void> start(const std::string& phase);
  /// Requests scheduled from now on belong to `phase`; each keeps the phase it was scheduled in.
  void begin_phase(const std::string& phase);
  /// A copy of all accounts so far, oldest phase first.
  std::vector<PhaseAccount> accounts() const;
  /// Ends the schedule, waits for what is in flight (at most Options::timeout), ends the thread.
  std::vector<PhaseAccount> stop();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace cutover::load

#pragma once

// Open-loop HTTP load: requests leave by a schedule, whether or not earlier ones were answered, and
// latency counts from the scheduled moment, so a stall is seen in full (no coordinated omission).

#include <boost/asio/ip/tcp.hpp>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/load/histogram.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"

namespace cutover::load {

/// One kind of request in the mix. A body, or a method that usually has one, is sent with its
/// Content-Length; a Host among the headers replaces Options::host.
struct RequestKind {
  std::string method = "GET";
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::uint32_t weight = 1;  ///< Share of the mix; 0 = never.
};

struct Options {
  boost::asio::ip::tcp::endpoint endpoint;
  std::string host;   ///< The Host header.
  double rate = 100;  ///< Requests per second, > 0, at most 10 million.
  enum class Schedule { constant, poisson };
  Schedule schedule = Schedule::constant;
  std::uint64_t seed = 1;                ///< Order of the mix, Poisson arrivals.
  std::vector<RequestKind> mix;          ///< At least one.
  std::uint32_t connections_most = 256;  ///< Arrivals beyond it wait; the wait counts as latency.
  std::uint32_t waiting_most = 65536;    ///< Arrivals beyond both are not sent: Error::unsent.
  Duration timeout =
      std::chrono::seconds(10);  ///< From the scheduled moment; then counted as an error.
};

/// How one scheduled request ended.
struct Fate {
  /// none: a whole answer came, of whatever status.
  /// unsent: no connection was free for it in time, or the line was full: the load was beyond what
  ///   these connections carry.
  /// connect: its connection could not be opened, or not in time.
  /// timeout: it was sent, and its answer was not whole in time.
  /// reset: the connection ended before the answer was whole. That also counts a reused keep-alive
  ///   connection that the server closed just as the request was on its way. Browsers and SDKs
  ///   often send such a request again; here it counts, because a rehearsal must show every
  ///   exchange that the other side broke, and a client that may not retry (a POST) loses it.
  /// malformed: the answer is not HTTP/1.1.
  enum class Error : std::uint8_t { none, unsent, connect, timeout, reset, malformed };
  int status = 0;  ///< 0 when there was no whole answer.
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
  Duration length = Duration::zero();  ///< Until the next phase, the end of the schedule, or now.
};

/// Sums over an account's fates. settled = answered + unsent + those that ended in another error.
std::uint64_t settled(const PhaseAccount& account);
std::uint64_t answered(const PhaseAccount& account);
std::uint64_t unsent(const PhaseAccount& account);
/// Settled without a 2xx or 3xx answer; unsent ones are among them.
std::uint64_t failed(const PhaseAccount& account);
/// Whether a request with this fate failed, in the sense of failed().
bool is_failure(const Fate& fate);

/// Runs on a thread of its own between start() and stop(). All members may be called from any one
/// other thread.
class Generator {
 public:
  explicit Generator(Options options);
  /// Without a stop() before it, drops what is in flight.
  ~Generator();
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  /// Begins phase `phase` and starts sending. Errors: the mix is empty or cannot be sent as HTTP,
  /// the rate or a bound is not positive, it was started before. Nothing is sent then.
  Result<void> start(const std::string& phase);
  /// Requests scheduled from now on belong to `phase`; each keeps the phase it was scheduled in.
  /// Between start() and stop() only; ignored otherwise.
  void begin_phase(const std::string& phase);
  /// A copy of all accounts so far, oldest phase first.
  std::vector<PhaseAccount> accounts() const;
  /// Ends the schedule, waits for what is in flight (at most Options::timeout), ends the thread.
  /// Afterwards every scheduled request is in exactly one fate. Again: the same accounts.
  std::vector<PhaseAccount> stop();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace cutover::load

#pragma once

// A backend as a function: request in, answer out, with the time the answer takes as a value. The
// same app is called in process by the load balancer and served on a host port by apps/server.hpp.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers::apps {

struct AppRequest {
  std::string_view method;
  std::string_view target;  ///< Path and query, as received.
};

struct AppAnswer {
  int status = 200;
  std::string_view reason;
  /// Raw header lines ended by CRLF, without Content-Length, Connection, Keep-Alive, Date.
  std::string_view headers;
  /// What GET answers; the caller leaves it out for HEAD.
  std::string_view body;
  /// Simulated work before the answer starts; includes waiting for a free slot.
  Duration delay = Duration::zero();
  /// The app closes the connection instead of answering, as one that crashes or was killed.
  bool reset = false;
  /// There is no answer yet: the app is to be asked again once `delay` has passed.
  bool held = false;
};

/// The header lines of an answer in plain text.
inline constexpr std::string_view text_headers = "Content-Type: text/plain; charset=utf-8\r\n";

/// How long the app's simulated work takes.
struct Latency {
  enum class Shape { none, constant, uniform, exponential, lognormal };
  Shape shape = Shape::none;
  Duration low = Duration::zero();  ///< constant: the value; uniform: the least; else the median.
  /// uniform: the most; lognormal: the p99. An exponential's p99 follows from its median.
  Duration high = Duration::zero();

  friend bool operator==(const Latency&, const Latency&) = default;
};

/// How a backend is to behave, so that a slow, flaky or full one can be shown.
struct AppBehaviour {
  Latency latency{};
  double error_rate = 0;                 ///< 0-1: share of requests answered 500.
  Duration start_up = Duration::zero();  ///< From start to the first accepted connection.
  /// Requests served at one time; more wait in line. 0: no limit.
  std::uint32_t concurrency_limit = 0;
  /// Waiting requests beyond this many are answered 503. Only with a concurrency limit.
  std::uint32_t backlog_limit = 128;

  friend bool operator==(const AppBehaviour&, const AppBehaviour&) = default;
};

/// Thread-safe: answer() is called by any worker, also at the same time.
class App {
 public:
  virtual ~App() = default;
  /// Views in the answer live as long as the app. Never blocks, never throws.
  virtual AppAnswer answer(const AppRequest& request, TimePoint now) noexcept = 0;
};

/// The names make_app() knows. The placeholder answers 200 to everything; the others are the
/// forum's.
inline constexpr std::array<std::string_view, 5> app_names{"api", "placeholder", "posts", "threads",
                                                           "users"};
bool is_app_name(std::string_view name);

/// That app, or an error that names the apps there are. `seed` decides the chance in its
/// latency and errors.
Result<std::shared_ptr<App>> make_app(std::string_view name, const AppBehaviour& behaviour,
                                      std::uint64_t seed);

}  // namespace cutover::containers::apps

#pragma once

// Speaks HTTP/1.1 with a container engine over its unix socket: one connection for each request,
// never blocking, every wait and every buffer bounded.

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lb/base/result.hpp"
#include "lb/base/timers.hpp"

namespace cutover::containers {

struct DockerRequest {
  std::string method;  ///< "GET", "POST", "DELETE".
  std::string target;  ///< Path and query.
  std::string body{};  ///< JSON; empty: none.
};

struct DockerAnswer {
  unsigned status = 0;
  std::string body;

  bool ok() const { return status >= 200 && status < 300; }
};

/// A request under way. Its end, unless it was detached, ends the request: nothing is called back
/// from then on.
class DockerCall {
 public:
  class Session;

  DockerCall() = default;
  explicit DockerCall(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  DockerCall(DockerCall&&) noexcept = default;
  DockerCall& operator=(DockerCall&& other) noexcept;
  ~DockerCall() { cancel(); }

  void cancel();
  /// Lets it go on by itself, for as long as its io_context runs.
  void detach() { session_.reset(); }

 private:
  std::shared_ptr<Session> session_;
};

/// One thread. Callbacks never come from within a call; an answer comes once, or never when the
/// request was cancelled. Error codes: EngineUnreachable (nobody listens, or not to this user),
/// EngineTimeout, EngineBroken (the connection ended in the middle, or what came is not HTTP).
class DockerClient {
 public:
  static constexpr std::size_t body_bytes_most = 4 * 1024 * 1024;

  using OnAnswer = std::function<void(Result<DockerAnswer>)>;
  using OnBytes = std::function<void(std::string_view)>;

  /// Both outlive the client and its requests, but for requests that were detached: those may still
  /// stand in `io` when it goes.
  DockerClient(boost::asio::io_context& io, Timers& timers, std::string socket_path)
      : io_(io), timers_(timers), socket_path_(std::move(socket_path)) {}

  /// The whole answer, at most `within` later.
  [[nodiscard]] DockerCall call(DockerRequest request, Duration within, OnAnswer on_answer);
  /// Passes a good answer's body on as it comes and leaves it out of the answer at its end. The
  /// wait for the next bytes is at most `silence_most`, if that is given.
  [[nodiscard]] DockerCall follow(DockerRequest request, std::optional<Duration> silence_most,
                                  OnBytes on_bytes, OnAnswer on_answer);

  boost::asio::io_context& io() { return io_; }
  Timers& timers() { return timers_; }

 private:
  boost::asio::io_context& io_;
  Timers& timers_;
  const std::string socket_path_;
};

}  // namespace cutover::containers

#pragma once

// Targets that live in this process: the load balancer calls them instead of dialling a socket. An
// embedding program, or a task whose app runs in this process, implements Service.

#include <cstdint>
#include <string>
#include <string_view>

#include "lb/base/clock.hpp"

namespace cutover::lb {

/// The request as a target would receive it, headers rewritten. Views live during serve() only.
struct InProcessRequest {
  std::string_view method;
  std::string_view target;   ///< Path and query.
  std::string_view headers;  ///< Raw lines, each ended by CRLF, without the final empty line.
  std::string_view body;     ///< At most in_process_body_most bytes; a larger one is answered 413.
};
inline constexpr std::size_t in_process_body_most = 1024 * 1024;

/// The answer. Views must live as long as the Service does, or point into `storage`.
struct InProcessResponse {
  int status = 200;
  std::string_view reason = "OK";
  /// Raw lines, each ended by CRLF. Without Content-Length, Transfer-Encoding, Connection, Date:
  /// the load balancer adds what is right for the message.
  std::string_view headers;
  std::string_view body;
  std::string storage;
  /// How long the target takes before this answer starts (data-plane time, never scaled).
  Duration delay = Duration::zero();
  /// The target closes the connection instead of answering: the client gets a 502.
  bool reset = false;
  /// There is no answer yet: the same request is to be served again once `delay` has passed.
  bool held = false;
};

/// Shared by all workers: serve() is called on any worker's thread, also at the same time, and must
/// not block. Destroyed only after the last call has returned and its answer was sent.
class InProcessService {
 public:
  virtual ~InProcessService() = default;
  /// `now` is the data plane's time. May not throw.
  virtual void serve(const InProcessRequest& request, TimePoint now,
                     InProcessResponse& response) noexcept = 0;
};

}  // namespace cutover::lb

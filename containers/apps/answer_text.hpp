#pragma once

// An app's answer as the bytes of an HTTP/1.1 message, with the headers that Node.js adds.

#include <string>
#include <string_view>

#include "containers/apps/app.hpp"

namespace cutover::containers::apps {

/// Node.js closes a connection that stays idle for this long, and says so in Keep-Alive.
inline constexpr Duration idle_timeout = std::chrono::seconds(5);

/// Appends the whole message to `out`: status line, the app's own headers, Content-Length where the
/// status allows one, Date, Connection, Keep-Alive; then the body, unless `head_only`.
void append_answer(std::string& out, const AppAnswer& answer, bool head_only, bool keep_alive,
                   std::string_view date);

/// The Date header's value (RFC 9110 section 5.6.7), formatted at most once per second.
class HttpDate {
 public:
  explicit HttpDate(const Clock& clock) : clock_(clock) {}
  /// `now` is the clock's. Valid until the next call.
  std::string_view at(TimePoint now);

 private:
  const Clock& clock_;
  std::string text_;
  TimePoint valid_until_ = TimePoint::min();
};

/// "Fri, 01 May 2026 09:30:00 GMT"
std::string http_date(WallTime time);

}  // namespace cutover::containers::apps

#pragma once

// What a client got for one request, as it is compared before and after: status, headers, body.

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cutover::rehearsal {

struct Answer {
  int status = 0;  ///< 0: there was no answer, and `error` says why.
  std::vector<std::pair<std::string, std::string>> headers;  ///< As received, in that order.
  std::string body;
  std::string error;

  friend bool operator==(const Answer&, const Answer&) = default;
};

/// The first difference between two answers, byte for byte, or nothing. Two headers are left out:
/// Date, which says when, and the label that says which target group answered.
std::optional<std::string> difference(const Answer& before, const Answer& after);

/// "answered 503" or "got no answer: Connection refused".
std::string outcome(const Answer& answer);

}  // namespace cutover::rehearsal

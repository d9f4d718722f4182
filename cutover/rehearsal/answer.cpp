#include "cutover/rehearsal/answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>

namespace cutover::rehearsal {

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

Headers compared(const Headers& all) {
  Headers kept;
  for (const auto& header : all) {
    if (boost::iequals(header.first, "Date")) continue;
    if (boost::iequals(header.first, "X-Cutover-Target-Group")) continue;
    kept.push_back(header);
  }
  return kept;
}

std::string shown(const Headers& headers, std::size_t index) {
  if (index >= headers.size()) return "none";
  return fmt::format("\"{}: {}\"", headers[index].first, headers[index].second);
}

}  // namespace

std::optional<std::string> difference(const Answer& before, const Answer& after) {
  if (before.status == 0 || after.status == 0) {
    return fmt::format("{}, then {}", outcome(before), outcome(after));
  }
  if (before.status != after.status) {
    return fmt::format("status {}, then {}", before.status, after.status);
  }
  const Headers old_headers = compared(before.headers);
  const Headers new_headers = compared(after.headers);
  for (std::size_t i = 0; i < std::max(old_headers.size(), new_headers.size()); ++i) {
    if (i < old_headers.size() && i < new_headers.size() && old_headers[i] == new_headers[i]) {
      continue;
    }
    return fmt::format("header {} is {}, then {}", i + 1, shown(old_headers, i),
                       shown(new_headers, i));
  }
  if (before.body == after.body) return std::nullopt;
  const auto [at, other] =
      std::mismatch(before.body.begin(), before.body.end(), after.body.begin(), after.body.end());
  return fmt::format("body of {} bytes, then {}; first different at byte {}", before.body.size(),
                     after.body.size(), at - before.body.begin());
}

std::string outcome(const Answer& answer) {
  if (answer.status == 0) return "got no answer: " + answer.error;
  return fmt::format("answered {}", answer.status);
}

}  // namespace cutover::rehearsal

#pragma once

// What went wrong with one of several things that were asked for at once. ECS answers such a
// request with success and a list of these (ECS developer guide: API failure reasons).

#include <string>

namespace cutover::containers {

struct Failure {
  std::string arn;
  std::string reason;  ///< "MISSING", "RESOURCE:MEMORY", …
  std::string detail;  ///< A sentence, or empty.

  friend bool operator==(const Failure&, const Failure&) = default;
};

}  // namespace cutover::containers

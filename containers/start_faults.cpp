#include "containers/start_faults.hpp"

#include <algorithm>
#include <utility>

namespace cutover::containers {

void StartFaults::add(StartFault fault) {
  if (fault.count > 0) faults_.push_back(std::move(fault));
}

std::optional<std::string> StartFaults::take(std::string_view family, std::string_view image) {
  const auto found = std::find_if(faults_.begin(), faults_.end(), [&](const StartFault& each) {
    return (each.family.empty() || each.family == family) &&
           (each.image.empty() || each.image == image);
  });
  if (found == faults_.end()) return std::nullopt;
  std::string reason = found->reason;
  if (--found->count == 0) faults_.erase(found);
  return reason;
}

}  // namespace cutover::containers

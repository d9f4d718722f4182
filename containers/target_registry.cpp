#include "containers/target_registry.hpp"

#include <utility>

namespace cutover::containers {

TargetRegistry::WatchId TargetRegistry::watch(const std::string& target_group,
                                              const TaskTarget& target,
                                              std::function<void()> changed) {
  Place place{target_group, target.address, target.host_port};
  const WatchId id = ++last_watch_;
  watchers_[place].emplace(id, std::move(changed));
  watched_.emplace(id, std::move(place));
  return id;
}

void TargetRegistry::unwatch(WatchId id) {
  const auto found = watched_.find(id);
  if (found == watched_.end()) return;
  const auto there = watchers_.find(found->second);
  there->second.erase(id);
  if (there->second.empty()) watchers_.erase(there);
  watched_.erase(found);
}

void TargetRegistry::tell_change(const std::string& target_group, const std::string& address,
                                 std::uint16_t host_port) const {
  const auto found = watchers_.find({target_group, address, host_port});
  if (found == watchers_.end()) return;
  for (const auto& [id, changed] : found->second) changed();
}

}  // namespace cutover::containers

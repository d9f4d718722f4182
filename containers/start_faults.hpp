#pragma once

// Faults on demand: the next starts of some tasks are to fail. Tasks ask when they start.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cutover::containers {

struct StartFault {
  std::string family;       ///< Of the task's definition; empty: of any.
  std::string image;        ///< Containers of this image, as definitions write it; empty: of any.
  std::uint32_t count = 1;  ///< Tasks that are still to fail.
  std::string reason = "CannotStartContainerError: a fault was injected";
};

/// Control thread only.
class StartFaults {
 public:
  /// In effect until `count` tasks have failed by it, or until clear().
  void add(StartFault fault);
  void clear() { faults_.clear(); }
  const std::vector<StartFault>& list() const { return faults_; }

  /// Asked for each container of a task that starts: why it is to fail, which counts as one
  /// failure; or nothing.
  std::optional<std::string> take(std::string_view family, std::string_view image);

 private:
  std::vector<StartFault> faults_;
};

}  // namespace cutover::containers

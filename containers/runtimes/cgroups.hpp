#pragma once

// Limits of memory and shares of CPU for the programs of containers, by cgroups (version 2) below
// the one that this process runs in. Needs one that was delegated to this process alone, as
// `systemd-run --user --scope -p Delegate=yes` does.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "lb/base/descriptor.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

struct CgroupLimits {
  std::uint32_t cpu = 0;                            ///< CPU units; 0: the least share.
  std::optional<std::uint32_t> memory;              ///< MiB; beyond it the kernel kills.
  std::optional<std::uint32_t> memory_reservation;  ///< MiB; kept for it when memory is short.
};

/// The cgroup of one container. Removed with this, once its processes are gone.
class Cgroup {
 public:
  explicit Cgroup(std::filesystem::path directory) : directory_(std::move(directory)) {}
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;
  ~Cgroup();

  /// The file `cgroup.procs`, to be written by who enters.
  Descriptor open_processes() const;
  /// Whether the kernel has killed a process for its memory.
  bool ran_out_of_memory() const;

 private:
  const std::filesystem::path directory_;
};

class Cgroups {
 public:
  /// Moves this process into a leaf of `own` and hands its controllers on to the leaves; errors say
  /// why that is not possible. Removes what an earlier run has left there.
  static Result<Cgroups> delegated(const std::filesystem::path& own);

  Result<std::unique_ptr<Cgroup>> make(const std::string& name, const CgroupLimits& limits) const;

 private:
  explicit Cgroups(std::filesystem::path own) : own_(std::move(own)) {}

  std::filesystem::path own_;
};

/// The directory of this process' own cgroup, from the texts of /proc/self/cgroup and
/// /proc/self/mountinfo; empty when there is none of version 2.
std::filesystem::path own_cgroup(const std::string& cgroup, const std::string& mountinfo);

}  // namespace cutover::containers

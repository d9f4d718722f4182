#pragma once

// Addresses of this machine for container instances and for tasks in network mode awsvpc. All of
// 127.0.0.0/8 is loopback, so each may have one of its own, on which every port is free. One of
// these serves all clusters of a process.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace cutover::containers {

/// A run of IPv4 addresses, handed out in turn.
class AddressRange {
 public:
  /// `first` to `last`, both included.
  AddressRange(std::uint32_t first, std::uint32_t last);
  /// The next free one, so that one given back is not another's at once; nothing when all are
  /// taken.
  std::optional<std::uint32_t> take();
  /// That very one, if it is one of these and free.
  bool take(std::uint32_t address);
  /// Whether it was one of these.
  bool give_back(std::uint32_t address) { return taken_.erase(address) > 0; }

 private:
  std::uint32_t first_;
  std::uint32_t last_;
  std::uint32_t next_;
  std::set<std::uint32_t> taken_;
};

class LoopbackAddresses {
 public:
  /// 127.0.0.1, then 127.0.1.1, 127.0.1.2, …; 127.0.0.2 and what follows is left to load balancers.
  std::optional<std::string> take_for_instance();
  /// That very one; false when it is taken or not one for instances.
  bool take_for_instance(std::string_view address);
  /// From 127.64.0.0/10.
  std::optional<std::string> take_for_task();
  /// Anything else than an address taken from here is ignored.
  void give_back(std::string_view address);

 private:
  bool first_taken_ = false;
  AddressRange instances_{0x7f00'0101, 0x7f00'fffe};
  AddressRange tasks_{0x7f40'0001, 0x7f7f'fffe};
};

}  // namespace cutover::containers

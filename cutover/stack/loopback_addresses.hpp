#pragma once

// Loopback addresses for load balancers, one for each, so that all may listen on port 80.

#include <cstddef>
#include <set>
#include <string>

namespace cutover::stack {

/// One for all stacks of a program. 127.0.0.1 is the first, then 127.0.0.2 …; what is given back is
/// given out again. Container instances' addresses, 127.0.1.1 and on, and tasks' own, from
/// 127.64.0.0 on, are not among them.
class LoopbackAddresses {
 public:
  /// The first that is free; it stays so until it is taken.
  std::string first_free() const;
  void take(const std::string& address) { taken_.insert(address); }
  void give_back(const std::string& address) { taken_.erase(address); }

 private:
  std::set<std::string> taken_;
};

}  // namespace cutover::stack

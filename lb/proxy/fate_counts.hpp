#pragma once

// A worker's own counts of how requests ended, by numbers instead of names so that counting costs a
// hash lookup. The control thread sums them and puts the names in (lb/observe/account.hpp).

#include <cstdint>
#include <functional>
#include <unordered_map>

#include "lb/observe/account.hpp"

namespace cutover::lb::proxy {

struct FateKey {
  static constexpr std::uint32_t none = 0xffff'ffff;

  Fate::Kind kind = Fate::Kind::load_balancer;
  Cause cause = Cause::none;
  std::uint16_t status = 0;
  std::uint16_t listener_port = 0;
  std::uint32_t rule_priority = 0;
  std::uint32_t group = none;
  std::uint32_t target = none;

  friend bool operator==(const FateKey&, const FateKey&) = default;
};

struct FateKeyHash {
  std::size_t operator()(const FateKey& key) const noexcept {
    const std::uint64_t what =
        std::uint64_t{key.status} << 48 | std::uint64_t{key.listener_port} << 32 |
        std::uint64_t{static_cast<std::uint8_t>(key.kind)} << 24 |
        std::uint64_t{static_cast<std::uint8_t>(key.cause)} << 16 | key.rule_priority;
    const std::uint64_t where = std::uint64_t{key.group} << 32 | key.target;
    std::uint64_t mixed = (what ^ (where * 0x9e3779b97f4a7c15ULL)) * 0xbf58476d1ce4e5b9ULL;
    return static_cast<std::size_t>(mixed ^ (mixed >> 31));
  }
};

/// Requests == in flight + sum of fates, after every event.
struct WorkerCounts {
  std::uint64_t requests = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_refused = 0;
  std::uint64_t connections_open = 0;
  std::unordered_map<FateKey, std::uint64_t, FateKeyHash> fates;

  void begin_request() {
    ++requests;
    ++in_flight;
  }
  void end_request(const FateKey& fate) {
    --in_flight;
    ++fates[fate];
  }
};

}  // namespace cutover::lb::proxy

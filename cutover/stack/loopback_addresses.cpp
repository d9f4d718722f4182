#include "cutover/stack/loopback_addresses.hpp"

#include <fmt/format.h>

namespace cutover::stack {

namespace {

/// 127.0.0.1 to 127.0.0.254, then 127.1.0.1 to 127.1.0.254, 127.1.1.1 and so on.
std::string address_at(std::size_t index) {
  constexpr std::size_t per_block = 254;
  constexpr std::size_t blocks_per_network = 256;
  const std::size_t block = index / per_block;
  const std::size_t last = index % per_block + 1;
  if (block == 0) return fmt::format("127.0.0.{}", last);
  return fmt::format("127.{}.{}.{}", 1 + (block - 1) / blocks_per_network,
                     (block - 1) % blocks_per_network, last);
}

}  // namespace

std::string LoopbackAddresses::first_free() const {
  std::size_t index = 0;
  while (taken_.contains(address_at(index))) ++index;
  return address_at(index);
}

}  // namespace cutover::stack

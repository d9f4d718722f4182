#pragma once

// Addresses and CIDR blocks, as the `source-ip` condition compares them (ALB user guide: Condition
// types for listener rules, "Source IP address conditions").

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "rules/result.hpp"

namespace cutover::rules {

/// An address in network byte order. An IPv4 address that an IPv6 socket shows as ::ffff:a.b.c.d is
/// that IPv4 address.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes = {};  ///< IPv4: the first four, the others 0.
  bool v6 = false;

  static IpAddress from_v4(const std::array<std::uint8_t, 4>& bytes);
  static IpAddress from_v6(const std::array<std::uint8_t, 16>& bytes);
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// "10.1.2.3", "2001:db8:0:0:0:0:0:1"
std::string to_string(const IpAddress& address);

/// "10.0.0.0/8", "2001:db8::/32". Bits behind the prefix are not looked at.
class CidrBlock {
 public:
  /// The error has no place. Refuses 255.255.255.255/32, as ALB does.
  static Result<CidrBlock> parse(std::string_view text);

  bool contains(const IpAddress& address) const {
    if (address.v6 != network_.v6) return false;
    std::uint8_t differ = 0;
    for (std::size_t i = 0; i < mask_.size(); ++i) {
      differ |= static_cast<std::uint8_t>((address.bytes[i] ^ network_.bytes[i]) & mask_[i]);
    }
    return differ == 0;
  }

 private:
  IpAddress network_;
  std::array<std::uint8_t, 16> mask_ = {};
};

}  // namespace cutover::rules

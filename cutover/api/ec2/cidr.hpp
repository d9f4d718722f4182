#pragma once

// IPv4 blocks of VPCs and subnets.

#include <boost/asio/ip/network_v4.hpp>
#include <optional>
#include <string>

namespace cutover::api::ec2 {

using Block = boost::asio::ip::network_v4;

/// "10.0.0.0/16", its bits behind the prefix cleared, as EC2 does.
inline std::optional<Block> parse_block(const std::string& text) {
  boost::system::error_code error;
  const Block block = boost::asio::ip::make_network_v4(text, error);
  if (error) return std::nullopt;
  return block.canonical();
}

inline bool contains(const Block& outer, const Block& inner) {
  return outer == inner || inner.is_subnet_of(outer);
}

inline bool overlap(const Block& a, const Block& b) { return contains(a, b) || contains(b, a); }

/// VPCs and subnets have 16 to 65,536 addresses (Amazon VPC user guide: VPC CIDR blocks).
inline bool is_allowed_size(const Block& block) {
  return block.prefix_length() >= 16 && block.prefix_length() <= 28;
}

}  // namespace cutover::api::ec2

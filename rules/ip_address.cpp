#include "rules/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "rules/visible_text.hpp"

namespace cutover::rules {

namespace {

/// RFC 4291 section 2.5.5.2.
constexpr std::array<std::uint8_t, 12> mapped_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_mapped(const std::array<std::uint8_t, 16>& bytes) {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin());
}

/// The address as it is written: a mapped one stays IPv6.
std::optional<IpAddress> parse_address(std::string_view text) {
  const std::string terminated(text);
  IpAddress address;
  address.v6 = text.find(':') != std::string_view::npos;
  const int family = address.v6 ? AF_INET6 : AF_INET;
  if (inet_pton(family, terminated.c_str(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

std::optional<unsigned> parse_prefix(std::string_view text, unsigned most) {
  unsigned length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || length > most || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  return length;
}

Error refused(std::string_view text, std::string why) {
  return {"ValidationError", "", "The 'source-ip' value " + quoted(text) + " " + std::move(why)};
}

}  // namespace

IpAddress IpAddress::from_v4(const std::array<std::uint8_t, 4>& bytes) {
  IpAddress address;
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return address;
}

IpAddress IpAddress::from_v6(const std::array<std::uint8_t, 16>& bytes) {
  if (is_mapped(bytes)) return from_v4({bytes[12], bytes[13], bytes[14], bytes[15]});
  return {bytes, true};
}

std::string to_string(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = address.v6 ? AF_INET6 : AF_INET;
  return inet_ntop(family, address.bytes.data(), text.data(), text.size());
}

Result<CidrBlock> CidrBlock::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return refused(text,
                   "has no prefix length; allowed are IPv4 and IPv6 CIDR blocks, like "
                   "10.0.0.0/8");
  }
  const auto address = parse_address(text.substr(0, slash));
  if (!address) {
    return refused(text, "has no IP address before the '/'; allowed are IPv4 and IPv6 CIDR blocks");
  }
  const unsigned bits = address->v6 ? 128 : 32;
  auto prefix = parse_prefix(text.substr(slash + 1), bits);
  if (!prefix) {
    return refused(text, "has the prefix length " + quoted(text.substr(slash + 1)) +
                             "; allowed is 0-" + std::to_string(bits));
  }
  CidrBlock block;
  block.network_ = *address;
  constexpr unsigned mapped_bits = mapped_prefix.size() * 8;
  if (address->v6 && *prefix >= mapped_bits && is_mapped(address->bytes)) {
    block.network_ = IpAddress::from_v6(address->bytes);
    *prefix -= mapped_bits;
  }
  for (unsigned bit = 0; bit < *prefix; ++bit) {
    block.mask_[bit / 8] |= static_cast<std::uint8_t>(0x80U >> (bit % 8));
  }
  const bool whole = *prefix == 32 && !block.network_.v6;
  if (whole && block.network_ == IpAddress::from_v4({255, 255, 255, 255})) {
    return refused(text, "is not allowed: ALB refuses the CIDR block 255.255.255.255/32");
  }
  return block;
}

}  // namespace cutover::rules

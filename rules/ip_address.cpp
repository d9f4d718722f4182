#include "rules/ip_address.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
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

/// Four decimal numbers without leading zeros.
bool parse_v4(std::string_view text, std::uint8_t* bytes) {
  for (int i = 0; i < 4; ++i) {
    const std::size_t end = i < 3 ? text.find('.') : text.size();
    if (end == std::string_view::npos || end == 0 || end > 3) return false;
    unsigned number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + end, number);
    const bool whole = error == std::errc{} && stop == text.data() + end;
    if (!whole || number > 255 || (end > 1 && text.front() == '0')) return false;
    bytes[i] = static_cast<std::uint8_t>(number);
    text.remove_prefix(i < 3 ? end + 1 : end);
  }
  return true;
}

/// Groups between colons, into at most `room` bytes; the last may be an IPv4 address. Gives how
/// many bytes they take. An empty text has no groups.
std::optional<std::size_t> parse_groups(std::string_view text, std::uint8_t* bytes,
                                        std::size_t room, bool at_end) {
  std::size_t size = 0;
  for (bool more = !text.empty(); more;) {
    const std::size_t colon = text.find(':');
    more = colon != std::string_view::npos;
    const std::string_view group = text.substr(0, colon);
    text.remove_prefix(more ? colon + 1 : text.size());
    if (at_end && !more && group.find('.') != std::string_view::npos) {
      if (room - size < 4 || !parse_v4(group, bytes + size)) return std::nullopt;
      return size + 4;
    }
    unsigned number = 0;
    const auto [stop, error] =
        std::from_chars(group.data(), group.data() + group.size(), number, 16);
    const bool whole = error == std::errc{} && stop == group.data() + group.size();
    if (!whole || group.size() > 4 || room - size < 2) return std::nullopt;
    bytes[size++] = static_cast<std::uint8_t>(number >> 8U);
    bytes[size++] = static_cast<std::uint8_t>(number & 0xffU);
  }
  return size;
}

/// RFC 4291 section 2.2; one `::` stands for the zeros that are missing.
bool parse_v6(std::string_view text, std::array<std::uint8_t, 16>& bytes) {
  const std::size_t gap = text.find("::");
  const auto size =
      parse_groups(text.substr(0, gap), bytes.data(), bytes.size(), gap == std::string_view::npos);
  if (!size || gap == std::string_view::npos) return size == bytes.size();
  std::array<std::uint8_t, 16> tail{};
  const std::size_t room = bytes.size() - *size;
  const auto tail_size = parse_groups(text.substr(gap + 2), tail.data(), room, true);
  if (!tail_size || *tail_size == room) return false;
  std::copy_n(tail.begin(), *tail_size, bytes.end() - static_cast<std::ptrdiff_t>(*tail_size));
  return true;
}

/// The address as it is written: a mapped one stays IPv6.
std::optional<IpAddress> parse_address(std::string_view text) {
  IpAddress address;
  address.v6 = text.find(':') != std::string_view::npos;
  const bool parsed =
      address.v6 ? parse_v6(text, address.bytes) : parse_v4(text, address.bytes.data());
  return parsed ? std::optional(address) : std::nullopt;
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
  std::string text;
  if (!address.v6) {
    for (std::size_t i = 0; i < 4; ++i) {
      text.append(i == 0 ? "" : ".").append(std::to_string(address.bytes[i]));
    }
    return text;
  }
  // For people: without the short form of zeros.
  for (std::size_t i = 0; i < address.bytes.size(); i += 2) {
    const unsigned group = address.bytes[i] * 256U + address.bytes[i + 1];
    std::array<char, 4> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), group, 16).ptr;
    text.append(i == 0 ? "" : ":").append(digits.data(), end);
  }
  return text;
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

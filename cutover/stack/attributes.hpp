#pragma once

// AWS's attribute lists, `[{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}]`: every
// key that ELBv2 knows is known here, and takes either its whole range or the one value that is
// built, so that nothing is set without effect.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lb/base/json.hpp"

namespace cutover::stack {

struct Attribute {
  std::string_view key;
  std::string allowed;                         ///< For the error: "0 to 3600".
  std::function<bool(std::string_view)> take;  ///< False refuses the value.
};

/// An attribute with one value that is built; the others are refused.
Attribute only(std::string_view key, std::string_view value);
/// A whole number, given to `set`.
Attribute number(std::string_view key, std::uint32_t least, std::uint32_t most,
                 std::function<void(std::uint32_t)> set);
/// A whole number or "off", which is an empty one.
Attribute number_or_off(std::string_view key, std::uint32_t least, std::uint32_t most,
                        std::function<void(std::optional<std::uint32_t>)> set);

/// Reads the list `key`, when it is there.
void read_attributes(JsonReader& reader, std::string_view key, std::span<const Attribute> known);

}  // namespace cutover::stack

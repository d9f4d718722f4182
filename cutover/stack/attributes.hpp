#pragma once

// AWS's attribute lists, `[{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}]`: every
// key that ELBv2 knows is known here, and takes either its whole range or the values that are
// built, so that nothing is set without effect. All values are strings.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// As number(), or 0, which stands below `least`.
Attribute number_or_zero(std::string_view key, std::uint32_t least, std::uint32_t most,
                         std::function<void(std::uint32_t)> set);
/// "true" or "false"; `yes` and `no` where AWS has other words for them.
Attribute flag(std::string_view key, std::function<void(bool)> set, std::string_view yes = "true",
               std::string_view no = "false");
/// One of AWS's words, each with what it means.
template <class T>
Attribute word(std::string_view key, std::initializer_list<std::pair<std::string_view, T>> meanings,
               std::function<void(T)> set);
/// Any text; what it may hold is checked with the settings it belongs to.
Attribute text(std::string_view key, std::function<void(std::string)> set);

/// Reads the list `key`, when it is there.
void read_attributes(JsonReader& reader, std::string_view key, std::span<const Attribute> known);

/// `"a", "b" or "c"`.
std::string quoted_choice(const std::vector<std::string_view>& words);

template <class T>
Attribute word(std::string_view key, std::initializer_list<std::pair<std::string_view, T>> meanings,
               std::function<void(T)> set) {
  std::vector<std::string_view> words;
  for (const auto& meaning : meanings) words.push_back(meaning.first);
  return {key, quoted_choice(words),
          [known = std::vector(meanings), set = std::move(set)](std::string_view found) {
            for (const auto& [name, meaning] : known) {
              if (name != found) continue;
              set(meaning);
              return true;
            }
            return false;
          }};
}

}  // namespace cutover::stack

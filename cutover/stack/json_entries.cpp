#include "cutover/stack/json_entries.hpp"

#include <fmt/format.h>

#include <array>

namespace cutover::stack {

namespace {

bool stands_in(const nlohmann::json& document, const std::string& place) {
  return document.contains(nlohmann::json::json_pointer(place));
}

}  // namespace

void require(JsonReader& reader, std::string_view key) {
  if (reader.has(key)) return;
  reader.fail(
      Error{"ValidationError", reader.pointer(), fmt::format("the member \"{}\" is missing", key)});
}

std::string read_id(JsonReader& reader, std::string_view key) {
  constexpr std::size_t length = 16;
  std::string id = reader.optional_string(key).value_or("");
  if (reader.has(key) && reader.ok() &&
      (id.size() != length || id.find_first_not_of("0123456789abcdef") != std::string::npos)) {
    reader.fail(key, "found \"" + id + "\"; 16 lower-case hex digits are required");
  }
  return id;
}

std::string written_place(const nlohmann::json& document, std::string place) {
  using Spelling = std::pair<std::string_view, std::string_view>;
  constexpr std::array<Spelling, 6> others{
      Spelling{"/ForwardConfig/TargetGroups/0/", "/"},
      Spelling{"/Values", "/PathPatternConfig/Values"},
      Spelling{"/Values", "/HostHeaderConfig/Values"},
      Spelling{"/RegexValues", "/PathPatternConfig/RegexValues"},
      Spelling{"/RegexValues", "/HostHeaderConfig/RegexValues"},
      Spelling{"/Attributes/", "/Attributes"},
  };
  for (const auto& [from, to] : others) {
    if (stands_in(document, place)) return place;
    const auto found = place.find(from);
    if (found == std::string::npos) continue;
    std::string other = place;
    other.replace(found, from.size(), to);
    if (stands_in(document, other)) return other;
  }
  while (!place.empty() && !stands_in(document, place)) place.erase(place.rfind('/'));
  return place;
}

}  // namespace cutover::stack

#include "cutover/api/elbv2/paging.hpp"

#include <fmt/format.h>

#include <charconv>

namespace cutover::api::elbv2 {

namespace {

/// AWS documents a range of 1 to 400, not what holds without the parameter.
constexpr std::size_t page_size_default = 400;

}  // namespace

Result<Page> page_of(const json& input) {
  Page page{0, input.value("PageSize", page_size_default)};
  const auto marker = input.find("Marker");
  if (marker == input.end()) return page;
  const auto& text = marker->get_ref<const std::string&>();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), page.from, 16);
  if (text.size() == 16 && error == std::errc{} && end == text.data() + text.size()) return page;
  return validation_error(fmt::format("Marker '{}' is not valid", text));
}

std::string marker_of(std::uint64_t key) { return fmt::format("{:016x}", key); }

}  // namespace cutover::api::elbv2

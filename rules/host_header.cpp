#include "rules/host_header.hpp"

#include <algorithm>

#include "rules/visible_text.hpp"

namespace cutover::rules {

namespace {

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr bool is_allowed(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '*' || c == '?';
}

Error refused(std::string_view value, std::string why) {
  return {"ValidationError", "", "The 'host-header' value " + quoted(value) + " " + std::move(why)};
}

}  // namespace

Result<void> validate_host_header(std::string_view value) {
  const auto strange = std::find_if_not(value.begin(), value.end(), is_allowed);
  if (strange != value.end()) {
    return refused(value, "has the character " + quoted({&*strange, 1}) +
                              "; allowed are A-Z, a-z, 0-9, - . and the wildcards * ?");
  }
  const std::size_t dot = value.rfind('.');
  if (dot == std::string_view::npos) return refused(value, "has no '.'; at least one is required");
  const std::string_view last_label = value.substr(dot + 1);
  if (!std::all_of(last_label.begin(), last_label.end(), is_letter)) {
    return refused(
        value, "has " + quoted(last_label) + " after its last '.'; only letters are allowed there");
  }
  return {};
}

std::string_view host_without_port(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    const std::size_t bracket = host.find(']');
    return bracket == std::string_view::npos ? host : host.substr(0, bracket + 1);
  }
  return host.substr(0, host.find(':'));
}

}  // namespace cutover::rules

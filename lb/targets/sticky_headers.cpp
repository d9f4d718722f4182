#include "lb/targets/sticky_headers.hpp"

#include <algorithm>

namespace cutover::lb::targets {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

void take_first(std::string_view& place, std::string_view value) {
  if (place.empty()) place = value;
}

void append_line(std::string& out, std::string_view name, std::string_view value,
                 std::string_view expires, std::string_view rest) {
  out += "Set-Cookie: ";
  out += name;
  out += '=';
  out += value;
  out += "; Expires=";
  out += expires;
  out += "; Path=/";
  out += rest;
  out += "\r\n";
}

}  // namespace

void StickyCookies::read(std::string_view cookie_field, std::string_view app_cookie_name) {
  constexpr std::string_view prefix = "AWSALB";
  while (!cookie_field.empty()) {
    const std::size_t semicolon = std::min(cookie_field.find(';'), cookie_field.size());
    const std::string_view pair = cookie_field.substr(0, semicolon);
    cookie_field.remove_prefix(std::min(semicolon + 1, cookie_field.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    std::string_view name = trimmed(pair.substr(0, equals));
    if (!app_cookie_name.empty() && name == app_cookie_name) has_app_cookie_ = true;
    if (!name.starts_with(prefix)) continue;
    name.remove_prefix(prefix.size());
    const std::string_view value = trimmed(pair.substr(equals + 1));
    if (name.empty()) take_first(plain_, value);
    if (name == "CORS") take_first(cors_, value);
    if (name == "TG") take_first(group_plain_, value);
    if (name == "TGCORS") take_first(group_cors_, value);
    const bool shard =
        name.size() == 5 && name.starts_with("APP-") && name[4] >= '0' && name[4] <= '3';
    if (shard) take_first(app_shards_[static_cast<std::size_t>(name[4] - '0')], value);
  }
}

std::optional<SealedText> StickyCookies::app_cookie() const {
  SealedText joined;
  std::size_t size = 0;
  for (const std::string_view shard : app_shards_) {
    if (shard.size() > joined.size() - size) return std::nullopt;
    std::copy(shard.begin(), shard.end(), joined.data() + size);
    size += shard.size();
  }
  if (size != joined.size()) return std::nullopt;
  return joined;
}

void append_set_cookie(std::string& out, Sticky::Kind kind, std::string_view value,
                       std::string_view expires, bool secure) {
  if (kind == Sticky::Kind::app_cookie) {
    append_line(out, "AWSALBAPP-0", value, expires, "");
    return;
  }
  const bool group = kind == Sticky::Kind::target_group;
  append_line(out, group ? "AWSALBTG" : "AWSALB", value, expires, "");
  append_line(out, group ? "AWSALBTGCORS" : "AWSALBCORS", value, expires,
              secure ? "; SameSite=None; Secure" : "; SameSite=None");
}

bool sets_cookie(std::string_view set_cookie_field, std::string_view name) {
  const std::string_view pair = set_cookie_field.substr(0, set_cookie_field.find(';'));
  const std::size_t equals = pair.find('=');
  return equals != std::string_view::npos && trimmed(pair.substr(0, equals)) == name;
}

}  // namespace cutover::lb::targets

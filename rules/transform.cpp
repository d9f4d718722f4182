#include "rules/transform.hpp"

#include <algorithm>

#include "rules/host_header.hpp"
#include "rules/visible_text.hpp"

namespace cutover::rules {

namespace {

Error invalid(std::string where, std::string message) {
  return {"ValidationError", std::move(where), std::move(message)};
}

Result<void> validate_length(std::string_view text, std::size_t least, const std::string& member) {
  const std::size_t characters = character_count(text);
  if (characters >= least && characters <= rewrite_length_most) return {};
  return invalid("/" + member, "The rewrite's " + member + " has " + std::to_string(characters) +
                                   " characters; allowed are " + std::to_string(least) + "-1024");
}

/// `$1` to `$9` take one digit: `$10` is group 1 and a zero. A `$` before anything but a digit is
/// itself. ALB's documentation shows `$1` and `$2` and says no more.
Result<void> validate_replace(std::string_view replace, int groups) {
  for (std::size_t at = replace.find('$'); at != std::string_view::npos;
       at = replace.find('$', at + 1)) {
    if (at + 1 == replace.size()) break;
    const char digit = replace[at + 1];
    if (digit < '0' || digit > '9') continue;
    const int group = digit - '0';
    if (group >= 1 && group <= groups) continue;
    return invalid("/Replace", "The rewrite's Replace " + quoted(replace) + " refers to '$" +
                                   std::to_string(group) + "'; the regex has " +
                                   std::to_string(groups) + " capture groups, the first is '$1'");
  }
  return {};
}

/// What may stand in a Host header: RFC 3986 section 3.2.2 and a port.
bool is_host(std::string_view text) {
  constexpr std::string_view others = "-._~!$&'()*+,;=%:[]";
  return !host_without_port(text).empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
}

/// Anything else would end the request line early, or be no path.
bool is_path_and_query(std::string_view text) {
  return text.starts_with('/') && std::all_of(text.begin(), text.end(), [](char c) {
           return is_visible(c) && c != ' ' && c != '#';
         });
}

}  // namespace

Result<void> validate(const Rewrite& rewrite) {
  if (auto length = validate_length(rewrite.regex, 1, "Regex"); !length) return length;
  if (auto length = validate_length(rewrite.replace, 0, "Replace"); !length) return length;
  const Result<int> groups = validate_regex(rewrite.regex, "The rewrite's Regex");
  if (!groups) return at("/Regex", groups.error());
  if (!is_visible(rewrite.replace)) {
    return invalid("/Replace", "The rewrite's Replace " + quoted(rewrite.replace) +
                                   " has characters other than visible ASCII");
  }
  return validate_replace(rewrite.replace, *groups);
}

std::string_view to_string(TransformStatus status) {
  switch (status) {
    case TransformStatus::none:
      return "-";
    case TransformStatus::success:
      return "TransformSuccess";
    case TransformStatus::buffer_too_small:
      return "TransformBufferTooSmall";
    case TransformStatus::invalid_host:
      return "TransformInvalidHost";
    case TransformStatus::invalid_path:
      return "TransformInvalidPath";
  }
  return "-";
}

// Letter case as in the conditions on the same fields: hosts without, URLs with. ALB does not say.
CompiledTransforms::CompiledTransforms(const Rule& rule) {
  if (rule.host_header_rewrite) host_.emplace(*rule.host_header_rewrite, LetterCase::insensitive);
  if (rule.url_rewrite) url_.emplace(*rule.url_rewrite, LetterCase::sensitive);
}

/// Appends `text` with what the regex matches first replaced; false when nothing matches.
bool CompiledTransforms::rewrite(const Compiled& compiled, std::string_view text,
                                 std::string& out) {
  Regex::Groups groups;
  if (!compiled.regex.find(text, groups)) return false;
  const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
  out.append(text.substr(0, begin));
  const std::string_view replace = compiled.replace;
  for (std::size_t i = 0; i < replace.size(); ++i) {
    const bool refers = replace[i] == '$' && i + 1 < replace.size() && replace[i + 1] >= '1' &&
                        replace[i + 1] <= '9';
    if (refers) {
      out.append(groups[static_cast<std::size_t>(replace[++i] - '0')]);
    } else {
      out += replace[i];
    }
  }
  out.append(text.substr(begin + groups[0].size()));
  return true;
}

TransformStatus CompiledTransforms::apply(std::string_view host, std::string_view path_and_query,
                                          std::string& new_host, std::string& new_uri) const {
  new_host.clear();
  new_uri.clear();
  const auto failed = [&](TransformStatus status) {
    new_host.clear();
    new_uri.clear();
    return status;
  };
  bool matched = false;
  // The regex sees the host as `host-header` conditions do, without its port, which stays.
  const std::string_view name = host_without_port(host);
  if (host_ && rewrite(*host_, name, new_host)) {
    matched = true;
    if (host_without_port(new_host).size() == new_host.size()) {
      new_host.append(host.substr(name.size()));
    }
    if (new_host.size() > transformed_length_most) return failed(TransformStatus::buffer_too_small);
    if (!is_host(new_host)) return failed(TransformStatus::invalid_host);
    if (new_host == host) new_host.clear();
  }
  if (url_ && rewrite(*url_, path_and_query, new_uri)) {
    matched = true;
    if (new_uri.size() > transformed_length_most) return failed(TransformStatus::buffer_too_small);
    if (!is_path_and_query(new_uri)) return failed(TransformStatus::invalid_path);
    if (new_uri == path_and_query) new_uri.clear();
  }
  return matched ? TransformStatus::success : TransformStatus::none;
}

}  // namespace cutover::rules

#include "rules/condition.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>
#include <vector>

#include "rules/host_header.hpp"
#include "rules/ip_address.hpp"
#include "rules/path_pattern.hpp"
#include "rules/regex.hpp"
#include "rules/visible_text.hpp"
#include "rules/wildcard.hpp"

namespace cutover::rules {

namespace {

/// In the order of the variant's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Condition>> names = {
    "path-pattern",        "host-header",  "http-header",
    "http-request-method", "query-string", "source-ip"};

template <class Kind>
constexpr bool has_regexes = requires(const Kind& kind) {
  kind.regex_values;
};

Error invalid(std::string where, std::string message) {
  return {"ValidationError", std::move(where), std::move(message)};
}

/// Where the members of the field's config stand; the two old fields have them at the top too.
std::string place_of(const PathPattern&) { return ""; }
std::string place_of(const HostHeader&) { return ""; }
std::string place_of(const HttpHeader&) { return "/HttpHeaderConfig"; }
std::string place_of(const HttpRequestMethod&) { return "/HttpRequestMethodConfig"; }
std::string place_of(const QueryString&) { return "/QueryStringConfig"; }
std::string place_of(const SourceIp&) { return "/SourceIpConfig"; }

/// Refuses an empty string and one beyond `most`. `what` as in "The 'path-pattern' value".
Result<void> validate_length(const std::string& what, std::string_view value, std::size_t most) {
  if (value.empty()) {
    return invalid("", "A condition value cannot be empty; allowed are 1-" + std::to_string(most) +
                           " characters");
  }
  const std::size_t characters = character_count(value);
  if (characters <= most) return {};
  return invalid("", what + " is too long; the limit is '" + std::to_string(most) + "', found " +
                         std::to_string(characters) + " characters");
}

Result<void> validate_visible(const std::string& what, std::string_view value) {
  const auto strange = std::find_if_not(value.begin(), value.end(),
                                        [](char character) { return is_visible(character); });
  if (strange == value.end()) return {};
  return invalid("", what + " " + quoted(value) + " has the character " + quoted({&*strange, 1}) +
                         "; allowed is visible ASCII");
}

/// RFC 9110 section 5.6.2.
constexpr bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

Result<void> validate_header_name(const std::string& name) {
  const std::string what = "The 'http-header' condition's HttpHeaderName";
  if (name.empty()) {
    return invalid("", what + " is empty; allowed are 1-40 characters of a header's name");
  }
  if (auto length = validate_length(what, name, header_name_length_most); !length) return length;
  if (!std::all_of(name.begin(), name.end(), is_token_character)) {
    return invalid("", what + " " + quoted(name) +
                           " is not a header's name; allowed are A-Z, a-z, 0-9 and "
                           "!#$%&'*+-.^_`|~, no wildcards");
  }
  const bool host = name.size() == 4 && lower(name[0]) == 'h' && lower(name[1]) == 'o' &&
                    lower(name[2]) == 's' && lower(name[3]) == 't';
  if (!host) return {};
  return invalid("", what + " cannot be " + quoted(name) + "; use a 'host-header' condition");
}

// One value of each field.

constexpr const char* too_long_what(const PathPattern&) { return "The 'path-pattern' value"; }
constexpr const char* too_long_what(const HostHeader&) { return "The 'host-header' value"; }

template <class Kind>
Result<void> validate_value(const Kind& kind, const std::string& value) {
  if (auto length = validate_length(too_long_what(kind), value, pattern_length_most); !length) {
    return length;
  }
  if constexpr (std::is_same_v<Kind, PathPattern>)
    return validate_path_pattern(value);
  else
    return validate_host_header(value);
}

Result<void> validate_value(const HttpHeader&, const std::string& value) {
  const std::string what = "The 'http-header' value";
  if (auto length = validate_length(what, value, pattern_length_most); !length) return length;
  return validate_visible(what, value);
}

Result<void> validate_value(const HttpRequestMethod&, const std::string& value) {
  const std::string what = "The 'http-request-method' value";
  if (auto length = validate_length(what, value, method_length_most); !length) return length;
  const bool allowed = std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
  if (allowed) return {};
  return invalid(
      "", what + " " + quoted(value) + " is not allowed; allowed are A-Z, - and _, no wildcards");
}

Result<void> validate_value(const QueryString&, const QueryString::Pair& pair) {
  if (pair.key) {
    const std::string what = "The 'query-string' key";
    if (auto length = validate_length(what, *pair.key, pattern_length_most); !length) {
      return at("/Key", length.error());
    }
    if (auto visible = validate_visible(what, *pair.key); !visible) {
      return at("/Key", visible.error());
    }
  }
  const std::string what = "The 'query-string' value";
  if (auto length = validate_length(what, pair.value, pattern_length_most); !length) {
    return at("/Value", length.error());
  }
  if (auto visible = validate_visible(what, pair.value); !visible) {
    return at("/Value", visible.error());
  }
  return {};
}

Result<void> validate_value(const SourceIp&, const std::string& value) {
  const auto block = CidrBlock::parse(value);
  if (!block) return block.error();
  return {};
}

// A whole condition.

Result<void> validate_count(std::string_view name, std::size_t count, std::size_t most,
                            const std::string& place) {
  if (count == 0) return invalid(place, "A condition value must be specified");
  if (count <= most) return {};
  return invalid(place, "The '" + std::string(name) + "' condition has " + std::to_string(count) +
                            " values; the limit per condition is '" + std::to_string(most) + "'");
}

Result<void> validate_regexes(std::string_view name, const std::vector<std::string>& values,
                              const std::string& place) {
  const std::string what = "The '" + std::string(name) + "' regex value";
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string here = place + "/" + std::to_string(i);
    if (auto length = validate_length(what, values[i], pattern_length_most); !length) {
      return at(here, length.error());
    }
    if (auto regex = validate_regex(values[i], what); !regex) return at(here, regex.error());
  }
  return {};
}

template <class Kind>
Result<void> validate_values(const Kind& kind, std::string_view name, std::size_t most) {
  const std::string place = place_of(kind);
  if constexpr (has_regexes<Kind>) {
    const std::size_t regexes = kind.regex_values.size();
    if (regexes > 0 && !kind.values.empty()) {
      return invalid(place + "/RegexValues", "The '" + std::string(name) +
                                                 "' condition has both Values and RegexValues; "
                                                 "allowed is one of them");
    }
    if (regexes > 0) {
      const std::string here = place + "/RegexValues";
      if (auto count = validate_count(name, regexes, most, here); !count) return count;
      return validate_regexes(name, kind.regex_values, here);
    }
  }
  const std::string here = place + "/Values";
  if (auto count = validate_count(name, kind.values.size(), most, here); !count) return count;
  for (std::size_t i = 0; i < kind.values.size(); ++i) {
    if (auto value = validate_value(kind, kind.values[i]); !value) {
      return at(here + "/" + std::to_string(i), value.error());
    }
  }
  return {};
}

std::size_t wildcards(const HttpRequestMethod&, const std::string&) { return 0; }
std::size_t wildcards(const SourceIp&, const std::string&) { return 0; }
std::size_t wildcards(const QueryString&, const QueryString::Pair& pair) {
  return (pair.key ? wildcard_count(*pair.key, Escapes::backslash) : 0) +
         wildcard_count(pair.value, Escapes::backslash);
}
template <class Kind>
std::size_t wildcards(const Kind&, const std::string& value) {
  return wildcard_count(value, Escapes::none);
}

std::string text_of(const std::string& value) { return escaped(value); }
std::string text_of(const QueryString::Pair& pair) {
  // Its backslashes are escapes already: kept single, as they are written in a rule.
  const std::string key = pair.key ? *pair.key + "=" : "";
  const std::string text = key + pair.value;
  return is_visible(text) ? text : escaped(text);
}

}  // namespace

std::string_view field_name(const Condition& condition) { return names[condition.index()]; }

bool is_single(const Condition& condition) {
  return !std::holds_alternative<HttpHeader>(condition) &&
         !std::holds_alternative<QueryString>(condition);
}

std::size_t values_most(const Condition& condition) {
  return std::holds_alternative<SourceIp>(condition) ? source_ip_values_most
                                                     : values_per_condition_most;
}

Result<void> validate(const Condition& condition) {
  if (const auto* header = std::get_if<HttpHeader>(&condition)) {
    if (auto name = validate_header_name(header->name); !name) {
      return at("/HttpHeaderConfig/HttpHeaderName", name.error());
    }
  }
  return std::visit(
      [&](const auto& kind) {
        return validate_values(kind, field_name(condition), values_most(condition));
      },
      condition);
}

Tally tally(const Condition& condition) {
  return std::visit(
      [](const auto& kind) {
        Tally total;
        for (const auto& value : kind.values) {
          ++total.values;
          total.wildcards += wildcards(kind, value);
        }
        if constexpr (has_regexes<std::decay_t<decltype(kind)>>) {
          total.values += kind.regex_values.size();
        }
        return total;
      },
      condition);
}

std::string values_text(const Condition& condition) {
  std::string text;
  const auto add = [&](const std::string& value) {
    text.append(text.empty() ? "" : " or ").append(value);
  };
  std::visit(
      [&](const auto& kind) {
        for (const auto& value : kind.values) add(text_of(value));
        if constexpr (has_regexes<std::decay_t<decltype(kind)>>) {
          for (const auto& value : kind.regex_values) add("regex " + text_of(value));
        }
      },
      condition);
  return text;
}

std::string to_string(const Condition& condition) {
  std::string text(field_name(condition));
  if (const auto* header = std::get_if<HttpHeader>(&condition)) text += " " + escaped(header->name);
  return text + " is " + values_text(condition);
}

}  // namespace cutover::rules

// What a rule does: checks and prints the actions (ALB user guide: Action types for listener
// rules).

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string_view>

#include "rules/rule.hpp"
#include "rules/visible_text.hpp"

namespace cutover::rules {

namespace {

constexpr std::size_t message_body_most = 1024;
constexpr std::size_t redirect_part_most = 128;

constexpr std::array<std::string_view, 5> content_types = {
    "text/html", "application/json", "application/javascript", "text/css", "text/plain"};

Error invalid(std::string where, std::string message) {
  return {"ValidationError", std::move(where), std::move(message)};
}

Result<void> validate_action(const Forward& forward) {
  const std::string groups = "/ForwardConfig/TargetGroups";
  const std::size_t count = forward.target_groups.size();
  if (count == 0)
    return invalid(groups, "A forward action names no target group; 1-5 are required");
  if (count > target_groups_per_action_most) {
    return Error{
        "TooManyTargetGroups", groups,
        "A forward action names " + std::to_string(count) + " target groups; the limit is '5'"};
  }
  for (std::size_t i = 0; i < count; ++i) {
    const WeightedTargetGroup& group = forward.target_groups[i];
    const std::string place = groups + "/" + std::to_string(i);
    if (group.target_group.empty()) {
      return invalid(place + "/TargetGroupArn", "The target group's name is empty");
    }
    if (group.weight > weight_most) {
      return invalid(place + "/Weight",
                     "Weight '" + std::to_string(group.weight) + "' is not in the range 0-999");
    }
  }
  if (const auto seconds = forward.stickiness_seconds;
      seconds && (*seconds == 0 || *seconds > stickiness_seconds_most)) {
    return invalid(
        "/ForwardConfig/TargetGroupStickinessConfig/DurationSeconds",
        "DurationSeconds '" + std::to_string(*seconds) + "' is not in the range 1-604800");
  }
  return {};
}

Result<void> validate_action(const FixedResponse& response) {
  const std::string config = "/FixedResponseConfig";
  const int hundreds = response.status_code / 100;
  if (hundreds != 2 && hundreds != 4 && hundreds != 5) {
    return invalid(config + "/StatusCode", "Status code '" + std::to_string(response.status_code) +
                                               "' does not satisfy ^(2|4|5)\\d\\d$; allowed are "
                                               "200-299 and 400-599");
  }
  if (std::find(content_types.begin(), content_types.end(), response.content_type) ==
      content_types.end()) {
    return Error{"InvalidLoadBalancerAction", config + "/ContentType",
                 "The ContentType must be one of:'text/html', 'application/json', "
                 "'application/javascript', 'text/css', 'text/plain'; found " +
                     quoted(response.content_type)};
  }
  const std::size_t characters = character_count(response.message_body);
  if (characters > message_body_most) {
    return invalid(config + "/MessageBody", "The message body has " + std::to_string(characters) +
                                                " characters; the limit is '1024'");
  }
  return {};
}

/// One part of a redirect: its name in AWS's words, and which `#{…}` it may use.
struct RedirectPart {
  std::string_view name;
  std::size_t length_least;
  std::span<const std::string_view> keywords;
};

constexpr std::array<std::string_view, 1> host_keywords = {"host"};
constexpr std::array<std::string_view, 3> path_keywords = {"host", "path", "port"};
constexpr std::array<std::string_view, 5> query_keywords = {"protocol", "host", "port", "path",
                                                            "query"};

std::string list_of_keywords(std::span<const std::string_view> keywords) {
  std::string list;
  for (const std::string_view keyword : keywords) {
    list += (list.empty() ? "#{" : ", #{") + std::string(keyword) + "}";
  }
  return list;
}

/// The first `#{…}` that the part may not use, or that has no end; empty when there is none.
std::string_view misused_keyword(const RedirectPart& part, std::string_view value) {
  for (std::size_t begin = value.find("#{"); begin != std::string_view::npos;
       begin = value.find("#{", begin + 2)) {
    const std::size_t brace = value.find('}', begin);
    if (brace == std::string_view::npos) return value.substr(begin);
    const std::string_view keyword = value.substr(begin + 2, brace - begin - 2);
    if (std::find(part.keywords.begin(), part.keywords.end(), keyword) == part.keywords.end()) {
      return value.substr(begin, brace - begin + 1);
    }
  }
  return {};
}

Result<void> validate_part(const RedirectPart& part, const std::string& value) {
  const std::string place = "/RedirectConfig/" + std::string(part.name);
  const std::string what = "The redirect's " + std::string(part.name);
  const std::size_t characters = character_count(value);
  if (characters < part.length_least || characters > redirect_part_most) {
    return invalid(place, what + " has " + std::to_string(characters) +
                              " characters; allowed are " + std::to_string(part.length_least) +
                              "-128");
  }
  // It becomes a header's value: a line break in it would be a header of somebody else's making.
  const auto strange = std::find_if_not(value.begin(), value.end(),
                                        [](char c) { return is_visible(c) && c != ' '; });
  if (strange != value.end()) {
    return invalid(place, what + " " + quoted(value) + " has the character " +
                              quoted({&*strange, 1}) +
                              "; allowed is visible ASCII without the space");
  }
  if (const std::string_view keyword = misused_keyword(part, value); !keyword.empty()) {
    return Error{"InvalidLoadBalancerAction", place,
                 what + " " + quoted(value) + " uses " + quoted(keyword) +
                     "; allowed there: " + list_of_keywords(part.keywords)};
  }
  return {};
}

bool is_port(std::string_view text) {
  std::uint32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && text.front() != '0' &&
         port <= 65'535;
}

Result<void> validate_action(const Redirect& redirect) {
  const std::string config = "/RedirectConfig";
  if (redirect.status_code != 301 && redirect.status_code != 302) {
    return invalid(config + "/StatusCode", "Status code '" + std::to_string(redirect.status_code) +
                                               "' is not allowed for a redirect; allowed are 301 "
                                               "and 302");
  }
  if (redirect.protocol != "HTTP" && redirect.protocol != "HTTPS" &&
      redirect.protocol != "#{protocol}") {
    return invalid(config + "/Protocol", "The redirect's Protocol " + quoted(redirect.protocol) +
                                             " is none of HTTP, HTTPS, #{protocol}");
  }
  if (redirect.port != "#{port}" && !is_port(redirect.port)) {
    return invalid(config + "/Port", "The redirect's Port " + quoted(redirect.port) +
                                         " is neither in the range 1-65535 nor #{port}");
  }
  if (auto host = validate_part({"Host", 1, host_keywords}, redirect.host); !host) return host;
  if (auto path = validate_part({"Path", 1, path_keywords}, redirect.path); !path) return path;
  if (redirect.path.front() != '/') {
    return invalid(config + "/Path",
                   "The redirect's Path " + quoted(redirect.path) + " does not begin with '/'");
  }
  if (auto query = validate_part({"Query", 0, query_keywords}, redirect.query); !query)
    return query;
  if (redirect.query.starts_with('?')) {
    return invalid(config + "/Query", "The redirect's Query " + quoted(redirect.query) +
                                          " begins with '?', which is added by itself");
  }
  // HTTP on an HTTP listener changes nothing, and from HTTPS it is not allowed: only HTTPS counts.
  const Redirect unchanged;
  if (redirect.protocol != "HTTPS" && redirect.host == unchanged.host &&
      redirect.port == unchanged.port && redirect.path == unchanged.path) {
    return Error{"InvalidLoadBalancerAction", config,
                 "The redirect configuration is not valid because it creates a loop; at least one "
                 "of Protocol, Host, Port and Path must differ from the request's"};
  }
  return {};
}

std::string print(const Forward& forward) {
  std::string text = "forward to ";
  const bool show_weight =
      forward.target_groups.size() != 1 || forward.target_groups.front().weight == 0;
  for (std::size_t i = 0; i < forward.target_groups.size(); ++i) {
    const WeightedTargetGroup& group = forward.target_groups[i];
    if (i > 0) text += ", ";
    text += escaped(group.target_group);
    if (show_weight) text += " (weight " + std::to_string(group.weight) + ")";
  }
  if (forward.stickiness_seconds) {
    text += ", sticky for " + std::to_string(*forward.stickiness_seconds) + " s";
  }
  return text;
}

std::string print(const FixedResponse& response) {
  constexpr std::size_t shown_most = 40;  // One line for people; the body may have 1,024.
  std::string text = "fixed-response " + std::to_string(response.status_code) + " " +
                     escaped(response.content_type);
  if (response.message_body.empty()) return text;
  const bool cut = response.message_body.size() > shown_most;
  return text + " " + quoted(std::string_view(response.message_body).substr(0, shown_most)) +
         (cut ? "..." : "");
}

std::string print(const Redirect& redirect) {
  std::string text = "redirect " + std::to_string(redirect.status_code) + " to " +
                     escaped(redirect.protocol) + "://" + escaped(redirect.host) + ":" +
                     escaped(redirect.port) + escaped(redirect.path);
  if (!redirect.query.empty()) text.append("?").append(escaped(redirect.query));
  return text;
}

}  // namespace

Result<void> validate(const Action& action) {
  return std::visit([](const auto& kind) { return validate_action(kind); }, action);
}

std::string to_string(const Action& action) {
  return std::visit([](const auto& kind) { return print(kind); }, action);
}

}  // namespace cutover::rules

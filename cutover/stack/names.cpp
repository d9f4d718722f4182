#include "cutover/stack/names.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "lb/base/json.hpp"

namespace cutover::stack {

namespace {

std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t most) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > most) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

Result<ListenerName> parse_listener_name(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon != std::string_view::npos && colon > 0) {
    const auto port = parse_number(text.substr(colon + 1), 65'535);
    if (port && *port > 0) {
      return ListenerName{std::string(text.substr(0, colon)), static_cast<std::uint16_t>(*port)};
    }
  }
  return Error{"ValidationError", "",
               fmt::format("found \"{}\"; a listener is named LOAD-BALANCER:PORT, as in "
                           "\"demo:80\"",
                           text)};
}

Result<RuleName> parse_rule_name(std::string_view text) {
  const auto slash = text.rfind('/');
  if (slash != std::string_view::npos) {
    const auto listener = parse_listener_name(text.substr(0, slash));
    const auto priority = parse_number(text.substr(slash + 1), 50'000);
    if (listener && priority && *priority > 0) return RuleName{*listener, *priority};
  }
  return Error{"ValidationError", "",
               fmt::format("found \"{}\"; a rule is named LOAD-BALANCER:PORT/PRIORITY, as in "
                           "\"demo:80/10\"",
                           text)};
}

Result<TaskName> parse_task_name(std::string_view text) {
  const auto slash = text.rfind('/');
  if (slash != std::string_view::npos && slash > 0) {
    const auto number = parse_number(text.substr(slash + 1), 9'999);
    if (number) return TaskName{std::string(text.substr(0, slash)), *number};
  }
  return Error{"ValidationError", "",
               fmt::format("found \"{}\"; a task is named SERVICE/NUMBER, as in \"api/0\": the "
                           "oldest running task of service api",
                           text)};
}

std::string to_string(const LoadBalancerName& name) { return name.name; }

std::string to_string(const TargetGroupName& name) { return name.name; }

std::string to_string(const ListenerName& name) {
  return fmt::format("{}:{}", name.load_balancer, name.port);
}

std::string to_string(const RuleName& name) {
  if (name.priority == 0) return to_string(name.listener) + "/default";
  return fmt::format("{}/{}", to_string(name.listener), name.priority);
}

std::string to_string(const TaskName& name) {
  return fmt::format("{}/{}", name.service, name.number);
}

std::string unknown_name(std::string_view kind, std::string_view name,
                         const std::vector<std::string>& known) {
  if (known.empty()) return fmt::format("there is no {} \"{}\", nor any other", kind, name);
  const std::vector<std::string_view> names(known.begin(), known.end());
  std::string text =
      fmt::format("there is no {} \"{}\"; there are {}", kind, name, fmt::join(names, ", "));
  if (const auto close = closest_name(name, names)) {
    text += fmt::format("; did you mean \"{}\"?", *close);
  }
  return text;
}

}  // namespace cutover::stack

#include "cutover/stack/rule_json.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "cutover/stack/json_entries.hpp"
#include "lb/base/json.hpp"

namespace cutover::stack {

namespace {

using nlohmann::json;
using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 2> fields{"path-pattern", "host-header"};
constexpr std::array<std::string_view, 4> unsupported_fields{"http-header", "http-request-method",
                                                             "query-string", "source-ip"};
constexpr std::array<std::string_view, 3> action_types{"forward", "fixed-response", "redirect"};
constexpr std::array<std::string_view, 3> unsupported_action_types{
    "authenticate-oidc", "authenticate-cognito", "jwt-validation"};

/// One of `supported`; AWS's other words get told that they are known but not done here.
std::string read_word(JsonReader& reader, std::string_view key, Words supported,
                      Words unsupported) {
  const auto word = reader.optional_string(key);
  for (const std::string_view other : unsupported) {
    if (word == other) {
      reader.fail(key, fmt::format("found \"{}\", which is not supported; supported are {}", other,
                                   fmt::join(supported, ", ")));
    }
  }
  return reader.one_of(key, supported);
}

/// `{"Values": […]}` under `key`, or nothing when absent.
std::optional<std::vector<std::string>> read_config(JsonReader& reader, std::string_view key) {
  const json* object = reader.object(key);
  if (!object) return std::nullopt;
  JsonReader config(*object, reader.pointer_to(key));
  if (config.has("RegexValues")) {
    config.fail("RegexValues", "regular expressions are not supported; use Values");
  }
  require(config, "Values");
  auto values = config.strings("Values");
  if (const auto end = config.finish(); !end) reader.fail(end.error());
  return values;
}

Result<rules::Condition> parse_condition(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  const std::string field = read_word(reader, "Field", fields, unsupported_fields);
  if (reader.has("RegexValues")) {
    reader.fail("RegexValues", "regular expressions are not supported; use Values");
  }
  const std::string config_key = field == "host-header" ? "HostHeaderConfig" : "PathPatternConfig";
  const auto configured = read_config(reader, config_key);
  const auto legacy = reader.strings("Values");
  if (configured && reader.has("Values") && legacy != *configured) {
    reader.fail("Values", fmt::format("differs from {}/Values; give one of them", config_key));
  }
  if (!configured) require(reader, "Values");
  if (!configured && legacy.size() > 1) {
    reader.fail("Values", fmt::format("found {} values; allowed is 1, {}/Values takes several",
                                      legacy.size(), config_key));
  }
  if (const auto end = reader.finish(); !end) return end.error();
  auto values = configured ? *configured : legacy;
  if (field == "host-header") return rules::Condition(rules::HostHeader{std::move(values)});
  return rules::Condition(rules::PathPattern{std::move(values)});
}

Result<rules::WeightedTargetGroup> parse_weighted(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  rules::WeightedTargetGroup group;
  group.target_group = reader.string("TargetGroupArn");
  group.weight = static_cast<std::uint32_t>(
      reader.optional_integer("Weight", 0, rules::weight_most).value_or(1));
  if (const auto end = reader.finish(); !end) return end.error();
  return group;
}

/// Only its off state is built: naming that is harmless, turning it on is refused.
void read_group_stickiness(JsonReader& reader) {
  constexpr std::string_view key = "TargetGroupStickinessConfig";
  const json* object = reader.object(key);
  if (!object) return;
  JsonReader config(*object, reader.pointer_to(key));
  if (config.optional_boolean("Enabled").value_or(false)) {
    config.fail("Enabled", "stickiness is not supported; allowed is false");
  }
  config.optional_integer("DurationSeconds", 1, 604'800);
  if (const auto end = config.finish(); !end) reader.fail(end.error());
}

std::vector<rules::WeightedTargetGroup> read_forward_config(JsonReader& reader) {
  const json* object = reader.object("ForwardConfig");
  if (!object) return {};
  JsonReader config(*object, reader.pointer_to("ForwardConfig"));
  require(config, "TargetGroups");
  auto groups = read_entries<rules::WeightedTargetGroup>(config, "TargetGroups", parse_weighted);
  if (groups.size() > 1) {
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (object->at("TargetGroups")[i].contains("Weight")) continue;
      config.fail(Error{"ValidationError",
                        fmt::format("{}/{}", config.pointer_to("TargetGroups"), i),
                        "the member \"Weight\" is missing; several target groups need one each"});
    }
  }
  read_group_stickiness(config);
  if (const auto end = config.finish(); !end) reader.fail(end.error());
  return groups;
}

rules::Action read_forward(JsonReader& reader) {
  auto groups = read_forward_config(reader);
  const auto single = reader.optional_string("TargetGroupArn");
  if (!single && !reader.has("ForwardConfig")) {
    reader.fail(Error{"ValidationError", reader.pointer(),
                      "a forward action needs \"TargetGroupArn\" or \"ForwardConfig\""});
  }
  if (single && reader.has("ForwardConfig") &&
      (groups.size() != 1 || groups.front().target_group != *single)) {
    reader.fail("TargetGroupArn",
                "differs from ForwardConfig, which may then hold only this group");
  }
  if (groups.empty() && single) groups.push_back({*single, 1});
  return rules::Forward{std::move(groups)};
}

/// "HTTP_301" or "503" -> its number; `prefix` is what stands before it.
int read_status(JsonReader& reader, std::string_view prefix) {
  const std::string text = reader.string("StatusCode");
  if (!reader.ok()) return 0;
  const bool well_formed = text.size() == prefix.size() + 3 && text.starts_with(prefix) &&
                           text.find_first_not_of("0123456789", prefix.size()) == std::string::npos;
  if (well_formed) return std::stoi(text.substr(prefix.size()));
  reader.fail("StatusCode", fmt::format("found \"{}\"; allowed is {}", text,
                                        prefix.empty() ? "a status code as a string, like \"503\""
                                                       : "HTTP_301 or HTTP_302"));
  return 0;
}

rules::Action read_fixed_response(JsonReader& reader) {
  rules::FixedResponse response;
  require(reader, "FixedResponseConfig");
  const json* object = reader.object("FixedResponseConfig");
  if (!object) return response;
  JsonReader config(*object, reader.pointer_to("FixedResponseConfig"));
  response.status_code = read_status(config, "");
  response.content_type = config.optional_string("ContentType").value_or(response.content_type);
  response.message_body = config.optional_string("MessageBody").value_or("");
  if (const auto end = config.finish(); !end) reader.fail(end.error());
  return response;
}

rules::Action read_redirect(JsonReader& reader) {
  rules::Redirect redirect;
  require(reader, "RedirectConfig");
  const json* object = reader.object("RedirectConfig");
  if (!object) return redirect;
  JsonReader config(*object, reader.pointer_to("RedirectConfig"));
  redirect.status_code = read_status(config, "HTTP_");
  redirect.protocol = config.optional_string("Protocol").value_or(redirect.protocol);
  redirect.host = config.optional_string("Host").value_or(redirect.host);
  redirect.port = config.optional_string("Port").value_or(redirect.port);
  redirect.path = config.optional_string("Path").value_or(redirect.path);
  redirect.query = config.optional_string("Query").value_or(redirect.query);
  if (const auto end = config.finish(); !end) reader.fail(end.error());
  return redirect;
}

Result<rules::Action> parse_action(const json& value, std::string pointer) {
  JsonReader reader(value, pointer);
  const std::string type = read_word(reader, "Type", action_types, unsupported_action_types);
  // With one action there is nothing to put in order.
  reader.optional_integer("Order", 1, 50'000);
  rules::Action action = type == "forward"          ? read_forward(reader)
                         : type == "fixed-response" ? read_fixed_response(reader)
                                                    : read_redirect(reader);
  if (const auto end = reader.finish(); !end) return end.error();
  if (const auto valid = rules::validate(action); !valid) {
    Error error = valid.error();
    error.where = pointer + written_place(value, error.where);
    return error;
  }
  return action;
}

}  // namespace

Result<std::vector<rules::Condition>> parse_conditions(const json& list, std::string pointer) {
  return parse_entries<rules::Condition>(list, pointer, parse_condition);
}

Result<rules::Action> parse_actions(const json& list, std::string pointer) {
  if (!list.is_array()) {
    return Error{"ValidationError", pointer,
                 fmt::format("found {}; a list is required", describe(list))};
  }
  if (list.size() != 1) {
    // Authentication is the only kind that may stand before the routing action; it is refused too.
    return Error{"ValidationError", pointer,
                 fmt::format("found {} actions; allowed is exactly one", list.size())};
  }
  return parse_action(list.front(), pointer + "/0");
}

namespace {

json condition_json(std::string_view field, const char* config,
                    const std::vector<std::string>& values) {
  return {{"Field", field}, {"Values", values}, {config, {{"Values", values}}}};
}

json action_json(const rules::Forward& forward) {
  json groups = json::array();
  for (const auto& group : forward.target_groups) {
    groups.push_back({{"TargetGroupArn", group.target_group}, {"Weight", group.weight}});
  }
  json action{{"Type", "forward"},
              {"ForwardConfig",
               {{"TargetGroups", groups}, {"TargetGroupStickinessConfig", {{"Enabled", false}}}}}};
  if (forward.target_groups.size() == 1) {
    action["TargetGroupArn"] = forward.target_groups.front().target_group;
  }
  return action;
}

json action_json(const rules::FixedResponse& response) {
  json config{{"StatusCode", std::to_string(response.status_code)},
              {"ContentType", response.content_type}};
  if (!response.message_body.empty()) config["MessageBody"] = response.message_body;
  return {{"Type", "fixed-response"}, {"FixedResponseConfig", std::move(config)}};
}

json action_json(const rules::Redirect& redirect) {
  return {{"Type", "redirect"},
          {"RedirectConfig",
           {{"StatusCode", fmt::format("HTTP_{}", redirect.status_code)},
            {"Protocol", redirect.protocol},
            {"Host", redirect.host},
            {"Port", redirect.port},
            {"Path", redirect.path},
            {"Query", redirect.query}}}};
}

}  // namespace

json to_json(const rules::Condition& condition) {
  if (const auto* host = std::get_if<rules::HostHeader>(&condition)) {
    return condition_json("host-header", "HostHeaderConfig", host->values);
  }
  return condition_json("path-pattern", "PathPatternConfig",
                        std::get<rules::PathPattern>(condition).values);
}

json to_json(const rules::Action& action) {
  return std::visit([](const auto& kind) { return action_json(kind); }, action);
}

}  // namespace cutover::stack

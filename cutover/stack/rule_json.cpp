#include "cutover/stack/rule_json.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "cutover/stack/json_entries.hpp"
#include "lb/base/json.hpp"

namespace cutover::stack {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> action_types{"forward", "fixed-response", "redirect"};
constexpr std::array<std::string_view, 3> https_action_types{
    "authenticate-oidc", "authenticate-cognito", "jwt-validation"};
constexpr std::array<std::string_view, 2> transform_types{"host-header-rewrite", "url-rewrite"};

Result<rules::WeightedTargetGroup> parse_weighted(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  rules::WeightedTargetGroup group;
  group.target_group = reader.string("TargetGroupArn");
  group.weight = static_cast<std::uint32_t>(
      reader.optional_integer("Weight", 0, rules::weight_most).value_or(1));
  if (const auto end = reader.finish(); !end) return end.error();
  return group;
}

/// For how many seconds, or empty when it is off.
std::optional<std::uint32_t> read_group_stickiness(JsonReader& reader) {
  constexpr std::string_view key = "TargetGroupStickinessConfig";
  const json* object = reader.object(key);
  if (!object) return std::nullopt;
  JsonReader config(*object, reader.pointer_to(key));
  const bool enabled = config.optional_boolean("Enabled").value_or(false);
  const auto seconds =
      config.optional_integer("DurationSeconds", 1, rules::stickiness_seconds_most);
  if (enabled) require(config, "DurationSeconds");
  if (const auto end = config.finish(); !end) reader.fail(end.error());
  if (!enabled || !seconds) return std::nullopt;
  return static_cast<std::uint32_t>(*seconds);
}

rules::Forward read_forward_config(JsonReader& reader) {
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
  const auto stickiness_seconds = read_group_stickiness(config);
  if (const auto end = config.finish(); !end) reader.fail(end.error());
  return {std::move(groups), stickiness_seconds};
}

rules::Action read_forward(JsonReader& reader) {
  rules::Forward forward = read_forward_config(reader);
  auto& groups = forward.target_groups;
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
  return forward;
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
  const std::string type = reader.one_of("Type", action_types);
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

/// Actions that may stand before the routing one: known, but not on an HTTP listener.
Result<void> refuse_https_actions(const json& list, const std::string& pointer) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_object() || !list[i].contains("Type")) continue;
    for (const std::string_view type : https_action_types) {
      if (list[i]["Type"] != type) continue;
      return Error{"InvalidLoadBalancerAction", fmt::format("{}/{}/Type", pointer, i),
                   fmt::format("found \"{}\", which needs an HTTPS listener; on an HTTP listener "
                               "allowed are {}",
                               type, fmt::join(action_types, ", "))};
    }
  }
  return {};
}

Result<rules::Rewrite> parse_rewrite(const json& value, std::string pointer) {
  JsonReader reader(value, pointer);
  rules::Rewrite rewrite;
  rewrite.regex = reader.string("Regex");
  rewrite.replace = reader.string("Replace");
  if (const auto end = reader.finish(); !end) return end.error();
  if (const auto valid = rules::validate(rewrite); !valid) return at(pointer, valid.error());
  return rewrite;
}

/// The one rewrite in `{"Rewrites": […]}` under `key`.
rules::Rewrite read_rewrites(JsonReader& reader, std::string_view key) {
  require(reader, key);
  const json* object = reader.object(key);
  if (!object) return {};
  JsonReader config(*object, reader.pointer_to(key));
  require(config, "Rewrites");
  auto rewrites = read_entries<rules::Rewrite>(config, "Rewrites", parse_rewrite);
  if (config.ok() && rewrites.size() != 1) {
    config.fail("Rewrites",
                fmt::format("found {} rewrites; allowed is exactly one", rewrites.size()));
  }
  if (const auto end = config.finish(); !end) reader.fail(end.error());
  return reader.ok() ? std::move(rewrites.front()) : rules::Rewrite{};
}

}  // namespace

Result<Transforms> parse_transforms(const json& list, std::string pointer) {
  if (!list.is_array()) {
    return Error{"ValidationError", pointer,
                 fmt::format("found {}; a list is required", describe(list))};
  }
  Transforms transforms;
  for (std::size_t i = 0; i < list.size(); ++i) {
    JsonReader reader(list[i], fmt::format("{}/{}", pointer, i));
    const std::string type = reader.one_of("Type", transform_types);
    if (!reader.ok()) return reader.finish().error();
    const bool url = type == "url-rewrite";
    auto& its = url ? transforms.url_rewrite : transforms.host_header_rewrite;
    if (its) reader.fail("Type", fmt::format("found a second \"{}\"; a rule may have one", type));
    its = read_rewrites(reader, url ? "UrlRewriteConfig" : "HostHeaderRewriteConfig");
    if (const auto end = reader.finish(); !end) return end.error();
  }
  return transforms;
}

Result<rules::Action> parse_actions(const json& list, std::string pointer) {
  if (!list.is_array()) {
    return Error{"ValidationError", pointer,
                 fmt::format("found {}; a list is required", describe(list))};
  }
  if (const auto http = refuse_https_actions(list, pointer); !http) return http.error();
  if (list.size() != 1) {
    return Error{"ValidationError", pointer,
                 fmt::format("found {} actions; allowed is exactly one", list.size())};
  }
  return parse_action(list.front(), pointer + "/0");
}

namespace {

json stickiness_json(const rules::Forward& forward) {
  json config{{"Enabled", forward.stickiness_seconds.has_value()}};
  if (forward.stickiness_seconds) config["DurationSeconds"] = *forward.stickiness_seconds;
  return config;
}

json action_json(const rules::Forward& forward) {
  json groups = json::array();
  for (const auto& group : forward.target_groups) {
    groups.push_back({{"TargetGroupArn", group.target_group}, {"Weight", group.weight}});
  }
  json action{
      {"Type", "forward"},
      {"ForwardConfig",
       {{"TargetGroups", groups}, {"TargetGroupStickinessConfig", stickiness_json(forward)}}}};
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

json to_json(const rules::Action& action) {
  return std::visit([](const auto& kind) { return action_json(kind); }, action);
}

json to_json(const Transforms& transforms) {
  json list = json::array();
  const auto add = [&](const char* type, const char* config,
                       const std::optional<rules::Rewrite>& rewrite) {
    if (!rewrite) return;
    json rewrites = json::array();
    rewrites.push_back({{"Regex", rewrite->regex}, {"Replace", rewrite->replace}});
    list.push_back({{"Type", type}, {config, {{"Rewrites", std::move(rewrites)}}}});
  };
  add("host-header-rewrite", "HostHeaderRewriteConfig", transforms.host_header_rewrite);
  add("url-rewrite", "UrlRewriteConfig", transforms.url_rewrite);
  return list;
}

}  // namespace cutover::stack

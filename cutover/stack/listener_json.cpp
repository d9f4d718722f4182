#include "cutover/stack/listener_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address_v4.hpp>
#include <chrono>
#include <limits>
#include <optional>

#include "cutover/stack/attributes.hpp"
#include "cutover/stack/json_entries.hpp"
#include "cutover/stack/load_balancer_attributes_json.hpp"
#include "cutover/stack/rule_json.hpp"
#include "cutover/stack/tags_json.hpp"
#include "lb/base/json.hpp"

namespace cutover::stack {

namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr std::array<std::string_view, 1> protocols{"HTTP"};
constexpr std::array<std::string_view, 1> load_balancer_types{"application"};
constexpr std::array<std::string_view, 2> schemes{"internet-facing", "internal"};
constexpr std::array<std::string_view, 1> address_types{"ipv4"};
constexpr std::size_t name_length_most = 32;

/// ELBv2: letters, digits and hyphens, none at either end, and not the reserved prefix.
void read_load_balancer_name(JsonReader& reader, std::string& name) {
  name = reader.string("Name");
  if (!reader.ok()) return;
  const bool letters = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (name.empty() || name.size() > name_length_most || !letters || name.front() == '-' ||
      name.back() == '-' || name.starts_with("internal-")) {
    reader.fail("Name",
                fmt::format("found \"{}\"; allowed are 1 to {} letters, digits and hyphens, "
                            "no hyphen at either end, not starting with \"internal-\"",
                            name, name_length_most));
  }
}

/// The list Attributes as it stands, once it is known to be without fault.
template <class Attributes>
json read_changes(JsonReader& reader) {
  require(reader, "Attributes");
  const json* list = reader.member("Attributes");
  if (!list) return json::array();
  const auto applied = changed(Attributes{}, *list, reader.pointer_to("Attributes"));
  if (!applied) reader.fail(applied.error());
  return *list;
}

/// The list of actions `key`, which must be there.
rules::Action read_actions(JsonReader& reader, std::string_view key) {
  require(reader, key);
  const json* list = reader.member(key);
  if (!list) return {};
  auto action = parse_actions(*list, reader.pointer_to(key));
  if (action) return *std::move(action);
  reader.fail(action.error());
  return {};
}

std::vector<rules::Condition> read_conditions(JsonReader& reader) {
  const json* list = reader.member("Conditions");
  if (!list) return {};
  auto conditions = parse_conditions(*list, reader.pointer_to("Conditions"));
  if (conditions) return *std::move(conditions);
  reader.fail(conditions.error());
  return {};
}

/// The list Transforms, or nothing when absent.
std::optional<Transforms> read_transforms(JsonReader& reader) {
  const json* list = reader.member("Transforms");
  if (!list) return std::nullopt;
  auto transforms = parse_transforms(*list, reader.pointer_to("Transforms"));
  if (transforms) return *std::move(transforms);
  reader.fail(transforms.error());
  return std::nullopt;
}

}  // namespace

namespace {

/// `Subnets` or, in its long form, `SubnetMappings`.
std::vector<std::string> read_subnets(JsonReader& reader) {
  if (!reader.has("SubnetMappings")) return reader.strings("Subnets");
  if (reader.has("Subnets")) {
    reader.fail("SubnetMappings", "found beside Subnets; give one of them");
  }
  return read_entries<std::string>(reader, "SubnetMappings",
                                   [](const json& value, std::string place) -> Result<std::string> {
                                     JsonReader mapping(value, std::move(place));
                                     std::string subnet = mapping.string("SubnetId");
                                     if (const auto end = mapping.finish(); !end)
                                       return end.error();
                                     return subnet;
                                   });
}

/// One of loopback's, when the entry gives one.
std::string read_address(JsonReader& reader) {
  std::string text = reader.optional_string("Address").value_or("");
  boost::system::error_code not_an_address;
  const auto address = boost::asio::ip::make_address_v4(text, not_an_address);
  if (!text.empty() && (not_an_address || !address.is_loopback())) {
    reader.fail("Address", fmt::format("found \"{}\"; an IPv4 loopback address is required", text));
  }
  return text;
}

void read_create_load_balancer(JsonReader& reader, CreateLoadBalancer& operation) {
  read_load_balancer_name(reader, operation.name);
  reader.optional_one_of("Type", load_balancer_types);
  Placement& placement = operation.placement;
  placement.scheme = reader.optional_one_of("Scheme", schemes).value_or(placement.scheme);
  reader.optional_one_of("IpAddressType", address_types);
  placement.subnets = read_subnets(reader);
  placement.security_groups = reader.strings("SecurityGroups");
  operation.tags = read_tags(reader, "Tags");
}

}  // namespace

Result<CreateLoadBalancer> parse_create_load_balancer(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  CreateLoadBalancer operation;
  read_create_load_balancer(reader, operation);
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<CreateLoadBalancer> parse_load_balancer_entry(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  CreateLoadBalancer operation;
  read_create_load_balancer(reader, operation);
  operation.id = read_id(reader, "Id");
  operation.address = read_address(reader);
  const auto created =
      reader.optional_integer("CreatedTime", 0, std::numeric_limits<std::int64_t>::max());
  operation.created = WallTime(std::chrono::microseconds(created.value_or(0)));
  read_load_balancer_attributes(reader, "Attributes", operation.attributes);
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<DeleteLoadBalancer> parse_delete_load_balancer(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  DeleteLoadBalancer operation{reader.string("LoadBalancerArn")};
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<SetSubnets> parse_set_subnets(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  SetSubnets operation;
  operation.load_balancer = reader.string("LoadBalancerArn");
  if (!reader.has("SubnetMappings")) require(reader, "Subnets");
  operation.subnets = read_subnets(reader);
  operation.ip_address_type = reader.optional_one_of("IpAddressType", address_types);
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<SetSecurityGroups> parse_set_security_groups(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  SetSecurityGroups operation;
  operation.load_balancer = reader.string("LoadBalancerArn");
  require(reader, "SecurityGroups");
  operation.security_groups = reader.strings("SecurityGroups");
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<SetIpAddressType> parse_set_ip_address_type(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  SetIpAddressType operation;
  operation.load_balancer = reader.string("LoadBalancerArn");
  operation.ip_address_type = reader.one_of("IpAddressType", address_types);
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

namespace {

void read_create_listener(JsonReader& reader, CreateListener& operation) {
  operation.listener.load_balancer = reader.string("LoadBalancerArn");
  reader.one_of("Protocol", protocols);
  operation.listener.port = static_cast<std::uint16_t>(reader.integer("Port", 1, 65'535));
  operation.default_action = read_actions(reader, "DefaultActions");
  operation.tags = read_tags(reader, "Tags");
}

}  // namespace

Result<CreateListener> parse_create_listener(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  CreateListener operation;
  read_create_listener(reader, operation);
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<CreateListener> parse_listener_entry(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  CreateListener operation;
  read_create_listener(reader, operation);
  operation.id = read_id(reader, "Id");
  operation.default_rule_id = read_id(reader, "DefaultRuleId");
  operation.default_rule_tags = read_tags(reader, "DefaultRuleTags");
  read_listener_attributes(reader, "Attributes", operation.attributes);
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<ModifyLoadBalancerAttributes> parse_modify_load_balancer_attributes(const json& value,
                                                                           std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  ModifyLoadBalancerAttributes operation;
  operation.load_balancer = reader.string("LoadBalancerArn");
  operation.attributes = read_changes<lb::LoadBalancerAttributes>(reader);
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<ModifyListenerAttributes> parse_modify_listener_attributes(const json& value,
                                                                  std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  ModifyListenerAttributes operation;
  operation.listener = read_name<ListenerName>(reader, "ListenerArn", parse_listener_name);
  operation.attributes = read_changes<lb::ListenerAttributes>(reader);
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<ModifyListener> parse_modify_listener(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  ModifyListener operation;
  operation.listener = read_name<ListenerName>(reader, "ListenerArn", parse_listener_name);
  reader.optional_one_of("Protocol", protocols);
  const auto port = reader.optional_integer("Port", 1, 65'535);
  if (port) operation.port = static_cast<std::uint16_t>(*port);
  if (reader.has("DefaultActions")) {
    operation.default_action = read_actions(reader, "DefaultActions");
  }
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<DeleteListener> parse_delete_listener(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  DeleteListener operation{read_name<ListenerName>(reader, "ListenerArn", parse_listener_name)};
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

namespace {

Result<CreateRule> parse_rule(const json& value, std::string pointer, bool entry) {
  JsonReader reader(value, pointer);
  CreateRule operation;
  operation.listener = read_name<ListenerName>(reader, "ListenerArn", parse_listener_name);
  operation.rule.priority = static_cast<std::uint32_t>(
      reader.integer("Priority", rules::priority_least, rules::priority_most));
  require(reader, "Conditions");
  operation.rule.conditions = read_conditions(reader);
  operation.rule.action = read_actions(reader, "Actions");
  const Transforms transforms = read_transforms(reader).value_or(Transforms{});
  operation.rule.host_header_rewrite = transforms.host_header_rewrite;
  operation.rule.url_rewrite = transforms.url_rewrite;
  operation.tags = read_tags(reader, "Tags");
  if (entry) operation.id = read_id(reader, "Id");
  if (const auto end = reader.finish(); !end) return end.error();
  if (const auto valid = rules::validate(operation.rule); !valid) {
    Error error = valid.error();
    error.where = pointer + written_place(value, error.where);
    return error;
  }
  return operation;
}

}  // namespace

Result<CreateRule> parse_create_rule(const json& value, std::string pointer) {
  return parse_rule(value, std::move(pointer), false);
}

Result<CreateRule> parse_rule_entry(const json& value, std::string pointer) {
  return parse_rule(value, std::move(pointer), true);
}

Result<ModifyRule> parse_modify_rule(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  ModifyRule operation;
  operation.rule = read_name<RuleName>(reader, "RuleArn", parse_rule_name);
  if (reader.has("Conditions")) operation.conditions = read_conditions(reader);
  if (reader.has("Actions")) operation.action = read_actions(reader, "Actions");
  reader.member("Conditions");
  reader.member("Actions");
  operation.transforms = read_transforms(reader);
  if (reader.optional_boolean("ResetTransforms").value_or(false)) {
    if (reader.has("Transforms")) {
      reader.fail("ResetTransforms", "found true beside Transforms; give one of them");
    }
    operation.transforms = Transforms{};
  }
  if (reader.ok() && !operation.conditions && !operation.action && !operation.transforms) {
    reader.fail(Error{"ValidationError", reader.pointer(),
                      "Either conditions, actions or transforms must be specified"});
  }
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<DeleteRule> parse_delete_rule(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  DeleteRule operation{read_name<RuleName>(reader, "RuleArn", parse_rule_name)};
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<SetRulePriorities> parse_set_rule_priorities(const json& value, std::string pointer) {
  JsonReader reader(value, pointer);
  SetRulePriorities operation;
  require(reader, "RulePriorities");
  operation.changes = read_entries<SetRulePriorities::Change>(
      reader, "RulePriorities",
      [](const json& entry, std::string place) -> Result<SetRulePriorities::Change> {
        JsonReader change(entry, std::move(place));
        SetRulePriorities::Change read;
        read.rule = read_name<RuleName>(change, "RuleArn", parse_rule_name);
        read.priority = static_cast<std::uint32_t>(
            change.integer("Priority", rules::priority_least, rules::priority_most));
        if (const auto end = change.finish(); !end) return end.error();
        return read;
      });
  for (std::size_t i = 0; i < operation.changes.size(); ++i) {
    if (operation.changes[i].rule.listener == operation.changes.front().rule.listener) continue;
    reader.fail(Error{"ValidationError",
                      fmt::format("{}/{}/RuleArn", reader.pointer_to("RulePriorities"), i),
                      "the rules of one call must be of one listener"});
  }
  if (reader.ok() && operation.changes.empty()) {
    reader.fail("RulePriorities", "found an empty list; at least one rule is required");
  }
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

}  // namespace cutover::stack

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/network_v6.hpp>

#include "cutover/api/ec2/cidr.hpp"
#include "cutover/api/ec2/operations.hpp"

namespace cutover::api::ec2 {

namespace {

using Parameters = nlohmann::json;

template <class Value>
std::string text_of(const std::optional<Value>& value) {
  return value ? std::to_string(*value) : "";
}

// --- what is described

std::vector<std::string> of_rules(const SecurityGroup& group, bool egress,
                                  std::string (*value)(const GroupRule&)) {
  std::vector<std::string> values;
  for (const GroupRule& rule : group.rules) {
    std::string one = rule.egress == egress ? value(rule) : "";
    if (!one.empty()) values.push_back(std::move(one));
  }
  return values;
}

Facts facts_of(const SecurityGroup& group) {
  Facts facts = {{"group-id", {group.id}},
                 {"group-name", {group.name}},
                 {"vpc-id", {group.vpc}},
                 {"description", {group.description}}};
  for (const bool egress : {false, true}) {
    const std::string prefix = egress ? "egress.ip-permission." : "ip-permission.";
    const auto add = [&](const char* name, std::string (*value)(const GroupRule&)) {
      facts.emplace_back(prefix + name, of_rules(group, egress, value));
    };
    add("cidr", [](const GroupRule& rule) { return rule.cidr_v4; });
    add("ipv6-cidr", [](const GroupRule& rule) { return rule.cidr_v6; });
    add("group-id", [](const GroupRule& rule) { return rule.group; });
    add("protocol", [](const GroupRule& rule) { return rule.protocol; });
    add("from-port", [](const GroupRule& rule) { return text_of(rule.from_port); });
    add("to-port", [](const GroupRule& rule) { return text_of(rule.to_port); });
  }
  return facts;
}

void put_ports(Json& json, const GroupRule& rule) {
  if (rule.from_port) json["fromPort"] = *rule.from_port;
  if (rule.to_port) json["toPort"] = *rule.to_port;
}

/// Appends a rule's source to the permission of its protocol and ports.
void put_source(Json& permission, const GroupRule& rule, const std::string& account) {
  const auto add = [&](const char* list, Json entry) {
    if (!rule.description.empty()) entry["description"] = rule.description;
    permission[list].push_back(std::move(entry));
  };
  if (!rule.cidr_v4.empty()) add("ipRanges", {{"cidrIp", rule.cidr_v4}});
  if (!rule.cidr_v6.empty()) add("ipv6Ranges", {{"cidrIpv6", rule.cidr_v6}});
  if (!rule.prefix_list.empty()) add("prefixListIds", {{"prefixListId", rule.prefix_list}});
  if (!rule.group.empty()) add("groups", {{"userId", account}, {"groupId", rule.group}});
}

Json permissions_of(const SecurityGroup& group, bool egress, const std::string& account) {
  Json permissions = Json::array();
  std::vector<const GroupRule*> firsts;
  for (const GroupRule& rule : group.rules) {
    if (rule.egress != egress) continue;
    std::size_t at = 0;
    while (at < firsts.size() &&
           (firsts[at]->protocol != rule.protocol || firsts[at]->from_port != rule.from_port ||
            firsts[at]->to_port != rule.to_port)) {
      ++at;
    }
    if (at == firsts.size()) {
      firsts.push_back(&rule);
      Json permission = {{"ipProtocol", rule.protocol}};
      put_ports(permission, rule);
      for (const char* list : {"groups", "ipRanges", "ipv6Ranges", "prefixListIds"}) {
        permission[list] = Json::array();
      }
      permissions.push_back(std::move(permission));
    }
    put_source(permissions[at], rule, account);
  }
  return permissions;
}

Json rendered(const SecurityGroup& group, const Ec2State& state) {
  return {{"ownerId", state.account},
          {"groupId", group.id},
          {"groupName", group.name},
          {"groupDescription", group.description},
          {"vpcId", group.vpc},
          {"ipPermissions", permissions_of(group, false, state.account)},
          {"ipPermissionsEgress", permissions_of(group, true, state.account)},
          {"tagSet", tag_set(group.tags)}};
}

/// A rule and the group that it stands in.
struct PlacedRule {
  std::string id;
  Tags tags;
  std::string group;
  GroupRule rule;
};

Json rendered(const PlacedRule& placed, const Ec2State& state) {
  const GroupRule& rule = placed.rule;
  Json json = {{"securityGroupRuleId", rule.id},     {"groupId", placed.group},
               {"groupOwnerId", state.account},      {"isEgress", rule.egress},
               {"ipProtocol", rule.protocol},        {"fromPort", rule.from_port.value_or(-1)},
               {"toPort", rule.to_port.value_or(-1)}};
  if (!rule.cidr_v4.empty()) json["cidrIpv4"] = rule.cidr_v4;
  if (!rule.cidr_v6.empty()) json["cidrIpv6"] = rule.cidr_v6;
  if (!rule.prefix_list.empty()) json["prefixListId"] = rule.prefix_list;
  if (!rule.group.empty()) {
    json["referencedGroupInfo"] = {{"groupId", rule.group}, {"userId", state.account}};
  }
  if (!rule.description.empty()) json["description"] = rule.description;
  json["tagSet"] = tag_set(rule.tags);
  return json;
}

// --- what is asked for

std::string checked_protocol(Input& input) {
  std::string protocol = input.required("IpProtocol");
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> numbers{
      {{"6", "tcp"}, {"17", "udp"}, {"1", "icmp"}, {"58", "icmpv6"}}};
  for (const auto& [number, name] : numbers) {
    if (protocol == number) return std::string(name);
    if (protocol == name) return protocol;
  }
  if (input.ok() && protocol != "-1") {
    input.fail({"InvalidParameterValue", "",
                fmt::format("Invalid value '{}' for IP protocol. Unknown protocol.", protocol)});
  }
  return protocol;
}

void read_ports(Input& input, GroupRule& rule) {
  constexpr std::int64_t port_most = 65'535;
  rule.from_port = input.integer("FromPort", -1, port_most);
  rule.to_port = input.integer("ToPort", -1, port_most);
  if (!input.ok()) return;
  if (rule.protocol == "-1") {
    // All protocols have all ports (AuthorizeSecurityGroupIngress).
    rule.from_port.reset();
    rule.to_port.reset();
  } else if (!rule.from_port || !rule.to_port) {
    input.fail({"InvalidParameterValue", "",
                fmt::format("Invalid value 'Must specify both from and to ports with {}' for "
                            "portRange.",
                            rule.protocol)});
  } else if (!rule.protocol.starts_with("icmp") && *rule.from_port > *rule.to_port) {
    input.fail({"InvalidParameterValue", "",
                fmt::format("Invalid TCP/UDP port range ({}:{})", *rule.from_port, *rule.to_port)});
  }
}

Error invalid_cidr(const std::string& text) {
  return {"InvalidParameterValue", "", fmt::format("CIDR block {} is malformed", text)};
}

/// Reads the sources of one permission; each becomes a rule like `model`.
class SourceReader {
 public:
  SourceReader(Input& permission, const Ec2State& state, const std::string& vpc,
               const GroupRule& model, std::vector<GroupRule>& rules)
      : input_(permission), state_(state), vpc_(vpc), model_(model), rules_(rules) {}

  void read() {
    each("IpRanges", "CidrIp", [](Input& entry, GroupRule& rule, const std::string& text) {
      const auto block = parse_block(text);
      if (!block) return entry.fail(invalid_cidr(text));
      rule.cidr_v4 = block->to_string();
    });
    each("Ipv6Ranges", "CidrIpv6", [](Input& entry, GroupRule& rule, const std::string& text) {
      boost::system::error_code error;
      const auto block = boost::asio::ip::make_network_v6(text, error);
      if (error) return entry.fail(invalid_cidr(text));
      rule.cidr_v6 = block.canonical().to_string();
    });
    each("PrefixListIds", "PrefixListId",
         [](Input&, GroupRule& rule, const std::string& text) { rule.prefix_list = text; });
    each_group();
  }

 private:
  template <class Take>
  void each(const char* list, const char* member, Take take) {
    const auto* entries = input_.reader().array(list);
    for (std::size_t i = 0; entries != nullptr && i < entries->size() && input_.ok(); ++i) {
      Input entry((*entries)[i], input_.reader().pointer_to(list) + "/" + std::to_string(i));
      GroupRule rule = model_;
      const std::string text = entry.required(member);
      rule.description = entry.text("Description").value_or("");
      if (entry.ok()) take(entry, rule, text);
      if (const auto end = entry.finish(); !end) return input_.fail(end.error());
      rules_.push_back(std::move(rule));
    }
  }

  /// By id, or within the VPC by name.
  void each_group() {
    const auto* entries = input_.reader().array("Groups");
    for (std::size_t i = 0; entries != nullptr && i < entries->size() && input_.ok(); ++i) {
      Input entry((*entries)[i], input_.reader().pointer_to("Groups") + "/" + std::to_string(i));
      GroupRule rule = model_;
      const auto id = entry.text("GroupId");
      const auto name = entry.text("GroupName");
      entry.text("UserId");
      rule.description = entry.text("Description").value_or("");
      if (const auto end = entry.finish(); !end) return input_.fail(end.error());
      for (const SecurityGroup& group : state_.groups) {
        if (id ? group.id == *id : name && group.vpc == vpc_ && group.name == *name) {
          rule.group = group.id;
        }
      }
      if (rule.group.empty()) return input_.fail(group_not_found(id ? *id : name.value_or("")));
      rules_.push_back(std::move(rule));
    }
  }

  Input& input_;
  const Ec2State& state_;
  const std::string& vpc_;
  const GroupRule& model_;
  std::vector<GroupRule>& rules_;
};

void read_permission(Input& input, const Ec2State& state, const std::string& vpc, bool egress,
                     std::vector<GroupRule>& rules) {
  GroupRule model;
  model.egress = egress;
  model.protocol = checked_protocol(input);
  read_ports(input, model);
  SourceReader(input, state, vpc, model, rules).read();
}

/// "IpPermissions.N.…", or one permission in the flat form: IpProtocol, FromPort, ToPort, CidrIp.
std::vector<GroupRule> read_rules(Input& input, const Ec2State& state, const std::string& vpc,
                                  bool egress) {
  std::vector<GroupRule> rules;
  const auto* list = input.reader().array("IpPermissions");
  for (std::size_t i = 0; list != nullptr && i < list->size() && input.ok(); ++i) {
    Input entry((*list)[i], "/IpPermissions/" + std::to_string(i));
    read_permission(entry, state, vpc, egress, rules);
    if (const auto end = entry.finish(); !end) input.fail(end.error());
  }
  if (!input.reader().has("IpProtocol")) return rules;
  GroupRule rule;
  rule.egress = egress;
  rule.protocol = checked_protocol(input);
  read_ports(input, rule);
  const std::string cidr = input.required("CidrIp");
  const auto block = parse_block(cidr);
  if (input.ok() && !block) input.fail(invalid_cidr(cidr));
  if (block) rule.cidr_v4 = block->to_string();
  rules.push_back(std::move(rule));
  return rules;
}

/// "peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW"
std::string shown(const GroupRule& rule) {
  std::string peer = rule.cidr_v4 + rule.cidr_v6 + rule.prefix_list + rule.group;
  if (rule.protocol == "-1") return fmt::format("peer: {}, ALL, ALLOW", peer);
  std::string protocol = rule.protocol;
  std::transform(protocol.begin(), protocol.end(), protocol.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return fmt::format("peer: {}, {}, from port: {}, to port: {}, ALLOW", peer, protocol,
                     rule.from_port.value_or(-1), rule.to_port.value_or(-1));
}

/// The group named by GroupId, or by GroupName in the default VPC.
Result<SecurityGroup*> group_asked(Input& input, Ec2State& state) {
  const auto id = input.text("GroupId");
  const auto name = input.text("GroupName");
  if (!id && !name) {
    return Error{"MissingParameter", "",
                 "The request must contain the parameter groupName or groupId"};
  }
  const Vpc* vpc = state.default_vpc();
  for (SecurityGroup& group : state.groups) {
    if (id ? group.id == *id : vpc != nullptr && group.vpc == vpc->id && group.name == *name) {
      return &group;
    }
  }
  return group_not_found(id ? *id : *name);
}

Outcome authorize(Context& context, bool egress) {
  Input input(context.call.parameters);
  const auto group = group_asked(input, context.state);
  if (!group) return group.error();
  auto rules = read_rules(input, context.state, (*group)->vpc, egress);
  const Tags tags = read_tag_specifications(input, "security-group-rule");
  if (const auto end = input.finish(); !end) return end.error();
  if (rules.empty()) {
    return Error{"MissingParameter", "", "The request must contain the parameter ipPermissions"};
  }
  Json list = Json::array();
  for (GroupRule& rule : rules) {
    const auto& present = (*group)->rules;
    if (std::any_of(present.begin(), present.end(),
                    [&](const GroupRule& other) { return other.same_as(rule); })) {
      return Error{"InvalidPermission.Duplicate", "",
                   fmt::format("the specified rule \"{}\" already exists", shown(rule))};
    }
    rule.id = new_id("sgr-", context.random);
    rule.tags = tags;
    list.push_back(rendered(PlacedRule{rule.id, tags, (*group)->id, rule}, context.state));
  }
  (*group)->rules.insert((*group)->rules.end(), rules.begin(), rules.end());
  Json answer = done();
  answer["securityGroupRuleSet"] = std::move(list);
  return answer;
}

Outcome revoke(Context& context, bool egress) {
  Input input(context.call.parameters);
  const auto group = group_asked(input, context.state);
  if (!group) return group.error();
  const auto rules = read_rules(input, context.state, (*group)->vpc, egress);
  const auto ids = input.texts("SecurityGroupRuleId");
  if (const auto end = input.finish(); !end) return end.error();
  std::vector<GroupRule> kept = (*group)->rules;
  const auto not_found = [](const std::string& what) {
    return Error{"InvalidPermission.NotFound", "",
                 fmt::format("The specified rule does not exist in this security group: {}", what)};
  };
  for (const GroupRule& rule : rules) {
    if (std::erase_if(kept, [&](const GroupRule& one) { return one.same_as(rule); }) == 0) {
      return not_found(shown(rule));
    }
  }
  for (const std::string& id : ids) {
    const auto same = [&](const GroupRule& one) { return one.id == id && one.egress == egress; };
    if (std::erase_if(kept, same) == 0) return not_found(id);
  }
  (*group)->rules = std::move(kept);
  return done();
}

}  // namespace

Outcome describe_security_groups(Context& context) {
  Input input(context.call.parameters);
  Query query = read_query(input, "GroupId");
  const auto names = input.texts("GroupName");
  if (const auto end = input.finish(); !end) return end.error();
  const Vpc* vpc = context.state.default_vpc();
  for (const std::string& name : names) {
    const auto& groups = context.state.groups;
    const auto found = std::find_if(groups.begin(), groups.end(), [&](const SecurityGroup& group) {
      return vpc != nullptr && group.vpc == vpc->id && group.name == name;
    });
    if (found == groups.end()) return group_not_found(name);
    query.ids.push_back(found->id);
  }
  return describe(
      context.state.groups, query, "securityGroupInfo", facts_of,
      [&](const SecurityGroup& group) { return rendered(group, context.state); }, group_not_found);
}

Outcome describe_security_group_rules(Context& context) {
  Input input(context.call.parameters);
  const Query query = read_query(input, "SecurityGroupRuleId");
  if (const auto end = input.finish(); !end) return end.error();
  std::vector<PlacedRule> all;
  for (const SecurityGroup& group : context.state.groups) {
    for (const GroupRule& rule : group.rules) all.push_back({rule.id, rule.tags, group.id, rule});
  }
  return describe(
      all, query, "securityGroupRuleSet",
      [](const PlacedRule& placed) {
        return Facts{{"group-id", {placed.group}}, {"security-group-rule-id", {placed.id}}};
      },
      [&](const PlacedRule& placed) { return rendered(placed, context.state); },
      [](const std::string& id) {
        return Error{"InvalidSecurityGroupRuleId.NotFound", "",
                     fmt::format("The security group rule ID '{}' does not exist", id)};
      });
}

Outcome create_security_group(Context& context) {
  Input input(context.call.parameters);
  const std::string name = input.required("GroupName");
  const std::string description = input.required("GroupDescription");
  const auto vpc_asked = input.text("VpcId");
  Tags tags = read_tag_specifications(input, "security-group");
  if (const auto end = input.finish(); !end) return end.error();
  const Vpc* vpc = vpc_asked ? context.state.vpc(*vpc_asked) : context.state.default_vpc();
  if (vpc == nullptr) {
    if (vpc_asked) return vpc_not_found(*vpc_asked);
    return Error{"VPCIdNotSpecified", "", "No default VPC for this user"};
  }
  if (name == "default") {
    return Error{"InvalidGroup.Reserved", "", "Cannot use reserved security group name: default"};
  }
  for (const SecurityGroup& group : context.state.groups) {
    if (group.vpc != vpc->id || group.name != name) continue;
    return Error{"InvalidGroup.Duplicate", "",
                 fmt::format("The security group '{}' already exists for VPC '{}'", name, vpc->id)};
  }
  SecurityGroup group = new_group(name, description, vpc->id, context.random);
  group.tags = std::move(tags);
  context.state.groups.push_back(group);
  return Json{{"groupId", group.id}, {"tagSet", tag_set(group.tags)}};
}

Outcome delete_security_group(Context& context) {
  Input input(context.call.parameters);
  const auto asked = group_asked(input, context.state);
  if (!asked) return asked.error();
  if (const auto end = input.finish(); !end) return end.error();
  const std::string id = (*asked)->id;
  if ((*asked)->name == "default") {
    return Error{
        "CannotDelete", "",
        fmt::format("the specified group: \"{}\" name: \"default\" cannot be deleted by a user",
                    id)};
  }
  const auto& state = context.state;
  const bool referred =
      std::any_of(state.groups.begin(), state.groups.end(), [&](const SecurityGroup& group) {
        return group.id != id &&
               std::any_of(group.rules.begin(), group.rules.end(),
                           [&](const GroupRule& rule) { return rule.group == id; });
      });
  const bool used =
      std::any_of(state.instances.begin(), state.instances.end(), [&](const Instance& instance) {
        return instance.state != InstanceState::terminated &&
               std::find(instance.groups.begin(), instance.groups.end(), id) !=
                   instance.groups.end();
      });
  if (referred || used || context.is_used_outside(id)) {
    return Error{"DependencyViolation", "", fmt::format("resource {} has a dependent object", id)};
  }
  std::erase_if(context.state.groups, [&](const SecurityGroup& group) { return group.id == id; });
  return done();
}

Outcome authorize_ingress(Context& context) { return authorize(context, false); }
Outcome authorize_egress(Context& context) { return authorize(context, true); }
Outcome revoke_ingress(Context& context) { return revoke(context, false); }
Outcome revoke_egress(Context& context) { return revoke(context, true); }

}  // namespace cutover::api::ec2

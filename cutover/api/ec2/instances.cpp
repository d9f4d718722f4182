// Instances: each is a loopback address at which tasks and targets can live. Nothing boots: an
// instance runs from the moment it is asked for, and what listens at its address is up to others.

#include <fmt/format.h>

#include <algorithm>

#include "cutover/api/ec2/operations.hpp"
#include "cutover/api/iso_time.hpp"

namespace cutover::api::ec2 {

namespace {

/// EC2 shows a terminated instance for about an hour.
constexpr auto shown_after_termination = std::chrono::hours(1);
/// Instances get 127.0.2.1 to 127.0.3.254.
constexpr std::uint32_t addresses_most = 508;
constexpr std::int64_t run_most = 20;

Json state_json(InstanceState state) {
  return {{"code", code_of(state)}, {"name", to_string(state)}};
}

std::string private_dns(const Instance& instance, const std::string& region) {
  std::string dashed = instance.address;
  std::replace(dashed.begin(), dashed.end(), '.', '-');
  return region == "us-east-1" ? fmt::format("ip-{}.ec2.internal", dashed)
                               : fmt::format("ip-{}.{}.compute.internal", dashed, region);
}

std::string vpc_of(const Instance& instance, const Ec2State& state) {
  const Subnet* subnet = state.subnet(instance.subnet);
  return subnet != nullptr ? subnet->vpc : "";
}

std::string zone_of(const Instance& instance, const Ec2State& state) {
  const Subnet* subnet = state.subnet(instance.subnet);
  return subnet != nullptr ? subnet->zone : "";
}

Facts facts_of(const Instance& instance, const Ec2State& state) {
  std::vector<std::string> names;
  for (const std::string& id : instance.groups) {
    const SecurityGroup* group = state.group(id);
    if (group != nullptr) names.push_back(group->name);
  }
  return {{"instance-id", {instance.id}},
          {"instance-state-name", {std::string(to_string(instance.state))}},
          {"instance-state-code", {std::to_string(code_of(instance.state))}},
          {"instance-type", {instance.type}},
          {"image-id", {instance.image}},
          {"key-name", {instance.key_name}},
          {"private-ip-address", {instance.address}},
          {"network-interface.addresses.private-ip-address", {instance.address}},
          {"reservation-id", {instance.reservation}},
          {"subnet-id", {instance.subnet}},
          {"vpc-id", {vpc_of(instance, state)}},
          {"availability-zone", {zone_of(instance, state)}},
          {"instance.group-id", instance.groups},
          {"instance.group-name", names}};
}

Json group_set(const Instance& instance, const Ec2State& state) {
  Json groups = Json::array();
  for (const std::string& id : instance.groups) {
    const SecurityGroup* group = state.group(id);
    groups.push_back({{"groupId", id}, {"groupName", group != nullptr ? group->name : ""}});
  }
  return groups;
}

std::string interface_id(const Instance& instance) { return "eni-" + instance.id.substr(2); }

/// As it is told with its instance.
Json interface_json(const Instance& instance, const Ec2State& state) {
  const Json address = {{"privateIpAddress", instance.address}, {"primary", true}};
  return {{"networkInterfaceId", interface_id(instance)},
          {"subnetId", instance.subnet},
          {"vpcId", vpc_of(instance, state)},
          {"description", ""},
          {"ownerId", state.account},
          {"status", "in-use"},
          {"privateIpAddress", instance.address},
          {"privateDnsName", private_dns(instance, state.region)},
          {"sourceDestCheck", true},
          {"groupSet", group_set(instance, state)},
          {"attachment",
           {{"attachmentId", "eni-attach-" + instance.id.substr(2)},
            {"deviceIndex", 0},
            {"status", "attached"},
            {"attachTime", iso_time(instance.launched_at)},
            {"deleteOnTermination", true}}},
          {"privateIpAddressesSet", Json::array({address})},
          {"interfaceType", "interface"}};
}

/// As it is told by itself.
Json whole_interface_json(const Instance& instance, const Ec2State& state) {
  Json json = interface_json(instance, state);
  json["availabilityZone"] = zone_of(instance, state);
  json["requesterManaged"] = false;
  json["attachment"]["instanceId"] = instance.id;
  json["attachment"]["instanceOwnerId"] = state.account;
  json["tagSet"] = Json::array();
  return json;
}

/// There are no roles here: the profile is told, nothing more.
Json profile_json(const Instance& instance, const Ec2State& state) {
  const std::string arn =
      instance.profile.starts_with("arn:")
          ? instance.profile
          : fmt::format("arn:aws:iam::{}:instance-profile/{}", state.account, instance.profile);
  return {{"arn", arn}, {"id", "AIPA" + instance.id.substr(2)}};
}

Json rendered(const Instance& instance, const Ec2State& state) {
  const bool terminated = instance.state == InstanceState::terminated;
  Json json = {
      {"instanceId", instance.id},
      {"imageId", instance.image},
      {"instanceState", state_json(instance.state)},
      {"privateDnsName", terminated ? "" : private_dns(instance, state.region)},
      {"dnsName", ""},
      {"reason", ""},
      {"amiLaunchIndex", 0},
      {"productCodes", Json::array()},
      {"instanceType", instance.type},
      {"launchTime", iso_time(instance.launched_at)},
      {"placement",
       {{"availabilityZone", zone_of(instance, state)}, {"groupName", ""}, {"tenancy", "default"}}},
      {"monitoring", {{"state", "disabled"}}}};
  if (!instance.key_name.empty()) json["keyName"] = instance.key_name;
  if (!terminated) {
    json["subnetId"] = instance.subnet;
    json["vpcId"] = vpc_of(instance, state);
    json["privateIpAddress"] = instance.address;
  }
  if (instance.state != InstanceState::running) {
    json["stateReason"] = {{"code", "Client.UserInitiatedShutdown"},
                           {"message", "Client.UserInitiatedShutdown: User initiated shutdown"}};
  }
  json["sourceDestCheck"] = true;
  json["groupSet"] = group_set(instance, state);
  json["architecture"] = "x86_64";
  json["rootDeviceType"] = "ebs";
  json["blockDeviceMapping"] = Json::array();
  json["virtualizationType"] = "hvm";
  json["hypervisor"] = "xen";
  json["networkInterfaceSet"] = Json::array();
  if (!terminated) json["networkInterfaceSet"].push_back(interface_json(instance, state));
  if (!instance.profile.empty()) json["iamInstanceProfile"] = profile_json(instance, state);
  json["tagSet"] = tag_set(instance.tags);
  return json;
}

Json reservation_json(const std::string& id, Json instances, const std::string& account) {
  return {{"reservationId", id},
          {"ownerId", account},
          {"groupSet", Json::array()},
          {"instancesSet", std::move(instances)}};
}

void forget_terminated(Ec2State& state, WallTime now) {
  std::erase_if(state.instances, [now](const Instance& instance) {
    return instance.state == InstanceState::terminated && instance.stopped_at &&
           *instance.stopped_at + shown_after_termination <= now;
  });
}

/// 127.0.2.1 for the first instance, …
std::string address_of(std::uint32_t number) {
  constexpr std::uint32_t per_block = 254;
  return fmt::format("127.0.{}.{}", 2 + number / per_block, 1 + number % per_block);
}

Result<std::vector<std::string>> groups_for(const Ec2State& state, const Subnet& subnet,
                                            const std::vector<std::string>& ids,
                                            const std::vector<std::string>& names) {
  std::vector<std::string> groups = ids;
  for (const std::string& id : ids) {
    if (state.group(id) == nullptr) return group_not_found(id);
  }
  for (const std::string& name : names) {
    const auto found = std::find_if(
        state.groups.begin(), state.groups.end(),
        [&](const SecurityGroup& group) { return group.vpc == subnet.vpc && group.name == name; });
    if (found == state.groups.end()) return group_not_found(name);
    groups.push_back(found->id);
  }
  const SecurityGroup* fallback = state.default_group(subnet.vpc);
  if (groups.empty() && fallback != nullptr) groups.push_back(fallback->id);
  return groups;
}

/// The subnet asked for, or the default VPC's first, in the zone asked for.
Result<const Subnet*> subnet_for(const Ec2State& state, const std::optional<std::string>& asked,
                                 const std::optional<std::string>& zone) {
  if (asked) {
    const Subnet* subnet = state.subnet(*asked);
    if (subnet == nullptr) return subnet_not_found(*asked);
    if (!zone || subnet->zone == *zone) return subnet;
    return Error{"InvalidParameterValue", "",
                 fmt::format("The subnet '{}' is not in the availability zone {}", *asked, *zone)};
  }
  for (const Subnet& subnet : state.subnets) {
    if (subnet.default_for_zone && (!zone || subnet.zone == *zone)) return &subnet;
  }
  return Error{"MissingInput", "",
               "No subnets found for the default VPC. Please specify a subnet."};
}

Json all_of(const std::vector<const Instance*>& instances, const Ec2State& state) {
  Json list = Json::array();
  for (const Instance* instance : instances) list.push_back(rendered(*instance, state));
  return list;
}

/// Those that an earlier call with the same client token started.
std::vector<const Instance*> started_before(const Ec2State& state, const std::string& token) {
  std::vector<const Instance*> found;
  for (const Instance& instance : state.instances) {
    if (!token.empty() && instance.client_token == token) found.push_back(&instance);
  }
  return found;
}

Query read_instance_query(Context& context, Input& input) {
  forget_terminated(context.state, context.now);
  return read_query(input, "InstanceId");
}

Json status_json(const char* status) {
  const Json detail = {{"name", "reachability"}, {"status", "passed"}};
  return {{"status", status}, {"details", Json::array({detail})}};
}

}  // namespace

Outcome describe_instances(Context& context) {
  Input input(context.call.parameters);
  const Query query = read_instance_query(context, input);
  if (const auto end = input.finish(); !end) return end.error();
  const Ec2State& state = context.state;
  auto answer = describe(
      state.instances, query, "reservationSet",
      [&](const Instance& instance) { return facts_of(instance, state); },
      [&](const Instance& instance) {
        return Json{{"reservation", instance.reservation}, {"instance", rendered(instance, state)}};
      },
      instance_not_found);
  if (!answer) return answer;
  Json reservations = Json::array();
  for (Json& one : (*answer)["reservationSet"]) {
    const auto id = one["reservation"].get<std::string>();
    if (reservations.empty() || reservations.back()["reservationId"] != id) {
      reservations.push_back(reservation_json(id, Json::array(), state.account));
    }
    reservations.back()["instancesSet"].push_back(std::move(one["instance"]));
  }
  (*answer)["reservationSet"] = std::move(reservations);
  return answer;
}

Outcome describe_instance_status(Context& context) {
  Input input(context.call.parameters);
  const Query query = read_instance_query(context, input);
  const bool all = input.flag("IncludeAllInstances").value_or(false);
  if (const auto end = input.finish(); !end) return end.error();
  const Ec2State& state = context.state;
  for (const std::string& id : query.ids) {
    if (state.instance(id) == nullptr) return instance_not_found(id);
  }
  std::vector<Instance> shown;
  for (const Instance& instance : state.instances) {
    if (all || instance.state == InstanceState::running) shown.push_back(instance);
  }
  Query among = query;
  std::erase_if(among.ids, [&](const std::string& id) {
    return std::none_of(shown.begin(), shown.end(),
                        [&](const Instance& instance) { return instance.id == id; });
  });
  if (!query.ids.empty() && among.ids.empty()) shown.clear();
  return describe(
      shown, among, "instanceStatusSet",
      [&](const Instance& instance) { return facts_of(instance, state); },
      [&](const Instance& instance) {
        const bool running = instance.state == InstanceState::running;
        const Json status = running ? status_json("ok") : Json{{"status", "not-applicable"}};
        return Json{{"instanceId", instance.id},
                    {"availabilityZone", zone_of(instance, state)},
                    {"instanceState", state_json(instance.state)},
                    {"systemStatus", status},
                    {"instanceStatus", status}};
      },
      instance_not_found);
}

Outcome describe_network_interfaces(Context& context) {
  Input input(context.call.parameters);
  const Query query = read_query(input, "NetworkInterfaceId");
  if (const auto end = input.finish(); !end) return end.error();
  struct Interface {
    std::string id;
    Tags tags;
    const Instance* instance = nullptr;
  };
  const Ec2State& state = context.state;
  std::vector<Interface> all;
  for (const Instance& instance : state.instances) {
    if (instance.state == InstanceState::terminated) continue;
    all.push_back({interface_id(instance), {}, &instance});
  }
  const auto facts = [&](const Interface& one) {
    const Instance instance = one.instance != nullptr ? *one.instance : Instance();
    return Facts{{"network-interface-id", {one.id}},
                 {"attachment.instance-id", {instance.id}},
                 {"attachment.status", {"attached"}},
                 {"addresses.private-ip-address", {instance.address}},
                 {"private-ip-address", {instance.address}},
                 {"subnet-id", {instance.subnet}},
                 {"vpc-id", {vpc_of(instance, state)}},
                 {"group-id", instance.groups},
                 {"availability-zone", {zone_of(instance, state)}},
                 {"description", {""}},
                 {"requester-id", {}},
                 {"requester-managed", {"false"}},
                 {"interface-type", {"interface"}},
                 {"owner-id", {state.account}},
                 {"attachment.instance-owner-id", {state.account}},
                 {"status", {"in-use"}}};
  };
  const auto render = [&](const Interface& one) {
    return whole_interface_json(*one.instance, state);
  };
  return describe(all, query, "networkInterfaceSet", facts, render, [](const std::string& id) {
    return Error{"InvalidNetworkInterfaceID.NotFound", "",
                 fmt::format("The networkInterface ID '{}' does not exist", id)};
  });
}

namespace {

/// The one member of a structure that is supported.
std::optional<std::string> member_of(Input& input, const char* name, const char* member) {
  const nlohmann::json* object = input.reader().object(name);
  if (object == nullptr) return std::nullopt;
  Input structure(*object, std::string("/") + name);
  auto value = structure.text(member);
  if (const auto end = structure.finish(); !end) input.fail(end.error());
  return value;
}

/// By name or by ARN; empty: none.
std::string read_profile(Input& input) {
  const nlohmann::json* object = input.reader().object("IamInstanceProfile");
  if (object == nullptr) return "";
  Input profile(*object, "/IamInstanceProfile");
  const auto name = profile.text("Name");
  const auto arn = profile.text("Arn");
  if (const auto end = profile.finish(); !end) input.fail(end.error());
  return arn.value_or(name.value_or(""));
}

/// An instance is an address: nothing boots that could read it.
void refuse_user_data(Input& input) {
  if (!input.text("UserData")) return;
  input.fail({"UnsupportedOperation", "",
              "The parameter UserData is not supported here: an instance is an address, nothing "
              "runs on it"});
}

}  // namespace

Outcome run_instances(Context& context) {
  Input input(context.call.parameters);
  Instance model;
  model.image = input.required("ImageId");
  const auto least = input.integer("MinCount", 1, run_most).value_or(1);
  const auto most = input.integer("MaxCount", 1, run_most).value_or(least);
  model.type = input.text("InstanceType").value_or("m1.small");
  model.key_name = input.text("KeyName").value_or("");
  model.client_token = input.text("ClientToken").value_or("");
  model.profile = read_profile(input);
  const auto zone = member_of(input, "Placement", "AvailabilityZone");
  refuse_user_data(input);
  input.only_off("EbsOptimized");
  const auto subnet_asked = input.text("SubnetId");
  const auto ids = input.texts("SecurityGroupId");
  const auto names = input.texts("SecurityGroup");
  model.tags = read_tag_specifications(input, "instance");
  if (const auto end = input.finish(); !end) return end.error();
  Ec2State& state = context.state;
  const auto before = started_before(state, model.client_token);
  if (!before.empty()) {
    return reservation_json(before.front()->reservation, all_of(before, state), state.account);
  }
  const auto subnet = subnet_for(state, subnet_asked, zone);
  if (!subnet) return subnet.error();
  auto groups = groups_for(state, **subnet, ids, names);
  if (!groups) return groups.error();
  if (most < least || state.addresses_given + most > addresses_most) {
    return Error{"InstanceLimitExceeded", "",
                 fmt::format("You have requested more instances ({}) than your current instance "
                             "limit of {} allows.",
                             most, addresses_most - state.addresses_given)};
  }
  model.subnet = (*subnet)->id;
  model.groups = *std::move(groups);
  model.reservation = new_id("r-", context.random);
  model.launched_at = context.now;
  Json started = Json::array();
  for (std::int64_t i = 0; i < most; ++i) {
    Instance instance = model;
    instance.id = new_id("i-", context.random);
    instance.address = address_of(state.addresses_given++);
    started.push_back(rendered(instance, state));
    state.instances.push_back(std::move(instance));
  }
  return reservation_json(model.reservation, std::move(started), state.account);
}

Outcome change_instances(Context& context, InstanceState to, const OnInstance& changed) {
  Input input(context.call.parameters);
  const auto ids = input.texts("InstanceId");
  if (to == InstanceState::stopped) input.flag("Force");
  if (const auto end = input.finish(); !end) return end.error();
  if (ids.empty()) {
    return Error{"MissingParameter", "", "The request must contain the parameter InstanceId"};
  }
  forget_terminated(context.state, context.now);
  std::vector<Instance*> chosen;
  for (const std::string& id : ids) {
    auto& all = context.state.instances;
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const Instance& instance) { return instance.id == id; });
    if (found == all.end()) return instance_not_found(id);
    if (found->state == InstanceState::terminated && to != InstanceState::terminated) {
      return Error{"IncorrectInstanceState", "",
                   fmt::format("This instance '{}' is not in a state from which it can be {}.", id,
                               to == InstanceState::running ? "started" : "stopped")};
    }
    chosen.push_back(&*found);
  }
  Json list = Json::array();
  for (Instance* instance : chosen) {
    const InstanceState before = std::exchange(instance->state, to);
    list.push_back({{"instanceId", instance->id},
                    {"currentState", state_json(to)},
                    {"previousState", state_json(before)}});
    if (before == to) continue;
    instance->stopped_at = to == InstanceState::running ? std::nullopt : std::optional(context.now);
    if (to == InstanceState::running) instance->launched_at = context.now;
    changed(*instance);
  }
  return Json{{"instancesSet", std::move(list)}};
}

}  // namespace cutover::api::ec2

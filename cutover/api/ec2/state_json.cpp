// The state as JSON, for keeping it, and back.

#include <array>
#include <limits>

#include "cutover/api/ec2/state.hpp"
#include "lb/base/json.hpp"

namespace cutover::api::ec2 {

namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 3> states{"running", "stopped", "terminated"};

std::int64_t micros(WallTime time) { return time.time_since_epoch().count(); }

template <class T>
void put(Json& json, const char* name, const std::optional<T>& value) {
  if (value) json[name] = *value;
}

Json written(const Vpc& vpc) {
  return {{"id", vpc.id},
          {"cidr", vpc.cidr},
          {"default", vpc.is_default},
          {"dnsSupport", vpc.dns_support},
          {"dnsHostnames", vpc.dns_hostnames},
          {"addressUsageMetrics", vpc.address_usage_metrics},
          {"tags", vpc.tags}};
}

Json written(const Subnet& subnet) {
  return {{"id", subnet.id},
          {"vpc", subnet.vpc},
          {"cidr", subnet.cidr},
          {"zone", subnet.zone},
          {"default", subnet.default_for_zone},
          {"mapPublicIp", subnet.map_public_ip},
          {"tags", subnet.tags}};
}

Json written(const GroupRule& rule) {
  Json json = {{"id", rule.id},
               {"egress", rule.egress},
               {"protocol", rule.protocol},
               {"description", rule.description},
               {"cidr", rule.cidr_v4},
               {"cidr6", rule.cidr_v6},
               {"prefixList", rule.prefix_list},
               {"group", rule.group},
               {"tags", rule.tags}};
  put(json, "fromPort", rule.from_port);
  put(json, "toPort", rule.to_port);
  return json;
}

Json written(const SecurityGroup& group);
Json written(const Instance& instance);

template <class T>
Json list(const std::vector<T>& items) {
  Json json = Json::array();
  for (const T& item : items) json.push_back(written(item));
  return json;
}

Json written(const SecurityGroup& group) {
  return {{"id", group.id},
          {"vpc", group.vpc},
          {"name", group.name},
          {"description", group.description},
          {"rules", list(group.rules)},
          {"tags", group.tags}};
}

Json written(const Instance& instance) {
  Json json = {{"id", instance.id},
               {"reservation", instance.reservation},
               {"address", instance.address},
               {"type", instance.type},
               {"image", instance.image},
               {"keyName", instance.key_name},
               {"profile", instance.profile},
               {"clientToken", instance.client_token},
               {"subnet", instance.subnet},
               {"groups", instance.groups},
               {"state", to_string(instance.state)},
               {"launchedAt", micros(instance.launched_at)},
               {"tags", instance.tags}};
  if (instance.stopped_at) json["stoppedAt"] = micros(*instance.stopped_at);
  return json;
}

constexpr std::int64_t any_least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t any_most = std::numeric_limits<std::int64_t>::max();

Tags read_tags(JsonReader& reader) {
  Tags tags;
  const Json* json = reader.object("tags");
  if (json == nullptr) return tags;
  for (const auto& [key, value] : json->items()) {
    if (!value.is_string()) {
      reader.fail("tags", "found a value that is no string");
      return {};
    }
    tags[key] = value.get<std::string>();
  }
  return tags;
}

WallTime time_from(std::int64_t value) { return WallTime(std::chrono::microseconds(value)); }

void read(JsonReader& reader, Vpc& vpc) {
  vpc.cidr = reader.string("cidr");
  vpc.is_default = reader.optional_boolean("default").value_or(false);
  vpc.dns_support = reader.optional_boolean("dnsSupport").value_or(true);
  vpc.dns_hostnames = reader.optional_boolean("dnsHostnames").value_or(false);
  vpc.address_usage_metrics = reader.optional_boolean("addressUsageMetrics").value_or(false);
  vpc.tags = read_tags(reader);
}

void read(JsonReader& reader, Subnet& subnet) {
  subnet.vpc = reader.string("vpc");
  subnet.cidr = reader.string("cidr");
  subnet.zone = reader.string("zone");
  subnet.default_for_zone = reader.optional_boolean("default").value_or(false);
  subnet.map_public_ip = reader.optional_boolean("mapPublicIp").value_or(false);
  subnet.tags = read_tags(reader);
}

void read(JsonReader& reader, GroupRule& rule) {
  rule.egress = reader.optional_boolean("egress").value_or(false);
  rule.protocol = reader.string("protocol");
  rule.from_port = reader.optional_integer("fromPort", any_least, any_most);
  rule.to_port = reader.optional_integer("toPort", any_least, any_most);
  rule.description = reader.string("description");
  rule.cidr_v4 = reader.string("cidr");
  rule.cidr_v6 = reader.string("cidr6");
  rule.prefix_list = reader.string("prefixList");
  rule.group = reader.string("group");
  rule.tags = read_tags(reader);
}

template <class T>
std::vector<T> read_list(JsonReader& reader, const char* name);

void read(JsonReader& reader, SecurityGroup& group) {
  group.vpc = reader.string("vpc");
  group.name = reader.string("name");
  group.description = reader.string("description");
  group.rules = read_list<GroupRule>(reader, "rules");
  group.tags = read_tags(reader);
}

void read(JsonReader& reader, Instance& instance) {
  instance.reservation = reader.string("reservation");
  instance.address = reader.string("address");
  instance.type = reader.string("type");
  instance.image = reader.string("image");
  instance.key_name = reader.string("keyName");
  instance.profile = reader.string("profile");
  instance.client_token = reader.string("clientToken");
  instance.subnet = reader.string("subnet");
  instance.groups = reader.strings("groups");
  const std::string state = reader.one_of("state", states);
  instance.state = state == "running"   ? InstanceState::running
                   : state == "stopped" ? InstanceState::stopped
                                        : InstanceState::terminated;
  instance.launched_at = time_from(reader.integer("launchedAt", any_least, any_most));
  const auto stopped = reader.optional_integer("stoppedAt", any_least, any_most);
  if (stopped) instance.stopped_at = time_from(*stopped);
  instance.tags = read_tags(reader);
}

template <class T>
std::vector<T> read_list(JsonReader& reader, const char* name) {
  std::vector<T> items;
  const Json* json = reader.array(name);
  for (std::size_t i = 0; json != nullptr && i < json->size(); ++i) {
    JsonReader entry((*json)[i], reader.pointer_to(name) + "/" + std::to_string(i));
    T item;
    item.id = entry.string("id");
    read(entry, item);
    if (const auto end = entry.finish(); !end) {
      reader.fail(end.error());
      return {};
    }
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace

Json to_json(const Ec2State& state) {
  return {{"region", state.region},
          {"account", state.account},
          {"vpcs", list(state.vpcs)},
          {"subnets", list(state.subnets)},
          {"groups", list(state.groups)},
          {"instances", list(state.instances)},
          {"addressesGiven", state.addresses_given}};
}

Result<Ec2State> state_from_json(const Json& json) {
  JsonReader reader(json, "");
  Ec2State state;
  state.region = reader.string("region");
  state.account = reader.string("account");
  state.vpcs = read_list<Vpc>(reader, "vpcs");
  state.subnets = read_list<Subnet>(reader, "subnets");
  state.groups = read_list<SecurityGroup>(reader, "groups");
  state.instances = read_list<Instance>(reader, "instances");
  state.addresses_given = static_cast<std::uint32_t>(
      reader.integer("addressesGiven", 0, std::numeric_limits<std::uint32_t>::max()));
  if (const auto end = reader.finish(); !end) return end.error();
  return state;
}

}  // namespace cutover::api::ec2

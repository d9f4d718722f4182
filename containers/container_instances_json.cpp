#include "containers/container_instances_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "containers/json_members.hpp"
#include "lb/base/json.hpp"

namespace cutover::containers {

namespace {

using nlohmann::json;

constexpr std::int64_t cpu_least = 128;
constexpr std::int64_t memory_least = 6;
constexpr std::int64_t network_interfaces_most = 65535;

/// Those that are capabilities go into `capabilities`.
Attributes read_attributes(JsonReader& reader, Capabilities& capabilities) {
  Attributes attributes;
  const json* object = reader.object("attributes");
  if (!object) return attributes;
  JsonReader values(*object, reader.pointer_to("attributes"));
  for (const auto& [name, value] : object->items()) {
    std::string text = values.string(name);
    if (is_capability(name)) {
      capabilities.insert(name);
    } else {
      attributes[name] = std::move(text);
    }
  }
  if (const auto end = values.finish(); !end) {
    reader.fail(end.error());
  } else if (const auto checked = check_custom_attributes(attributes); !checked) {
    reader.fail("attributes", checked.error().message);
  } else if (const auto known = check_capabilities(capabilities); !known) {
    reader.fail("attributes", known.error().message);
  }
  return attributes;
}

Tags read_tags(JsonReader& reader) {
  Tags tags = read_pairs(reader, "tags", "key", "value");
  if (const auto checked = check_tags(tags); !checked) {
    reader.fail("tags", checked.error().message);
  }
  return tags;
}

Result<ContainerInstanceGroup> parse_group(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  ContainerInstanceGroup group;
  ContainerInstanceSpec& spec = group.spec;
  const auto read = [&reader](std::string_view key, std::int64_t least, std::int64_t most,
                              std::uint32_t otherwise) {
    return static_cast<std::uint32_t>(
        reader.optional_integer(key, least, most).value_or(otherwise));
  };
  group.count = read("count", 0, container_instances_max, 1);
  spec.cpu = read("cpu", cpu_least, cpu_default, cpu_default);
  spec.memory = read("memory", memory_least, memory_default, memory_default);
  spec.instance_type = reader.optional_string("instanceType").value_or(std::string{});
  spec.availability_zone = reader.optional_string("availabilityZone").value_or(std::string{});
  if (const auto most = reader.optional_integer("networkInterfaces", 0, network_interfaces_most)) {
    spec.network_interfaces = static_cast<std::uint32_t>(*most);
  }
  spec.attributes = read_attributes(reader, spec.capabilities);
  spec.tags = read_tags(reader);
  if (const auto end = reader.finish(); !end) return end.error();
  return group;
}

json to_json(const ContainerInstanceGroup& group) {
  const ContainerInstanceSpec& spec = group.spec;
  json value{{"count", group.count}};
  if (spec.cpu != cpu_default) value["cpu"] = spec.cpu;
  if (spec.memory != memory_default) value["memory"] = spec.memory;
  if (!spec.instance_type.empty()) value["instanceType"] = spec.instance_type;
  if (!spec.availability_zone.empty()) value["availabilityZone"] = spec.availability_zone;
  if (spec.network_interfaces) value["networkInterfaces"] = *spec.network_interfaces;
  for (const auto& [name, attribute] : spec.attributes) value["attributes"][name] = attribute;
  for (const std::string& name : spec.capabilities) value["attributes"][name] = "";
  for (const auto& [key, tag] : spec.tags) value["tags"].push_back({{"key", key}, {"value", tag}});
  return value;
}

}  // namespace

Result<std::vector<ContainerInstanceGroup>> parse_container_instances(const json& value,
                                                                      std::string pointer) {
  std::vector<ContainerInstanceGroup> groups;
  const bool list = value.is_array();
  for (std::size_t i = 0; i < (list ? value.size() : 1); ++i) {
    auto group =
        parse_group(list ? value[i] : value, list ? fmt::format("{}/{}", pointer, i) : pointer);
    if (!group) return group.error();
    groups.push_back(*std::move(group));
  }
  std::uint64_t count = 0;
  for (const ContainerInstanceGroup& group : groups) count += group.count;
  if (count <= container_instances_max) return groups;
  return Error{"ValidationError", std::move(pointer),
               fmt::format("found {} container instances; allowed for a cluster are at most {}",
                           count, container_instances_max)};
}

json to_json(const std::vector<ContainerInstanceGroup>& groups) {
  json list = json::array();
  for (const ContainerInstanceGroup& group : groups) list.push_back(to_json(group));
  return list;
}

}  // namespace cutover::containers

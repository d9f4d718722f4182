// Regions, zones, the account's attributes, tags.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cutover/api/ec2/operations.hpp"

namespace cutover::api::ec2 {

namespace {

/// Regions that every account has (AWS general reference: EC2 endpoints; no opt-in required).
constexpr std::array<std::string_view, 17> regions{
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1",
    "ap-southeast-2", "ca-central-1",   "eu-central-1",   "eu-north-1", "eu-west-1",
    "eu-west-2",      "eu-west-3",      "sa-east-1",      "us-east-1",  "us-east-2",
    "us-west-1",      "us-west-2"};

/// What a Describe operation lists that is not kept.
struct Named {
  std::string id;
  Tags tags;
  std::string second;  ///< A zone's id.
};

std::string type_of(std::string_view id) {
  const std::string_view prefix = id.substr(0, id.find('-'));
  if (prefix == "sg") return "security-group";
  if (prefix == "sgr") return "security-group-rule";
  if (prefix == "i") return "instance";
  return std::string(prefix);
}

Error id_not_found(const std::string& id) {
  const std::string type = type_of(id);
  if (type == "vpc") return vpc_not_found(id);
  if (type == "subnet") return subnet_not_found(id);
  if (type == "security-group") return group_not_found(id);
  if (type == "instance") return instance_not_found(id);
  return {"InvalidID", "", fmt::format("The ID '{}' is not valid", id)};
}

Result<std::vector<Tags*>> tags_asked(Ec2State& state, const std::vector<std::string>& ids) {
  if (ids.empty()) {
    return Error{"MissingParameter", "", "The request must contain the parameter resourceIdSet"};
  }
  std::vector<Tags*> found;
  for (const std::string& id : ids) {
    Tags* tags = state.tags_of(id);
    if (tags == nullptr) return id_not_found(id);
    found.push_back(tags);
  }
  return found;
}

}  // namespace

Outcome describe_regions(Context& context) {
  Input input(context.call.parameters);
  const Query query = read_query(input, "RegionName");
  input.flag("AllRegions");
  if (const auto end = input.finish(); !end) return end.error();
  std::vector<Named> all;
  for (const std::string_view region : regions) all.push_back({std::string(region), {}, ""});
  return describe(
      all, query, "regionInfo",
      [](const Named& region) {
        return Facts{{"region-name", {region.id}}, {"opt-in-status", {"opt-in-not-required"}}};
      },
      [](const Named& region) {
        return Json{{"regionName", region.id},
                    {"regionEndpoint", fmt::format("ec2.{}.amazonaws.com", region.id)},
                    {"optInStatus", "opt-in-not-required"}};
      },
      [](const std::string& name) {
        return Error{"InvalidParameterValue", "", fmt::format("Invalid region: [{}]", name)};
      });
}

Outcome describe_availability_zones(Context& context) {
  Input input(context.call.parameters);
  Query query = read_query(input, "ZoneName");
  const auto ids = input.texts("ZoneId");
  input.flag("AllAvailabilityZones");
  if (const auto end = input.finish(); !end) return end.error();
  const std::string& region = context.state.region;
  std::vector<Named> all;
  for (const std::string& zone : zones_of(region)) all.push_back({zone, {}, zone_id(zone)});
  for (const std::string& id : ids) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Named& zone) { return zone.second == id; });
    query.ids.push_back(found == all.end() ? id : found->id);
  }
  return describe(
      all, query, "availabilityZoneInfo",
      [&](const Named& zone) {
        return Facts{{"zone-name", {zone.id}},
                     {"zone-id", {zone.second}},
                     {"region-name", {region}},
                     {"state", {"available"}},
                     {"group-name", {region}},
                     {"zone-type", {"availability-zone"}},
                     {"opt-in-status", {"opt-in-not-required"}}};
      },
      [&](const Named& zone) {
        return Json{{"optInStatus", "opt-in-not-required"},
                    {"groupName", region},
                    {"zoneName", zone.id},
                    {"zoneId", zone.second},
                    {"zoneState", "available"},
                    {"regionName", region},
                    {"networkBorderGroup", region},
                    {"zoneType", "availability-zone"},
                    {"messageSet", Json::array()}};
      },
      [](const std::string& name) {
        return Error{"InvalidParameterValue", "",
                     fmt::format("Invalid availability zone: [{}]", name)};
      });
}

Outcome describe_account_attributes(Context& context) {
  Input input(context.call.parameters);
  const auto names = input.texts("AttributeName");
  if (const auto end = input.finish(); !end) return end.error();
  const Vpc* vpc = context.state.default_vpc();
  Json set = Json::array();
  const std::array<std::pair<std::string, std::string>, 2> attributes{
      {{"supported-platforms", "VPC"}, {"default-vpc", vpc != nullptr ? vpc->id : "none"}}};
  for (const auto& [name, value] : attributes) {
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
    const Json item = {{"attributeValue", value}};
    set.push_back({{"attributeName", name}, {"attributeValueSet", Json::array({item})}});
  }
  return Json{{"accountAttributeSet", std::move(set)}};
}

Outcome create_tags(Context& context) {
  constexpr std::size_t tags_most = 50;
  Input input(context.call.parameters);
  const auto ids = input.texts("ResourceId");
  const Tags added = read_tags(input);
  if (const auto end = input.finish(); !end) return end.error();
  const auto targets = tags_asked(context.state, ids);
  if (!targets) return targets.error();
  for (Tags* tags : *targets) {
    Tags all = added;
    all.insert(tags->begin(), tags->end());
    if (all.size() <= tags_most) continue;
    return Error{"TagLimitExceeded", "", fmt::format("More than {} tags specified", tags_most)};
  }
  for (Tags* tags : *targets) {
    for (const auto& [key, value] : added) (*tags)[key] = value;
  }
  return done();
}

Outcome delete_tags(Context& context) {
  Input input(context.call.parameters);
  const auto ids = input.texts("ResourceId");
  // A tag without a value goes whatever its value is; without tags, all go.
  std::vector<std::pair<std::string, std::optional<std::string>>> removed;
  const auto* list = input.reader().array("Tag");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    Input entry((*list)[i], "/Tag/" + std::to_string(i));
    std::string key = entry.required("Key");
    removed.emplace_back(std::move(key), entry.text("Value"));
    if (const auto end = entry.finish(); !end) input.fail(end.error());
  }
  if (const auto end = input.finish(); !end) return end.error();
  const auto targets = tags_asked(context.state, ids);
  if (!targets) return targets.error();
  for (Tags* tags : *targets) {
    if (removed.empty()) tags->clear();
    for (const auto& [key, value] : removed) {
      const auto tag = tags->find(key);
      if (tag != tags->end() && value.value_or(tag->second) == tag->second) tags->erase(tag);
    }
  }
  return done();
}

Outcome describe_tags(Context& context) {
  struct Tag {
    std::string id;
    Tags tags;
    std::string resource;
    std::string key;
    std::string value;
  };
  Input input(context.call.parameters);
  const Query query = read_query(input, "TagId");
  if (const auto end = input.finish(); !end) return end.error();
  std::vector<Tag> all;
  const auto add = [&](const auto& things) {
    for (const auto& thing : things) {
      for (const auto& [key, value] : thing.tags) {
        all.push_back({thing.id + "/" + key, {}, thing.id, key, value});
      }
    }
  };
  add(context.state.vpcs);
  add(context.state.subnets);
  add(context.state.groups);
  for (const SecurityGroup& group : context.state.groups) add(group.rules);
  add(context.state.instances);
  return describe(
      all, query, "tagSet",
      [](const Tag& tag) {
        return Facts{{"resource-id", {tag.resource}},
                     {"resource-type", {type_of(tag.resource)}},
                     {"key", {tag.key}},
                     {"value", {tag.value}}};
      },
      [](const Tag& tag) {
        return Json{{"resourceId", tag.resource},
                    {"resourceType", type_of(tag.resource)},
                    {"key", tag.key},
                    {"value", tag.value}};
      },
      id_not_found);
}

}  // namespace cutover::api::ec2

// PutAttributes, DeleteAttributes, ListAttributes: of container instances.

#include "cutover/api/ecs/paging.hpp"
#include "cutover/api/ecs/region.hpp"

namespace cutover::api::ecs {

namespace {

using Attributes = std::vector<containers::InstanceAttribute>;

Attributes read_attributes(const Json& input) {
  Attributes attributes;
  for (const Json& each : input["attributes"]) {
    attributes.push_back(
        {text_of(each, "targetId"), text_of(each, "name"), text_of(each, "value")});
  }
  return attributes;
}

Answered to_json(const containers::InstanceAttribute& attribute) {
  Answered value{{"name", attribute.name}};
  if (!attribute.value.empty()) value["value"] = attribute.value;
  value["targetType"] = "container-instance";
  value["targetId"] = attribute.target_id;
  return value;
}

Outcome answer(const Attributes& attributes) {
  Answered list = Answered::array();
  for (const auto& each : attributes) list.push_back(to_json(each));
  return Answered{{"attributes", list}};
}

Outcome put_attributes(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  const Attributes attributes = read_attributes(input);
  if (const auto done = cluster->cluster->put_attributes(attributes); !done) return done.error();
  return answer(attributes);
}

Outcome delete_attributes(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  const Attributes attributes = read_attributes(input);
  if (const auto done = cluster->cluster->delete_attributes(attributes); !done) {
    return done.error();
  }
  return answer(attributes);
}

Outcome list_attributes(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  const Attributes all = cluster->cluster->list_attributes(text_of(input, "attributeName"),
                                                           text_of(input, "attributeValue"));
  std::vector<std::string> keys;
  for (const auto& each : all) keys.push_back(each.target_id + " " + each.name);
  const auto page = page_of(keys, input);
  if (!page) return page.error();
  Answered answered{{"attributes", Answered::array()}};
  for (std::size_t i = page->from; i < page->to; ++i) {
    answered["attributes"].push_back(to_json(all[i]));
  }
  if (!page->next_token.empty()) answered["nextToken"] = page->next_token;
  return answered;
}

}  // namespace

void add_attribute_operations(Operations& operations) {
  operations["PutAttributes"] = put_attributes;
  operations["DeleteAttributes"] = delete_attributes;
  operations["ListAttributes"] = list_attributes;
}

}  // namespace cutover::api::ecs

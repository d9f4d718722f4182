// ELBv2's operations on tags.

#include <algorithm>

#include "cutover/api/elbv2/arns.hpp"
#include "cutover/api/elbv2/operations.hpp"
#include "cutover/api/elbv2/render.hpp"
#include "cutover/stack/tags_json.hpp"
#include "lb/base/json.hpp"

namespace cutover::api::elbv2 {

namespace {

Result<std::vector<stack::ResourceName>> resources_of(const Place& place, const json& arns) {
  std::vector<stack::ResourceName> resources;
  for (const json& arn : arns) {
    auto resource = resource_of(place, arn);
    if (!resource) return resource.error();
    resources.push_back(*std::move(resource));
  }
  return resources;
}

Outcome add_tags_to(const Place& place, const json& input) {
  auto resources = resources_of(place, input["ResourceArns"]);
  if (!resources) return resources.error();
  JsonReader reader(input, "");
  stack::AddTags operation{*std::move(resources), stack::read_tags(reader, "Tags")};
  reader.member("ResourceArns");
  if (const auto end = reader.finish(); !end) return end.error();
  const auto done = place.balancing.apply(operation);
  if (!done) return done.error();
  return Json::object();
}

Outcome remove_tags(const Place& place, const json& input) {
  auto resources = resources_of(place, input["ResourceArns"]);
  if (!resources) return resources.error();
  const auto done =
      place.balancing.apply(stack::RemoveTags{*std::move(resources), input["TagKeys"]});
  if (!done) return done.error();
  return Json::object();
}

struct TagsOf {
  const stack::LoadBalancing& there;

  const stack::Tags& operator()(const stack::LoadBalancerName& name) const {
    return there.load_balancers.at(name.name).described.tags;
  }
  const stack::Tags& operator()(const stack::TargetGroupName& name) const {
    return there.target_groups.at(name.name).described.tags;
  }
  const stack::Tags& operator()(const stack::ListenerName& name) const {
    return there.listener(name)->described.tags;
  }
  const stack::Tags& operator()(const stack::RuleName& name) const {
    const stack::ListenerState& listener = *there.listener(name.listener);
    const auto index = stack::place_of(listener.rules, name.priority);
    return index ? listener.each_rule[*index].tags : listener.default_rule.tags;
  }
};

Outcome describe_tags(const Place& place, const json& input) {
  Json list = Json::array();
  for (const json& arn : input["ResourceArns"]) {
    const auto resource = resource_of(place, arn);
    if (!resource) return resource.error();
    list.push_back({{"ResourceArn", arn.get<std::string>()},
                    {"Tags", tags_json(std::visit(TagsOf{place.there()}, *resource))}});
  }
  return Json{{"TagDescriptions", std::move(list)}};
}

}  // namespace

void add_tags(Operations& operations) {
  operations["AddTags"] = add_tags_to;
  operations["RemoveTags"] = remove_tags;
  operations["DescribeTags"] = describe_tags;
}

}  // namespace cutover::api::elbv2

#include "cutover/api/ecs/region.hpp"

#include <algorithm>

#include "cutover/api/ecs/resource_arn.hpp"

namespace cutover::api::ecs {

std::string text_of(const Json& input, std::string_view member) {
  const auto found = input.find(member);
  return found == input.end() ? std::string() : found->get<std::string>();
}

bool includes(const Json& input, std::string_view what) {
  const auto list = input.find("include");
  return list != input.end() && std::find(list->begin(), list->end(), what) != list->end();
}

Result<NamedCluster> cluster_of(const Region& region, const Json& input) {
  const std::string given = text_of(input, "cluster");
  const auto name = name_within(given.empty() ? "default" : given, "cluster", "");
  if (!name) return name.error();
  const auto cluster = region.clusters.find(given);
  if (!cluster) return cluster.error();
  return NamedCluster{*name, *cluster};
}

Result<containers::Tags> read_tags(const Json& input) {
  containers::Tags tags;
  const auto list = input.find("tags");
  if (list == input.end()) return tags;
  for (const Json& tag : *list) tags.emplace_back(text_of(tag, "key"), text_of(tag, "value"));
  if (const auto checked = containers::check_tags(tags); !checked) return checked.error();
  return tags;
}

Answered to_json(const containers::Tags& tags) {
  Answered list = Answered::array();
  for (const auto& [key, value] : tags) list.push_back({{"key", key}, {"value", value}});
  return list;
}

Answered to_json(const std::vector<containers::Failure>& failures) {
  Answered list = Answered::array();
  for (const containers::Failure& failure : failures) {
    Answered entry{{"arn", failure.arn}, {"reason", failure.reason}};
    if (!failure.detail.empty()) entry["detail"] = failure.detail;
    list.push_back(std::move(entry));
  }
  return list;
}

double epoch_seconds(WallTime moment) {
  return static_cast<double>(moment.time_since_epoch().count()) / 1e6;
}

}  // namespace cutover::api::ecs

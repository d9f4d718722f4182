#include "cutover/api/ecs/service_answer.hpp"

#include "containers/identifiers.hpp"
#include "containers/service_json.hpp"

namespace cutover::api::ecs {

std::string service_arn(const Region& region, std::string_view cluster, std::string_view service) {
  return containers::ArnMaker(region.name, region.account, std::string(cluster)).service(service);
}

void name_targets_by_arn(const Region& region, Json& value) {
  const auto list = value.find("loadBalancers");
  if (list == value.end()) return;
  for (Json& entry : *list) {
    Json& group = entry["targetGroupArn"];
    group = region.targets.target_group_arn(group.get<std::string>());
    const auto advanced = entry.find("advancedConfiguration");
    if (advanced == entry.end()) continue;
    Json& alternate = (*advanced)["alternateTargetGroupArn"];
    alternate = region.targets.target_group_arn(alternate.get<std::string>());
    for (const char* member : {"productionListenerRule", "testListenerRule"}) {
      const auto rule = advanced->find(member);
      if (rule != advanced->end()) *rule = region.targets.rule_arn(rule->get<std::string>());
    }
  }
}

void name_target_groups(const Region& region, Json& value) {
  const auto rename = [&region](Json& entry, const char* member) {
    const auto found = entry.find(member);
    if (found == entry.end()) return;
    *found = region.targets.target_group_name(found->get<std::string>());
  };
  const auto list = value.find("loadBalancers");
  if (list == value.end()) return;
  for (Json& entry : *list) {
    rename(entry, "targetGroupArn");
    const auto advanced = entry.find("advancedConfiguration");
    if (advanced != entry.end()) rename(*advanced, "alternateTargetGroupArn");
  }
}

Answered service_answer(const Region& region, const containers::ServiceDescription& service,
                        bool with_tags) {
  Json value = containers::to_json(service, with_tags);
  name_targets_by_arn(region, value);
  return value;
}

}  // namespace cutover::api::ecs

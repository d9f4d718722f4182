#include "cutover/api/elbv2/refusals.hpp"

#include <fmt/format.h>

#include <set>
#include <string>

#include "cutover/api/elbv2/arns.hpp"

namespace cutover::api::elbv2 {

namespace {

void collect(const json& holder, std::set<std::string>& arns) {
  const auto member = holder.find("TargetGroupArn");
  if (member != holder.end()) arns.insert(member->get<std::string>());
}

/// The target groups that the call's actions name.
std::set<std::string> group_arns(const json& input) {
  std::set<std::string> arns;
  for (const char* key : {"Actions", "DefaultActions"}) {
    for (const json& action : input.value(key, json::array())) {
      collect(action, arns);
      const json config = action.value("ForwardConfig", json::object());
      for (const json& group : config.value("TargetGroups", json::array())) collect(group, arns);
    }
  }
  return arns;
}

/// The stack's message quotes the name of the group that it came upon.
Error association_limit(const Place& place, const json& input, const Error& error) {
  std::string taken;
  for (const std::string& arn : group_arns(input)) {
    const auto name = target_group_of(place, arn);
    if (name && error.message.find(fmt::format("\"{}\"", *name)) != std::string::npos) taken = arn;
  }
  return {error.code, "",
          "The following target groups cannot be associated with more than one load balancer: " +
              taken};
}

}  // namespace

Error duplicate_listener() {
  return {"DuplicateListener", "", "A listener already exists on this port for this load balancer"};
}

Error in_aws_words(const Place& place, const Error& error, const json& input) {
  if (error.code == "DuplicateListener") return duplicate_listener();
  if (error.code == "TargetGroupAssociationLimit") return association_limit(place, input, error);
  if (error.code == "PriorityInUse" && input.contains("Priority")) {
    return {error.code, "",
            fmt::format("Priority '{}' is currently in use", input["Priority"].get<int>())};
  }
  return error;
}

Error attribute_refusal(const Error& error, std::string_view whose, const json& input) {
  const std::string_view end = "/Key";
  if (error.code != "InvalidConfigurationRequest" || !error.where.ends_with(end)) return error;
  const json::json_pointer place(error.where);
  if (!input.contains(place)) return error;
  return {error.code, "",
          fmt::format("{} attribute key '{}' is not recognized", whose,
                      input[place].get<std::string>())};
}

}  // namespace cutover::api::elbv2

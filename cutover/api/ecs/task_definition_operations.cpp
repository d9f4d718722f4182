// RegisterTaskDefinition, DescribeTaskDefinition, DeregisterTaskDefinition, DeleteTaskDefinitions,
// ListTaskDefinitions, ListTaskDefinitionFamilies.

#include "containers/task_definition_json.hpp"
#include "cutover/api/ecs/paging.hpp"
#include "cutover/api/ecs/region.hpp"

namespace cutover::api::ecs {

namespace {

using containers::TaskDefinitions;
using containers::TaskDefinitionStatus;

Answered to_json(const containers::RegisteredTaskDefinition& registered) {
  return containers::registered_task_definition_to_json(registered);
}

/// AWS's own texts for what is left out most often.
Result<void> check_not_blank(const Json& input) {
  const auto blank = [](const Json& object, const char* member) {
    return text_of(object, member).empty();
  };
  if (blank(input, "family")) {
    return Error{"ClientException", "", "Family should not be null or empty."};
  }
  const auto containers = input.find("containerDefinitions");
  if (containers == input.end() || containers->empty()) {
    return Error{"ClientException", "", "Container list cannot be empty."};
  }
  for (const Json& container : *containers) {
    for (const char* member : {"name", "image"}) {
      if (!blank(container, member)) continue;
      return Error{"ClientException", "",
                   "Container." + std::string(member) + " should not be null or empty."};
    }
  }
  return {};
}

Outcome register_task_definition(Region& region, const Json& input) {
  if (const auto checked = check_not_blank(input); !checked) return checked.error();
  // Strings that stand for numbers have become numbers, or were refused, by now.
  auto definition = containers::parse_task_definition(input, "", Numbers::strict);
  if (!definition) return definition.error();
  const containers::Tags tags = definition->tags;
  const auto registered = region.definitions.register_definition(*std::move(definition));
  if (!registered) return registered.error();
  Answered answer{{"taskDefinition", to_json(*registered)}};
  if (!tags.empty()) answer["tags"] = ecs::to_json(tags);
  return answer;
}

Outcome describe_task_definition(Region& region, const Json& input) {
  const auto found = region.definitions.describe(text_of(input, "taskDefinition"));
  if (!found) return found.error();
  Answered answer{{"taskDefinition", to_json(*found)}};
  if (!includes(input, "TAGS")) return answer;
  const auto tags = region.definitions.tags(found->definition->arn);
  if (!tags) return tags.error();
  answer["tags"] = ecs::to_json(*tags);
  return answer;
}

Outcome deregister_task_definition(Region& region, const Json& input) {
  const auto deregistered = region.definitions.deregister(text_of(input, "taskDefinition"));
  if (!deregistered) {
    // As AWS says it of one that it can't describe (unverified for this operation).
    Error error = deregistered.error();
    error.message = "Unable to describe task definition: " + error.message;
    return error;
  }
  return Answered{{"taskDefinition", to_json(*deregistered)}};
}

Outcome delete_task_definitions(Region& region, const Json& input) {
  const auto deleted =
      region.definitions.remove(input["taskDefinitions"].get<std::vector<std::string>>());
  if (!deleted) return deleted.error();
  Answered list = Answered::array();
  for (const auto& each : deleted->definitions) list.push_back(to_json(each));
  return Answered{{"taskDefinitions", list}, {"failures", ecs::to_json(deleted->failures)}};
}

Outcome list_task_definitions(Region& region, const Json& input) {
  TaskDefinitions::Filter filter;
  filter.family = text_of(input, "familyPrefix");
  filter.descending = text_of(input, "sort") == "DESC";
  const std::string status = text_of(input, "status");
  for (const auto each :
       {TaskDefinitionStatus::inactive, TaskDefinitionStatus::delete_in_progress}) {
    if (status == to_string(each)) filter.status = each;
  }
  return answer_page("taskDefinitionArns", region.definitions.list(filter), input);
}

Outcome list_task_definition_families(Region& region, const Json& input) {
  using Status = TaskDefinitions::FamilyStatus;
  const std::string given = text_of(input, "status");
  const Status status = given == "ACTIVE"     ? Status::active
                        : given == "INACTIVE" ? Status::inactive
                                              : Status::all;
  return answer_page("families",
                     region.definitions.families(text_of(input, "familyPrefix"), status), input);
}

}  // namespace

void add_task_definition_operations(Operations& operations) {
  operations["RegisterTaskDefinition"] = register_task_definition;
  operations["DescribeTaskDefinition"] = describe_task_definition;
  operations["DeregisterTaskDefinition"] = deregister_task_definition;
  operations["DeleteTaskDefinitions"] = delete_task_definitions;
  operations["ListTaskDefinitions"] = list_task_definitions;
  operations["ListTaskDefinitionFamilies"] = list_task_definition_families;
}

}  // namespace cutover::api::ecs

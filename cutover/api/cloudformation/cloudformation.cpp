#include "cutover/api/cloudformation/cloudformation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cutover/api/iso_time.hpp"
#include "lb/base/json.hpp"
#include "lb/base/random.hpp"
#include "lb/base/uuid.hpp"

namespace cutover::api::cloudformation {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* status = "CREATE_COMPLETE";

/// What a call is answered from.
struct Context {
  const Account& account;
  const Call& call;
  std::optional<RunningStack> stack;
};

Error does_not_exist(const std::string& name) {
  return {"ValidationError", "", fmt::format("Stack with id {} does not exist", name)};
}

/// "arn:aws:cloudformation:<region>:<account>:stack/<name>/<uuid>", the same for the same stack.
std::string stack_id(const Context& context, const std::string& name) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : context.call.region + "/" + name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  Random random(hash);
  return fmt::format("arn:aws:cloudformation:{}:{}:stack/{}/{}", context.call.region,
                     context.account.id, name, new_uuid(random));
}

/// A stack goes by its name or its id.
bool goes_by(const Context& context, const std::string& name) {
  return context.stack &&
         (context.stack->name == name || stack_id(context, context.stack->name) == name);
}

Json described(const Context& context, const RunningStack& stack) {
  Json outputs = Json::array();
  for (const StackOutput& output : stack.outputs) {
    Json json = {{"OutputKey", output.key}, {"OutputValue", output.value}};
    if (!output.description.empty()) json["Description"] = output.description;
    outputs.push_back(std::move(json));
  }
  return {{"StackId", stack_id(context, stack.name)},
          {"StackName", stack.name},
          {"CreationTime", iso_time(stack.created_at)},
          {"StackStatus", status},
          {"DisableRollback", false},
          {"NotificationARNs", Json::array()},
          {"Capabilities", Json::array()},
          {"Outputs", std::move(outputs)},
          {"Tags", Json::array()},
          {"EnableTerminationProtection", false},
          {"DriftInformation", {{"StackDriftStatus", "NOT_CHECKED"}}}};
}

Outcome describe_stacks(const Context& context) {
  JsonReader reader(context.call.parameters, "");
  const auto name = reader.optional_string("StackName");
  if (const auto end = reader.finish(); !end) return end.error();
  if (name && !goes_by(context, *name)) return does_not_exist(*name);
  Json stacks = Json::array();
  if (context.stack) stacks.push_back(described(context, *context.stack));
  return Json{{"Stacks", std::move(stacks)}};
}

Outcome list_stacks(const Context& context) {
  JsonReader reader(context.call.parameters, "");
  const auto filter = reader.strings("StackStatusFilter");
  if (const auto end = reader.finish(); !end) return end.error();
  Json summaries = Json::array();
  const bool wanted =
      filter.empty() || std::find(filter.begin(), filter.end(), status) != filter.end();
  if (context.stack && wanted) {
    summaries.push_back({{"StackId", stack_id(context, context.stack->name)},
                         {"StackName", context.stack->name},
                         {"CreationTime", iso_time(context.stack->created_at)},
                         {"StackStatus", status},
                         {"DriftInformation", {{"StackDriftStatus", "NOT_CHECKED"}}}});
  }
  return Json{{"StackSummaries", std::move(summaries)}};
}

Outcome describe_stack_resources(const Context& context) {
  JsonReader reader(context.call.parameters, "");
  const auto name = reader.optional_string("StackName");
  const auto logical = reader.optional_string("LogicalResourceId");
  const auto physical = reader.optional_string("PhysicalResourceId");
  if (const auto end = reader.finish(); !end) return end.error();
  if (!name && !physical) {
    return Error{"ValidationError", "",
                 "Either StackName or PhysicalResourceId must be specified."};
  }
  if (name && !goes_by(context, *name)) return does_not_exist(*name);
  Json list = Json::array();
  const std::vector<StackResource> none;
  for (const StackResource& resource : context.stack ? context.stack->resources : none) {
    if (logical.value_or(resource.logical_id) != resource.logical_id) continue;
    if (physical.value_or(resource.physical_id) != resource.physical_id) continue;
    list.push_back({{"StackName", context.stack->name},
                    {"StackId", stack_id(context, context.stack->name)},
                    {"LogicalResourceId", resource.logical_id},
                    {"PhysicalResourceId", resource.physical_id},
                    {"ResourceType", resource.type},
                    {"Timestamp", iso_time(context.stack->created_at)},
                    {"ResourceStatus", status},
                    {"DriftInformation", {{"StackResourceDriftStatus", "NOT_CHECKED"}}}});
  }
  if (physical && list.empty()) {
    return Error{"ValidationError", "", fmt::format("Stack for {} does not exist", *physical)};
  }
  if (logical && list.empty()) {
    return Error{"ValidationError", "",
                 fmt::format("Resource {} does not exist for stack {}", *logical, *name)};
  }
  return Json{{"StackResources", std::move(list)}};
}

}  // namespace

Service service(const Account& account, Source source) {
  Service service;
  service.name = "cloudformation";
  service.protocol = Protocol::query;
  service.version = "2010-05-15";
  service.name_space = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
  service.lists = {"StackStatusFilter"};
  const auto add = [&](const char* name, Outcome (*operation)(const Context&)) {
    service.operations[name] = at_once([account, source, operation](const Call& call) {
      return operation({account, call, source(call.region)});
    });
  };
  add("DescribeStacks", describe_stacks);
  add("ListStacks", list_stacks);
  add("DescribeStackResources", describe_stack_resources);
  return service;
}

}  // namespace cutover::api::cloudformation

#pragma once

// A stack file: load balancers with their target groups, listeners and rules, and the services
// behind them, as JSON in AWS's own shapes. Parsed whole and played through before anything starts.
//
//   {"Quotas":          {"rules-per-application-load-balancer": 1000, …},
//    "LoadBalancers":   [<CreateLoadBalancer, with Attributes>, …],
//    "TargetGroups":    [<CreateTargetGroup, with Attributes and Targets>, …],
//    "Listeners":       [<CreateListener>, …],
//    "Rules":           [<CreateRule>, …],
//    "Clusters":        [{"clusterName": "default",                       at most one
//                         "settings": […], "configuration": {…}, "tags": […],
//                         "ContainerInstances": {"count": 2, "cpu": 2048, "memory": 3884, …}}],
//    "Images":          {"<image>": {"app": "api", "behaviour": {…}}, …},     image_json.hpp
//    "Hooks":           {"<hookTargetArn>": {"command": […], …}, …},          hook_commands.hpp
//    "Alarms":          [<PutMetricAlarm>, …],                                 metric_alarm.hpp
//    "TaskDefinitions": [<RegisterTaskDefinition, with status>, …],
//    "Services":        [<CreateService>, …],
//    "StackName":       "BreakTheMonolith-Demo",
//    "Outputs":         [{"OutputKey": "ECSRole", "OutputValue": "…"}, …]}
//
// Names stand in place of ARNs (names.hpp). "Images" is ours: what a container of that image runs;
// so are "Hooks", what stands behind the ARN of a lifecycle hook, and "Quotas" (quotas.hpp). The
// last two are what CloudFormation's DescribeStacks tells of it. Entries of the four sections of
// load balancing may give the "Id" that ends their ARN (listeners a "DefaultRuleId" and
// "DefaultRuleTags", too), load balancers their "Address" and "CreatedTime" (microseconds since
// 1970): that is how a stack comes back as it was. For the same reason a cluster may have
// "RegisteredContainerInstances" in place of "ContainerInstances", and the stack "Network",
// "Repositories" and "AccountSettings": what EC2, ECR and ECS's account settings are to tell, as
// `cutover export` writes it.

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cutover/stack/model.hpp"
#include "cutover/stack/operation.hpp"
#include "lb/base/result.hpp"

namespace cutover::stack {

struct Stack {
  std::vector<Operation> operations;                         ///< What builds it, in this order.
  Model model;                                               ///< What there is then.
  std::string name = "cutover";                              ///< As a CloudFormation stack.
  std::vector<std::pair<std::string, std::string>> outputs;  ///< Keys and values.
  // As written, with absolute directories.
  nlohmann::json images = nlohmann::json::object();
  nlohmann::json hooks = nlohmann::json::object();
  nlohmann::json alarms = nlohmann::json::array();
  // As written, for whoever serves them; null: not there.
  nlohmann::json network;
  nlohmann::json repositories;
  nlohmann::json account_settings;
};

/// Nothing at all, not even a cluster; `images` are what containers of it may run.
Stack empty_stack(containers::ImageMap images = {}, const Quotas& quotas = {});

/// The error's place is a JSON pointer into the document. Directories in it are relative to
/// `base_directory`, "" being where the program runs.
Result<Stack> parse_stack(const nlohmann::json& document, const std::string& base_directory = "",
                          const QuotaSettings& quotas = {});

/// Directories are relative to the file's. The error's place begins with the file:
/// "stack.json#/Listeners/0/Port". `quotas` hold in place of the file's own.
Result<Stack> read_stack(const std::string& path, const QuotaSettings& quotas = {});

/// Applies `operation`, whose input is `written` and stands at `pointer`, to the model; an error
/// gets the place where the value really stands.
Result<void> apply_at(Model& model, const Operation& operation, const nlohmann::json& written,
                      const std::string& pointer);

}  // namespace cutover::stack

// ELBv2's operations on listener rules.

#include <fmt/format.h>

#include <map>

#include "cutover/api/elbv2/arns.hpp"
#include "cutover/api/elbv2/operations.hpp"
#include "cutover/api/elbv2/paging.hpp"
#include "cutover/api/elbv2/refusals.hpp"
#include "cutover/api/elbv2/render.hpp"
#include "cutover/stack/listener_json.hpp"

namespace cutover::api::elbv2 {

namespace {

/// Above all priorities: the default rule stands last.
constexpr std::uint64_t default_key = rules::priority_most + 1;

Json rule_answer(const Place& place, const stack::RuleName& name) {
  const stack::ListenerState& listener = *place.there().listener(name.listener);
  const std::string arn = place.balancing.arn_of(name.listener);
  const auto index = stack::place_of(listener.rules, name.priority);
  return index ? rule_json(place, listener, arn, *index) : default_rule_json(place, listener, arn);
}

Json one_rule(const Place& place, const stack::RuleName& name) {
  Json answer;
  answer["Rules"] = Json::array({rule_answer(place, name)});
  return answer;
}

Outcome create_rule(const Place& place, const json& input) {
  const auto listener = listener_of(place, input["ListenerArn"]);
  if (!listener) return listener.error();
  json named = input;
  named["ListenerArn"] = to_string(*listener);
  if (const auto groups = name_groups(place, named, "Actions"); !groups) return groups.error();
  auto operation = stack::parse_create_rule(named, "");
  if (!operation) return operation.error();
  const std::uint32_t priority = operation->rule.priority;
  const auto done = place.balancing.apply(*std::move(operation));
  if (!done) return in_aws_words(place, done.error(), input);
  return one_rule(place, {*listener, priority});
}

/// The default rule has its actions alone, which are the listener's.
Outcome modify_default_rule(const Place& place, const stack::RuleName& rule, const json& named,
                            const json& input) {
  for (const char* key : {"Conditions", "Transforms", "ResetTransforms"}) {
    if (!named.contains(key) || named[key] == false) continue;
    return Error{"OperationNotPermitted", "",
                 fmt::format("{} of a default rule cannot be modified", key)};
  }
  const auto operation = stack::parse_modify_listener(
      {{"ListenerArn", to_string(rule.listener)}, {"DefaultActions", named["Actions"]}}, "");
  if (!operation) return operation.error();
  const auto done = place.balancing.apply(*operation);
  if (!done) return in_aws_words(place, done.error(), input);
  return one_rule(place, rule);
}

Outcome modify_rule(const Place& place, const json& input) {
  const auto rule = rule_of(place, input["RuleArn"]);
  if (!rule) return rule.error();
  if (!input.contains("Conditions") && !input.contains("Actions") &&
      !input.contains("Transforms") && !input.value("ResetTransforms", false)) {
    return validation_error("Either conditions or actions must be specified");
  }
  json named = input;
  named["RuleArn"] = to_string(*rule);
  if (const auto groups = name_groups(place, named, "Actions"); !groups) return groups.error();
  if (rule->priority == 0) return modify_default_rule(place, *rule, named, input);
  const auto operation = stack::parse_modify_rule(named, "");
  if (!operation) return operation.error();
  const auto done = place.balancing.apply(*operation);
  if (!done) return in_aws_words(place, done.error(), input);
  return one_rule(place, *rule);
}

Outcome describe_of_listener(const Place& place, const json& input, const Page& page) {
  const auto name = listener_of(place, input["ListenerArn"]);
  if (!name) return name.error();
  const stack::ListenerState& listener = *place.there().listener(*name);
  const std::string arn = place.balancing.arn_of(*name);
  std::map<std::uint64_t, std::size_t> by_priority;
  for (std::size_t i = 0; i < listener.rules.rules.size(); ++i) {
    by_priority.emplace(listener.rules.rules[i].priority, i);
  }
  by_priority.emplace(default_key, 0);
  Json answer;
  fill_page(answer, "Rules", by_priority, page, [&](const auto& entry) {
    return entry.first == default_key ? default_rule_json(place, listener, arn)
                                      : rule_json(place, listener, arn, entry.second);
  });
  return answer;
}

Outcome describe_rules(const Place& place, const json& input) {
  const auto page = page_of(input);
  if (!page) return page.error();
  if (!input.contains("RuleArns")) {
    if (input.contains("ListenerArn")) return describe_of_listener(place, input, *page);
    return validation_error("You must specify either listener rule ARNs or a listener ARN");
  }
  if (input.contains("ListenerArn")) {
    return validation_error("You cannot specify both listener rule ARNs and a listener ARN");
  }
  std::vector<stack::RuleName> named;
  for (const json& arn : input["RuleArns"]) {
    const auto rule = rule_of(place, arn);
    if (!rule) return rule.error();
    named.push_back(*rule);
  }
  Json answer;
  fill_page(answer, "Rules", numbered(named), *page,
            [&](const auto& entry) { return rule_answer(place, entry.second); });
  return answer;
}

Outcome delete_rule(const Place& place, const json& input) {
  const auto rule = rule_of(place, input["RuleArn"]);
  if (!rule) return rule.error();
  if (rule->priority == 0) {
    return Error{
        "OperationNotPermitted", "",
        fmt::format("Default rule '{}' cannot be deleted", input["RuleArn"].get<std::string>())};
  }
  const auto done = place.balancing.apply(stack::DeleteRule{*rule});
  if (!done) return done.error();
  return Json::object();
}

/// A clash is told by the priority that was asked for.
Error priority_refusal(const Error& error, const stack::SetRulePriorities& operation) {
  const std::string before = "/RulePriorities/";
  if (error.code != "PriorityInUse" || !error.where.starts_with(before)) return error;
  const std::size_t index = std::stoul(error.where.substr(before.size()));
  return {error.code, "",
          fmt::format("Priority '{}' is currently in use", operation.changes.at(index).priority)};
}

Outcome set_rule_priorities(const Place& place, const json& input) {
  json named = input;
  for (json& change : named["RulePriorities"]) {
    const std::string arn = change["RuleArn"];
    const auto rule = rule_of(place, arn);
    if (!rule) return rule.error();
    if (rule->priority == 0) {
      return Error{"OperationNotPermitted", "",
                   fmt::format("The priority of default rule '{}' cannot be modified", arn)};
    }
    change["RuleArn"] = to_string(*rule);
  }
  const auto operation = stack::parse_set_rule_priorities(named, "");
  if (!operation) return operation.error();
  const auto done = place.balancing.apply(*operation);
  if (!done) return priority_refusal(done.error(), *operation);
  Json answer;
  answer["Rules"] = Json::array();
  for (const auto& change : operation->changes) {
    answer["Rules"].push_back(rule_answer(place, {change.rule.listener, change.priority}));
  }
  return answer;
}

}  // namespace

void add_rules(Operations& operations) {
  operations["CreateRule"] = create_rule;
  operations["ModifyRule"] = modify_rule;
  operations["DescribeRules"] = describe_rules;
  operations["DeleteRule"] = delete_rule;
  operations["SetRulePriorities"] = set_rule_priorities;
}

}  // namespace cutover::api::elbv2

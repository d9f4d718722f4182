#include "cutover/stack/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cutover/stack/load_balancer_attributes_json.hpp"
#include "cutover/stack/model_rules.hpp"
#include "lb/sticky_actions.hpp"

namespace cutover::stack {

namespace {

std::vector<std::string> keys(const auto& map) {
  std::vector<std::string> names;
  names.reserve(map.size());
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

Result<lb::targets::TargetGroupSpec*> find_group(Model& model, const std::string& name) {
  const auto found = model.target_groups.find(name);
  if (found != model.target_groups.end()) return &found->second;
  return Error{"TargetGroupNotFound", "/TargetGroupArn",
               unknown_name("target group", name, target_group_names(model))};
}

Result<containers::ServiceSpec*> find_service(Model& model, const std::string& name,
                                              const std::optional<std::string>& cluster) {
  if (cluster && *cluster != model.cluster) {
    return Error{"ClusterNotFoundException", "/cluster",
                 unknown_name("cluster", *cluster, {model.cluster})};
  }
  const auto found = model.services.find(name);
  if (found != model.services.end()) return &found->second;
  return Error{"ServiceNotFoundException", "/service",
               unknown_name("service", name, service_names(model))};
}

/// The definition that a service may use, or why it may not.
Result<void> check_definition(const Model& model, const containers::ServiceSpec& spec) {
  const auto* definition = model.task_definition(spec.task_definition);
  if (!definition) {
    return Error{
        "ClientException", "/taskDefinition",
        unknown_name("task definition", spec.task_definition, keys(model.task_definitions))};
  }
  return containers::check_service(spec, *definition);
}

Result<void> check_service_groups(const Model& model, const containers::ServiceSpec& spec) {
  for (std::size_t i = 0; i < spec.load_balancers.size(); ++i) {
    const std::string& group = spec.load_balancers[i].target_group;
    const std::string place = fmt::format("/loadBalancers/{}/targetGroupArn", i);
    if (!model.target_groups.contains(group)) {
      return Error{"InvalidParameterException", place,
                   unknown_name("target group", group, target_group_names(model))};
    }
    if (!model.in_use(group)) {
      return Error{"InvalidParameterException", place,
                   fmt::format("the target group \"{}\" has no associated load balancer: no "
                               "listener's action names it yet",
                               group)};
    }
  }
  return {};
}

/// Overloads of apply_to() for what is not about listeners and rules; those are in model_rules.
Result<void> apply_to(Model& model, const CreateLoadBalancer& operation) {
  if (model.load_balancer) {
    return Error{"TooManyLoadBalancers", "/Name",
                 "found a second load balancer; a stack has exactly one"};
  }
  model.load_balancer = operation;
  return {};
}

Result<void> apply_to(Model& model, const ModifyLoadBalancerAttributes& operation) {
  if (!model.load_balancer || operation.load_balancer != model.load_balancer->name) {
    std::vector<std::string> known;
    if (model.load_balancer) known.push_back(model.load_balancer->name);
    return Error{"LoadBalancerNotFound", "/LoadBalancerArn",
                 unknown_name("load balancer", operation.load_balancer, known)};
  }
  auto attributes = changed(model.load_balancer->attributes, operation.attributes, "/Attributes");
  if (!attributes) return attributes.error();
  model.load_balancer->attributes = *std::move(attributes);
  return {};
}

Result<void> apply_to(Model& model, const CreateTargetGroup& operation) {
  const auto [at, is_new] = model.target_groups.emplace(operation.spec.name, operation.spec);
  if (is_new) return {};
  return Error{"DuplicateTargetGroupName", "/Name",
               fmt::format("there is a target group \"{}\" already", operation.spec.name)};
}

Result<void> modify_group(Model& model, const std::string& name,
                          const TargetGroupSettings& settings) {
  const auto group = find_group(model, name);
  if (!group) return group.error();
  const auto spec = changed(**group, settings);
  if (const auto valid = lb::targets::validate(spec); !valid) return valid.error();
  for (const auto& [port, set] : model.listeners) {
    const auto fits = lb::check_stickiness(set, [&](const std::string& other) {
      return other == name ? &spec : &model.target_groups.at(other);
    });
    if (!fits) return fits.error();
  }
  **group = spec;
  return {};
}

Result<void> apply_to(Model& model, const ModifyTargetGroup& operation) {
  return modify_group(model, operation.target_group, operation.settings);
}

Result<void> apply_to(Model& model, const ModifyTargetGroupAttributes& operation) {
  return modify_group(model, operation.target_group, operation.settings);
}

Result<void> apply_to(Model& model, const DeleteTargetGroup& operation) {
  const auto group = find_group(model, operation.target_group);
  if (!group) return group.error();
  if (model.in_use(operation.target_group)) {
    return Error{"ResourceInUse", "/TargetGroupArn",
                 fmt::format("target group \"{}\" is in use by a listener or a rule",
                             operation.target_group)};
  }
  model.target_groups.erase(operation.target_group);
  return {};
}

Result<void> apply_to(Model& model, const RegisterTargets& operation) {
  const auto group = find_group(model, operation.target_group);
  if (!group) return group.error();
  return {};
}

Result<void> apply_to(Model& model, const DeregisterTargets& operation) {
  const auto group = find_group(model, operation.target_group);
  if (!group) return group.error();
  return {};
}

Result<void> apply_to(Model& model, const RegisterTaskDefinition& operation) {
  auto& revisions = model.task_definitions[operation.definition.family];
  revisions.push_back(operation.definition);
  revisions.back().revision = static_cast<std::uint32_t>(revisions.size());
  return {};
}

Result<void> apply_to(Model& model, const CreateService& operation) {
  const auto& spec = operation.spec;
  if (!spec.cluster.empty() && spec.cluster != model.cluster) {
    return Error{"ClusterNotFoundException", "/cluster",
                 unknown_name("cluster", spec.cluster, {model.cluster})};
  }
  if (model.services.contains(spec.name)) {
    return Error{"InvalidParameterException", "/serviceName",
                 fmt::format("there is a service \"{}\" already", spec.name)};
  }
  if (const auto valid = check_definition(model, spec); !valid) return valid.error();
  if (const auto valid = check_service_groups(model, spec); !valid) return valid.error();
  model.services.emplace(spec.name, spec);
  return {};
}

Result<void> apply_to(Model& model, const UpdateService& operation) {
  const auto service = find_service(model, operation.service, operation.cluster);
  if (!service) return service.error();
  containers::ServiceSpec spec = containers::changed(**service, operation.update);
  if (const auto valid = check_definition(model, spec); !valid) return valid.error();
  if (const auto valid = check_service_groups(model, spec); !valid) return valid.error();
  **service = spec;
  return {};
}

Result<void> apply_to(Model& model, const DeleteService& operation) {
  const auto service = find_service(model, operation.service, operation.cluster);
  if (!service) return service.error();
  if ((*service)->desired_count > 0 && !operation.force) {
    return Error{"InvalidParameterException", "/service",
                 "the service can't be deleted while it is scaled above 0; scale it to 0 first, or "
                 "give force"};
  }
  model.services.erase(operation.service);
  return {};
}

Result<void> apply_to(Model& model, const StopTask& operation) {
  const auto service = find_service(model, operation.task.service, operation.cluster);
  if (!service) {
    Error error = service.error();
    if (error.where == "/service") error.where = "/task";
    return error;
  }
  const std::uint32_t count = (*service)->desired_count;
  if (operation.task.number < count) return {};
  return Error{"InvalidParameterException", "/task",
               fmt::format("found task {} of service \"{}\", whose desired count is {}",
                           operation.task.number, operation.task.service, count)};
}

}  // namespace

Result<void> Model::apply(const Operation& operation) {
  return std::visit([this](const auto& kind) { return apply_to(*this, kind); }, operation);
}

bool Model::in_use(const std::string& target_group) const {
  const auto names_it = [&](const rules::Action& action) {
    const auto* forward = std::get_if<rules::Forward>(&action);
    return forward && std::any_of(forward->target_groups.begin(), forward->target_groups.end(),
                                  [&](const auto& g) { return g.target_group == target_group; });
  };
  return std::any_of(listeners.begin(), listeners.end(), [&](const auto& listener) {
    const rules::RuleSet& set = listener.second;
    return names_it(set.default_action) ||
           std::any_of(set.rules.begin(), set.rules.end(),
                       [&](const rules::Rule& rule) { return names_it(rule.action); });
  });
}

const containers::TaskDefinition* Model::task_definition(std::string_view reference) const {
  // An ARN ends in ":task-definition/family:revision".
  const auto slash = reference.rfind('/');
  if (slash != std::string_view::npos) reference.remove_prefix(slash + 1);
  const auto colon = reference.find(':');
  const auto family = task_definitions.find(std::string(reference.substr(0, colon)));
  if (family == task_definitions.end()) return nullptr;
  const auto& revisions = family->second;
  if (colon == std::string_view::npos) return &revisions.back();
  const std::string_view text = reference.substr(colon + 1);
  std::size_t revision = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || revision == 0 || revision > revisions.size()) return nullptr;
  return &revisions[revision - 1];
}

std::vector<std::string> target_group_names(const Model& model) {
  return keys(model.target_groups);
}

std::vector<std::string> listener_names(const Model& model) {
  std::vector<std::string> names;
  for (const auto& [port, rules] : model.listeners) {
    names.push_back(to_string(ListenerName{model.load_balancer->name, port}));
  }
  return names;
}

std::vector<std::string> service_names(const Model& model) { return keys(model.services); }

}  // namespace cutover::stack

#include "cutover/stack/model.hpp"

#include <fmt/format.h>

#include <charconv>

#include "containers/deployment_support.hpp"
#include "cutover/stack/shift_rules.hpp"

namespace cutover::stack {

namespace {

std::vector<std::string> keys(const auto& map) {
  std::vector<std::string> names;
  names.reserve(map.size());
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

/// `model` is a Model, const or not.
template <class AnyModel>
auto find_service(AnyModel& model, const std::string& name,
                  const std::optional<std::string>& cluster)
    -> Result<decltype(&model.services.begin()->second)> {
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

Result<void> check_group(const Model& model, const std::string& group, const std::string& place) {
  const auto* found = model.balancing.target_group(group);
  if (!found) {
    return Error{"InvalidParameterException", place,
                 unknown_name("target group", group, model.balancing.target_group_names())};
  }
  if (!found->used_by.empty()) return {};
  return Error{"InvalidParameterException", place,
               fmt::format("the target group \"{}\" has no associated load balancer: no "
                           "listener's action names it yet",
                           group)};
}

Result<void> check_service_groups(const Model& model, const containers::ServiceSpec& spec) {
  for (std::size_t i = 0; i < spec.load_balancers.size(); ++i) {
    const containers::ServiceLoadBalancer& entry = spec.load_balancers[i];
    const std::string place = fmt::format("/loadBalancers/{}", i);
    auto valid = check_group(model, entry.target_group, place + "/targetGroupArn");
    if (valid && entry.advanced) {
      valid = check_group(model, entry.advanced->alternate_target_group,
                          place + "/advancedConfiguration/alternateTargetGroupArn");
    }
    if (!valid) return valid;
  }
  return {};
}

/// Whether the rules, hooks and alarms are there that the service's deployments need.
Result<void> check_deployments(const Model& model, const containers::ServiceSpec& spec) {
  containers::SupportChecks checks;
  checks.rule = [&](const std::string& rule, const std::string& group,
                    const std::string& alternate) {
    return check_shift_rule(model.balancing, rule, group, alternate);
  };
  checks.hook = [&](const std::string& arn) { return check_hook(model.hooks, arn); };
  checks.alarm = [&](const std::string& name) { return check_alarm(model.alarms, name); };
  return containers::check_support(spec, checks);
}

/// Overloads of apply_to() for what is not about load balancing.
Result<void> apply_to(Model& model, const RegisterTaskDefinition& operation) {
  auto& revisions = model.task_definitions[operation.definition.family];
  revisions.push_back(operation.definition);
  revisions.back().revision = static_cast<std::uint32_t>(revisions.size());
  return {};
}

Result<void> apply_to(Model& model, const EndTaskDefinition& operation) {
  if (model.task_definition(operation.task_definition)) return {};
  return Error{
      "ClientException", "",
      unknown_name("task definition", operation.task_definition, keys(model.task_definitions))};
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
  if (const auto valid = check_deployments(model, spec); !valid) return valid.error();
  model.services.emplace(spec.name, spec);
  return {};
}

Result<void> apply_to(Model& model, const UpdateService& operation) {
  const auto service = find_service(model, operation.service, operation.cluster);
  if (!service) return service.error();
  containers::ServiceSpec spec = containers::changed(**service, operation.update);
  if (const auto valid = check_definition(model, spec); !valid) return valid.error();
  // A group that has gone out of use meanwhile does not keep a service from being scaled.
  if (operation.update.load_balancers) {
    if (const auto valid = check_service_groups(model, spec); !valid) return valid.error();
  }
  if (operation.update.load_balancers || spec.deployment != (*service)->deployment) {
    if (const auto valid = check_deployments(model, spec); !valid) return valid.error();
  }
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

Result<void> apply_to(const Model& model, const StopTask& operation) {
  return model.check(operation);
}

}  // namespace

Result<void> Model::check(const StopTask& operation) const {
  const auto service = find_service(*this, operation.task.service, operation.cluster);
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

Result<void> Model::apply(const Operation& operation) {
  return std::visit(
      [this](const auto& kind) {
        if constexpr (requires { stack::apply_to(balancing, kind); }) {
          return stack::apply_to(balancing, kind);
        } else {
          return apply_to(*this, kind);
        }
      },
      operation);
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

std::vector<std::string> service_names(const Model& model) { return keys(model.services); }

}  // namespace cutover::stack

#include "containers/cluster_services.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "containers/placement.hpp"
#include "lb/base/json.hpp"

namespace cutover::containers {

namespace {

/// Deleted services kept for the sake of their tasks after their name is taken again.
constexpr std::size_t replaced_max = 100;

}  // namespace

ClusterServices::ClusterServices(const Surroundings& surroundings,
                                 const TaskDefinitions& definitions, const ArnMaker& arns,
                                 Random& random, std::function<void()> on_task_stopped)
    : surroundings_(surroundings),
      definitions_(definitions),
      arns_(arns),
      random_(random),
      on_task_stopped_(std::move(on_task_stopped)) {}

Result<void> ClusterServices::check(const ServiceSpec& spec) const {
  const auto cluster = arns_.id_of("cluster", spec.cluster);
  if (!spec.cluster.empty() && cluster != arns_.cluster_name()) {
    return Error{
        "ClusterNotFoundException", "/cluster",
        fmt::format("Cluster not found: {}; this one is {}", spec.cluster, arns_.cluster_name())};
  }
  const auto definition = definitions_.find_active(spec.task_definition);
  if (!definition) return at("/taskDefinition", definition.error());
  if (auto checked = check_service(spec, **definition); !checked) return checked;
  if (auto checked = check_constraints(**definition, spec.placement_constraints); !checked) {
    return checked;
  }
  if (auto checked = check_tags(spec.tags); !checked) return checked;
  if (auto checked = check_target_groups(spec, (*definition)->network_mode); !checked) {
    return checked;
  }
  return check_support(spec, surroundings_.support.checks());
}

Result<void> ClusterServices::check_target_groups(const ServiceSpec& spec,
                                                  NetworkMode network) const {
  for (std::size_t i = 0; i < spec.load_balancers.size(); ++i) {
    const std::string& group = spec.load_balancers[i].target_group;
    const auto checked = surroundings_.registry.check_target_group(group, network);
    if (!checked) {
      return at(fmt::format("/loadBalancers/{}/targetGroupArn", i), checked.error());
    }
    const auto& advanced = spec.load_balancers[i].advanced;
    if (!advanced) continue;
    const auto alternate =
        surroundings_.registry.check_target_group(advanced->alternate_target_group, network);
    if (!alternate) {
      return at(fmt::format("/loadBalancers/{}/advancedConfiguration/alternateTargetGroupArn", i),
                alternate.error());
    }
  }
  return {};
}

/// Whether the name is free; the same service once more is not asked about here.
Result<void> ClusterServices::check_name(const ServiceSpec& spec) const {
  const auto existing = services_.find(spec.name);
  if (existing == services_.end()) return {};
  if (existing->second->status() == ServiceStatus::active) {
    return Error{"InvalidParameterException", "/serviceName",
                 fmt::format("Creation of service was not idempotent: {} is active with other "
                             "parameters",
                             spec.name)};
  }
  if (existing->second->status() == ServiceStatus::draining) {
    return Error{"InvalidParameterException", "/serviceName",
                 fmt::format("Unable to Start a service that is still Draining: {}", spec.name)};
  }
  return {};
}

Result<void> ClusterServices::create(const ServiceSpec& spec) {
  if (stopping_) {
    return Error{"ClientException", "", "the cluster is shutting down; no service is taken"};
  }
  const auto existing = services_.find(spec.name);
  // The same request again is answered as the first one was.
  if (existing != services_.end() && existing->second->status() == ServiceStatus::active &&
      existing->second->spec() == spec) {
    return {};
  }
  if (auto checked = check_name(spec); !checked) return checked;
  if (auto checked = check(spec); !checked) return checked;
  put_aside(spec.name);
  services_.emplace(spec.name,
                    std::make_unique<ServiceAgent>(surroundings_, arns_, random_, spec,
                                                   *definitions_.find_active(spec.task_definition),
                                                   on_task_stopped_));
  return {};
}

void ClusterServices::put_aside(const std::string& name) {
  const auto existing = services_.find(name);
  if (existing == services_.end()) return;
  if (replaced_.size() >= replaced_max) {
    std::erase_if(replaced_, [](const auto& service) { return !service->has_live_tasks(); });
  }
  replaced_.push_back(std::move(existing->second));
  services_.erase(existing);
}

Result<ServiceAgent*> ClusterServices::find(std::string_view name) const {
  const auto bare = arns_.id_of("service", name);
  const auto found = bare ? services_.find(*bare) : services_.end();
  if (found != services_.end()) return found->second.get();
  std::vector<std::string_view> names;
  for (const auto& [each, service] : services_) names.push_back(each);
  const auto close = closest_name(name, names);
  return Error{"ServiceNotFoundException", "",
               fmt::format("Service not found: {}{}", name,
                           close ? fmt::format("; did you mean {}?", *close) : "")};
}

std::vector<ServiceAgent*> ClusterServices::named(std::string_view name) const {
  std::vector<ServiceAgent*> named;
  for (const auto& service : replaced_) {
    if (service->spec().name == name) named.push_back(service.get());
  }
  const auto found = services_.find(name);
  if (found != services_.end()) named.push_back(found->second.get());
  return named;
}

std::vector<ServiceAgent*> ClusterServices::owners(std::string_view kind,
                                                   std::string_view arn) const {
  const auto path = arns_.id_of(kind, arn);
  if (!path || path->size() == arn.size()) return {};
  return named(path->substr(0, path->find('/')));
}

Result<ServiceAgent*> ClusterServices::find_active(std::string_view name) const {
  auto service = find(name);
  if (service && (*service)->status() != ServiceStatus::active) {
    return Error{
        "ServiceNotActiveException", "",
        fmt::format("Service was not ACTIVE: {} is {}", name, to_string((*service)->status()))};
  }
  return service;
}

Result<void> ClusterServices::update(std::string_view name, const ServiceUpdate& update) {
  const auto found = find_active(name);
  if (!found) return found.error();
  if (stopping_) {
    return Error{"ClientException", "", "the cluster is shutting down; no service is changed"};
  }
  ServiceAgent& service = **found;
  // Without another one its own, which may be INACTIVE by now.
  Result<DefinitionPtr> definition = service.definition();
  if (update.task_definition) definition = definitions_.find_active(*update.task_definition);
  if (!definition) return at("/taskDefinition", definition.error());
  if (update.desired_count && service.spec().scheduling == SchedulingStrategy::daemon) {
    return Error{"InvalidParameterException", "/desiredCount",
                 "The daemon scheduling strategy does not support a desired count for services"};
  }
  ServiceSpec spec = changed(service.spec(), update);
  if (auto checked = check_service(spec, **definition); !checked) return checked;
  if (auto checked = check_constraints(**definition, spec.placement_constraints); !checked) {
    return checked;
  }
  if (update.load_balancers) {
    auto checked = check_target_groups(spec, (*definition)->network_mode);
    if (!checked) return checked;
  }
  // A rule or an alarm that has gone meanwhile does not keep a service from being scaled.
  if (update.load_balancers || update.task_definition || update.force_new_deployment ||
      spec.deployment != service.spec().deployment) {
    if (auto checked = check_support(spec, surroundings_.support.checks()); !checked)
      return checked;
  }
  service.update(std::move(spec), *definition, update.force_new_deployment);
  return {};
}

Result<void> ClusterServices::remove(std::string_view name, bool force) {
  const auto found = find(name);
  if (!found) return found.error();
  ServiceAgent& service = **found;
  // Once more while it drains: nothing is left to do.
  if (service.status() == ServiceStatus::draining) return {};
  if (service.status() == ServiceStatus::inactive) {
    return Error{"ServiceNotFoundException", "", "Service not found."};
  }
  // A daemon can't be scaled to 0 before.
  if (service.spec().scheduling == SchedulingStrategy::daemon) force = true;
  if (!force && service.desired_count() > 0) {
    return Error{"InvalidParameterException", "",
                 "The service cannot be stopped while it is scaled above 0"};
  }
  const std::uint32_t running = service.describe().running_count;
  if (!force && running > 0) {
    return Error{"InvalidParameterException", "",
                 fmt::format("the service still has {} running tasks; it can be deleted when they "
                             "have stopped, or by force",
                             running)};
  }
  service.remove();
  return {};
}

std::vector<std::string> ClusterServices::names() const {
  std::vector<std::string> names;
  for (const auto& [name, service] : services_) {
    if (service->status() == ServiceStatus::active) names.push_back(name);
  }
  return names;
}

std::vector<std::string> ClusterServices::all_names() const {
  std::vector<std::string> names;
  for (const auto& [name, service] : services_) names.push_back(name);
  return names;
}

Result<void> ClusterServices::restore(const SavedService& saved) {
  ServiceSpec spec = saved.spec;
  std::string first = saved.definition;
  if (saved.completed) {
    first = saved.completed->definition;
    spec.load_balancers = saved.completed->load_balancers;
    spec.network = saved.completed->network;
  }
  const auto definition = definitions_.describe(first);
  if (!definition) return definition.error();
  auto service = std::make_unique<ServiceAgent>(surroundings_, arns_, random_, std::move(spec),
                                                definition->definition, on_task_stopped_);
  const auto next = definitions_.describe(saved.definition);
  if (!next) return next.error();
  service->resume(saved, next->definition);
  services_.insert_or_assign(saved.spec.name, std::move(service));
  return {};
}

std::vector<ServiceAgent*> ClusterServices::all() const {
  std::vector<ServiceAgent*> all;
  for (const auto& service : replaced_) all.push_back(service.get());
  for (const auto& [name, service] : services_) all.push_back(service.get());
  // A daemon's tasks are the first on a container instance.
  std::stable_partition(all.begin(), all.end(), [](const ServiceAgent* service) {
    return service->spec().scheduling == SchedulingStrategy::daemon;
  });
  return all;
}

void ClusterServices::look_again() {
  for (ServiceAgent* service : all()) service->look_again();
}

void ClusterServices::look_for_room() {
  for (ServiceAgent* service : all()) service->look_for_room();
}

void ClusterServices::stop_now() {
  stopping_ = true;
  for (ServiceAgent* service : all()) service->stop_now();
}

bool ClusterServices::has_live_tasks() const {
  const auto services = all();
  return std::any_of(services.begin(), services.end(),
                     [](const ServiceAgent* service) { return service->has_live_tasks(); });
}

}  // namespace cutover::containers

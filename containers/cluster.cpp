#include "containers/cluster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "containers/identifiers.hpp"
#include "containers/service_agent.hpp"
#include "lb/base/json.hpp"
#include "lb/base/random.hpp"

namespace cutover::containers {

namespace {

/// Deleted services kept for the sake of their tasks after their name is taken again.
constexpr std::size_t replaced_max = 100;

/// "; did you mean x?" or nothing.
template <class Map>
std::string suggestion(std::string_view word, const Map& named) {
  std::vector<std::string_view> names;
  names.reserve(named.size());
  for (const auto& [name, value] : named) names.push_back(name);
  const auto close = closest_name(word, names);
  return close ? fmt::format("; did you mean {}?", *close) : std::string{};
}

}  // namespace

class Cluster::Core {
 public:
  Core(Timers& timers, Runtime& runtime, TargetRegistry& registry,
       const TaskDefinitions& definitions, ClusterOptions options)
      : options_(std::move(options)),
        definitions_(definitions),
        surroundings_{timers, runtime, registry, options_.images, start_faults_},
        arns_(options_.region, options_.account, options_.name),
        random_(options_.seed) {}

  ~Core() { surroundings_.timers.cancel(done_timer_); }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  Result<void> create_service(const ServiceSpec& spec);
  Result<void> update_service(std::string_view name, const ServiceUpdate& update);
  Result<void> delete_service(std::string_view name, bool force);

  Result<ServiceAgent*> find_service(std::string_view name) const;
  std::vector<std::string> services() const;
  std::vector<TaskDescription> tasks(const std::string& service) const;
  Result<void> stop_task(std::string_view id, const std::string& reason);
  void shut_down(std::function<void()> done);
  StartFaults& start_faults() { return start_faults_; }

 private:
  using Services = std::map<std::string, std::unique_ptr<ServiceAgent>, std::less<>>;

  Result<void> check(const ServiceSpec& spec) const;
  Result<void> check_target_groups(const ServiceSpec& spec) const;
  Result<ServiceAgent*> find_active_service(std::string_view name) const;
  std::vector<ServiceAgent*> all_services() const;
  void tell_when_all_stopped();

  ClusterOptions options_;
  const TaskDefinitions& definitions_;
  StartFaults start_faults_;
  Surroundings surroundings_;
  ArnMaker arns_;
  Random random_;
  Services services_;
  std::vector<std::unique_ptr<ServiceAgent>> replaced_;  ///< INACTIVE ones whose name is reused.
  std::function<void()> on_shut_down_;
  bool shutting_down_ = false;
  TimerId done_timer_ = 0;
};

Result<void> Cluster::Core::check(const ServiceSpec& spec) const {
  if (!spec.cluster.empty() && bare_name(spec.cluster) != options_.name) {
    return Error{"ClusterNotFoundException", "/cluster",
                 fmt::format("Cluster not found: {}; this one is {}", spec.cluster, options_.name)};
  }
  const auto definition = definitions_.find_active(spec.task_definition);
  if (!definition) return at("/taskDefinition", definition.error());
  if (auto checked = check_service(spec, **definition); !checked) return checked;
  return check_target_groups(spec);
}

Result<void> Cluster::Core::check_target_groups(const ServiceSpec& spec) const {
  for (std::size_t i = 0; i < spec.load_balancers.size(); ++i) {
    const std::string& group = spec.load_balancers[i].target_group;
    const auto checked = surroundings_.registry.check_target_group(group);
    if (!checked) {
      return at(fmt::format("/loadBalancers/{}/targetGroupArn", i), checked.error());
    }
  }
  return {};
}

Result<void> Cluster::Core::create_service(const ServiceSpec& spec) {
  if (shutting_down_) {
    return Error{"ClientException", "", "the cluster is shutting down; no service is taken"};
  }
  const auto existing = services_.find(spec.name);
  if (existing != services_.end()) {
    const ServiceStatus status = existing->second->status();
    // The same request again is answered as the first one was.
    if (status == ServiceStatus::active && existing->second->spec() == spec) return {};
    if (status == ServiceStatus::active) {
      return Error{"InvalidParameterException", "/serviceName",
                   fmt::format("Creation of service was not idempotent: {} is active with other "
                               "parameters",
                               spec.name)};
    }
    if (status == ServiceStatus::draining) {
      return Error{"InvalidParameterException", "/serviceName",
                   fmt::format("Unable to Start a service that is still Draining: {}", spec.name)};
    }
  }
  if (auto checked = check(spec); !checked) return checked;
  if (existing != services_.end()) {
    if (replaced_.size() >= replaced_max) {
      std::erase_if(replaced_, [](const auto& service) { return !service->has_live_tasks(); });
    }
    replaced_.push_back(std::move(existing->second));
    services_.erase(existing);
  }
  services_.emplace(spec.name,
                    std::make_unique<ServiceAgent>(surroundings_, arns_, random_, spec,
                                                   *definitions_.find_active(spec.task_definition),
                                                   [this] { tell_when_all_stopped(); }));
  return {};
}

Result<ServiceAgent*> Cluster::Core::find_service(std::string_view name) const {
  const auto found = services_.find(bare_name(name));
  if (found != services_.end()) return found->second.get();
  return Error{"ServiceNotFoundException", "",
               fmt::format("Service not found: {}{}", name, suggestion(name, services_))};
}

Result<ServiceAgent*> Cluster::Core::find_active_service(std::string_view name) const {
  auto service = find_service(name);
  if (service && (*service)->status() != ServiceStatus::active) {
    return Error{
        "ServiceNotActiveException", "",
        fmt::format("Service was not ACTIVE: {} is {}", name, to_string((*service)->status()))};
  }
  return service;
}

Result<void> Cluster::Core::update_service(std::string_view name, const ServiceUpdate& update) {
  const auto found = find_active_service(name);
  if (!found) return found.error();
  if (shutting_down_) {
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
  if (update.load_balancers) {
    if (auto checked = check_target_groups(spec); !checked) return checked;
  }
  service.update(std::move(spec), *definition, update.force_new_deployment);
  return {};
}

Result<void> Cluster::Core::delete_service(std::string_view name, bool force) {
  const auto found = find_active_service(name);
  if (!found) return found.error();
  ServiceAgent& service = **found;
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

std::vector<std::string> Cluster::Core::services() const {
  std::vector<std::string> names;
  for (const auto& [name, service] : services_) {
    if (service->status() == ServiceStatus::active) names.push_back(name);
  }
  return names;
}

std::vector<ServiceAgent*> Cluster::Core::all_services() const {
  std::vector<ServiceAgent*> all;
  for (const auto& service : replaced_) all.push_back(service.get());
  for (const auto& [name, service] : services_) all.push_back(service.get());
  return all;
}

std::vector<TaskDescription> Cluster::Core::tasks(const std::string& service) const {
  std::vector<TaskDescription> descriptions;
  for (const ServiceAgent* each : all_services()) {
    if (!service.empty() && each->spec().name != bare_name(service)) continue;
    auto its = each->tasks();
    std::move(its.begin(), its.end(), std::back_inserter(descriptions));
  }
  std::stable_sort(descriptions.begin(), descriptions.end(),
                   [](const TaskDescription& a, const TaskDescription& b) {
                     return a.created_at < b.created_at;
                   });
  return descriptions;
}

Result<void> Cluster::Core::stop_task(std::string_view id, const std::string& reason) {
  for (ServiceAgent* service : all_services()) {
    TaskAgent* task = service->task(bare_name(id));
    if (!task) continue;
    task->stop(StopCode::user_initiated, reason.empty() ? "Task stopped by user" : reason, false);
    return {};
  }
  return Error{"InvalidParameterException", "",
               fmt::format("The referenced task was not found: {}", id)};
}

void Cluster::Core::shut_down(std::function<void()> done) {
  shutting_down_ = true;
  for (ServiceAgent* service : all_services()) service->stop_now();
  on_shut_down_ = std::move(done);
  tell_when_all_stopped();
}

void Cluster::Core::tell_when_all_stopped() {
  if (!on_shut_down_) return;
  const auto all = all_services();
  if (std::any_of(all.begin(), all.end(),
                  [](const ServiceAgent* service) { return service->has_live_tasks(); })) {
    return;
  }
  // Not from within: a task may be in the middle of its last step.
  done_timer_ = surroundings_.timers.after(Duration::zero(),
                                           [this, done = std::exchange(on_shut_down_, nullptr)] {
                                             done_timer_ = 0;
                                             done();
                                           });
}

Cluster::Cluster(Timers& timers, Runtime& runtime, TargetRegistry& registry,
                 const TaskDefinitions& definitions, ClusterOptions options)
    : core_(std::make_unique<Core>(timers, runtime, registry, definitions, std::move(options))) {}

Cluster::~Cluster() = default;

Result<void> Cluster::create_service(const ServiceSpec& spec) {
  return core_->create_service(spec);
}

Result<void> Cluster::update_service(const std::string& service, const ServiceUpdate& update) {
  return core_->update_service(service, update);
}

Result<void> Cluster::delete_service(const std::string& service, bool force) {
  return core_->delete_service(service, force);
}

Result<ServiceDescription> Cluster::describe_service(const std::string& service) const {
  const auto found = core_->find_service(service);
  if (!found) return found.error();
  return (*found)->describe();
}

std::vector<std::string> Cluster::services() const { return core_->services(); }

std::vector<TaskDescription> Cluster::tasks(const std::string& service) const {
  return core_->tasks(service);
}

Result<void> Cluster::stop_task(const std::string& task_id, const std::string& reason) {
  return core_->stop_task(task_id, reason);
}

void Cluster::shut_down(std::function<void()> done) { core_->shut_down(std::move(done)); }

StartFaults& Cluster::start_faults() { return core_->start_faults(); }

}  // namespace cutover::containers

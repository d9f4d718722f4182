#include "containers/deployments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace cutover::containers {

namespace {

/// AWS keeps records for 90 days; here the last ones are kept.
constexpr std::size_t records_max = 100;

std::string in_progress(const std::string& id) {
  return fmt::format("ECS deployment {} in progress.", id);
}

}  // namespace

std::vector<ServiceLoadBalancer> ServiceRevision::places() const {
  std::vector<ServiceLoadBalancer> places = load_balancers;
  for (ServiceLoadBalancer& place : places) {
    if (in_alternate_groups && place.advanced) {
      place.target_group = place.advanced->alternate_target_group;
    }
  }
  return places;
}

Deployments::Deployments(const ArnMaker& arns, std::string service, const Clock& clock,
                         Random& random, ServiceEvents& events)
    : arns_(arns), service_(std::move(service)), clock_(clock), random_(random), events_(events) {}

Deployment* Deployments::find(DeploymentKey key) {
  const auto found = std::find_if(list_.begin(), list_.end(),
                                  [key](const Deployment& each) { return each.key == key; });
  return found == list_.end() ? nullptr : &*found;
}

void Deployments::begin(const ServiceSpec& spec, DefinitionPtr definition, std::uint32_t kept) {
  const WallTime now = clock_.wall_now();
  ServiceRevision revision;
  revision.arn = arns_.service_revision(service_, new_revision_id(random_));
  revision.definition = std::move(definition);
  revision.load_balancers = spec.load_balancers;
  revision.network = spec.network;
  revision.created_at = now;
  const bool shifts = spec.deployment.strategy != DeploymentStrategy::rolling;
  if (completed_) {
    const bool before = completed_->revision->in_alternate_groups;
    revision.in_alternate_groups = shifts ? !before : before;
  }
  Deployment added;
  added.key = ++last_;
  added.id = new_deployment_id(random_);
  added.revision = std::make_shared<const ServiceRevision>(std::move(revision));
  added.created_at = now;
  added.updated_at = now;
  added.state_reason = in_progress(added.id);
  if (!list_.empty()) set_desired_count(primary(), kept);
  if (!records_.empty() && !is_final(record().status)) {
    set_status(record(), ServiceDeploymentStatus::stopped, "A newer deployment took its place.");
  }
  add_record(added, spec);
  make_primary(std::move(added));
}

/// What is steady is said of each deployment, also of one that has nothing to do.
void Deployments::make_primary(Deployment deployment) {
  events_.holds(ServiceEvents::Condition::steady, false);
  list_.insert(list_.begin(), std::move(deployment));
}

void Deployments::add_record(const Deployment& deployment, const ServiceSpec& spec) {
  ServiceDeployment added;
  added.arn = arns_.service_deployment(service_, new_service_deployment_id(random_));
  added.deployment = deployment.key;
  added.target = deployment.revision;
  for (const Deployment& each : list_) added.sources.push_back({each.revision, each.key});
  added.configuration = spec.deployment;
  added.created_at = deployment.created_at;
  added.started_at = deployment.created_at;
  added.breaker_threshold = CircuitBreaker::threshold(spec.desired_count);
  if (spec.deployment.circuit_breaker.enable) added.breaker = MonitorStatus::monitoring;
  if (spec.deployment.alarms && spec.deployment.alarms->enable) {
    added.alarms = MonitorStatus::monitoring;
  }
  records_.push_front(std::move(added));
  set_status(record(), ServiceDeploymentStatus::in_progress, {});
  if (records_.size() > records_max) records_.pop_back();
}

void Deployments::set_state(Deployment& deployment, RolloutState state, std::string reason) {
  deployment.state = state;
  deployment.state_reason = std::move(reason);
  deployment.updated_at = clock_.wall_now();
}

void Deployments::set_status(ServiceDeployment& record, ServiceDeploymentStatus status,
                             std::string reason) {
  const WallTime now = clock_.wall_now();
  record.status = status;
  if (!reason.empty()) record.status_reason = std::move(reason);
  record.updated_at = now;
  if (!is_final(status)) return;
  record.finished_at = now;
  if (status == ServiceDeploymentStatus::stopped) record.stopped_at = now;
  for (MonitorStatus* monitor : {&record.breaker, &record.alarms}) {
    if (*monitor == MonitorStatus::monitoring) *monitor = MonitorStatus::monitoring_complete;
  }
}

void Deployments::set_desired_count(Deployment& deployment, std::uint32_t count) {
  if (deployment.desired_count == count) return;
  deployment.desired_count = count;
  deployment.updated_at = clock_.wall_now();
}

void Deployments::resume(bool in_alternate_groups) {
  Deployment& resumed = primary();
  ServiceRevision revision = *resumed.revision;
  revision.in_alternate_groups = in_alternate_groups;
  resumed.revision = std::make_shared<const ServiceRevision>(std::move(revision));
  record().target = resumed.revision;
  set_state(resumed, RolloutState::completed,
            fmt::format("ECS deployment {} completed.", resumed.id));
  set_status(record(), ServiceDeploymentStatus::successful, {});
  completed_ = resumed;
}

void Deployments::complete() {
  Deployment& done = primary();
  set_state(done, RolloutState::completed, fmt::format("ECS deployment {} completed.", done.id));
  completed_ = done;
  events_.completed(done.id);
  if (is_final(record().status)) return;
  set_status(record(),
             done.rolled_back_to ? ServiceDeploymentStatus::rollback_successful
                                 : ServiceDeploymentStatus::successful,
             {});
}

void Deployments::fail(const DeploymentFailure& failure, std::uint32_t live) {
  Deployment& failed = primary();
  const std::string reason = fmt::format("ECS deployment {}: {}.", failure.monitor, failure.words);
  const bool was_rollback = failed.rolled_back_to;
  set_state(failed, RolloutState::failed, reason);
  events_.failed(failed.id, failure.words);
  if (failure.rollback && !was_rollback && last_completed()) {
    set_desired_count(failed, live);
    roll_back(failure);
    return;
  }
  set_status(
      record(),
      was_rollback ? ServiceDeploymentStatus::rollback_failed : ServiceDeploymentStatus::stopped,
      reason);
}

const Deployment* Deployments::last_completed() const {
  return completed_ && completed_->key != primary().key ? &*completed_ : nullptr;
}

void Deployments::roll_back(const DeploymentFailure& failure) {
  Deployment target = *completed_;
  if (const Deployment* there = find(target.key)) target = *there;
  std::erase_if(list_, [&](const Deployment& each) { return each.key == target.key; });
  target.rolled_back_to = true;
  target.breaker = {};
  target.throttle = {};
  target.pace = {};
  set_state(target, RolloutState::in_progress,
            fmt::format("ECS deployment {}: rolling back to deploymentId {}.", failure.monitor,
                        target.id));
  events_.rolling_back(target.id);
  record().rollback = {fmt::format("Service deployment rolled back because of {}: {}.",
                                   failure.monitor, failure.words),
                       target.revision->arn, clock_.wall_now()};
  set_status(record(), ServiceDeploymentStatus::rollback_in_progress, record().rollback->reason);
  make_primary(std::move(target));
}

void Deployments::drop_finished(const std::function<bool(const Deployment&)>& has_tasks) {
  list_.erase(std::remove_if(std::next(list_.begin()), list_.end(),
                             [&](const Deployment& each) {
                               return each.desired_count == 0 && !has_tasks(each);
                             }),
              list_.end());
}

ServiceDeployment* Deployments::find_record(std::string_view arn) {
  const auto found =
      std::find_if(records_.begin(), records_.end(), [arn](const ServiceDeployment& each) {
        return each.arn == arn || bare_name(each.arn) == arn;
      });
  return found == records_.end() ? nullptr : &*found;
}

RevisionPtr Deployments::find_revision(std::string_view arn) const {
  for (const ServiceDeployment& each : records_) {
    if (each.target->arn == arn) return each.target;
    for (const auto& source : each.sources) {
      if (source.revision->arn == arn) return source.revision;
    }
  }
  return nullptr;
}

}  // namespace cutover::containers

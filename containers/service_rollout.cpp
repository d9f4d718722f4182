// How a service agent's deployments begin, go on and end.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "containers/service_agent.hpp"

namespace cutover::containers {

namespace {

/// How often alarms are looked at while they watch over a deployment.
constexpr Duration alarms_interval = std::chrono::seconds(5);

}  // namespace

void ServiceAgent::update(ServiceSpec spec, DefinitionPtr definition, bool force_new_deployment) {
  const bool deploys = force_new_deployment || definition->arn != this->definition()->arn ||
                       needs_new_deployment(spec_, spec);
  const std::uint32_t count = spec.desired_count;
  const std::uint32_t before = std::exchange(spec_, std::move(spec)).desired_count;
  if (count != before) set_desired_count(count);
  if (deploys) deploy(std::move(definition));
  plan_soon();
}

void ServiceAgent::set_desired_count(std::uint32_t count) {
  spec_.desired_count = count;
  if (shift_) {
    for (Deployment* each : shift_->sustained()) deployments_.set_desired_count(*each, count);
  } else {
    deployments_.set_desired_count(deployments_.primary(), count);
  }
  plan_soon();
}

void ServiceAgent::deploy(DefinitionPtr definition) {
  const Deployment& former = deployments_.primary();
  const std::uint32_t running = tasks_.counts(former.key).running;
  // A finished deployment keeps up its count until the new one takes over; an unfinished one does
  // not grow any more.
  const std::uint32_t kept = former.state == RolloutState::completed ? desired_count() : running;
  begin_deployment(std::move(definition),
                   shift_ ? shift_->give_way(desired_count(), running) : kept);
}

void ServiceAgent::begin_deployment(DefinitionPtr definition, std::uint32_t kept) {
  const auto& list = deployments_.list();
  const auto older = std::count_if(list.begin(), list.end(), [this](const Deployment& each) {
    return tasks_.counts(each.key).live > 0;
  });
  deployments_.begin(spec_, std::move(definition), kept);
  begin_watching_alarms();
  shift_.reset();
  if (spec_.deployment.strategy == DeploymentStrategy::rolling) return;
  shift_ = std::make_unique<ServiceShift>(
      ServiceShift::Context{surroundings_.timers.clock(), surroundings_.support, deployments_,
                            events_, arns_.service(spec_.name), [this] { plan_soon(); }},
      older > 1);
}

void ServiceAgent::remove() {
  status_ = has_live_tasks() ? ServiceStatus::draining : ServiceStatus::inactive;
  instances_.clear();
  shift_.reset();
  alarms_.clear();
  if (!is_final(deployments_.record().status)) {
    deployments_.set_status(deployments_.record(), ServiceDeploymentStatus::stopped,
                            "The service was deleted.");
  }
  for (Deployment& each : deployments_.list()) deployments_.set_desired_count(each, 0);
  set_desired_count(0);
}

Result<void> ServiceAgent::stop_service_deployment(std::string_view arn, StopType type) {
  const ServiceDeployment* record = deployments_.find_record(arn);
  if (!record) return no_service_deployment(arn);
  const auto conflict = [&](std::string message) -> Result<void> {
    return Error{"ConflictException", "/serviceDeploymentArn", std::move(message)};
  };
  if (is_final(record->status) || !deployments_.under_way() ||
      deployments_.primary().rolled_back_to) {
    return conflict(
        fmt::format("the service deployment is {}; only one that is IN_PROGRESS can be stopped",
                    to_string(record->status)));
  }
  if (shift_ && !shift_->can_fail()) {
    return conflict(fmt::format("the service deployment is in {}; it can be stopped until then",
                                to_string(record->stage.value_or(LifecycleStage::clean_up))));
  }
  const bool back = type == StopType::rollback;
  deployments_.set_status(
      deployments_.record(),
      back ? ServiceDeploymentStatus::rollback_requested : ServiceDeploymentStatus::stop_requested,
      {});
  fail_deployment({"deployment", "stopped by request", back});
  plan_soon();
  return {};
}

Result<void> ServiceAgent::continue_service_deployment(std::string_view arn,
                                                       std::string_view hook_id,
                                                       LifecycleHook::TimeoutAction action) {
  const ServiceDeployment* record = deployments_.find_record(arn);
  if (!record) return no_service_deployment(arn);
  const bool present = record == &deployments_.record() && shift_;
  if (present && shift_->act_on_hook(hook_id, action)) return {};
  return Error{"InvalidParameterException", "/hookId",
               fmt::format("no hook {} of the service deployment awaits an action", hook_id)};
}

Error ServiceAgent::no_service_deployment(std::string_view arn) {
  return {"ServiceDeploymentNotFoundException", "/serviceDeploymentArn",
          fmt::format("Service deployment not found: {}", arn)};
}

void ServiceAgent::fail_deployment(const DeploymentFailure& failure) {
  alarms_.clear();
  if (shift_) {
    shift_->fail(failure);
  } else {
    deployments_.fail(failure, tasks_.counts(deployments_.primary().key).live);
  }
}

void ServiceAgent::watch_over_deployment() {
  for (Deployment& each : deployments_.list()) {
    const bool well = observed_.group(each.key).count(TaskHealth::healthy) > 0;
    if (well) each.breaker.runs_well();
  }
  if (!deployments_.under_way() || status_ != ServiceStatus::active) return;
  ServiceDeployment& record = deployments_.record();
  record.breaker_count = deployments_.primary().breaker.failed_tasks();
  record.breaker_threshold = CircuitBreaker::threshold(desired_count());
  if (shift_ && !shift_->can_fail()) return;
  const CircuitBreakerConfiguration& breaker = spec_.deployment.circuit_breaker;
  if (breaker.enable && deployments_.primary().breaker.is_tripped(desired_count())) {
    record.breaker = MonitorStatus::triggered;
    fail_deployment({"circuit breaker", "tasks failed to start", breaker.rollback});
  }
  watch_alarms();
}

/// A deployment that begins while one of its alarms is in ALARM may be the one that mends it: it is
/// not watched.
void ServiceAgent::begin_watching_alarms() {
  alarms_.clear();
  alarms_until_.reset();
  const auto& alarms = spec_.deployment.alarms;
  const AlarmSource* source = surroundings_.support.alarms;
  if (!alarms || !alarms->enable || !source) return;
  const auto& names = alarms->alarm_names;
  const bool rings = std::any_of(names.begin(), names.end(), [source](const std::string& name) {
    return source->state(name) == AlarmState::alarm;
  });
  if (rings) {
    deployments_.record().alarms = MonitorStatus::disabled;
  } else {
    alarms_ = names;
  }
}

/// From the moment on at which a task of the deployment runs.
void ServiceAgent::watch_alarms() {
  if (alarms_.empty() || tasks_.counts(deployments_.primary().key).running == 0) return;
  std::vector<std::string> ringing;
  std::copy_if(alarms_.begin(), alarms_.end(), std::back_inserter(ringing),
               [this](const std::string& name) {
                 return surroundings_.support.alarms->state(name) == AlarmState::alarm;
               });
  if (ringing.empty()) return;
  ServiceDeployment& record = deployments_.record();
  record.alarms = MonitorStatus::triggered;
  record.triggered_alarms = std::move(ringing);
  fail_deployment({"alarms", "alarm detected", record.configuration.alarms->rollback});
}

void ServiceAgent::advance_shift() {
  if (!shift_) return;
  const DeploymentKey target = shift_->target();
  const std::uint32_t of_target = tasks_.counts(target).live;
  TrafficShift::Sight sight;
  sight.target_is_at_strength = is_at_strength(observed_.group(target), desired_count());
  sight.source_is_gone = tasks_.counts().live == of_target;
  sight.target_is_gone = of_target == 0;
  shift_->advance(sight, desired_count());
  if (!shift_->is_over()) return;
  shift_.reset();
  alarms_.clear();
}

/// PRIMARY has reached its goal. With alarms it is done once they have had time to see it.
void ServiceAgent::complete_deployment() {
  if (status_ != ServiceStatus::active) return;
  const TimePoint now = surroundings_.timers.now();
  if (!alarms_.empty() && !alarms_until_) {
    Duration window = Duration::zero();
    for (const std::string& name : alarms_) {
      window = std::max(window, surroundings_.support.alarms->window(name));
    }
    alarms_until_ = now + window;
  }
  if (alarms_until_ && now < *alarms_until_) return;
  alarms_.clear();
  alarms_until_.reset();
  deployments_.complete();
}

std::optional<TimePoint> ServiceAgent::next_moment() const {
  std::optional<TimePoint> next;
  if (shift_) next = shift_->next_moment();
  if (alarms_.empty() || !deployments_.under_way()) return next;
  TimePoint look = surroundings_.timers.now() + alarms_interval;
  if (alarms_until_) look = std::min(look, *alarms_until_);
  return std::min(next.value_or(look), look);
}

}  // namespace cutover::containers

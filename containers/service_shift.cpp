#include "containers/service_shift.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace cutover::containers {

namespace {

using nlohmann::json;

/// What a rule that cannot be changed is found by.
constexpr const char* traffic_monitor = "traffic shift";

WallTime wall_time_of(TimePoint moment, const Clock& clock) {
  return clock.wall_now() + std::chrono::duration_cast<WallTime::duration>(moment - clock.now());
}

/// Whole percents without a fraction.
json number_of(double percent) {
  if (percent == std::floor(percent)) return static_cast<int>(percent);
  return percent;
}

}  // namespace

ServiceShift::ServiceShift(Context context, bool reconciles)
    : context_(std::move(context)),
      target_(context_.deployments.primary().key),
      source_(context_.deployments.last_completed() ? context_.deployments.last_completed()->key
                                                    : 0),
      target_revision_(context_.deployments.primary().revision),
      source_revision_(has_source() ? context_.deployments.last_completed()->revision : nullptr),
      configuration_(context_.deployments.record().configuration),
      shift_(configuration_, setting(reconciles), context_.clock.now()) {
  find_routes();
  if (!has_source()) return;
  context_.deployments.record().shifts_from = source_;
  route(false, 0);
  route(true, 0);
  retire_others();
}

ServiceShift::~ServiceShift() = default;

TrafficShift::Setting ServiceShift::setting(bool reconciles) const {
  TrafficShift::Setting setting;
  setting.reconciles = reconciles;
  setting.has_source = has_source();
  for (const ServiceLoadBalancer& entry : target_revision_->load_balancers) {
    if (entry.advanced && !entry.advanced->test_listener_rule.empty()) setting.has_test_rule = true;
  }
  return setting;
}

void ServiceShift::find_routes() {
  const auto targets = target_revision_->places();
  const auto sources = has_source() ? source_revision_->places() : targets;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const ServiceLoadBalancer& entry = target_revision_->load_balancers[i];
    if (!entry.advanced) continue;
    Route route{entry.advanced->production_listener_rule, entry.advanced->test_listener_rule,
                target_revision_->in_alternate_groups ? entry.target_group
                                                      : entry.advanced->alternate_target_group,
                targets[i].target_group};
    // The source may have stood elsewhere, when the service's load balancers have changed.
    if (has_source() && i < sources.size()) route.source_group = sources[i].target_group;
    routes_.push_back(std::move(route));
  }
}

void ServiceShift::advance(const TrafficShift::Sight& sight, std::uint32_t desired_count) {
  // Performing an action may make it fail, which leads to others.
  for (auto actions = shift_.advance(sight, context_.clock.now());;
       actions = shift_.advance(sight, context_.clock.now())) {
    take_failure(desired_count);
    if (actions.empty()) break;
    for (const ShiftAction& action : actions) perform(action, desired_count);
  }
  note();
}

void ServiceShift::take_failure(std::uint32_t desired_count) {
  const auto& failure = shift_.failure();
  if (!failure || failure_taken_) return;
  failure_taken_ = true;
  const Deployment* target = context_.deployments.find(target_);
  const bool back = shift_.outcome() != TrafficShift::Outcome::failed;
  context_.deployments.fail({failure->monitor, failure->words, back},
                            target ? target->desired_count : 0);
  // It may have been away, while the service was scaled to 0.
  if (back) want(source_, desired_count);
}

bool ServiceShift::is_over() const {
  return shift_.outcome() == TrafficShift::Outcome::successful ||
         shift_.outcome() == TrafficShift::Outcome::rolled_back;
}

void ServiceShift::perform(const ShiftAction& action, std::uint32_t desired_count) {
  switch (action.kind) {
    case ShiftAction::Kind::start_target:
      return want(target_, desired_count);
    case ShiftAction::Kind::retire_source:
      for (const Deployment& each : context_.deployments.list()) {
        if (each.key != target_) want(each.key, 0);
      }
      return;
    case ShiftAction::Kind::retire_target:
      return want(target_, 0);
    case ShiftAction::Kind::set_test:
      return route(true, action.percent);
    case ShiftAction::Kind::set_production:
      return route(false, action.percent);
    case ShiftAction::Kind::call_hook:
      return call_hook(action);
  }
}

void ServiceShift::want(DeploymentKey deployment, std::uint32_t count) {
  Deployment* found = context_.deployments.find(deployment);
  if (found) context_.deployments.set_desired_count(*found, count);
}

void ServiceShift::retire_others() {
  for (const Deployment& each : context_.deployments.list()) {
    if (each.key != target_ && each.key != source_) want(each.key, 0);
  }
}

std::vector<Deployment*> ServiceShift::sustained() const {
  std::vector<Deployment*> sustained;
  const bool back = failure_taken_ && shift_.outcome() != TrafficShift::Outcome::failed;
  const bool started = shift_.stage() >= LifecycleStage::scale_up;
  const bool ends = shift_.stage() == LifecycleStage::clean_up;
  for (Deployment& each : context_.deployments.list()) {
    const bool counts =
        each.key == target_ ? started && !back : each.key == source_ && (back || !ends);
    if (counts) sustained.push_back(&each);
  }
  return sustained;
}

void ServiceShift::route(bool test, double percent) {
  for (const Route& each : routes_) {
    const std::string& rule = test ? each.test_rule : each.production_rule;
    if (rule.empty()) continue;
    const auto done =
        context_.support.router->split(rule, {each.source_group, each.target_group, percent});
    if (done) continue;
    context_.events.traffic_not_shifted(rule, done.error().message);
    shift_.fail({traffic_monitor, fmt::format("the rule {} could not be changed", rule), true});
  }
}

void ServiceShift::call_hook(const ShiftAction& action) {
  const LifecycleHook& hook = configuration_.hooks[action.hook];
  calls_[action.hook_id] = context_.support.hooks->call(
      hook.hook_target_arn, payload(action), [this, id = action.hook_id](const HookAnswer& answer) {
        const auto call = calls_.find(id);
        details_[id] = answer.details;
        shift_.hook_answered(id, answer, context_.clock.now());
        context_.wake();
        calls_.erase(call);  // last: it may hold what runs here
      });
}

/// As ECS passes it to a Lambda function: weights only while traffic is shifted.
std::string ServiceShift::payload(const ShiftAction& action) const {
  const auto weights = [this](bool shown, double percent) {
    json map = json::object();
    if (!shown) return map;
    map[target_revision_->arn] = number_of(percent);
    if (source_revision_) map[source_revision_->arn] = number_of(100 - percent);
    return map;
  };
  const bool all = action.stage == LifecycleStage::reconcile_service;
  const bool test = action.stage == LifecycleStage::test_traffic_shift;
  const bool production = action.stage == LifecycleStage::production_traffic_shift;
  json value{
      {"executionId", action.hook_id},
      {"lifecycleStage", to_string(action.stage)},
      {"resourceArn", context_.deployments.record().arn},
      {"executionDetails",
       {{"serviceArn", context_.service_arn},
        {"targetServiceRevisionArn", target_revision_->arn},
        {"testTrafficWeights", weights(all || test, shift_.test_percent())},
        {"productionTrafficWeights", weights(all || production, shift_.production_percent())}}}};
  const auto given = details_.find(action.hook_id);
  const std::string& details = given != details_.end() && !given->second.empty()
                                   ? given->second
                                   : configuration_.hooks[action.hook].details;
  if (!details.empty()) value["hookDetails"] = json::parse(details);
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool ServiceShift::act_on_hook(std::string_view id, LifecycleHook::TimeoutAction action) {
  const bool acted = shift_.act_on_hook(id, action);
  if (acted) context_.wake();
  return acted;
}

std::uint32_t ServiceShift::give_way(std::uint32_t desired_count, std::uint32_t running) {
  const bool at_the_end = shift_.stage() == LifecycleStage::clean_up;
  if (at_the_end && shift_.failure()) return desired_count;  // PRIMARY is the source again
  if (at_the_end) {
    context_.deployments.complete();
    return desired_count;
  }
  if (!has_source()) return running;
  if (shift_.production_percent() > 0) route(false, 0);
  if (shift_.test_percent() > 0) route(true, 0);
  return 0;
}

void ServiceShift::note() {
  ServiceDeployment& record = context_.deployments.record();
  record.stage = shift_.stage();
  record.production_weight = shift_.production_percent();
  record.test_weight = shift_.test_percent();
  record.hooks.clear();
  for (const TrafficShift::ActiveHook& active : shift_.hooks()) {
    const LifecycleHook& hook = configuration_.hooks[active.hook];
    record.hooks.push_back({active.id, hook.target_type, hook.hook_target_arn, active.status,
                            wall_time_of(active.expires_at, context_.clock), hook.timeout_action});
  }
}

}  // namespace cutover::containers

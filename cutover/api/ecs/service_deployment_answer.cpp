#include "cutover/api/ecs/service_deployment_answer.hpp"

#include <optional>
#include <string>

#include "containers/deployment_configuration_json.hpp"
#include "containers/service_json.hpp"
#include "cutover/api/ecs/service_answer.hpp"

namespace cutover::api::ecs {

namespace {

using containers::DeploymentStrategy;
using containers::LifecycleStage;

void add_time(Answered& value, const char* member, const std::optional<WallTime>& moment) {
  if (moment) value[member] = epoch_seconds(*moment);
}

void add_text(Answered& value, const char* member, const std::string& text) {
  if (!text.empty()) value[member] = text;
}

/// AWS has weights only where traffic is shifted.
Answered to_json(const containers::ServiceRevisionSummary& summary, bool shifts) {
  Answered value{{"arn", summary.arn},
                 {"requestedTaskCount", summary.requested_task_count},
                 {"runningTaskCount", summary.running_task_count},
                 {"pendingTaskCount", summary.pending_task_count}};
  if (shifts) {
    value["requestedTestTrafficWeight"] = summary.requested_test_traffic_weight;
    value["requestedProductionTrafficWeight"] = summary.requested_production_traffic_weight;
  }
  return value;
}

Answered to_json(const containers::HookDetail& hook) {
  Answered value{{"hookId", hook.id},
                 {"targetType", to_string(hook.target_type)},
                 {"status", to_string(hook.status)},
                 {"expiresAt", epoch_seconds(hook.expires_at)},
                 {"timeoutAction", to_string(hook.timeout_action)}};
  add_text(value, "targetArn", hook.target_arn);
  return value;
}

/// PRE_PRODUCTION_TRAFFIC_SHIFT is a point for hooks only: the member's words do not have it.
std::string_view shown(LifecycleStage stage) {
  return to_string(stage == LifecycleStage::pre_production_traffic_shift
                       ? LifecycleStage::post_test_traffic_shift
                       : stage);
}

Answered alarms_of(const containers::ServiceDeployment& deployment) {
  Answered value{{"status", to_string(deployment.alarms)}};
  if (const auto& alarms = deployment.configuration.alarms) {
    value["alarmNames"] = alarms->alarm_names;
    value["triggeredAlarmNames"] = deployment.triggered_alarms;
  }
  return value;
}

Answered rollback_of(const containers::ServiceDeployment::Rollback& rollback) {
  return {{"reason", rollback.reason},
          {"startedAt", epoch_seconds(rollback.started_at)},
          {"serviceRevisionArn", rollback.revision_arn}};
}

/// What both forms of a service deployment begin with.
Answered head_of(const containers::ServiceDeploymentDescription& described) {
  const containers::ServiceDeployment& deployment = described.deployment;
  Answered value{{"serviceDeploymentArn", deployment.arn},
                 {"serviceArn", described.service_arn},
                 {"clusterArn", described.cluster_arn},
                 {"createdAt", epoch_seconds(deployment.created_at)}};
  add_time(value, "startedAt", deployment.started_at);
  add_time(value, "finishedAt", deployment.finished_at);
  value["status"] = to_string(deployment.status);
  add_text(value, "statusReason", deployment.status_reason);
  return value;
}

}  // namespace

Answered brief_answer(const containers::ServiceDeploymentDescription& described) {
  Answered value = head_of(described);
  value["targetServiceRevisionArn"] = described.target.arn;
  return value;
}

Answered service_deployment_answer(const containers::ServiceDeploymentDescription& described) {
  const containers::ServiceDeployment& deployment = described.deployment;
  const bool shifts = deployment.configuration.strategy != DeploymentStrategy::rolling;
  Answered value = head_of(described);
  add_time(value, "stoppedAt", deployment.stopped_at);
  value["updatedAt"] = epoch_seconds(deployment.updated_at);
  value["sourceServiceRevisions"] = Answered::array();
  for (const auto& source : described.sources) {
    value["sourceServiceRevisions"].push_back(to_json(source, shifts));
  }
  value["targetServiceRevision"] = to_json(described.target, shifts);
  if (deployment.stage) value["lifecycleStage"] = shown(*deployment.stage);
  if (!deployment.hooks.empty()) {
    value["lifecycleHookDetails"] = Answered::array();
    for (const auto& hook : deployment.hooks) {
      value["lifecycleHookDetails"].push_back(to_json(hook));
    }
  }
  value["deploymentConfiguration"] = containers::to_json(deployment.configuration);
  if (deployment.rollback) value["rollback"] = rollback_of(*deployment.rollback);
  value["deploymentCircuitBreaker"] = {{"status", to_string(deployment.breaker)},
                                       {"failureCount", deployment.breaker_count},
                                       {"threshold", deployment.breaker_threshold}};
  value["alarms"] = alarms_of(deployment);
  return value;
}

Answered service_revision_answer(const Region& region,
                                 const containers::ServiceRevisionDescription& described) {
  const containers::ServiceRevision& revision = *described.revision;
  Json value{{"serviceRevisionArn", revision.arn},
             {"serviceArn", described.service_arn},
             {"clusterArn", described.cluster_arn},
             {"taskDefinition", revision.definition->arn},
             {"launchType", "EC2"},
             {"loadBalancers", containers::to_json(revision.load_balancers)},
             {"serviceRegistries", Json::array()},
             {"containerImages", Json::array()},
             {"guardDutyEnabled", false},
             {"createdAt", epoch_seconds(revision.created_at)}};
  name_targets_by_arn(region, value);
  if (revision.network) value["networkConfiguration"] = containers::to_json(*revision.network);
  for (const auto& container : revision.definition->containers) {
    value["containerImages"].push_back(
        {{"containerName", container.name}, {"image", container.image}});
  }
  // Where its tasks stand: while traffic is shifted, maybe in the alternate target groups.
  Json& resolved = value["resolvedConfiguration"]["loadBalancers"] = Json::array();
  for (const auto& place : revision.places()) {
    Json entry{{"targetGroupArn", region.targets.target_group_arn(place.target_group)}};
    if (place.advanced) {
      entry["productionListenerRule"] =
          region.targets.rule_arn(place.advanced->production_listener_rule);
    }
    resolved.push_back(std::move(entry));
  }
  return value;
}

}  // namespace cutover::api::ecs

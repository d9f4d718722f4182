// What a service agent tells of itself.

#include <algorithm>

#include "containers/service_agent.hpp"

namespace cutover::containers {

ServiceRevisionSummary ServiceAgent::summarize(DeploymentKey deployment,
                                               const ServiceRevision& revision) const {
  ServiceRevisionSummary summary;
  summary.arn = revision.arn;
  const TaskCounts counts = tasks_.counts(deployment);
  summary.running_task_count = counts.running;
  summary.pending_task_count = counts.pending;
  const auto& list = deployments_.list();
  const auto found = std::find_if(list.begin(), list.end(), [deployment](const Deployment& each) {
    return each.key == deployment;
  });
  if (found != list.end()) summary.requested_task_count = found->desired_count;
  return summary;
}

std::vector<ServiceDeploymentDescription> ServiceAgent::service_deployments() const {
  std::vector<ServiceDeploymentDescription> descriptions;
  for (const ServiceDeployment& record : deployments_.records()) {
    ServiceDeploymentDescription each{record,
                                      arns_.service(spec_.name),
                                      arns_.cluster(),
                                      summarize(record.deployment, *record.target),
                                      {}};
    each.target.requested_production_traffic_weight = record.production_weight;
    each.target.requested_test_traffic_weight = record.test_weight;
    for (const auto& source : record.sources) {
      each.sources.push_back(summarize(source.deployment, *source.revision));
      if (source.deployment != record.shifts_from) continue;
      each.sources.back().requested_production_traffic_weight = 100 - record.production_weight;
      each.sources.back().requested_test_traffic_weight = 100 - record.test_weight;
    }
    descriptions.push_back(std::move(each));
  }
  return descriptions;
}

DeploymentDescription ServiceAgent::describe(const Deployment& deployment) const {
  DeploymentDescription description;
  description.id = deployment.id;
  description.status =
      &deployment == &deployments_.primary() ? DeploymentStatus::primary : DeploymentStatus::active;
  description.task_definition = deployment.revision->definition->reference();
  description.task_definition_arn = deployment.revision->definition->arn;
  description.desired_count = deployment.desired_count;
  description.failed_tasks = deployment.breaker.failed_tasks();
  const TaskCounts counts = tasks_.counts(deployment.key);
  description.running_count = counts.running;
  description.pending_count = counts.pending;
  description.rollout_state = deployment.state;
  description.rollout_state_reason = deployment.state_reason;
  description.network = deployment.revision->network;
  description.created_at = deployment.created_at;
  description.updated_at = deployment.updated_at;
  return description;
}

ServiceDescription ServiceAgent::describe() const {
  ServiceDescription description;
  description.spec = spec_;
  description.spec.task_definition = definition()->reference();
  description.arn = arns_.service(spec_.name);
  description.cluster_arn = arns_.cluster();
  description.task_definition_arn = definition()->arn;
  description.status = status_;
  description.desired_count = desired_count();
  description.running_count = tasks_.counts().running;
  description.pending_count = tasks_.counts().pending;
  for (const Deployment& each : deployments_.list()) {
    description.deployments.push_back(describe(each));
    description.current_service_revisions.push_back(summarize(each.key, *each.revision));
  }
  if (!is_final(deployments_.record().status)) {
    description.current_service_deployment = deployments_.record().arn;
  }
  description.events = events_.list();
  description.created_at = created_at_;
  return description;
}

}  // namespace cutover::containers

// Service deployments and service revisions by the cluster's face.

#include <fmt/format.h>

#include <algorithm>

#include "containers/cluster.hpp"
#include "containers/cluster_core.hpp"

namespace cutover::containers {

namespace {

Error no_such_deployment(std::string_view arn) {
  return {"ServiceDeploymentNotFoundException", "/serviceDeploymentArn",
          fmt::format("Service deployment not found: {}", arn)};
}

std::optional<ServiceDeploymentDescription> find_deployment(
    const std::vector<ServiceAgent*>& owners, std::string_view arn) {
  for (const ServiceAgent* owner : owners) {
    for (auto& each : owner->service_deployments()) {
      if (each.deployment.arn == arn) return std::move(each);
    }
  }
  return std::nullopt;
}

RevisionPtr find_revision(const std::vector<ServiceAgent*>& owners, std::string_view arn) {
  for (const ServiceAgent* owner : owners) {
    if (RevisionPtr revision = owner->revision(arn)) return revision;
  }
  return nullptr;
}

}  // namespace

Result<std::vector<ServiceDeploymentDescription>> Cluster::service_deployments(
    const std::string& service) const {
  const auto found = core_->services.find(service);
  if (!found) return found.error();
  return (*found)->service_deployments();
}

ServiceDeploymentsAnswer Cluster::describe_service_deployments(
    const std::vector<std::string>& arns) const {
  ServiceDeploymentsAnswer answer;
  for (const std::string& arn : arns) {
    auto found = find_deployment(core_->services.owners("service-deployment", arn), arn);
    if (found) {
      answer.service_deployments.push_back(*std::move(found));
    } else {
      answer.failures.push_back({arn, "MISSING", ""});
    }
  }
  return answer;
}

ServiceRevisionsAnswer Cluster::describe_service_revisions(
    const std::vector<std::string>& arns) const {
  ServiceRevisionsAnswer answer;
  for (const std::string& arn : arns) {
    const auto owners = core_->services.owners("service-revision", arn);
    if (RevisionPtr revision = find_revision(owners, arn)) {
      answer.service_revisions.push_back({std::move(revision),
                                          core_->arns.service(owners.front()->spec().name),
                                          core_->arns.cluster()});
    } else {
      answer.failures.push_back({arn, "MISSING", ""});
    }
  }
  return answer;
}

Result<void> Cluster::stop_service_deployment(const std::string& arn, StopType type) {
  for (ServiceAgent* owner : core_->services.owners("service-deployment", arn)) {
    if (find_deployment({owner}, arn)) return owner->stop_service_deployment(arn, type);
  }
  return no_such_deployment(arn);
}

Result<void> Cluster::continue_service_deployment(const std::string& arn,
                                                  const std::string& hook_id,
                                                  LifecycleHook::TimeoutAction action) {
  for (ServiceAgent* owner : core_->services.owners("service-deployment", arn)) {
    if (!find_deployment({owner}, arn)) continue;
    return owner->continue_service_deployment(arn, hook_id, action);
  }
  return no_such_deployment(arn);
}

}  // namespace cutover::containers

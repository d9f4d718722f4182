// ListServiceDeployments, DescribeServiceDeployments, DescribeServiceRevisions,
// StopServiceDeployment, ContinueServiceDeployment.

#include <algorithm>
#include <iterator>

#include "cutover/api/ecs/paging.hpp"
#include "cutover/api/ecs/region.hpp"
#include "cutover/api/ecs/resource_arn.hpp"
#include "cutover/api/ecs/service_deployment_answer.hpp"

namespace cutover::api::ecs {

namespace {

using Deployments = std::vector<containers::ServiceDeploymentDescription>;

/// ListServiceDeployments' filters.
bool passes(const containers::ServiceDeployment& deployment, const Json& input) {
  const auto words = input.find("status");
  if (words != input.end() && !words->empty()) {
    const auto status = to_string(deployment.status);
    if (std::find(words->begin(), words->end(), status) == words->end()) return false;
  }
  const auto created = input.find("createdAt");
  if (created == input.end()) return true;
  const double moment = epoch_seconds(deployment.created_at);
  return moment <= created->value("before", moment) && moment >= created->value("after", moment);
}

Outcome list_service_deployments(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  const auto service = name_within(text_of(input, "service"), "service", cluster->name);
  if (!service) return service.error();
  auto all = cluster->cluster->service_deployments(*service);
  if (!all) return all.error();
  std::erase_if(*all, [&input](const auto& each) { return !passes(each.deployment, input); });
  std::vector<std::string> arns;
  for (const auto& each : *all) arns.push_back(each.deployment.arn);
  const auto page = page_of(arns, input, page_size_deployments);
  if (!page) return page.error();
  Answered answer{{"serviceDeployments", Answered::array()}};
  for (std::size_t i = page->from; i < page->to; ++i) {
    answer["serviceDeployments"].push_back(brief_answer((*all)[i]));
  }
  if (!page->next_token.empty()) answer["nextToken"] = page->next_token;
  return answer;
}

/// The cluster that an ARN of that type is of: nullptr when the region has none of that name.
Result<containers::Cluster*> cluster_in(const Region& region, const std::string& arn,
                                        std::string_view type) {
  const auto parsed = parse_arn(arn);
  if (!parsed) return parsed.error();
  if (const auto fits = name_within(arn, type, parsed->cluster); !fits) return fits.error();
  const auto found = region.clusters.find(parsed->cluster);
  return !parsed->cluster.empty() && found ? *found : nullptr;
}

Outcome describe_service_deployments(Region& region, const Json& input) {
  Answered found = Answered::array();
  std::vector<containers::Failure> failures;
  for (const auto& arn : input["serviceDeploymentArns"].get<std::vector<std::string>>()) {
    const auto cluster = cluster_in(region, arn, "service-deployment");
    if (!cluster) return cluster.error();
    auto answer = *cluster ? (*cluster)->describe_service_deployments({arn})
                           : containers::ServiceDeploymentsAnswer{{}, {{arn, "MISSING", ""}}};
    for (const auto& each : answer.service_deployments) {
      found.push_back(service_deployment_answer(each));
    }
    std::move(answer.failures.begin(), answer.failures.end(), std::back_inserter(failures));
  }
  return Answered{{"serviceDeployments", found}, {"failures", ecs::to_json(failures)}};
}

Outcome describe_service_revisions(Region& region, const Json& input) {
  Answered found = Answered::array();
  std::vector<containers::Failure> failures;
  for (const auto& arn : input["serviceRevisionArns"].get<std::vector<std::string>>()) {
    const auto cluster = cluster_in(region, arn, "service-revision");
    if (!cluster) return cluster.error();
    auto answer = *cluster ? (*cluster)->describe_service_revisions({arn})
                           : containers::ServiceRevisionsAnswer{{}, {{arn, "MISSING", ""}}};
    for (const auto& each : answer.service_revisions) {
      found.push_back(service_revision_answer(region, each));
    }
    std::move(answer.failures.begin(), answer.failures.end(), std::back_inserter(failures));
  }
  return Answered{{"serviceRevisions", found}, {"failures", ecs::to_json(failures)}};
}

/// The cluster of the service deployment that `input` names.
Result<containers::Cluster*> cluster_of_deployment(const Region& region, const Json& input) {
  const std::string arn = text_of(input, "serviceDeploymentArn");
  const auto cluster = cluster_in(region, arn, "service-deployment");
  if (!cluster) return cluster.error();
  if (*cluster) return *cluster;
  return Error{"ServiceDeploymentNotFoundException", "", "Service deployment not found."};
}

Outcome stop_service_deployment(Region& region, const Json& input) {
  const auto cluster = cluster_of_deployment(region, input);
  if (!cluster) return cluster.error();
  const std::string arn = text_of(input, "serviceDeploymentArn");
  const bool aborts = text_of(input, "stopType") == "ABORT";
  const auto stopped = (*cluster)->stop_service_deployment(
      arn, aborts ? containers::StopType::abort : containers::StopType::rollback);
  if (!stopped) return stopped.error();
  return Answered{{"serviceDeploymentArn", arn}};
}

Outcome continue_service_deployment(Region& region, const Json& input) {
  using Action = containers::LifecycleHook::TimeoutAction;
  const auto cluster = cluster_of_deployment(region, input);
  if (!cluster) return cluster.error();
  const std::string arn = text_of(input, "serviceDeploymentArn");
  const bool back = text_of(input, "action") == "ROLLBACK";
  const auto done = (*cluster)->continue_service_deployment(
      arn, text_of(input, "hookId"), back ? Action::rollback : Action::go_on);
  if (!done) return done.error();
  return Answered{{"serviceDeploymentArn", arn}};
}

}  // namespace

void add_service_deployment_operations(Operations& operations) {
  operations["ListServiceDeployments"] = list_service_deployments;
  operations["DescribeServiceDeployments"] = describe_service_deployments;
  operations["DescribeServiceRevisions"] = describe_service_revisions;
  operations["StopServiceDeployment"] = stop_service_deployment;
  operations["ContinueServiceDeployment"] = continue_service_deployment;
}

}  // namespace cutover::api::ecs

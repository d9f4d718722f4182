// CreateService, UpdateService, DeleteService, DescribeServices, ListServices,
// ListServicesByNamespace.

#include "containers/service_json.hpp"
#include "cutover/api/ecs/paging.hpp"
#include "cutover/api/ecs/region.hpp"
#include "cutover/api/ecs/resource_arn.hpp"
#include "cutover/api/ecs/service_answer.hpp"

namespace cutover::api::ecs {

namespace {

Outcome answer(const Region& region, const NamedCluster& cluster, const std::string& service,
               bool with_tags) {
  const auto found = cluster.cluster->describe_service(service);
  if (!found) return found.error();
  return Answered{{"service", service_answer(region, *found, with_tags)}};
}

Outcome create_service(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  Json named = input;
  name_target_groups(region, named);
  const auto spec = containers::parse_service(named, "");
  if (!spec) return spec.error();
  const auto created = cluster->cluster->create_service(*spec);
  if (!created) return created.error();
  return answer(region, *cluster, spec->name, true);
}

Outcome update_service(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  Json named = input;
  name_target_groups(region, named);
  const auto given = containers::parse_service_update(named, "");
  if (!given) return given.error();
  const auto name = name_within(given->service, "service", cluster->name);
  if (!name) return name.error();
  const auto updated = cluster->cluster->update_service(*name, given->update);
  if (!updated) return updated.error();
  return answer(region, *cluster, *name, false);
}

Outcome delete_service(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  const auto name = name_within(text_of(input, "service"), "service", cluster->name);
  if (!name) return name.error();
  const auto deleted = cluster->cluster->delete_service(*name, input.value("force", false));
  if (!deleted) return deleted.error();
  return answer(region, *cluster, *name, false);
}

Outcome describe_services(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  const bool with_tags = includes(input, "TAGS");
  Answered services = Answered::array();
  std::vector<containers::Failure> failures;
  for (const std::string& each : input["services"].get<std::vector<std::string>>()) {
    const auto name = name_within(each, "service", cluster->name);
    if (!name) return name.error();
    if (const auto found = cluster->cluster->describe_service(*name)) {
      services.push_back(service_answer(region, *found, with_tags));
    } else {
      failures.push_back(
          {is_arn(each) ? each : service_arn(region, cluster->name, *name), "MISSING", ""});
    }
  }
  return Answered{{"services", services}, {"failures", ecs::to_json(failures)}};
}

/// Every service here is one of launch type EC2 that its owner manages.
bool none_can_match(const Json& input) {
  const std::string launch_type = text_of(input, "launchType");
  return (!launch_type.empty() && launch_type != "EC2") ||
         text_of(input, "resourceManagementType") == "ECS";
}

Outcome list_services(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  const std::string strategy = text_of(input, "schedulingStrategy");
  std::vector<std::string> arns;
  for (const std::string& name : cluster->cluster->services()) {
    if (none_can_match(input)) break;
    if (!strategy.empty()) {
      const auto service = cluster->cluster->describe_service(name);
      if (!service || to_string(service->spec.scheduling) != strategy) continue;
    }
    arns.push_back(service_arn(region, cluster->name, name));
  }
  return answer_page("serviceArns", arns, input, page_size_services);
}

Outcome list_services_by_namespace(Region&, const Json& input) {
  return Error{"NamespaceNotFoundException", "",
               "The namespace " + text_of(input, "namespace") +
                   " was not found: there is no Cloud Map here."};
}

}  // namespace

void add_service_operations(Operations& operations) {
  operations["CreateService"] = create_service;
  operations["UpdateService"] = update_service;
  operations["DeleteService"] = delete_service;
  operations["DescribeServices"] = describe_services;
  operations["ListServices"] = list_services;
  operations["ListServicesByNamespace"] = list_services_by_namespace;
}

}  // namespace cutover::api::ecs

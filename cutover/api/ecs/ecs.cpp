#include "cutover/api/ecs/ecs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "cutover/api/ecs/inputs.hpp"

namespace cutover::api::ecs {

namespace {

/// What AWS has and this simulator has not. Its error names it.
constexpr std::array unsupported{
    "CreateCapacityProvider",
    "CreateDaemon",
    "CreateExpressGatewayService",
    "CreateTaskSet",
    "DeleteCapacityProvider",
    "DeleteDaemon",
    "DeleteDaemonTaskDefinition",
    "DeleteExpressGatewayService",
    "DeleteTaskSet",
    "DescribeCapacityProviders",
    "DescribeDaemon",
    "DescribeDaemonDeployments",
    "DescribeDaemonRevisions",
    "DescribeDaemonTaskDefinition",
    "DescribeExpressGatewayService",
    "DescribeTaskSets",
    "DiscoverPollEndpoint",
    "ListDaemonDeployments",
    "ListDaemonTaskDefinitions",
    "ListDaemons",
    "PutClusterCapacityProviders",
    "RegisterDaemonTaskDefinition",
    "SubmitAttachmentStateChanges",
    "SubmitContainerStateChange",
    "SubmitTaskStateChange",
    "UpdateCapacityProvider",
    "UpdateContainerAgent",
    "UpdateDaemon",
    "UpdateExpressGatewayService",
    "UpdateServicePrimaryTaskSet",
    "UpdateTaskSet",
};

Outcome refuse(const Call& call) {
  return Error{"UnsupportedFeatureException", "",
               fmt::format("The operation {} is not supported by this simulator.", call.operation)};
}

Operations operations() {
  Operations all;
  for (const auto add :
       {add_cluster_operations, add_container_instance_operations, add_account_setting_operations,
        add_attribute_operations, add_service_operations, add_service_deployment_operations,
        add_tag_operations, add_task_definition_operations, add_task_operations}) {
    add(all);
  }
  return all;
}

/// Beginnings of texts that AWS ends where `containers` goes on, after a colon, to say what would
/// be right: that is for the authors of stack files; a script that was rehearsed looks for AWS's
/// own.
constexpr std::array ended_texts{
    "Cluster not found",
    "Creation of service was not idempotent",
    "Network Configuration ",
    "Service deployment not found",
    "Service not found",
    "Service was not ACTIVE",
    "TaskDefinition is inactive",
    "TaskDefinition not found",
    "The container ",
    "The referenced container instance was not found",
    "The referenced task was not found",
    "The service cannot be stopped while it is scaled above 0",
    "The specified resource was not found",
    "Unable to Start a service that is still Draining",
    "Unable to describe task definition",
};

Outcome in_words_of_aws(Outcome outcome) {
  if (outcome) return outcome;
  Error error = outcome.error();
  // Of the reader of JSON documents, which stack files share.
  if (error.code == "ValidationError" || error.code == "UnknownMember") {
    error.code = "InvalidParameterException";
  }
  const auto known = [&error](const char* text) { return error.message.starts_with(text); };
  const bool ends = std::any_of(ended_texts.begin(), ended_texts.end(), known);
  if (ends && !error.message.ends_with('.')) {
    error.message = error.message.substr(0, error.message.find(':')) + ".";
  }
  return {std::move(error), outcome.error_members()};
}

}  // namespace

Service service(RegionOf region_of, Shape::Strings strings) {
  Service ecs;
  ecs.name = "ecs";
  ecs.protocol = Protocol::json;
  ecs.version = "2014-11-13";
  ecs.target_prefix = "AmazonEC2ContainerServiceV20141113";
  for (const auto& [name, run] : operations()) {
    const Shape& shape = inputs().find(name)->second;
    ecs.operations[name] = at_once([&shape, run = run, region_of, strings](const Call& call) {
      Json input = call.parameters;
      if (const auto checked = shape.check(input, strings); !checked) {
        return Outcome(checked.error());
      }
      return in_words_of_aws(run(region_of(call.region), input));
    });
  }
  for (const char* name : unsupported) ecs.operations[name] = at_once(refuse);
  return ecs;
}

}  // namespace cutover::api::ecs

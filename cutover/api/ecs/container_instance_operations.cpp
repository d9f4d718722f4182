// RegisterContainerInstance, DeregisterContainerInstance, DescribeContainerInstances,
// ListContainerInstances, UpdateContainerInstancesState.

#include <fmt/format.h>

#include <array>
#include <limits>
#include <optional>
#include <set>

#include "cutover/api/ecs/paging.hpp"
#include "cutover/api/ecs/region.hpp"
#include "cutover/api/ecs/resource_arn.hpp"
#include "lb/base/json.hpp"

namespace cutover::api::ecs {

namespace {

using containers::ContainerInstance;
using containers::ContainerInstanceStatus;
using Texts = std::vector<std::string>;

Error invalid(std::string where, std::string message) {
  return {"InvalidParameterException", std::move(where), std::move(message)};
}

Answered amount(const char* name, std::uint64_t value) {
  // "Room for anything" is told as the most that AWS's integer holds.
  constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
  return {{"name", name},
          {"type", "INTEGER"},
          {"doubleValue", 0.0},
          {"longValue", 0},
          {"integerValue", std::min(value, most)}};
}

/// Ports in use, as AWS has it, not those that are free. Of UDP there are none.
Answered ports(const char* name, const std::set<std::uint16_t>& taken) {
  Answered list = Answered::array();
  for (const std::uint16_t port : taken) list.push_back(std::to_string(port));
  return {{"name", name},   {"type", "STRINGSET"}, {"doubleValue", 0.0},
          {"longValue", 0}, {"integerValue", 0},   {"stringSetValue", list}};
}

/// What nothing can be placed on from the beginning.
std::set<std::uint16_t> reserved_ports() {
  return {containers::agent_ports.begin(), containers::agent_ports.end()};
}

Answered resources(std::uint64_t cpu, std::uint64_t memory, const std::set<std::uint16_t>& tcp) {
  return Answered::array(
      {amount("CPU", cpu), amount("MEMORY", memory), ports("PORTS", tcp), ports("PORTS_UDP", {})});
}

Answered attributes(const ContainerInstance& instance) {
  Answered list = Answered::array();
  for (const auto& [name, value] : instance.all_attributes()) {
    Answered entry{{"name", name}};
    if (!value.empty()) entry["value"] = value;
    list.push_back(std::move(entry));
  }
  return list;
}

struct Shown {
  bool tags = true;
  bool health = false;
};

Answered to_json(const containers::ContainerInstanceDescription& description, const Shown& shown) {
  const ContainerInstance& instance = description.instance;
  Answered value{
      {"containerInstanceArn", instance.arn},
      {"ec2InstanceId", instance.ec2_instance_id},
      {"version", instance.version},
      {"versionInfo", Answered::object()},
      {"remainingResources",
       resources(instance.remaining_cpu(), instance.remaining_memory(), instance.tcp_ports)},
      {"registeredResources", resources(instance.cpu, instance.memory, reserved_ports())},
      {"status", to_string(instance.status)},
      {"agentConnected", instance.agent_connected},
      {"runningTasksCount", description.running_tasks_count},
      {"pendingTasksCount", description.pending_tasks_count},
      {"attributes", attributes(instance)},
      {"registeredAt", epoch_seconds(instance.registered_at)},
      {"attachments", Answered::array()},
      {"tags", shown.tags ? ecs::to_json(instance.tags) : Answered::array()}};
  if (shown.health) {
    value["healthStatus"] = {
        {"overallStatus", instance.agent_connected ? "OK" : "INSUFFICIENT_DATA"},
        {"details", Answered::array()}};
  }
  return value;
}

Answered to_json(const containers::ContainerInstancesAnswer& instances, const Shown& shown) {
  Answered list = Answered::array();
  for (const auto& each : instances.container_instances) list.push_back(to_json(each, shown));
  return {{"containerInstances", list}, {"failures", ecs::to_json(instances.failures)}};
}

Outcome answer(const Result<containers::ContainerInstanceDescription>& instance) {
  if (!instance) return instance.error();
  return Answered{{"containerInstance", to_json(*instance, {})}};
}

/// CPU and MEMORY; the ports that an agent reserves for itself are the same everywhere.
Result<void> read_resources(const Json& input, containers::ContainerInstanceSpec& spec) {
  const auto list = input.find("totalResources");
  if (list == input.end()) return {};
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Json& each = (*list)[i];
    const std::string name = text_of(each, "name");
    const int amount = each.value("integerValue", 0);
    if (name != "CPU" && name != "MEMORY") {
      return invalid(fmt::format("/totalResources/{}/name", i),
                     fmt::format("found {}; allowed are CPU, MEMORY", Json(name).dump()));
    }
    if (amount < 1) {
      return invalid(fmt::format("/totalResources/{}/integerValue", i),
                     fmt::format("found {}; allowed is at least 1", amount));
    }
    (name == "CPU" ? spec.cpu : spec.memory) = static_cast<std::uint32_t>(amount);
  }
  return {};
}

/// What an EC2 instance knows of itself; its signature is not verified.
Result<void> read_document(const Json& input, containers::ContainerInstanceSpec& spec) {
  const std::string text = text_of(input, "instanceIdentityDocument");
  if (text.empty()) return {};
  const auto document = parse_json(text);
  if (!document) return invalid("/instanceIdentityDocument", document.error().message);
  for (const auto& [member, target] :
       {std::pair("instanceType", &spec.instance_type), std::pair("imageId", &spec.ami_id),
        std::pair("availabilityZone", &spec.availability_zone)}) {
    const auto found = document->find(member);
    if (found != document->end() && found->is_string()) *target = found->get<std::string>();
  }
  return {};
}

Result<containers::ContainerInstanceSpec> read_spec(const Json& input) {
  for (const char* member : {"containerInstanceArn", "platformDevices", "versionInfo"}) {
    const auto found = input.find(member);
    if (found == input.end() || found->empty() || *found == "") continue;
    return Error{"UnsupportedFeatureException", "/" + std::string(member),
                 "it is not supported; leave it out"};
  }
  containers::ContainerInstanceSpec spec;
  if (const auto read = read_resources(input, spec); !read) return read.error();
  if (const auto read = read_document(input, spec); !read) return read.error();
  for (const Json& each : input.value("attributes", Json::array())) {
    const std::string name = text_of(each, "name");
    if (containers::is_capability(name)) {
      spec.capabilities.insert(name);
    } else {
      spec.attributes[name] = text_of(each, "value");
    }
  }
  const auto tags = read_tags(input);
  if (!tags) return tags.error();
  spec.tags = *tags;
  return spec;
}

Outcome register_container_instance(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  const auto spec = read_spec(input);
  if (!spec) return spec.error();
  return answer(cluster->cluster->register_container_instance(*spec));
}

Outcome deregister_container_instance(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  return answer(cluster->cluster->deregister_container_instance(text_of(input, "containerInstance"),
                                                                input.value("force", false)));
}

Outcome describe_container_instances(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  const Shown shown{includes(input, "TAGS"), includes(input, "CONTAINER_INSTANCE_HEALTH")};
  return to_json(
      cluster->cluster->describe_container_instances(input["containerInstances"].get<Texts>()),
      shown);
}

std::optional<ContainerInstanceStatus> parse_status(std::string_view text) {
  for (const auto status : {ContainerInstanceStatus::active, ContainerInstanceStatus::draining,
                            ContainerInstanceStatus::inactive}) {
    if (to_string(status) == text) return status;
  }
  return std::nullopt;
}

Outcome list_container_instances(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  const std::string word = text_of(input, "status");
  const auto status = parse_status(word);
  auto arns = cluster->cluster->list_container_instances(text_of(input, "filter"), status);
  if (!arns) return arns.error();
  // The other words are of instances on their way in or out, which takes no time here.
  if (!word.empty() && !status) arns->clear();
  return answer_page("containerInstanceArns", *arns, input);
}

Outcome update_container_instances_state(Region& region, const Json& input) {
  const auto cluster = cluster_of(region, input);
  if (!cluster) return cluster.error();
  const auto status = parse_status(text_of(input, "status"));
  if (!status) {
    return invalid("/status", fmt::format("found \"{}\"; allowed are ACTIVE, DRAINING",
                                          text_of(input, "status")));
  }
  const auto updated = cluster->cluster->update_container_instances_state(
      input["containerInstances"].get<Texts>(), *status);
  if (!updated) return updated.error();
  return to_json(*updated, {});
}

}  // namespace

void add_container_instance_operations(Operations& operations) {
  operations["RegisterContainerInstance"] = register_container_instance;
  operations["DeregisterContainerInstance"] = deregister_container_instance;
  operations["DescribeContainerInstances"] = describe_container_instances;
  operations["ListContainerInstances"] = list_container_instances;
  operations["UpdateContainerInstancesState"] = update_container_instances_state;
}

}  // namespace cutover::api::ecs

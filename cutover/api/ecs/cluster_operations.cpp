// CreateCluster, DescribeClusters, ListClusters, UpdateCluster, UpdateClusterSettings,
// DeleteCluster.

#include <algorithm>
#include <cctype>
#include <set>

#include "cutover/api/ecs/paging.hpp"
#include "cutover/api/ecs/region.hpp"
#include "cutover/api/ecs/resource_arn.hpp"

namespace cutover::api::ecs {

namespace {

constexpr std::size_t name_length_max = 255;

/// There are neither capacity providers nor Cloud Map namespaces here.
Result<void> refuse_unsupported(const Json& input) {
  for (const char* member :
       {"capacityProviders", "defaultCapacityProviderStrategy", "serviceConnectDefaults"}) {
    const auto found = input.find(member);
    if (found == input.end() || found->empty()) continue;
    return Error{"UnsupportedFeatureException", "/" + std::string(member),
                 "it is not supported; leave it out"};
  }
  return {};
}

Result<void> check_name(const std::string& name) {
  const bool good = !name.empty() && name.size() <= name_length_max &&
                    std::all_of(name.begin(), name.end(), [](unsigned char c) {
                      return std::isalnum(c) != 0 || c == '-' || c == '_';
                    });
  if (good) return {};
  return Error{"InvalidParameterException", "/clusterName",
               "found " + Json(name).dump() +
                   "; allowed are 1 to 255 letters, digits, hyphens and underscores"};
}

containers::ClusterUpdate read_update(const Json& input) {
  containers::ClusterUpdate update;
  const auto settings = input.find("settings");
  if (settings != input.end()) {
    for (const Json& each : *settings) update.container_insights = text_of(each, "value");
  }
  const auto configuration = input.find("configuration");
  if (configuration != input.end()) update.configuration = configuration->dump();
  return update;
}

/// Services that were deleted and still have tasks.
std::size_t draining_services(const containers::Cluster& cluster) {
  std::set<std::string> names;
  for (const auto& task : cluster.tasks()) {
    if (task.service.empty() || task.last_status == containers::TaskStatus::stopped) continue;
    const auto service = cluster.describe_service(task.service);
    if (service && service->status == containers::ServiceStatus::draining) {
      names.insert(task.service);
    }
  }
  return names.size();
}

Answered statistics(const Region& region, const containers::ClusterDescription& cluster) {
  Answered list = Answered::array();
  const auto add = [&list](const char* name, std::size_t count) {
    list.push_back({{"name", name}, {"value", std::to_string(count)}});
  };
  const auto found = region.clusters.find(cluster.name);
  add("runningEC2TasksCount", cluster.running_tasks_count);
  add("runningFargateTasksCount", 0);
  add("pendingEC2TasksCount", cluster.pending_tasks_count);
  add("pendingFargateTasksCount", 0);
  add("activeEC2ServiceCount", cluster.active_services_count);
  add("activeFargateServiceCount", 0);
  add("drainingEC2ServiceCount", found ? draining_services(**found) : 0);
  add("drainingFargateServiceCount", 0);
  return list;
}

struct Shown {
  bool tags = true;
  bool settings = true;
  bool statistics = false;
  bool configuration = true;
};

Answered to_json(const Region& region, const containers::ClusterSummary& cluster,
                 const Shown& shown) {
  const containers::ClusterDescription& its = cluster.description;
  Answered value{{"clusterArn", its.arn},
                 {"clusterName", its.name},
                 {"status", to_string(cluster.status)},
                 {"registeredContainerInstancesCount", its.registered_container_instances_count},
                 {"runningTasksCount", its.running_tasks_count},
                 {"pendingTasksCount", its.pending_tasks_count},
                 {"activeServicesCount", its.active_services_count},
                 {"statistics", shown.statistics ? statistics(region, its) : Answered::array()},
                 {"tags", shown.tags ? ecs::to_json(its.tags) : Answered::array()},
                 {"settings", Answered::array()},
                 {"capacityProviders", Answered::array()},
                 {"defaultCapacityProviderStrategy", Answered::array()}};
  if (shown.settings) {
    value["settings"].push_back(
        {{"name", "containerInsights"}, {"value", cluster.settings.container_insights}});
  }
  if (shown.configuration && !cluster.settings.configuration.empty()) {
    value["configuration"] = Answered::parse(cluster.settings.configuration);
  }
  return value;
}

Outcome answer(const Region& region, const Result<containers::ClusterSummary>& cluster) {
  if (!cluster) return cluster.error();
  return Answered{{"cluster", to_json(region, *cluster, {})}};
}

Outcome create_cluster(Region& region, const Json& input) {
  if (const auto supported = refuse_unsupported(input); !supported) return supported.error();
  containers::ClusterSpec spec;
  if (input.contains("clusterName")) spec.name = text_of(input, "clusterName");
  if (const auto checked = check_name(spec.name); !checked) return checked.error();
  const auto tags = read_tags(input);
  if (!tags) return tags.error();
  spec.tags = *tags;
  const containers::ClusterUpdate given = read_update(input);
  spec.settings.container_insights =
      given.container_insights.value_or(region.settings.in_effect("containerInsights"));
  spec.settings.configuration = given.configuration.value_or("");
  return answer(region, region.clusters.create(spec));
}

Outcome describe_clusters(Region& region, const Json& input) {
  const Shown shown{includes(input, "TAGS"), includes(input, "SETTINGS"),
                    includes(input, "STATISTICS"), includes(input, "CONFIGURATIONS")};
  Answered clusters = Answered::array();
  std::vector<containers::Failure> failures;
  auto wanted = input.value("clusters", std::vector<std::string>{});
  if (wanted.empty()) wanted = {"default"};
  for (const std::string& each : wanted) {
    const auto name = name_within(each, "cluster", "");
    if (!name) return name.error();
    if (const auto found = region.clusters.describe(each)) {
      clusters.push_back(to_json(region, *found, shown));
    } else {
      failures.push_back({is_arn(each) ? each : region.clusters.arn(each), "MISSING", ""});
    }
  }
  return Answered{{"clusters", clusters}, {"failures", ecs::to_json(failures)}};
}

Outcome list_clusters(Region& region, const Json& input) {
  std::vector<std::string> arns;
  for (const std::string& name : region.clusters.names()) {
    arns.push_back(region.clusters.arn(name));
  }
  return answer_page("clusterArns", arns, input);
}

Outcome update_cluster(Region& region, const Json& input) {
  if (const auto supported = refuse_unsupported(input); !supported) return supported.error();
  return answer(region, region.clusters.update(text_of(input, "cluster"), read_update(input)));
}

Outcome delete_cluster(Region& region, const Json& input) {
  return answer(region, region.clusters.remove(text_of(input, "cluster")));
}

}  // namespace

void add_cluster_operations(Operations& operations) {
  operations["CreateCluster"] = create_cluster;
  operations["DescribeClusters"] = describe_clusters;
  operations["ListClusters"] = list_clusters;
  operations["UpdateCluster"] = update_cluster;
  operations["UpdateClusterSettings"] = update_cluster;
  operations["DeleteCluster"] = delete_cluster;
}

}  // namespace cutover::api::ecs

#include "cutover/api/kept/keeper.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "containers/identifiers.hpp"
#include "containers/saved_json.hpp"
#include "cutover/api/kept/keys.hpp"
#include "cutover/stack/load_balancing_json.hpp"
#include "cutover/stack/saved_balancing.hpp"

namespace cutover::api::kept {

namespace {

using nlohmann::json;

std::string to_text(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Nothing when the name stands for something else by now.
std::optional<std::string> balancing_text(const stack::RunningBalancing& balancing,
                                          const std::string& arn, const stack::ResourceName& name) {
  const stack::LoadBalancing& there = balancing.there();
  if (!stack::is_there(there, name) || balancing.arn_of(name) != arn) return std::nullopt;
  std::vector<stack::TargetEntry> targets;
  if (const auto* group = std::get_if<stack::TargetGroupName>(&name)) {
    targets = balancing.targets().registered(group->name);
  }
  return to_text(stack::saved_json(there, name, targets));
}

/// "cluster/demo", "service/demo/api", "container-instance/demo/0123…": the kind, the cluster, and
/// what stands last.
struct ClusterArn {
  explicit ClusterArn(std::string_view arn) {
    std::string_view rest = arn.substr(arn.rfind(':') + 1);
    kind = rest.substr(0, rest.find('/'));
    rest.remove_prefix(kind.size() + 1);
    cluster = rest.substr(0, rest.find('/'));
    last = rest.substr(rest.rfind('/') + 1);
  }

  std::string_view kind;
  std::string_view cluster;
  std::string_view last;
};

std::optional<std::string> cluster_text(const containers::Clusters& clusters,
                                        const std::string& arn) {
  const ClusterArn parts(arn);
  if (parts.kind == "cluster") {
    const auto saved = clusters.saved(parts.cluster);
    return saved ? std::optional(to_text(containers::saved_json(*saved))) : std::nullopt;
  }
  const auto cluster = clusters.find(parts.cluster);
  if (!cluster) return std::nullopt;
  const std::string last(parts.last);
  if (parts.kind == "service") {
    const auto saved = (*cluster)->saved_service(last);
    return saved ? std::optional(to_text(containers::saved_json(*saved))) : std::nullopt;
  }
  const auto found = (*cluster)->describe_container_instances({last}).container_instances;
  // A deregistered one is forgotten.
  if (found.empty() ||
      found.front().instance.status == containers::ContainerInstanceStatus::inactive) {
    return std::nullopt;
  }
  return to_text(containers::saved_json(found.front().instance));
}

std::optional<std::string> definition_text(const containers::TaskDefinitions& definitions,
                                           const std::string& arn) {
  const auto found = definitions.describe(arn);
  return found ? std::optional(to_text(containers::saved_json(*found))) : std::nullopt;
}

}  // namespace

void Keeper::watch(const std::string& region, const Parts& parts) {
  stack::RunningBalancing& balancing = parts.stack.balancing();
  containers::Clusters& clusters = parts.stack.clusters();
  containers::TaskDefinitions& definitions = parts.stack.definitions();
  balancing.on_change([this, &balancing](const std::string& arn, const stack::ResourceName& name) {
    recorder_.note(arn, [&balancing, arn, name] { return balancing_text(balancing, arn, name); });
  });
  const auto note = [this, &clusters](const std::string& arn) {
    recorder_.note(arn, [&clusters, arn] { return cluster_text(clusters, arn); });
  };
  clusters.on_change(note);
  // A stack's cluster is there from the beginning.
  for (const std::string& name : clusters.names()) {
    std::vector<std::string> arns = *(*clusters.find(name))->list_container_instances("", {});
    arns.push_back(clusters.arn(name));
    for (const std::string& arn : arns) {
      if (!recorder_.holds(arn)) note(arn);
    }
  }
  definitions.on_change([this, &definitions](const std::string& arn) {
    recorder_.note(arn, [&definitions, arn] { return definition_text(definitions, arn); });
  });
  const json quotas = stack::quotas_json(balancing.there().quotas);
  recorder_.note_text(key_of(quotas_kind, region), to_text(quotas));
  note_network(region, parts);
}

void Keeper::note_network(const std::string& region, const Parts& parts) {
  recorder_.note_text(key_of(network_kind, region), to_text(ec2::to_json(parts.network)));
}

void Keeper::look(const std::string& service, const std::string& region, const Parts& parts) {
  if (service == "ec2") note_network(region, parts);
  if (service == "ecr") {
    recorder_.note_text(key_of(repositories_kind, region),
                        to_text(ecr::to_json(parts.repositories)));
  }
  if (service == "ecs") {
    recorder_.note_text(key_of(settings_kind, region), to_text(parts.settings.to_json()));
  }
}

}  // namespace cutover::api::kept

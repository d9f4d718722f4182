// From documents back to what they were of.

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "containers/saved_json.hpp"
#include "cutover/api/kept/keeper.hpp"
#include "cutover/api/kept/keys.hpp"
#include "cutover/stack/saved_balancing.hpp"
#include "lb/base/json.hpp"

namespace cutover::api::kept {

namespace {

using nlohmann::json;

/// The documents of one region, by what they are of.
struct Saved {
  std::map<std::string, json> whole;  ///< By kind: what a region has but once.
  stack::BalancingDocuments balancing;
  std::vector<containers::RegisteredTaskDefinition> definitions;
  std::vector<containers::SavedCluster> clusters;
  std::vector<std::pair<std::string, containers::ContainerInstance>> instances;  ///< And clusters.
  std::vector<std::pair<std::string, containers::SavedService>> services;        ///< Likewise.
};

/// "arn:aws:ecs:us-east-1:123456789012:service/demo/api" in its parts.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(separator); end != std::string_view::npos;
       end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

Error no_kind() { return {"StateNotReadable", "", "found a document of no known kind"}; }

template <class T>
Result<void> add(std::vector<T>& list, Result<T> parsed) {
  if (!parsed) return parsed.error();
  list.push_back(*std::move(parsed));
  return {};
}

template <class T>
Result<void> add(std::vector<std::pair<std::string, T>>& list, std::string_view cluster,
                 Result<T> parsed) {
  if (!parsed) return parsed.error();
  list.emplace_back(cluster, *std::move(parsed));
  return {};
}

/// `resource`: "service/demo/api".
Result<void> sort_of_ecs(Saved& saved, std::string_view resource, const json& document) {
  const auto parts = split(resource, '/');
  const std::string_view kind = parts.front();
  if (kind == "task-definition") {
    return add(saved.definitions, containers::parse_saved_task_definition(document, ""));
  }
  if (kind == "cluster") return add(saved.clusters, containers::parse_saved_cluster(document, ""));
  if (parts.size() != 3) return no_kind();
  if (kind == "service") {
    return add(saved.services, parts[1], containers::parse_saved_service(document, ""));
  }
  if (kind != "container-instance") return no_kind();
  return add(saved.instances, parts[1], containers::parse_saved_container_instance(document, ""));
}

Result<void> sort(std::map<std::string, Saved>& regions, const std::string& key,
                  const std::string& text) {
  auto document = parse_json(text);
  if (!document) return document.error();
  const auto slash = key.find('/');
  if (!key.starts_with("arn:") && slash != std::string::npos) {
    regions[key.substr(slash + 1)].whole[key.substr(0, slash)] = *std::move(document);
    return {};
  }
  constexpr std::size_t parts_least = 6;
  const auto parts = split(key, ':');
  if (parts.size() < parts_least) return no_kind();
  Saved& saved = regions[std::string(parts[3])];
  if (parts[2] == "ecs") return sort_of_ecs(saved, parts[5], *document);
  saved.balancing[key] = *std::move(document);
  return {};
}

Result<stack::Quotas> quotas_of(const json& document, const stack::QuotaSettings& settings) {
  stack::Quotas quotas;
  JsonReader reader(document, "");
  if (document.is_object()) {
    for (const auto& [name, value] : document.items()) {
      const auto most = reader.integer(name, 0, std::numeric_limits<std::int64_t>::max());
      const auto set = stack::set_quota(quotas, name, static_cast<std::uint64_t>(most));
      if (!set) return set.error();
    }
  }
  if (const auto end = reader.finish(); !end) return end.error();
  for (const auto& [name, most] : settings) {
    if (const auto set = stack::set_quota(quotas, name, most); !set) return set.error();
  }
  return quotas;
}

/// What a region has but once.
Result<void> restore_whole(const Saved& saved, const Parts& parts) {
  for (const auto& [kind, document] : saved.whole) {
    if (kind == network_kind) {
      auto network = ec2::state_from_json(document);
      if (!network) return at(kind, network.error());
      parts.network = *std::move(network);
    } else if (kind == repositories_kind) {
      auto repositories = ecr::repositories_from_json(document);
      if (!repositories) return at(kind, repositories.error());
      parts.repositories = *std::move(repositories);
    } else if (kind == settings_kind) {
      if (const auto done = parts.settings.restore(document); !done) return at(kind, done.error());
    } else if (kind != quotas_kind && kind != images_kind) {
      return at(kind, no_kind());
    }
  }
  return {};
}

Result<void> restore_clusters(Saved& saved, stack::RunningStack& stack) {
  auto& definitions = saved.definitions;
  std::sort(definitions.begin(), definitions.end(), [](const auto& a, const auto& b) {
    return a.definition->revision < b.definition->revision;
  });
  for (auto& each : definitions) {
    if (const auto done = stack.definitions().restore(std::move(each)); !done) return done;
  }
  for (const auto& each : saved.clusters) stack.clusters().restore(each);
  auto& instances = saved.instances;
  std::stable_sort(instances.begin(), instances.end(), [](const auto& a, const auto& b) {
    return a.second.registered_at < b.second.registered_at;
  });
  for (const auto& [name, instance] : instances) {
    const auto cluster = stack.clusters().find(name);
    if (!cluster) return cluster.error();
    if (const auto done = (*cluster)->restore_container_instance(instance); !done) return done;
  }
  for (const auto& [name, service] : saved.services) {
    const auto cluster = stack.clusters().find(name);
    if (!cluster) return cluster.error();
    if (const auto done = (*cluster)->restore_service(service); !done) {
      return at("service " + service.spec.name + " ", done.error());
    }
  }
  return {};
}

Result<void> restore_region(Saved& saved, const Parts& parts,
                            const stack::QuotaSettings& settings) {
  if (const auto done = restore_whole(saved, parts); !done) return done;
  const auto quotas = quotas_of(saved.whole[std::string(quotas_kind)], settings);
  if (!quotas) return at(std::string(quotas_kind), quotas.error());
  auto balancing = stack::read_saved(saved.balancing, *quotas);
  if (!balancing) return balancing.error();
  const auto balances = parts.stack.balancing().restore(*std::move(balancing));
  if (!balances) return balances;
  return restore_clusters(saved, parts.stack);
}

}  // namespace

Result<void> restore(const state::Store::Documents& documents,
                     const std::function<Parts(const std::string& region)>& parts_of,
                     const stack::QuotaSettings& quotas) {
  std::map<std::string, Saved> regions;
  for (const auto& [key, text] : documents) {
    const auto sorted = sort(regions, key, text);
    if (!sorted) return at(key, sorted.error());
  }
  for (auto& [region, saved] : regions) {
    const auto restored = restore_region(saved, parts_of(region), quotas);
    if (!restored) return at("region " + region + ": ", restored.error());
  }
  return {};
}

}  // namespace cutover::api::kept

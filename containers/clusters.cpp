#include "containers/clusters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "containers/identifiers.hpp"
#include "lb/base/json.hpp"

namespace cutover::containers {

namespace {

constexpr std::string_view default_name = "default";

/// "ClusterContainsTasksException": "The Cluster cannot be deleted while Tasks are active."
Error still_holds(std::string_view what, std::string_view text) {
  return {fmt::format("ClusterContains{}Exception", what), "",
          fmt::format("The Cluster cannot be deleted while {}.", text)};
}

}  // namespace

std::string_view to_string(ClusterStatus status) {
  return status == ClusterStatus::active ? "ACTIVE" : "INACTIVE";
}

Clusters::Clusters(Timers& timers, Runtime& runtime, TargetRegistry& registry,
                   const TaskDefinitions& definitions, LoopbackAddresses& addresses,
                   ClusterOptions options)
    : timers_(timers),
      runtime_(runtime),
      registry_(registry),
      definitions_(definitions),
      addresses_(addresses),
      options_(std::move(options)) {
  if (!options_.start_faults) options_.start_faults = std::make_shared<StartFaults>();
}

Clusters::~Clusters() = default;

std::string Clusters::arn(std::string_view name) const {
  return fmt::format("arn:aws:ecs:{}:{}:cluster/{}", options_.region, options_.account, name);
}

std::optional<std::string_view> Clusters::name_of(std::string_view cluster) const {
  if (cluster.empty()) return default_name;
  if (!cluster.starts_with("arn:")) return cluster;
  const std::string_view name = bare_name(cluster);
  if (arn(name) != cluster) return std::nullopt;
  return name;
}

Result<Clusters::ByName::const_iterator> Clusters::find_active(std::string_view cluster) const {
  const auto name = name_of(cluster);
  const auto found = name ? clusters_.find(*name) : clusters_.end();
  if (found != clusters_.end() && found->second.cluster) return found;
  const std::vector<std::string> known = names();
  const auto close =
      closest_name(cluster, std::vector<std::string_view>(known.begin(), known.end()));
  return Error{"ClusterNotFoundException", "/cluster",
               fmt::format("Cluster not found: {}{}", cluster.empty() ? default_name : cluster,
                           close ? fmt::format("; did you mean {}?", *close) : "")};
}

ClusterSummary Clusters::create(const ClusterSpec& spec) {
  Held& held = clusters_[spec.name];
  if (held.cluster) return summary(spec.name, held);
  ClusterOptions options = options_;
  options.name = spec.name;
  options.tags = spec.tags;
  options.seed = options_.seed + made_++;
  if (spec.container_instances) options.container_instances = *spec.container_instances;
  held.settings = spec.settings;
  held.cluster = std::make_unique<Cluster>(timers_, runtime_, registry_, definitions_, addresses_,
                                           std::move(options));
  held.own_instances = *held.cluster->list_container_instances("", std::nullopt);
  std::erase(deleted_, spec.name);
  if (listener_) listen(*held.cluster);
  held.cluster->on_change(on_change_);
  tell_change(arn(spec.name));
  tell_parts(*held.cluster);
  return summary(spec.name, held);
}

Result<ClusterSummary> Clusters::update(std::string_view cluster, const ClusterUpdate& update) {
  const auto found = find_active(cluster);
  if (!found) return found.error();
  Held& held = clusters_.find((*found)->first)->second;
  if (update.container_insights) held.settings.container_insights = *update.container_insights;
  if (update.configuration) held.settings.configuration = *update.configuration;
  tell_change(arn((*found)->first));
  return summary((*found)->first, held);
}

Result<void> Clusters::check_empty(const Held& held) {
  const auto instances = held.cluster->list_container_instances("", std::nullopt);
  const auto& own = held.own_instances;
  if (std::any_of(instances->begin(), instances->end(), [&own](const std::string& arn) {
        return std::find(own.begin(), own.end(), arn) == own.end();
      })) {
    return still_holds("ContainerInstances", "Container Instances are active or draining");
  }
  if (!held.cluster->services().empty()) return still_holds("Services", "Services are active");
  const auto tasks = held.cluster->tasks();
  if (std::any_of(tasks.begin(), tasks.end(), [](const TaskDescription& task) {
        return task.last_status != TaskStatus::stopped;
      })) {
    return still_holds("Tasks", "Tasks are active");
  }
  return {};
}

Result<ClusterSummary> Clusters::remove(std::string_view cluster) {
  const auto found = find_active(cluster);
  if (!found) return found.error();
  const std::string name = (*found)->first;
  Held& held = clusters_.find(name)->second;
  if (const auto empty = check_empty(held); !empty) return empty.error();
  held.tags = held.cluster->describe().tags;
  const std::unique_ptr<Cluster> gone = std::move(held.cluster);
  held.own_instances.clear();
  const ClusterSummary last = summary(name, held);
  deleted_.push_back(name);
  tell_parts(*gone);
  tell_change(arn(name));
  forget_old();
  return last;
}

void Clusters::forget_old() {
  if (deleted_.size() <= inactive_clusters_max) return;
  const std::string oldest = deleted_.front();
  clusters_.erase(oldest);
  deleted_.erase(deleted_.begin());
  tell_change(arn(oldest));
}

Result<Cluster*> Clusters::find(std::string_view cluster) const {
  const auto found = find_active(cluster);
  if (!found) return found.error();
  return (*found)->second.cluster.get();
}

ClusterSummary Clusters::summary(const std::string& name, const Held& held) const {
  ClusterSummary summary;
  summary.settings = held.settings;
  if (held.cluster) {
    summary.description = held.cluster->describe();
    return summary;
  }
  summary.status = ClusterStatus::inactive;
  summary.description.name = name;
  summary.description.arn = arn(name);
  summary.description.tags = held.tags;
  return summary;
}

std::optional<ClusterSummary> Clusters::describe(std::string_view cluster) const {
  const auto name = name_of(cluster);
  const auto found = name ? clusters_.find(*name) : clusters_.end();
  if (found == clusters_.end()) return std::nullopt;
  return summary(found->first, found->second);
}

std::vector<std::string> Clusters::names() const {
  std::vector<std::string> names;
  for (const auto& [name, held] : clusters_) {
    if (held.cluster) names.push_back(name);
  }
  return names;
}

void Clusters::listen(Cluster& cluster) {
  const auto all = cluster.list_container_instances("", std::nullopt);
  for (const auto& each : cluster.describe_container_instances(*all).container_instances) {
    listener_(cluster, each.instance);
  }
  cluster.on_instance_change(
      [this, &cluster](const ContainerInstance& instance) { listener_(cluster, instance); });
}

void Clusters::on_instance_change(InstanceListener listener) {
  listener_ = std::move(listener);
  for (const auto& [name, held] : clusters_) {
    if (held.cluster) listen(*held.cluster);
  }
}

std::optional<SavedCluster> Clusters::saved(std::string_view name) const {
  const auto found = clusters_.find(name);
  if (found == clusters_.end()) return std::nullopt;
  const Held& held = found->second;
  if (!held.cluster) {
    return SavedCluster{found->first, held.settings, held.tags, ClusterStatus::inactive, {}};
  }
  return SavedCluster{found->first, held.settings, held.cluster->describe().tags,
                      ClusterStatus::active, held.own_instances};
}

std::vector<std::string> Clusters::saved_names() const {
  std::vector<std::string> names;
  for (const auto& [name, held] : clusters_) names.push_back(name);
  return names;
}

Cluster* Clusters::restore(const SavedCluster& saved) {
  ClusterSpec spec{saved.name, saved.settings, saved.tags, std::vector<ContainerInstanceGroup>{}};
  create(spec);
  Held& held = clusters_.find(saved.name)->second;
  if (saved.status == ClusterStatus::active) {
    held.own_instances = saved.own_instances;
    return held.cluster.get();
  }
  (void)remove(saved.name);  // an empty one goes
  return nullptr;
}

void Clusters::on_change(OnChange listener) {
  on_change_ = std::move(listener);
  for (const auto& [name, held] : clusters_) {
    if (held.cluster) held.cluster->on_change(on_change_);
  }
}

void Clusters::tell_change(const std::string& arn) const {
  if (on_change_) on_change_(arn);
}

void Clusters::tell_parts(const Cluster& cluster) const {
  if (!on_change_) return;
  const auto instances = cluster.list_container_instances("", std::nullopt);
  for (const std::string& arn : *instances) on_change_(arn);
  for (const std::string& name : cluster.saved_services()) {
    on_change_(cluster.describe_service(name)->arn);
  }
}

void Clusters::shut_down(std::function<void()> done) {
  const auto left = std::make_shared<std::size_t>(names().size());
  if (*left == 0) {
    timers_.after(Duration::zero(), std::move(done));
    return;
  }
  for (const auto& [name, held] : clusters_) {
    if (!held.cluster) continue;
    held.cluster->shut_down([left, done] {
      if (--*left == 0) done();
    });
  }
}

}  // namespace cutover::containers

#pragma once

// The clusters of a region: made and deleted while others run, sharing the region's task
// definitions and its runtime (ECS API reference: CreateCluster, UpdateCluster, DeleteCluster).
// Control thread only.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "containers/cluster.hpp"
#include "containers/tags.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

enum class ClusterStatus { active, inactive };

std::string_view to_string(ClusterStatus status);  ///< "ACTIVE", "INACTIVE"

/// What is carried for a cluster and told, without effect here.
struct ClusterSettings {
  std::string container_insights = "disabled";
  std::string configuration;  ///< JSON text of an object; empty: none.

  friend bool operator==(const ClusterSettings&, const ClusterSettings&) = default;
};

/// What makes a cluster.
struct ClusterSpec {
  std::string name = "default";
  ClusterSettings settings;
  Tags tags;
  /// Registered from its beginning; nothing: what clusters have unless told otherwise.
  std::optional<std::vector<ContainerInstanceGroup>> container_instances;

  friend bool operator==(const ClusterSpec&, const ClusterSpec&) = default;
};

/// UpdateCluster and UpdateClusterSettings: absent members keep their values.
struct ClusterUpdate {
  std::optional<std::string> container_insights = std::nullopt;
  std::optional<std::string> configuration = std::nullopt;
};

/// What is kept of a cluster beside its services and container instances.
struct SavedCluster {
  std::string name;
  ClusterSettings settings;
  Tags tags;
  ClusterStatus status = ClusterStatus::active;
  /// ARNs of the container instances that came with it.
  std::vector<std::string> own_instances;

  friend bool operator==(const SavedCluster&, const SavedCluster&) = default;
};

struct ClusterSummary {
  ClusterDescription description;
  ClusterSettings settings;
  ClusterStatus status = ClusterStatus::active;
};

/// Deleted clusters that are still described.
inline constexpr std::size_t inactive_clusters_max = 100;

class Clusters {
 public:
  /// All but the options are borrowed and outlive the clusters. `options` are those of each cluster
  /// but for name, seed and tags.
  Clusters(Timers& timers, Runtime& runtime, TargetRegistry& registry,
           const TaskDefinitions& definitions, LoopbackAddresses& addresses,
           ClusterOptions options);
  /// Kills what still runs.
  ~Clusters();
  Clusters(const Clusters&) = delete;
  Clusters& operator=(const Clusters&) = delete;

  /// A name that is there already is answered with the cluster that has it, unchanged.
  ClusterSummary create(const ClusterSpec& spec);
  Result<ClusterSummary> update(std::string_view cluster, const ClusterUpdate& update);
  /// Container instances that came with the cluster go with it; what else it holds has to be gone.
  Result<ClusterSummary> remove(std::string_view cluster);

  /// Clusters go by name or ARN; "" is "default". Errors: ClusterNotFoundException.
  Result<Cluster*> find(std::string_view cluster) const;
  /// Deleted ones, too. Nothing when there never was one.
  std::optional<ClusterSummary> describe(std::string_view cluster) const;
  /// Of the ACTIVE ones, by name.
  std::vector<std::string> names() const;
  std::string arn(std::string_view name) const;

  /// Faults on demand: starts of tasks, of whichever cluster, that are to fail.
  StartFaults& start_faults() { return *options_.start_faults; }

  /// Hears of each container instance of any cluster that comes, goes, stops or starts; of those
  /// that are there at once.
  using InstanceListener = std::function<void(Cluster&, const ContainerInstance&)>;
  void on_instance_change(InstanceListener listener);

  std::optional<SavedCluster> saved(std::string_view name) const;
  /// Of deleted ones, too.
  std::vector<std::string> saved_names() const;
  /// Without container instances, which follow; nullptr for one that is INACTIVE.
  Cluster* restore(const SavedCluster& saved);
  /// See Cluster::on_change(); of all clusters.
  using OnChange = std::function<void(const std::string& arn)>;
  void on_change(OnChange listener);

  /// As Cluster::shut_down(), for all of them.
  void shut_down(std::function<void()> done);

 private:
  struct Held {
    ClusterSettings settings;
    Tags tags;                         ///< Of an INACTIVE one.
    std::unique_ptr<Cluster> cluster;  ///< None: it is INACTIVE.
    /// ARNs of the container instances that came with it.
    std::vector<std::string> own_instances;
  };
  using ByName = std::map<std::string, Held, std::less<>>;

  /// Nothing for an ARN of another region or account.
  std::optional<std::string_view> name_of(std::string_view cluster) const;
  Result<ByName::const_iterator> find_active(std::string_view cluster) const;
  ClusterSummary summary(const std::string& name, const Held& held) const;
  static Result<void> check_empty(const Held& held);
  void listen(Cluster& cluster);
  void forget_old();
  void tell_change(const std::string& arn) const;
  /// Of all that is in it.
  void tell_parts(const Cluster& cluster) const;

  Timers& timers_;
  Runtime& runtime_;
  TargetRegistry& registry_;
  const TaskDefinitions& definitions_;
  LoopbackAddresses& addresses_;
  ClusterOptions options_;
  ByName clusters_;
  std::vector<std::string> deleted_;  ///< Names, in the order of deletion.
  InstanceListener listener_;
  OnChange on_change_;
  std::uint64_t made_ = 0;  ///< The clusters' ids differ.
};

}  // namespace cutover::containers

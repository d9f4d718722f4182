// What is kept of a cluster, and how it comes back.

#include "containers/cluster.hpp"
#include "containers/cluster_core.hpp"

namespace cutover::containers {

std::vector<std::string> Cluster::saved_services() const { return core_->services.all_names(); }

std::optional<SavedService> Cluster::saved_service(const std::string& name) const {
  const auto found = core_->services.find(name);
  if (!found) return std::nullopt;
  return (*found)->saved();
}

Result<void> Cluster::restore_service(const SavedService& saved) {
  return core_->services.restore(saved);
}

Result<void> Cluster::restore_container_instance(const ContainerInstance& saved) {
  auto restored = core_->instances.restore(saved);
  if (restored) core_->instance_changed(*core_->instances.find(saved.id));
  return restored;
}

void Cluster::on_change(std::function<void(const std::string& arn)> listener) {
  core_->on_change = std::move(listener);
}

}  // namespace cutover::containers

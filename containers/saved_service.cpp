#include "containers/saved_service.hpp"

#include <utility>

#include "containers/service_agent.hpp"

namespace cutover::containers {

SavedService ServiceAgent::saved() const {
  SavedService saved;
  saved.spec = spec_;
  saved.definition = definition()->reference();
  const auto& completed = deployments_.completed();
  if (completed) {
    const ServiceRevision& revision = *completed->revision;
    saved.completed = SavedRevision{revision.definition->reference(), revision.load_balancers,
                                    revision.network, revision.in_alternate_groups};
  }
  saved.deploys = !completed || completed->key != deployments_.primary().key;
  if (status_ != ServiceStatus::active) saved.status = ServiceStatus::inactive;
  saved.created_at = created_at_;
  return saved;
}

void ServiceAgent::resume(const SavedService& saved, DefinitionPtr definition) {
  created_at_ = saved.created_at;
  if (saved.completed) {
    // What was completed neither shifts traffic nor is watched any more.
    shift_.reset();
    alarms_.clear();
    deployments_.resume(saved.completed->in_alternate_groups);
  }
  if (saved.completed && saved.deploys) update(saved.spec, std::move(definition), true);
  spec_ = saved.spec;
  if (saved.status != ServiceStatus::active) remove();
}

void ServiceAgent::tell_lasting_change() {
  const auto& completed = deployments_.completed();
  const std::tuple kept(deployments_.primary().key, completed ? completed->key : 0, status_);
  if (std::exchange(told_kept_, kept) == kept || !surroundings_.on_change) return;
  surroundings_.on_change(arns_.service(spec_.name));
}

}  // namespace cutover::containers

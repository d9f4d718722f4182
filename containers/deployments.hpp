#pragma once

// The deployments of one service, newest first, with the record of each, and what their success and
// failure mean: rollout states, rollbacks, the words said of them. No timers, no tasks.

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "containers/deployment.hpp"
#include "containers/identifiers.hpp"
#include "containers/service_deployment.hpp"
#include "containers/service_events.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/random.hpp"

namespace cutover::containers {

class Deployments {
 public:
  /// All but the name are borrowed.
  Deployments(const ArnMaker& arns, std::string service, const Clock& clock, Random& random,
              ServiceEvents& events);

  const std::vector<Deployment>& list() const { return list_; }
  std::vector<Deployment>& list() { return list_; }
  Deployment& primary() { return list_.front(); }
  const Deployment& primary() const { return list_.front(); }
  /// nullptr when it has dropped out.
  Deployment* find(DeploymentKey key);

  /// A new deployment of what `spec` says, which becomes PRIMARY. The former one keeps `kept` tasks
  /// until the new ones take over.
  void begin(const ServiceSpec& spec, DefinitionPtr definition, std::uint32_t kept);
  /// PRIMARY, the only one so far, was completed in an earlier life.
  void resume(bool in_alternate_groups);
  /// The one that was completed last.
  const std::optional<Deployment>& completed() const { return completed_; }
  /// PRIMARY has reached its goal.
  void complete();
  /// PRIMARY has failed. Back to the one that was completed last, if that is asked for and there is
  /// one; a rollback that fails is not rolled back. `live` is how many tasks PRIMARY has.
  void fail(const DeploymentFailure& failure, std::uint32_t live);
  /// Forgets older ones that want and have no task.
  void drop_finished(const std::function<bool(const Deployment&)>& has_tasks);
  void set_desired_count(Deployment& deployment, std::uint32_t count);

  /// Whether PRIMARY is on its way.
  bool under_way() const { return primary().state == RolloutState::in_progress; }
  /// The one that was completed last, unless that is PRIMARY itself.
  const Deployment* last_completed() const;

  /// Newest first.
  const std::deque<ServiceDeployment>& records() const { return records_; }
  /// Of PRIMARY's deployment, or of the one that is rolled back.
  ServiceDeployment& record() { return records_.front(); }
  const ServiceDeployment& record() const { return records_.front(); }
  ServiceDeployment* find_record(std::string_view arn);
  void set_status(ServiceDeployment& record, ServiceDeploymentStatus status, std::string reason);
  /// Kept for as long as a record names it.
  RevisionPtr find_revision(std::string_view arn) const;

 private:
  void make_primary(Deployment deployment);
  void add_record(const Deployment& deployment, const ServiceSpec& spec);
  void roll_back(const DeploymentFailure& failure);
  void set_state(Deployment& deployment, RolloutState state, std::string reason);

  const ArnMaker& arns_;
  std::string service_;
  const Clock& clock_;
  Random& random_;
  ServiceEvents& events_;
  std::vector<Deployment> list_;
  std::optional<Deployment> completed_;  ///< As it was when it completed.
  std::deque<ServiceDeployment> records_;
  DeploymentKey last_ = 0;
};

}  // namespace cutover::containers

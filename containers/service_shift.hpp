#pragma once

// One deployment of a service that shifts traffic: performs what its state machine
// (traffic_shift.hpp) asks for on the listener rules, the hooks and the deployments' desired
// counts, and keeps the deployment's record. Control thread only.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "containers/deployment_support.hpp"
#include "containers/deployments.hpp"
#include "containers/traffic_shift.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

class ServiceShift {
 public:
  /// All but the texts is borrowed.
  struct Context {
    const Clock& clock;
    const DeploymentSupport& support;
    Deployments& deployments;
    ServiceEvents& events;
    std::string service_arn;
    std::function<void()> wake;  ///< Asks for advance(), soon.
  };

  /// Of PRIMARY, which has just begun. `reconciles`: more than one older revision has tasks. All
  /// production traffic is the source's now, whatever a deployment before this one has left.
  ServiceShift(Context context, bool reconciles);
  ~ServiceShift();
  ServiceShift(const ServiceShift&) = delete;
  ServiceShift& operator=(const ServiceShift&) = delete;

  /// Goes on as far as it can. `desired_count` is the service's.
  void advance(const TrafficShift::Sight& sight, std::uint32_t desired_count);
  /// It has reached its end: the service may go on without it. A failed one stays, for its tasks
  /// and traffic stay where they are.
  bool is_over() const;

  /// The deployments that a new desired count of the service is for.
  std::vector<Deployment*> sustained() const;
  DeploymentKey target() const { return target_; }

  bool can_fail() const { return shift_.can_fail(); }
  void fail(DeploymentFailure failure) { shift_.fail(std::move(failure)); }
  /// ContinueServiceDeployment; false when no such hook waits for an action.
  bool act_on_hook(std::string_view id, LifecycleHook::TimeoutAction action);
  /// A newer deployment takes its place: all traffic goes back to the source, or stays with the
  /// target when only old tasks were left to end. Says how many tasks the one that is PRIMARY is to
  /// keep meanwhile.
  std::uint32_t give_way(std::uint32_t desired_count, std::uint32_t running);
  /// When time alone brings it further.
  std::optional<TimePoint> next_moment() const { return shift_.next_moment(); }

 private:
  /// One load balancer entry's rules and groups.
  struct Route {
    std::string production_rule;
    std::string test_rule;  ///< Empty: none.
    std::string source_group;
    std::string target_group;
  };

  bool has_source() const { return source_ != 0; }
  TrafficShift::Setting setting(bool reconciles) const;
  void find_routes();
  void perform(const ShiftAction& action, std::uint32_t desired_count);
  void route(bool test, double percent);
  void want(DeploymentKey deployment, std::uint32_t count);
  void retire_others();
  void call_hook(const ShiftAction& action);
  std::string payload(const ShiftAction& action) const;
  void note();
  void take_failure(std::uint32_t desired_count);

  Context context_;
  DeploymentKey target_;
  DeploymentKey source_;  ///< 0: there is none.
  RevisionPtr target_revision_;
  RevisionPtr source_revision_;
  std::vector<Route> routes_;
  DeploymentConfiguration configuration_;
  TrafficShift shift_;
  std::map<std::string, std::unique_ptr<HookCall>> calls_;  ///< By the hooks' ids.
  std::map<std::string, std::string> details_;  ///< What hooks gave for their next call.
  bool failure_taken_ = false;
};

}  // namespace cutover::containers

#pragma once

// What of a cloud is kept, as documents: one for each load balancer, target group with its targets,
// listener and rule, cluster, container instance, service and task definition, by ARN; and for each
// region one of its network and instances, of its repositories, of ECS's account settings and of
// its quotas. Tasks are not kept: they end with the program, and services start theirs anew.

#include <string>

#include "cutover/api/ec2/state.hpp"
#include "cutover/api/ecr/ecr.hpp"
#include "cutover/api/ecs/account_settings.hpp"
#include "cutover/api/kept/recorder.hpp"
#include "cutover/stack/running_stack.hpp"

namespace cutover::api::kept {

/// One region's, all borrowed.
struct Parts {
  stack::RunningStack& stack;
  ec2::Ec2State& network;
  ecr::Repositories& repositories;
  ecs::AccountSettings& settings;
};

/// Borrows the recorder. Control thread only.
class Keeper {
 public:
  explicit Keeper(Recorder& recorder) : recorder_(recorder) {}

  /// From here on what changes in the region's load balancing and clusters is noted; its parts
  /// outlive the recorder's notes.
  void watch(const std::string& region, const Parts& parts);
  /// After a call of that service: what is kept whole is looked at.
  void look(const std::string& service, const std::string& region, const Parts& parts);

 private:
  void note_network(const std::string& region, const Parts& parts);

  Recorder& recorder_;
};

/// Puts the documents back. `parts_of` a region that is empty.
Result<void> restore(const state::Store::Documents& documents,
                     const std::function<Parts(const std::string& region)>& parts_of,
                     const stack::QuotaSettings& quotas);

}  // namespace cutover::api::kept

#pragma once

// One account with all its regions: in each, load balancers and a cluster that really run, and what
// AWS has around them; and the services through which all of it is asked and changed.

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cutover/api/cloudformation/cloudformation.hpp"
#include "cutover/api/cloudwatch/cloudwatch.hpp"
#include "cutover/api/dispatcher.hpp"
#include "cutover/api/ec2/ec2.hpp"
#include "cutover/api/ecr/ecr.hpp"
#include "cutover/api/ecs/running.hpp"
#include "cutover/api/export_stack.hpp"
#include "cutover/api/kept/keeper.hpp"
#include "cutover/api/kept/opening.hpp"
#include "cutover/api/kept/recorder.hpp"
#include "cutover/api/regions.hpp"
#include "cutover/stack/running_stack.hpp"
#include "cutover/stack/stack.hpp"

namespace cutover::api {

/// Everything on the thread that runs `io`.
class Cloud {
 public:
  /// `stack` runs in the region that the options name; other regions are empty until something is
  /// made there. `strings`: see ecs::service(). All but the options is borrowed and outlives it.
  /// With `kept` the account comes back as it was left, and calls are answered when what they
  /// changed is kept; of a stack only the images count then, unless nothing was kept yet. Nothing
  /// starts here.
  Cloud(boost::asio::io_context& io, const stack::Stack& stack, const stack::RunOptions& options,
        ecs::Shape::Strings strings, std::optional<kept::KeptState> kept = {});
  /// Stops at once what still runs.
  ~Cloud();
  Cloud(const Cloud&) = delete;
  Cloud& operator=(const Cloud&) = delete;

  /// Applies the stack's operations, or restores what was kept; the first that fails is the error.
  Result<void> start();
  /// Back to what there is without a stack: stops at once all that runs, and forgets it. `done`
  /// when that is kept, too.
  void reset(const std::function<void(const Result<void>&)>& done);
  /// See RunningStack::stop(); `done` is called when the last task of all regions has stopped.
  void stop(Duration grace, const std::function<void()>& done);

  /// What runs in the stack's region; other regions are named as left out.
  ExportedStack exported();

  Dispatcher& dispatcher() { return dispatcher_; }
  /// The region that the stack runs in.
  stack::RunningStack& home() { return in(options_.balancing.region); }
  /// Made on first use.
  stack::RunningStack& in(const std::string& region);
  /// All regions that were used.
  std::vector<stack::RunningStack*> running() const;
  ec2::Ec2& ec2() { return ec2_; }
  ecs::RunningEcs& ecs() { return ecs_; }

 private:
  struct Region;

  /// A cluster's container instances are instances of EC2.
  void adopt_container_instances(const std::string& region);
  /// Tells EC2 of it, and it what EC2 says of its place.
  void adopt(const std::string& region, containers::Cluster& cluster,
             const containers::ContainerInstance& instance);
  /// Whether that subnet or security group is one of a load balancer's.
  bool holds_up_a_load_balancer(const std::string& region, const std::string& id);
  std::unique_ptr<Region> make_region(const std::string& name);
  std::map<std::string, cloudwatch::Snapshots> metrics() const;
  std::optional<cloudformation::RunningStack> running_stack(const std::string& region);
  void add_services();
  kept::Parts parts(const std::string& region);
  void keep(kept::KeptState kept);
  void note_life();
  Result<void> restore();
  /// What a stack file says of AWS's services around it.
  Result<void> take_around();
  const stack::Stack& home_stack() const { return has_stack_ ? stack_ : empty_; }

  boost::asio::io_context& io_;
  const stack::Stack& stack_;
  const stack::Stack empty_;
  stack::RunOptions options_;
  /// The stack's operations build what there is at first.
  bool has_stack_;
  kept::Meta meta_;
  const RealClock clock_;
  AsioTimers timers_;
  const WallTime created_at_;
  ec2::Ec2 ec2_;
  ecr::Ecr ecr_;
  Regions<Region> running_;
  ecs::RunningEcs ecs_;
  cloudwatch::CloudWatch cloudwatch_;
  Dispatcher dispatcher_;
  state::Store::Documents documents_;  ///< To be restored.
  std::unique_ptr<kept::Recorder> recorder_;
  std::unique_ptr<kept::Keeper> keeper_;
};

}  // namespace cutover::api

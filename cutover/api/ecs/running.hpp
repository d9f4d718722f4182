#pragma once

// ECS on what runs in each region: binds the operations to its clusters, and what services are
// behind to its load balancing.

#include <functional>
#include <memory>
#include <string>

#include "cutover/api/ecs/ecs.hpp"
#include "cutover/api/regions.hpp"
#include "cutover/api/service.hpp"
#include "cutover/stack/running_stack.hpp"

namespace cutover::api::ecs {

class RunningEcs {
 public:
  /// What runs in the region of that name; it outlives this object.
  using StackOf = std::function<stack::RunningStack&(const std::string& region)>;

  RunningEcs(StackOf stack_of, Shape::Strings strings);
  ~RunningEcs();
  RunningEcs(const RunningEcs&) = delete;
  RunningEcs& operator=(const RunningEcs&) = delete;

  /// The handlers refer to this object, which outlives them.
  Service service();

  /// The region's side of it, made on first use. Whoever keeps state reads and restores its
  /// settings; all else that it has is in the running stack.
  Region& in(const std::string& region);
  /// Back to what every region has from the start.
  void clear();

 private:
  struct Held;

  StackOf stack_of_;
  Shape::Strings strings_;
  Regions<Held> regions_;
};

}  // namespace cutover::api::ecs

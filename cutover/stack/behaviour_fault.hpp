#pragma once

// A built-in app's behaviour as a fault at a target, which may be any program.

#include <memory>
#include <utility>

#include "containers/apps/behaviour.hpp"
#include "cutover/stack/in_process_app.hpp"
#include "lb/target_fault.hpp"

namespace cutover::stack {

/// Slow, failing and full as an app with that behaviour would be.
class BehaviourFault final : public lb::TargetFault {
 public:
  explicit BehaviourFault(std::shared_ptr<containers::apps::Behaviour> behaviour)
      : behaviour_(std::move(behaviour)) {}

  Treatment next(TimePoint now) noexcept override {
    namespace apps = containers::apps;
    const apps::Treatment drawn = behaviour_->next(now);
    Treatment treatment;
    treatment.delay = drawn.delay;
    if (drawn.fate != apps::Treatment::Fate::answered) {
      tell(apps::failure(drawn), treatment.answer.emplace());
    }
    return treatment;
  }

 private:
  std::shared_ptr<containers::apps::Behaviour> behaviour_;
};

}  // namespace cutover::stack

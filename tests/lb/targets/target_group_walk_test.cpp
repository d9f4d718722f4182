// Random walks through a target group's events. After each step the group's own words are compared
// with a deliberately naive account kept beside it, and with what must hold whatever happens.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "lb/base/random.hpp"
#include "tests/lb/targets/group_story.hpp"

namespace cutover::lb::targets {
namespace {

constexpr int targets_most = 6;

/// What happened to one target since it was registered, as a list; its state is derived from the
/// whole list each time.
struct History {
  bool draining = false;
  TimePoint drain_end;
  std::string checks;  ///< '+' passed, '-' failed, since it was last made initial.
};

class Walk {
 public:
  explicit Walk(std::uint64_t seed) : random_(seed), story_(spec()) {}

  void step() {
    const TargetId id = target(1 + static_cast<int>(random_.below(targets_most)));
    switch (random_.below(12)) {
      case 0:
        now_ += std::chrono::seconds(random_.below(100));
        return end_drains();
      case 1:
        return set_in_use(random_.below(4) != 0);
      case 2:
      case 3:
        return register_target(id);
      case 4:
        return deregister(id);
      case 5:
        return story_.group.check_started(id);
      default:
        return check(id, random_.below(3) != 0);
    }
  }

  void verify() {
    const auto described = story_.group.describe();
    ASSERT_EQ(described.size(), histories_.size());
    std::vector<TargetId> healthy;
    std::vector<TargetId> registered;
    for (const auto& [id, health] : described) {
      ASSERT_EQ(to_string(health.state), expected(histories_.at(id))) << to_string(id);
      ASSERT_EQ(health, story_.group.health(id));
      ASSERT_EQ(health.reason.empty(), health.state == State::healthy);
      ASSERT_EQ(health.reason.empty(), health.description.empty());
      if (health.state == State::healthy) healthy.push_back(id);
      if (health.state != State::draining && in_use_) registered.push_back(id);
    }
    const bool enough = healthy.size() >= 2 && healthy.size() * 100 >= 40 * registered.size();
    ASSERT_EQ(story_.group.eligible(), enough ? healthy : registered);
    ASSERT_EQ(story_.group.failing_open(), !enough && healthy.size() < registered.size());
    ASSERT_EQ(story_.group.checked(), registered);
    verify_drains();
  }

 private:
  static TargetGroupSpec spec() {
    TargetGroupSpec spec = GroupStory::example();
    spec.deregistration_delay = std::chrono::seconds(60);
    spec.unhealthy_state_routing = {.minimum_healthy_count = 2, .minimum_healthy_percentage = 40};
    spec.dns_failover = {2, 40};
    return spec;
  }

  std::string expected(const History& history) const {
    if (history.draining) return "draining";
    if (!in_use_) return "unused";
    std::string state = "initial";
    std::string row;
    for (const char outcome : history.checks) {
      row = row.ends_with(outcome) ? row + outcome : std::string(1, outcome);
      if (outcome == '+' && (state == "initial" || row.size() >= 3)) state = "healthy";
      if (outcome == '-' && row.size() >= 2) state = "unhealthy";
    }
    return state;
  }

  void set_in_use(bool in_use) {
    story_.group.set_in_use(in_use, now_);
    if (in_use == in_use_) return;
    in_use_ = in_use;
    for (auto& [id, history] : histories_) history.checks.clear();
  }

  void register_target(const TargetId& id) {
    story_.group.register_target(id, now_);
    const auto known = histories_.find(id);
    if (known == histories_.end() || known->second.draining) histories_[id] = History{};
  }

  void deregister(const TargetId& id) {
    const auto known = histories_.find(id);
    const bool changes = known != histories_.end() && !known->second.draining;
    ASSERT_EQ(story_.group.deregister_target(id, now_), changes);
    if (changes) known->second = History{true, now_ + std::chrono::seconds(60), ""};
  }

  void check(const TargetId& id, bool passes) {
    const auto known = histories_.find(id);
    const bool counts = known != histories_.end() && !known->second.draining && in_use_;
    const std::string before = counts ? expected(known->second) : "";
    if (counts) known->second.checks += passes ? '+' : '-';
    const std::string after = counts ? expected(known->second) : "";
    const CheckResult result = passes ? answered(200) : broke(CheckResult::Kind::timed_out);
    ASSERT_EQ(story_.group.check_ended(id, result, now_), before != after);
  }

  void end_drains() {
    for (const TargetId& id : story_.group.end_drains(now_)) {
      const auto known = histories_.find(id);
      ASSERT_NE(known, histories_.end());
      ASSERT_TRUE(known->second.draining && known->second.drain_end <= now_);
      histories_.erase(known);
      ASSERT_EQ(story_.group.health(id).reason, "Target.NotRegistered");
    }
    for (const auto& [id, history] : histories_) {
      ASSERT_TRUE(!history.draining || history.drain_end > now_) << to_string(id);
    }
  }

  void verify_drains() {
    std::optional<TimePoint> earliest;
    for (const auto& [id, history] : histories_) {
      if (!history.draining) continue;
      earliest = earliest ? std::min(*earliest, history.drain_end) : history.drain_end;
    }
    ASSERT_EQ(story_.group.next_drain_end(), earliest);
  }

  Random random_;
  GroupStory story_;
  TimePoint now_ = at_second(0);
  bool in_use_ = false;
  std::map<TargetId, History> histories_;
};

TEST(TargetGroupWalk, AgreesWithANaiveAccountAtEveryStep) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Walk walk(seed);
    for (int i = 0; i < 400; ++i) {
      walk.step();
      if (testing::Test::HasFatalFailure()) return;
      walk.verify();
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace cutover::lb::targets

#include "containers/service_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "containers/identifiers.hpp"

namespace cutover::containers {

namespace {

constexpr Duration said_again_after = std::chrono::hours(6);

std::string words(ServiceEvents::Condition condition, std::string_view detail) {
  switch (condition) {
    case ServiceEvents::Condition::steady:
      return "has reached a steady state.";
    case ServiceEvents::Condition::impaired:
      return "is unable to consistently start tasks successfully.";
    case ServiceEvents::Condition::unplaced:
      return fmt::format(
          "was unable to place a task because no container instance met all of its "
          "requirements. {}",
          detail);
    case ServiceEvents::Condition::no_room_in_zone:
      return fmt::format(
          "is unable to place a task in {} because no container instance met all of its "
          "requirements.",
          detail);
    case ServiceEvents::Condition::held_by_protection:
      return fmt::format("was unable to scale in due to (reason {} tasks under protection)",
                         detail);
    case ServiceEvents::Condition::stuck:
      break;
  }
  return "was unable to stop or start tasks during a deployment because of the service deployment "
         "configuration. Update the minimumHealthyPercent or maximumPercent value and try again.";
}

/// "(task a) (task b)"
std::string task_list(const std::vector<std::string>& ids) {
  std::string text;
  for (const std::string& id : ids) text += fmt::format("{}(task {})", text.empty() ? "" : " ", id);
  return text;
}

}  // namespace

ServiceEvents::ServiceEvents(std::string service, const Clock& clock, Random& random)
    : service_(std::move(service)), clock_(clock), random_(random) {}

void ServiceEvents::add_whole(std::string message) {
  events_.push_front({new_event_id(random_), clock_.wall_now(), std::move(message)});
  if (events_.size() > service_events_max) events_.pop_back();
}

void ServiceEvents::add(std::string_view text) {
  add_whole(fmt::format("(service {}) {}", service_, text));
}

void ServiceEvents::flush() {
  const Gathered happened = std::exchange(gathered_, {});
  for (const auto& [group, count] : happened.registered) {
    add(fmt::format("registered {} targets in (target-group {})", count, group));
  }
  for (const auto& [deployment, count] : happened.draining) {
    add_whole(fmt::format("(service {}, taskSet {}) has begun draining connections on {} tasks.",
                          service_, deployment, count));
  }
  for (const auto& [group, count] : happened.deregistered) {
    add(fmt::format("deregistered {} targets in (target-group {})", count, group));
  }
  if (!happened.stopped.empty()) {
    add(fmt::format("has stopped {} running tasks: {}.", happened.stopped.size(),
                    task_list(happened.stopped)));
  }
  if (happened.stopped_pending > 0) {
    add(fmt::format("stopped {} pending tasks.", happened.stopped_pending));
  }
}

void ServiceEvents::started(const std::vector<std::string>& task_ids) {
  add(fmt::format("has started {} tasks: {}.", task_ids.size(), task_list(task_ids)));
}

void ServiceEvents::completed(const std::string& deployment) {
  add(fmt::format("(deployment {}) deployment completed.", deployment));
}

void ServiceEvents::failed(const std::string& deployment, std::string_view why) {
  add(fmt::format("(deployment {}) deployment failed: {}.", deployment, why));
}

void ServiceEvents::rolling_back(const std::string& deployment) {
  add(fmt::format("rolling back to deployment {}.", deployment));
}

void ServiceEvents::registration_failed(const std::string& target_group, const std::string& why) {
  add(fmt::format("failed to register targets in (target-group {}) with (error {})", target_group,
                  why));
}

void ServiceEvents::traffic_not_shifted(const std::string& rule, const std::string& why) {
  add(fmt::format("failed to shift traffic in (listener-rule {}) with (error {})", rule, why));
}

void ServiceEvents::uneven(std::string_view zones) {
  add(fmt::format("is not AZ balanced with {}. AZ Rebalancing in progress.", zones));
}

void ServiceEvents::balanced(std::string_view zones) {
  add(fmt::format("is AZ balanced with {}.", zones));
}

void ServiceEvents::rebalancing_stopped() { add("stopped AZ Rebalancing."); }

void ServiceEvents::started_in_zone(std::string_view zone, const std::string& task_id) {
  add(fmt::format("has started 1 tasks in {} to AZ Rebalance: (task {}).", zone, task_id));
}

void ServiceEvents::stopped_in_zone(std::string_view zone, const std::string& task_id) {
  add(fmt::format("has stopped 1 running tasks in {} due to AZ rebalancing: (task {}).", zone,
                  task_id));
}

std::optional<TimePoint> ServiceEvents::next_repeat() const {
  std::optional<TimePoint> next;
  for (const auto& [condition, said] : said_) {
    next = std::min(next.value_or(said + said_again_after), said + said_again_after);
  }
  return next;
}

void ServiceEvents::holds(Condition condition, bool does, std::string_view detail) {
  if (!does) {
    said_.erase(condition);
    return;
  }
  const TimePoint now = clock_.now();
  const auto said = said_.find(condition);
  if (said != said_.end() && now - said->second < said_again_after) return;
  said_[condition] = now;
  add(words(condition, detail));
}

}  // namespace cutover::containers

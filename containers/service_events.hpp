#pragma once

// What happened to a service, in ECS's words (ECS developer guide: Service event messages). What
// happens at about the same time is gathered into one message, as ECS does.

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "containers/service.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/random.hpp"

namespace cutover::containers {

class ServiceEvents {
 public:
  /// Both borrowed.
  ServiceEvents(std::string service, const Clock& clock, Random& random);

  /// These are gathered until flush().
  void gather_registered(const std::string& target_group) { ++gathered_.registered[target_group]; }
  void gather_draining(const std::string& deployment) { ++gathered_.draining[deployment]; }
  void gather_deregistered(const std::string& target_group) {
    ++gathered_.deregistered[target_group];
  }
  void gather_stopped(const std::string& task_id) { gathered_.stopped.push_back(task_id); }
  void gather_stopped_pending() { ++gathered_.stopped_pending; }
  void flush();

  void started(const std::vector<std::string>& task_ids);
  void completed(const std::string& deployment);
  /// `why` is "tasks failed to start".
  void failed(const std::string& deployment, std::string_view why);
  void rolling_back(const std::string& deployment);
  void registration_failed(const std::string& target_group, const std::string& why);
  void traffic_not_shifted(const std::string& rule, const std::string& why);
  // What rebalancing says; `zones` as in_zones() has it.
  void uneven(std::string_view zones);
  void balanced(std::string_view zones);
  void rebalancing_stopped();
  void started_in_zone(std::string_view zone, const std::string& task_id);
  void stopped_in_zone(std::string_view zone, const std::string& task_id);
  /// `text` is "(instance i-…) (port 32768) is unhealthy in (target-group api) due to …".
  void unhealthy(const std::string& text) { add(text); }

  /// Conditions that last: said when they begin, and again every 6 hours while they hold.
  enum class Condition { steady, stuck, impaired, unplaced, no_room_in_zone, held_by_protection };
  /// `detail` is said with it: why a task has no place, in which zone, how many are
  /// protected.
  void holds(Condition condition, bool does, std::string_view detail = {});

  /// When something that lasts is to be said again.
  std::optional<TimePoint> next_repeat() const;

  /// Newest first.
  std::vector<ServiceEvent> list() const { return {events_.begin(), events_.end()}; }

 private:
  /// "(service <name>) " and the text.
  void add(std::string_view text);
  void add_whole(std::string message);

  struct Gathered {
    std::map<std::string, std::size_t> registered;
    std::map<std::string, std::size_t> draining;
    std::map<std::string, std::size_t> deregistered;
    std::vector<std::string> stopped;
    std::size_t stopped_pending = 0;
  };

  std::string service_;
  const Clock& clock_;
  Random& random_;
  Gathered gathered_;
  std::map<Condition, TimePoint> said_;
  std::deque<ServiceEvent> events_;
};

}  // namespace cutover::containers

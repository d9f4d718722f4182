#include "containers/service_tasks.hpp"

#include <chrono>
#include <utility>

namespace cutover::containers {

namespace {

TaskCounts counts_of(const TaskAgent& agent) {
  const TaskStatus status = agent.state().last_status;
  TaskCounts counts;
  counts.pending = is_before_running(status) ? 1 : 0;
  counts.running = status == TaskStatus::running ? 1 : 0;
  counts.live = status == TaskStatus::stopped ? 0 : 1;
  return counts;
}

void replace(TaskCounts& sum, const TaskCounts& before, const TaskCounts& now) {
  sum.pending += now.pending - before.pending;
  sum.running += now.running - before.running;
  sum.live += now.live - before.live;
}

}  // namespace

ServiceTasks::Entry& ServiceTasks::add(DeploymentKey deployment, std::unique_ptr<TaskAgent> agent) {
  const TaskKey key = ++last_;
  Entry& entry = tasks_[key];
  entry.key = key;
  entry.deployment = deployment;
  entry.agent = std::move(agent);
  keys_.emplace(entry.agent.get(), key);
  ids_.emplace(entry.agent->identity().id, key);
  note(*entry.agent);
  return entry;
}

void ServiceTasks::note(const TaskAgent& agent) {
  Entry& entry = at(agent);
  const bool was_live = entry.counted_.live > 0;
  count(entry);
  if (was_live && entry.counted_.live == 0) stopped_.push_back(entry.key);
  changed_.insert(entry.key);
}

void ServiceTasks::count(Entry& entry) {
  const TaskCounts now = counts_of(*entry.agent);
  TaskCounts& of_deployment = counts_[entry.deployment];
  replace(of_deployment, entry.counted_, now);
  replace(all_, entry.counted_, now);
  entry.counted_ = now;
  if (of_deployment.live == 0) counts_.erase(entry.deployment);
}

std::vector<ServiceTasks::Entry*> ServiceTasks::take_changed() {
  std::vector<Entry*> changed;
  changed.reserve(changed_.size());
  for (const TaskKey key : std::exchange(changed_, {})) changed.push_back(&tasks_.at(key));
  return changed;
}

ServiceTasks::Entry* ServiceTasks::find(std::string_view id) {
  return const_cast<Entry*>(std::as_const(*this).find(id));
}

const ServiceTasks::Entry* ServiceTasks::find(std::string_view id) const {
  const auto found = ids_.find(std::string(id));
  return found == ids_.end() ? nullptr : &tasks_.at(found->second);
}

TaskCounts ServiceTasks::counts(DeploymentKey deployment) const {
  const auto found = counts_.find(deployment);
  return found == counts_.end() ? TaskCounts{} : found->second;
}

void ServiceTasks::forget_old(TimePoint now) {
  while (!stopped_.empty()) {
    const Entry& oldest = tasks_.at(stopped_.front());
    const bool old = now - *oldest.agent->state().stopped_at >= stopped_tasks_kept_for;
    if (!old && stopped_.size() <= stopped_tasks_kept_max) return;
    changed_.erase(oldest.key);
    keys_.erase(oldest.agent.get());
    ids_.erase(oldest.agent->identity().id);
    tasks_.erase(stopped_.front());
    stopped_.pop_front();
  }
}

std::optional<TimePoint> ServiceTasks::next_forgetting() const {
  if (stopped_.empty()) return std::nullopt;
  return *tasks_.at(stopped_.front()).agent->state().stopped_at + stopped_tasks_kept_for;
}

}  // namespace cutover::containers

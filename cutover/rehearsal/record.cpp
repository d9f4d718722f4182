#include "cutover/rehearsal/record.hpp"

namespace cutover::rehearsal {

load::PhaseAccount total(const RunRecord& run) {
  load::PhaseAccount sum;
  sum.phase = "all phases";
  for (const PhaseRecord& phase : run.phases) {
    const load::PhaseAccount& account = phase.account;
    sum.scheduled += account.scheduled;
    for (const auto& [fate, count] : account.fates) sum.fates[fate] += count;
    for (const auto& [path, count] : account.by_path) sum.by_path[path] += count;
    for (const auto& [path, count] : account.failed_by_path) sum.failed_by_path[path] += count;
    sum.latency.merge(account.latency);
    sum.length += account.length;
  }
  return sum;
}

}  // namespace cutover::rehearsal

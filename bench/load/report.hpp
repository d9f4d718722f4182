#pragma once

// What a load run found, for people (an aligned text table) and for programs (JSON).

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/load/generator.hpp"

namespace cutover::load {

/// Two tables with a blank line between them: one row per phase (counts, rate of answers, latency
/// percentiles in milliseconds), then one row per phase and fate. Ends with a newline; empty
/// without phases. An "in flight" column stands only while something is.
std::string to_table(const std::vector<PhaseAccount>& phases);

/// A list with one object per phase: phase, seconds, scheduled, answered, failed, unsent,
/// in_flight, answers_per_second, latency_ns {count, mean, p50, p90, p99, p99_9, max}, fates
/// [{status, target_group, error, count}], paths {path: {scheduled, failed}}.
nlohmann::json to_json(const std::vector<PhaseAccount>& phases);

}  // namespace cutover::load

#include "lb/observe/why_trace.hpp"

#include <algorithm>
#include <utility>

namespace cutover::lb {

namespace {

/// "1-58337262-36d228ad5d99923122bbe354" of "Self=…;Root=1-58337262-36d228ad5d99923122bbe354;…".
std::string_view root_of(std::string_view trace_id) {
  constexpr std::string_view key = "Root=";
  const std::size_t begin = trace_id.find(key);
  if (begin != std::string_view::npos) trace_id.remove_prefix(begin + key.size());
  return trace_id.substr(0, trace_id.find(';'));
}

}  // namespace

Duration WhyTrace::total() const {
  Duration sum{0};
  for (const Phase& phase : phases) sum += phase.took;
  return sum;
}

void TraceStore::add(WhyTrace trace) {
  ++added_;
  if (most_ == 0) return;
  if (traces_.size() == most_) traces_.pop_front();
  traces_.push_back(std::move(trace));
}

const WhyTrace* TraceStore::find(std::string_view trace_id) const {
  const std::string_view root = root_of(trace_id);
  const auto found = std::find_if(traces_.rbegin(), traces_.rend(), [&](const WhyTrace& trace) {
    return root_of(trace.trace_id) == root;
  });
  return found == traces_.rend() ? nullptr : &*found;
}

}  // namespace cutover::lb

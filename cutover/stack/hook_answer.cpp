#include "cutover/stack/hook_answer.hpp"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "lb/base/json.hpp"

namespace cutover::stack {

namespace {

using containers::HookAnswer;
using containers::HookStatus;
using nlohmann::json;

/// Unless the answer says otherwise (Lifecycle hooks).
constexpr double call_back_delay = 30;
constexpr double call_back_delay_most = 24 * 3600;

/// Nothing for text that is no object with a hookStatus.
std::optional<json> as_answer(std::string_view text) {
  json value = json::parse(text, nullptr, false);
  if (!value.is_object() || !value.contains("hookStatus")) return std::nullopt;
  return value;
}

std::optional<json> find_answer(const containers::ContainerLog& log) {
  std::string whole;
  for (const containers::LogLine& line : log.lines()) {
    if (line.stream == containers::LogStream::output) whole += line.text + '\n';
  }
  if (auto answer = as_answer(whole)) return answer;
  return as_answer(log.last_line(containers::LogStream::output));
}

HookAnswer in_progress(const json& value) {
  HookAnswer answer;
  answer.status = HookStatus::in_progress;
  const json delay = value.value("callBackDelay", json(call_back_delay));
  const double seconds = delay.is_number() ? delay.get<double>() : -1;
  if (!(seconds >= 0 && seconds <= call_back_delay_most)) {
    return failed_hook(fmt::format("callBackDelay is {}; allowed are 0 to {} seconds",
                                   describe(delay), call_back_delay_most));
  }
  answer.call_back_delay =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  const auto details = value.find("hookDetails");
  if (details != value.end()) {
    answer.details = details->dump(-1, ' ', false, json::error_handler_t::replace);
  }
  return answer;
}

}  // namespace

HookAnswer failed_hook(std::string reason) {
  HookAnswer answer;
  answer.status = HookStatus::failed;
  answer.reason = std::move(reason);
  return answer;
}

HookAnswer read_hook_answer(const containers::ContainerLog& log) {
  const auto value = find_answer(log);
  if (!value) return {};
  const json& status = (*value)["hookStatus"];
  if (status == "SUCCEEDED") return {};
  if (status == "FAILED") return failed_hook("hookStatus FAILED");
  if (status == "IN_PROGRESS") return in_progress(*value);
  return failed_hook(fmt::format("hookStatus is {}; allowed are SUCCEEDED, FAILED and IN_PROGRESS",
                                 describe(status)));
}

}  // namespace cutover::stack

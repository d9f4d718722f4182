// A why-trace as JSON.

#include <nlohmann/json.hpp>

#include "lb/observe/log_text.hpp"
#include "lb/observe/why_trace.hpp"

namespace cutover::lb {

namespace {

using Json = nlohmann::ordered_json;

void put(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

Json condition_json(const WhyTrace::Condition& condition) {
  Json object = {{"condition", condition.text}, {"held", condition.held}};
  put(object, "reason", condition.reason);
  return object;
}

Json rule_json(const WhyTrace::Rule& rule) {
  Json object;
  if (rule.priority == 0) {
    object["priority"] = "default";
  } else {
    object["priority"] = rule.priority;
  }
  object["matched"] = rule.matched;
  put(object, "reason", rule.reason);
  for (const auto& condition : rule.conditions) {
    object["conditions"].push_back(condition_json(condition));
  }
  return object;
}

Json target_json(const WhyTrace::Target& target) {
  Json object = {{"target", target.address}, {"eligible", target.eligible}};
  put(object, "state", target.state);
  put(object, "reason", target.reason);
  if (target.share != 1) object["share"] = target.share;
  object["outstanding"] = target.outstanding;
  if (target.chosen) object["chosen"] = true;
  return object;
}

double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

std::string to_json(const WhyTrace& trace) {
  std::string time;
  append_time(trace.time, time);
  Json object = {{"trace_id", trace.trace_id}, {"time", time}};
  put(object, "client", trace.client);
  put(object, "node", trace.node);
  object["listener"] = trace.listener;
  put(object, "request_line", trace.request_line);
  put(object, "host", trace.host);
  for (const auto& rule : trace.rules) object["rules"].push_back(rule_json(rule));
  put(object, "action", trace.action);
  for (const auto& group : trace.groups) {
    object["groups"].push_back(
        {{"group", group.name}, {"weight", group.weight}, {"chosen", group.chosen}});
  }
  put(object, "group_reason", trace.group_reason);
  for (const auto& target : trace.targets) object["targets"].push_back(target_json(target));
  put(object, "target_reason", trace.target_reason);
  for (const auto& phase : trace.phases) {
    Json entry = {{"phase", phase.name}, {"ms", milliseconds(phase.took)}};
    put(entry, "note", phase.note);
    object["phases"].push_back(std::move(entry));
  }
  object["total_ms"] = milliseconds(trace.total());
  object["status"] = trace.status;
  put(object, "fate", trace.fate);
  put(object, "cause", trace.cause);
  // What clients send may be no UTF-8.
  return object.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace cutover::lb

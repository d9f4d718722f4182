#include "cutover/rehearsal/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cutover/rehearsal/plan_json.hpp"
#include "cutover/stack/json_entries.hpp"
#include "lb/base/duration.hpp"
#include "lb/base/json.hpp"

namespace cutover::rehearsal {

namespace {

using nlohmann::json;

constexpr double speed_least = 0.1;
constexpr double speed_most = 1'000;

/// Whether what a step waits for is there at that moment of the plan.
Result<void> check_wait(const stack::Model& model, const Wait& wait, const std::string& pointer) {
  const bool groups = wait.what == Wait::For::target_healthy;
  const auto known = groups ? model.balancing.target_group_names() : service_names(model);
  for (std::size_t i = 0; i < wait.names.size(); ++i) {
    if (std::find(known.begin(), known.end(), wait.names[i]) != known.end()) continue;
    return Error{groups ? "TargetGroupNotFound" : "ServiceNotFoundException",
                 fmt::format("{}/{}/{}", pointer, groups ? "targetGroups" : "services", i),
                 stack::unknown_name(groups ? "target group" : "service", wait.names[i], known)};
  }
  return {};
}

/// Reads a plan phase by phase, playing each step through on a model of the stack.
class PlanReader {
 public:
  PlanReader(const json& document, stack::Stack stack)
      : reader_(document, ""), model_(stack.model) {
    plan_.stack = std::move(stack);
  }

  Result<Plan> read() {
    reader_.string("stack");
    plan_.speed = reader_.optional_number("speed", speed_least, speed_most);
    const auto seed = reader_.optional_integer("seed", 0, std::numeric_limits<std::int64_t>::max());
    if (seed) plan_.seed = static_cast<std::uint64_t>(*seed);
    read_load();
    read_probe();
    read_phases();
    if (const json* require = reader_.object("require")) {
      take(parse_requirements(*require, "/require", {}), plan_.require);
    }
    if (const auto end = reader_.finish(); !end) return end.error();
    return std::move(plan_);
  }

 private:
  template <class T>
  void take(Result<T> result, T& into) {
    if (result) {
      into = *std::move(result);
    } else {
      reader_.fail(result.error());
    }
  }

  void read_load() {
    stack::require(reader_, "load");
    const json* value = reader_.object("load");
    if (value) take(parse_load(*value, "/load", model_.balancing.listener_names()), plan_.load);
  }

  void read_probe() {
    plan_.probe = reader_.strings("probe");
    for (std::size_t i = 0; i < plan_.probe.size(); ++i) {
      const std::string& path = plan_.probe[i];
      const std::string place = fmt::format("/probe/{}", i);
      if (!is_request_path(path)) {
        reader_.fail(
            Error{"ValidationError", place,
                  fmt::format("found \"{}\"; a path is required, as in \"/api/users\"", path)});
      }
      if (std::count(plan_.probe.begin(), plan_.probe.end(), path) > 1) {
        reader_.fail(Error{"ValidationError", place, fmt::format("\"{}\" stands twice", path)});
      }
    }
  }

  void read_phases() {
    stack::require(reader_, "phases");
    const json* list = reader_.array("phases");
    for (std::size_t i = 0; list && i < list->size() && reader_.ok(); ++i) {
      take(parse_phase((*list)[i], fmt::format("/phases/{}", i)), plan_.phases.emplace_back());
      names_.push_back(plan_.phases.back().name);
    }
    if (reader_.ok() && plan_.phases.empty()) {
      reader_.fail("phases", "found an empty list; at least one phase is required");
    }
  }

  Result<Phase> parse_phase(const json& value, std::string pointer) {
    JsonReader reader(value, std::move(pointer));
    Phase phase;
    phase.name = reader.string("name");
    if (reader.ok() && phase.name.empty()) reader.fail("name", "found an empty name");
    if (std::find(names_.begin(), names_.end(), phase.name) != names_.end()) {
      reader.fail("name", fmt::format("there is a phase \"{}\" already", phase.name));
    }
    phase.steps = stack::read_entries<Step>(
        reader, "steps",
        [this](const json& step, std::string place) { return check_step(step, std::move(place)); });
    if (const json* require = reader.object("require")) {
      auto parsed =
          parse_requirements(*require, reader.pointer_to("require"), {true, plan_.probe, names_});
      if (parsed) {
        phase.require = *std::move(parsed);
      } else {
        reader.fail(parsed.error());
      }
    }
    if (const auto end = reader.finish(); !end) return end.error();
    return phase;
  }

  Result<Step> check_step(const json& value, std::string pointer) {
    auto step = parse_step(value, pointer);
    if (!step) return step.error();
    if (const auto* operation = std::get_if<stack::Operation>(&*step)) {
      const auto member = value.begin();
      const std::string& name = member.key();
      const json& input = member.value();
      const auto applied = apply_at(model_, *operation, input, pointer + "/" + name);
      if (!applied) return applied.error();
    }
    if (const auto* wait = std::get_if<Wait>(&*step)) {
      const auto checked = check_wait(model_, *wait, pointer);
      if (!checked) return checked.error();
    }
    if (const auto* fault = std::get_if<stack::Fault>(&*step)) {
      const auto checked = stack::check_fault(model_, *fault, pointer);
      if (!checked) return checked.error();
    }
    return step;
  }

  JsonReader reader_;
  stack::Model model_;
  Plan plan_;
  std::vector<std::string> names_;
};

}  // namespace

std::string_view to_string(Wait::For what) {
  switch (what) {
    case Wait::For::services_stable:
      return "services-stable";
    case Wait::For::target_healthy:
      return "target-healthy";
    case Wait::For::tasks_stopped:
      return "tasks-stopped";
    case Wait::For::deployments_completed:
      return "deployments-completed";
  }
  return "";
}

std::string to_string(const Step& step) {
  if (const auto* wait = std::get_if<Wait>(&step)) {
    return fmt::format("wait {} {}", to_string(wait->what), fmt::join(wait->names, " "));
  }
  if (const auto* hold = std::get_if<Hold>(&step)) return "hold " + format_duration(hold->length);
  if (const auto* fault = std::get_if<stack::Fault>(&step)) return stack::to_string(*fault);
  return stack::to_string(std::get<stack::Operation>(step));
}

Result<Plan> parse_plan(const json& document, stack::Stack stack) {
  return PlanReader(document, std::move(stack)).read();
}

Result<Plan> read_plan(const std::string& path) {
  const auto document = read_json_file(path);
  if (!document) return document.error();
  JsonReader reader(*document, "");
  const std::string stack_path = reader.string("stack");
  if (!reader.ok()) return at(path + "#", reader.finish().error());
  const auto folder = std::filesystem::path(path).parent_path();
  auto stack = stack::read_stack((folder / stack_path).string());
  if (!stack) return stack.error();
  auto plan = parse_plan(*document, *std::move(stack));
  if (!plan) return at(path + "#", plan.error());
  return plan;
}

}  // namespace cutover::rehearsal

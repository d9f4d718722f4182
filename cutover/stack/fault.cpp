#include "cutover/stack/fault.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "containers/apps/behaviour_json.hpp"
#include "cutover/stack/json_entries.hpp"
#include "cutover/stack/names.hpp"

namespace cutover::stack {

namespace {

using nlohmann::json;
namespace task_fault = containers::task_fault;

constexpr std::array<std::string_view, 9> kinds{"kill",
                                                "pause",
                                                "resume",
                                                "behaviour",
                                                "fail-starts",
                                                "fill-instance",
                                                "release-instance",
                                                "disconnect-instance",
                                                "reconnect-instance"};
/// As fault::OnInstance::What.
constexpr std::array<std::string_view, 4> instance_kinds{
    "fill-instance", "release-instance", "disconnect-instance", "reconnect-instance"};
constexpr std::int64_t count_most = 10'000;
constexpr std::int64_t instances_most = 10'000;

containers::TaskFault read_task_fault(JsonReader& reader, std::string_view kind) {
  if (kind == "kill") return task_fault::Kill{};
  if (kind == "pause") return task_fault::Pause{};
  if (kind == "resume") return task_fault::Resume{};
  require(reader, "behaviour");
  const json* value = reader.object("behaviour");
  if (!value) return task_fault::Resume{};
  auto behaviour = containers::apps::parse_behaviour(*value, reader.pointer_to("behaviour"));
  if (behaviour && behaviour->start_up > Duration::zero()) {
    behaviour = Error{"ValidationError", reader.pointer_to("behaviour") + "/startUp",
                      "a task that runs has started already; only an image's behaviour has it"};
  }
  if (behaviour) return task_fault::Change{*behaviour};
  reader.fail(behaviour.error());
  return task_fault::Resume{};
}

fault::OnTask read_on_task(JsonReader& reader, std::string_view kind) {
  fault::OnTask read;
  read.task = reader.string("task");
  if (reader.ok() && read.task.empty()) reader.fail("task", "found an empty name");
  read.container = reader.optional_string("container").value_or("");
  read.what = read_task_fault(reader, kind);
  return read;
}

fault::FailStarts read_fail_starts(JsonReader& reader) {
  fault::FailStarts read;
  read.starts.family = reader.string("taskDefinition");
  read.starts.count =
      static_cast<std::uint32_t>(reader.optional_integer("count", 1, count_most).value_or(1));
  if (const auto reason = reader.optional_string("reason")) read.starts.reason = *reason;
  return read;
}

std::string_view kind_of(const containers::TaskFault& what) {
  if (std::holds_alternative<task_fault::Kill>(what)) return "kill";
  if (std::holds_alternative<task_fault::Pause>(what)) return "pause";
  if (std::holds_alternative<task_fault::Resume>(what)) return "resume";
  return "behaviour";
}

Result<void> check(const Model& model, const fault::OnTask& fault, const std::string& pointer) {
  auto name = parse_task_name(fault.task);
  if (!name) return at(pointer + "/task", name.error());
  // The same that stopping it would ask for.
  const auto stopped = model.check(StopTask{*std::move(name), std::nullopt, {}});
  if (stopped) return {};
  Error error = stopped.error();
  error.where = pointer + "/task";
  return error;
}

Result<void> check(const Model& model, const fault::FailStarts& fault, const std::string& pointer) {
  if (model.task_definition(fault.starts.family)) return {};
  return Error{"ClientException", pointer + "/taskDefinition",
               fmt::format("found \"{}\"; no task definition of this family is registered by then",
                           fault.starts.family)};
}

/// How many container instances there are is the running cluster's to say.
Result<void> check(const Model&, const fault::OnInstance&, const std::string&) { return {}; }

}  // namespace

Result<Fault> parse_fault(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  const std::string kind = reader.one_of("fault", kinds);
  Fault fault;
  if (kind == "fail-starts") {
    fault = read_fail_starts(reader);
  } else if (kind.ends_with("-instance")) {
    const auto number = reader.integer("containerInstance", 0, instances_most);
    const auto what = std::find(instance_kinds.begin(), instance_kinds.end(), kind);
    fault = fault::OnInstance{static_cast<std::uint32_t>(number),
                              static_cast<fault::OnInstance::What>(what - instance_kinds.begin())};
  } else if (reader.ok()) {
    fault = read_on_task(reader, kind);
  }
  if (const auto end = reader.finish(); !end) return end.error();
  return fault;
}

std::string to_string(const Fault& fault) {
  if (const auto* on_task = std::get_if<fault::OnTask>(&fault)) {
    return fmt::format("fault {} {}{}{}", kind_of(on_task->what), on_task->task,
                       on_task->container.empty() ? "" : " ", on_task->container);
  }
  if (const auto* starts = std::get_if<fault::FailStarts>(&fault)) {
    return fmt::format("fault fail-starts {} {}", starts->starts.family, starts->starts.count);
  }
  const auto& instance = std::get<fault::OnInstance>(fault);
  return fmt::format("fault {} {}", instance_kinds[static_cast<std::size_t>(instance.what)],
                     instance.container_instance);
}

Result<void> check_fault(const Model& model, const Fault& fault, const std::string& pointer) {
  return std::visit([&](const auto& kind) { return check(model, kind, pointer); }, fault);
}

}  // namespace cutover::stack

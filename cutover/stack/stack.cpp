#include "cutover/stack/stack.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <limits>

#include "containers/container_instances_json.hpp"
#include "containers/json_members.hpp"
#include "containers/saved_json.hpp"
#include "cutover/stack/hook_commands.hpp"
#include "cutover/stack/image_json.hpp"
#include "cutover/stack/json_entries.hpp"
#include "cutover/stack/listener_json.hpp"
#include "cutover/stack/service_json.hpp"
#include "cutover/stack/target_group_json.hpp"
#include "lb/base/json.hpp"

namespace cutover::stack {

namespace {

using nlohmann::json;

/// Reads the sections one after the other; the first problem ends the reading.
class StackReader {
 public:
  StackReader(const json& document, const std::string& base_directory, const QuotaSettings& quotas)
      : reader_(document, ""), base_directory_(base_directory), quotas_(quotas) {}

  Result<Stack> read() {
    quotas();
    section("LoadBalancers", parse_load_balancer_entry);
    target_groups();
    section("Listeners", parse_listener_entry);
    section("Rules", parse_rule_entry);
    clusters();
    images();
    hooks();
    alarms();
    task_definitions();
    section("Services", parse_create_service);
    statuses();
    stack_.network = whole("Network");
    stack_.repositories = whole("Repositories");
    stack_.account_settings = whole("AccountSettings");
    name();
    outputs();
    if (const auto end = reader_.finish(); !end) return end.error();
    return std::move(stack_);
  }

 private:
  /// A list whose every entry is the input of one operation.
  template <class Parse>
  void section(std::string_view key, Parse parse) {
    const json* list = reader_.array(key);
    for (std::size_t i = 0; list && i < list->size() && reader_.ok(); ++i) {
      const std::string place = fmt::format("{}/{}", reader_.pointer_to(key), i);
      auto operation = parse((*list)[i], place);
      if (!operation) return reader_.fail(operation.error());
      add(*std::move(operation), (*list)[i], place);
    }
  }

  void quotas() {
    const json* object = reader_.object("Quotas");
    if (object) file_quotas(*object);
    for (const auto& [name, most] : quotas_) {
      const auto set = set_quota(stack_.model.balancing.quotas, name, most);
      if (!set) reader_.fail(set.error());
    }
  }

  void file_quotas(const json& object) {
    JsonReader entries(object, "/Quotas");
    for (const auto& [name, value] : object.items()) {
      const auto most = entries.integer(name, 0, std::numeric_limits<std::int64_t>::max());
      const auto set =
          set_quota(stack_.model.balancing.quotas, name, static_cast<std::uint64_t>(most));
      if (!set) entries.fail(at(entries.pointer_to(name), set.error()));
    }
    if (const auto end = entries.finish(); !end) reader_.fail(end.error());
  }

  void target_groups() {
    const json* list = reader_.array("TargetGroups");
    for (std::size_t i = 0; list && i < list->size() && reader_.ok(); ++i) {
      const std::string place = fmt::format("/TargetGroups/{}", i);
      auto entry = parse_target_group_entry((*list)[i], place);
      if (!entry) return reader_.fail(entry.error());
      const std::string name = entry->create.spec.name;
      add(std::move(entry->create), (*list)[i], place);
      if (entry->targets.empty()) continue;
      add(RegisterTargets{name, std::move(entry->targets)}, (*list)[i], place);
    }
  }

  void clusters() {
    const json* list = reader_.array("Clusters");
    if (!list || list->empty()) return;
    if (list->size() > 1) {
      return reader_.fail("Clusters",
                          fmt::format("found {} clusters; allowed is at most one", list->size()));
    }
    JsonReader entry(list->front(), "/Clusters/0");
    stack_.model.cluster = entry.string("clusterName");
    if (entry.ok() && stack_.model.cluster.empty()) {
      entry.fail("clusterName", "found an empty name");
    }
    cluster_settings(entry);
    stack_.model.cluster_tags = containers::read_pairs(entry, "tags", "key", "value");
    registered_instances(entry);
    if (const json* instances = entry.member("ContainerInstances")) {
      auto groups =
          containers::parse_container_instances(*instances, entry.pointer_to("ContainerInstances"));
      if (!groups) return reader_.fail(groups.error());
      stack_.model.container_instances = *std::move(groups);
    }
    if (const auto end = entry.finish(); !end) reader_.fail(end.error());
  }

  void cluster_settings(JsonReader& entry) {
    containers::ClusterSettings& settings = stack_.model.cluster_settings;
    for (const auto& [name, value] : containers::read_pairs(entry, "settings", "name", "value")) {
      if (name == "containerInsights") {
        settings.container_insights = value;
      } else {
        entry.fail("settings", fmt::format("found {}; allowed is containerInsights", name));
      }
    }
    const json* configuration = entry.object("configuration");
    if (configuration) settings.configuration = configuration->dump();
  }

  void registered_instances(JsonReader& entry) {
    constexpr const char* key = "RegisteredContainerInstances";
    const json* list = entry.array(key);
    if (!list) return;
    if (entry.has("ContainerInstances")) {
      entry.fail(key, "found ContainerInstances, too; allowed is one of them");
    }
    for (std::size_t i = 0; i < list->size() && entry.ok(); ++i) {
      auto instance = containers::parse_saved_container_instance(
          (*list)[i], fmt::format("{}/{}", entry.pointer_to(key), i));
      if (!instance) return entry.fail(instance.error());
      stack_.model.registered_instances.push_back(*std::move(instance));
    }
    stack_.model.container_instances.emplace();
  }

  /// What stands there is for whoever serves it.
  json whole(std::string_view key) {
    const json* object = reader_.object(key);
    return object ? *object : json();
  }

  void task_definitions() {
    const json* list = reader_.array("TaskDefinitions");
    for (std::size_t i = 0; list && i < list->size() && reader_.ok(); ++i) {
      const std::string place = fmt::format("/TaskDefinitions/{}", i);
      json entry = (*list)[i];
      const auto status = entry.is_object() ? entry.find("status") : entry.end();
      if (status != entry.end()) {
        auto ends = read_status(*status, place + "/status");
        if (!ends) return reader_.fail(ends.error());
        entry.erase(status);
        statuses_.push_back({i, *ends});
      }
      auto operation = parse_register_task_definition(entry, place);
      if (!operation) return reader_.fail(operation.error());
      const auto& revisions = stack_.model.task_definitions;
      add(*std::move(operation), entry, place);
      if (statuses_.empty() || statuses_.back().entry != i) continue;
      const std::string& family = entry["family"].get_ref<const std::string&>();
      statuses_.back().end.task_definition =
          fmt::format("{}:{}", family, revisions.at(family).size());
    }
  }

  Result<EndTaskDefinition> read_status(const json& status, const std::string& place) {
    EndTaskDefinition end;
    if (status == "INACTIVE") return end;
    end.deletes = true;
    if (status == "DELETE_IN_PROGRESS") return end;
    return Error{"ValidationError", place,
                 fmt::format("found {}; allowed are INACTIVE and DELETE_IN_PROGRESS",
                             status.dump(-1, ' ', false, json::error_handler_t::replace))};
  }

  /// Services may still use them.
  void statuses() {
    for (auto& [entry, end] : statuses_) {
      add(std::move(end), json::object(), fmt::format("/TaskDefinitions/{}/status", entry));
    }
  }

  void images() {
    const json* object = reader_.object("Images");
    if (!object) return;
    auto images = parse_images(*object, "/Images", base_directory_);
    if (!images) return reader_.fail(images.error());
    stack_.model.images = *std::move(images);
    stack_.images = with_whole_directories(*object);
  }

  /// Commands by name, as written, for a file that may stand elsewhere.
  json with_whole_directories(json commands) const {
    for (json& entry : commands) {
      if (!entry.contains("command")) continue;
      const auto cwd = std::filesystem::path(base_directory_) / entry.value("cwd", "");
      std::error_code error;
      entry["cwd"] = std::filesystem::absolute(cwd.empty() ? "." : cwd, error).string();
    }
    return commands;
  }

  void hooks() {
    const json* object = reader_.object("Hooks");
    if (!object) return;
    auto hooks = parse_hook_commands(*object, "/Hooks", base_directory_);
    if (!hooks) return reader_.fail(hooks.error());
    stack_.model.hooks = *std::move(hooks);
    stack_.hooks = with_whole_directories(*object);
  }

  void alarms() {
    const json* list = reader_.array("Alarms");
    auto& alarms = stack_.model.alarms;
    for (std::size_t i = 0; list && i < list->size() && reader_.ok(); ++i) {
      const std::string place = fmt::format("/Alarms/{}", i);
      auto alarm = parse_metric_alarm((*list)[i], place, stack_.model.balancing);
      if (!alarm) return reader_.fail(alarm.error());
      if (check_alarm(alarms, alarm->name)) {
        return reader_.fail(Error{"ValidationError", place + "/AlarmName",
                                  fmt::format("found {} a second time", alarm->name)});
      }
      alarms.push_back(*std::move(alarm));
      stack_.alarms.push_back((*list)[i]);
    }
  }

  void name() {
    const auto name = reader_.optional_string("StackName");
    if (name && name->empty()) reader_.fail("StackName", "found an empty name");
    if (name) stack_.name = *name;
  }

  void outputs() {
    const json* list = reader_.array("Outputs");
    for (std::size_t i = 0; list && i < list->size() && reader_.ok(); ++i) {
      JsonReader entry((*list)[i], fmt::format("/Outputs/{}", i));
      std::string key = entry.string("OutputKey");
      stack_.outputs.emplace_back(std::move(key), entry.string("OutputValue"));
      if (const auto end = entry.finish(); !end) reader_.fail(end.error());
    }
  }

  void add(Operation operation, const json& written, const std::string& place) {
    const auto applied = apply_at(stack_.model, operation, written, place);
    if (!applied) return reader_.fail(applied.error());
    stack_.operations.push_back(std::move(operation));
  }

  JsonReader reader_;
  const std::string& base_directory_;
  const QuotaSettings& quotas_;
  Stack stack_;
  struct Status {
    std::size_t entry = 0;
    EndTaskDefinition end;
  };
  std::vector<Status> statuses_;
};

}  // namespace

Result<void> apply_at(Model& model, const Operation& operation, const json& written,
                      const std::string& pointer) {
  const auto applied = model.apply(operation);
  if (applied) return {};
  Error error = applied.error();
  error.where = pointer + written_place(written, error.where);
  return error;
}

Stack empty_stack(containers::ImageMap images, const Quotas& quotas) {
  Stack stack;
  stack.model.balancing.quotas = quotas;
  stack.model.cluster.clear();
  stack.model.images = std::move(images);
  return stack;
}

Result<Stack> parse_stack(const json& document, const std::string& base_directory,
                          const QuotaSettings& quotas) {
  return StackReader(document, base_directory, quotas).read();
}

Result<Stack> read_stack(const std::string& path, const QuotaSettings& quotas) {
  const auto document = read_json_file(path);
  if (!document) return document.error();
  auto stack = parse_stack(*document, std::filesystem::path(path).parent_path().string(), quotas);
  if (!stack) return at(path + "#", stack.error());
  return stack;
}

}  // namespace cutover::stack

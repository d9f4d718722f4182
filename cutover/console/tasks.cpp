#include "cutover/console/tasks.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "lb/base/json.hpp"
#include "lb/base/percent.hpp"
#include "lb/observe/log_text.hpp"

namespace cutover::console {

namespace {

namespace http = boost::beast::http;
using Json = nlohmann::ordered_json;

Response answer(const Json& body) {
  return make_response(http::status::ok, "application/json",
                       body.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
}

Response refusal(const Error& error) {
  return make_error(http::status::bad_request, to_string(error));
}

Json described(const containers::ContainerDescription& container) {
  Json json = {{"name", container.name}, {"lastStatus", container.last_status}};
  if (container.pid) json["pid"] = *container.pid;
  if (container.exit_code) json["exitCode"] = *container.exit_code;
  if (!container.reason.empty()) json["reason"] = container.reason;
  for (const auto& binding : container.network_bindings) {
    json["networkBindings"].push_back({{"bindIP", binding.bind_ip},
                                       {"containerPort", binding.container_port},
                                       {"hostPort", binding.host_port}});
  }
  return json;
}

Json described(const containers::TaskDescription& task) {
  Json json = {{"taskId", task.id},
               {"group", task.group},
               {"taskDefinition", task.task_definition},
               {"lastStatus", containers::to_string(task.last_status)},
               {"desiredStatus", containers::to_string(task.desired_status)}};
  if (task.stop_code) json["stopCode"] = containers::to_string(*task.stop_code);
  if (!task.stopped_reason.empty()) json["stoppedReason"] = task.stopped_reason;
  json["containers"] = Json::array();
  for (const auto& container : task.containers) json["containers"].push_back(described(container));
  return json;
}

Json described(const containers::TaskLog& log) {
  Json json = {
      {"name", log.container}, {"forgotten", log.log->forgotten()}, {"lines", Json::array()}};
  for (const containers::LogLine& line : log.log->lines()) {
    std::string time;
    lb::append_time(line.at, time);
    const bool errors = line.stream == containers::LogStream::errors;
    json["lines"].push_back(
        {{"time", time}, {"stream", errors ? "stderr" : "stdout"}, {"text", line.text}});
  }
  return json;
}

/// The value of "container=NAME"; "" when the query is empty.
Result<std::string> wanted_container(const Request& request) {
  const std::string_view query = query_of({request.target().data(), request.target().size()});
  if (query.empty()) return std::string{};
  constexpr std::string_view key = "container=";
  const auto name = percent_decoded(query.substr(0, query.find('&')), Plus::space);
  if (name && name->starts_with(key) && query.find('&') == std::string_view::npos) {
    return name->substr(key.size());
  }
  return Error{"ValidationError", "",
               fmt::format("found the query \"{}\"; allowed is container=NAME", query)};
}

Response logs(const TaskSource& source, const Request& request, std::string_view task) {
  const auto wanted = wanted_container(request);
  if (!wanted) return refusal(wanted.error());
  const auto found = source.logs(task);
  if (!found) return make_error(http::status::not_found, to_string(found.error()));
  Json containers = Json::array();
  std::string names;
  for (const containers::TaskLog& log : *found) {
    names += (names.empty() ? "" : ", ") + log.container;
    if (wanted->empty() || log.container == *wanted) containers.push_back(described(log));
  }
  if (containers.empty()) {
    return make_error(http::status::not_found,
                      fmt::format("the task has no container {}; it has {}", *wanted, names));
  }
  return answer({{"containers", std::move(containers)}});
}

Response inject(const TaskSource& source, const Request& request) {
  const auto fault = parse_json(request.body());
  if (!fault) return refusal(fault.error());
  const auto done = source.inject(*fault);
  return done ? answer(Json::object()) : refusal(done.error());
}

}  // namespace

void add_tasks(Router& router, TaskSource source) {
  router.add(http::verb::get, "/_cutover/tasks",
             [tasks = source.tasks](const Request&, std::string_view) {
               Json list = Json::array();
               for (const auto& task : tasks()) list.push_back(described(task));
               return answer({{"tasks", std::move(list)}});
             });
  router.add(http::verb::get, "/_cutover/logs/",
             [source](const Request& request, std::string_view task) {
               return logs(source, request, task);
             });
  router.add(http::verb::post, "/_cutover/faults",
             [source = std::move(source)](const Request& request, std::string_view) {
               return inject(source, request);
             });
}

}  // namespace cutover::console

#include "cutover/rehearsal/plan_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "bench/load/mix.hpp"
#include "cutover/stack/json_entries.hpp"
#include "cutover/stack/operation_json.hpp"
#include "lb/base/duration.hpp"

namespace cutover::rehearsal {

namespace {

using nlohmann::json;

/// No spaces, no control characters, ASCII only.
bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

constexpr std::array<std::string_view, 2> schedules{"constant", "poisson"};
/// In the order of Wait::For.
constexpr std::array<std::string_view, 4> waits{"services-stable", "target-healthy",
                                                "tasks-stopped", "deployments-completed"};
constexpr std::uint32_t weight_most = 1'000'000;
constexpr double rate_least = 0.1;

std::optional<Duration> read_duration(JsonReader& reader, std::string_view key, Duration least,
                                      Duration most) {
  const auto text = reader.optional_string(key);
  if (!text) return std::nullopt;
  const auto duration = parse_duration(*text);
  if (!duration) {
    reader.fail(at(reader.pointer_to(key), duration.error()));
    return std::nullopt;
  }
  if (*duration >= least && *duration <= most) return *duration;
  reader.fail(key, fmt::format("found \"{}\"; allowed are {} to {}", *text, format_duration(least),
                               format_duration(most)));
  return std::nullopt;
}

std::string read_path(JsonReader& reader, std::string_view key) {
  std::string path = reader.string(key);
  if (reader.ok() && !is_request_path(path)) {
    reader.fail(key, fmt::format("found \"{}\"; a path is required, as in \"/api/users\"", path));
  }
  return path;
}

void read_headers(JsonReader& reader, load::RequestKind& kind) {
  const json* object = reader.object("headers");
  if (!object) return;
  for (const auto& [name, value] : object->items()) {
    if (!value.is_string()) {
      const JsonReader headers(*object, reader.pointer_to("headers"));
      return reader.fail(Error{"ValidationError", headers.pointer_to(name),
                               fmt::format("found {}; a string is required", describe(value))});
    }
    kind.headers.emplace_back(name, value.get<std::string>());
  }
}

/// What the load generator would refuse to send, said before anything starts.
void check_sendable(JsonReader& reader, const json& value, const load::RequestKind& kind) {
  const auto mix = load::Mix::make({kind}, "localhost", 0);
  if (mix) return;
  Error error = mix.error();
  // Its place is "/0/…" in a list of one; a header's is its number there, its name here.
  std::string place = error.where.substr(std::string_view("/0").size());
  constexpr std::string_view headers = "/headers/";
  if (place.starts_with(headers)) {
    const std::size_t index = std::stoul(place.substr(headers.size()));
    const JsonReader written(value["headers"], reader.pointer_to("headers"));
    error.where = written.pointer_to(kind.headers[index].first);
  } else {
    error.where = reader.pointer() + place;
  }
  reader.fail(std::move(error));
}

Result<load::RequestKind> parse_request_kind(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  load::RequestKind kind;
  kind.method = reader.optional_string("method").value_or("GET");
  kind.path = read_path(reader, "path");
  read_headers(reader, kind);
  kind.body = reader.optional_string("body").value_or("");
  kind.weight =
      static_cast<std::uint32_t>(reader.optional_integer("weight", 1, weight_most).value_or(1));
  if (reader.ok()) check_sendable(reader, value, kind);
  if (const auto end = reader.finish(); !end) return end.error();
  return kind;
}

Step read_wait(JsonReader& reader) {
  Wait wait;
  const std::string what = reader.one_of("wait", waits);
  wait.what = static_cast<Wait::For>(std::find(waits.begin(), waits.end(), what) - waits.begin());
  const std::string_view key = wait.what == Wait::For::target_healthy ? "targetGroups" : "services";
  stack::require(reader, key);
  wait.names = reader.strings(key);
  if (reader.ok() && wait.names.empty()) reader.fail(key, "found an empty list; name at least one");
  wait.timeout =
      read_duration(reader, "timeout", Duration(1), wait_timeout_most).value_or(wait.timeout);
  return wait;
}

Step read_hold(JsonReader& reader) {
  return Hold{read_duration(reader, "hold", Duration(1), hold_most).value_or(Duration::zero())};
}

Result<SameResponses> parse_same_responses(const json& value, std::string pointer,
                                           const RequirementScope& scope) {
  JsonReader reader(value, std::move(pointer));
  SameResponses same;
  same.as = reader.string("as");
  if (reader.ok() &&
      std::find(scope.earlier.begin(), scope.earlier.end(), same.as) == scope.earlier.end()) {
    reader.fail("as", stack::unknown_name("earlier phase", same.as, scope.earlier));
  }
  same.paths = reader.has("paths") ? reader.strings("paths") : scope.probe;
  reader.member("paths");
  for (std::size_t i = 0; i < same.paths.size(); ++i) {
    if (std::find(scope.probe.begin(), scope.probe.end(), same.paths[i]) != scope.probe.end()) {
      continue;
    }
    reader.fail(Error{"ValidationError", fmt::format("{}/{}", reader.pointer_to("paths"), i),
                      stack::unknown_name("path among \"probe\":", same.paths[i], scope.probe)});
  }
  if (reader.ok() && same.paths.empty()) {
    reader.fail(Error{"ValidationError", reader.pointer(),
                      "there is nothing to compare: the plan's \"probe\" names no path"});
  }
  if (const auto end = reader.finish(); !end) return end.error();
  return same;
}

Result<ExpectedFinding> parse_finding(const json& value, std::string pointer,
                                      const RequirementScope& scope) {
  JsonReader reader(value, std::move(pointer));
  ExpectedFinding finding;
  finding.path = read_path(reader, "path");
  finding.status = static_cast<int>(reader.integer("status", 100, 599));
  if (reader.ok() &&
      std::find(scope.probe.begin(), scope.probe.end(), finding.path) == scope.probe.end()) {
    reader.fail("path", stack::unknown_name("path among \"probe\":", finding.path, scope.probe));
  }
  if (const auto end = reader.finish(); !end) return end.error();
  return finding;
}

}  // namespace

bool is_request_path(std::string_view text) { return text.starts_with('/') && is_visible(text); }

Result<Load> parse_load(const json& value, std::string pointer,
                        const std::vector<std::string>& listeners) {
  JsonReader reader(value, std::move(pointer));
  Load load;
  if (reader.has("listener") || listeners.size() != 1) {
    load.listener =
        stack::read_name<stack::ListenerName>(reader, "listener", stack::parse_listener_name);
    const std::string name = stack::to_string(load.listener);
    if (reader.ok() && std::find(listeners.begin(), listeners.end(), name) == listeners.end()) {
      reader.fail("listener", stack::unknown_name("listener", name, listeners));
    }
  } else {
    reader.member("listener");
    load.listener = *stack::parse_listener_name(listeners.front());
  }
  load.rate = reader.optional_number("rate", rate_least, rate_most).value_or(load.rate);
  if (reader.optional_one_of("schedule", schedules) == "poisson") {
    load.schedule = load::Options::Schedule::poisson;
  }
  load.connections = static_cast<std::uint32_t>(
      reader.optional_integer("connections", 1, connections_most).value_or(load.connections));
  load.timeout = read_duration(reader, "timeout", std::chrono::milliseconds(1), load_timeout_most)
                     .value_or(load.timeout);
  load.host = reader.optional_string("host").value_or("");
  if (!is_visible(load.host)) {
    reader.fail("host", fmt::format("found \"{}\"; a host name is required, as in "
                                    "\"forum.example\"",
                                    load.host));
  }
  stack::require(reader, "mix");
  load.mix = stack::read_entries<load::RequestKind>(reader, "mix", parse_request_kind);
  if (reader.ok() && load.mix.empty()) {
    reader.fail("mix", "found an empty list; at least one request is required");
  }
  if (const auto end = reader.finish(); !end) return end.error();
  return load;
}

Result<Step> parse_step(const json& value, std::string pointer) {
  JsonReader reader(value, pointer);
  if (reader.has("wait") || reader.has("hold")) {
    Step step = reader.has("wait") ? read_wait(reader) : read_hold(reader);
    if (const auto end = reader.finish(); !end) return end.error();
    return step;
  }
  if (reader.has("fault")) {
    auto fault = stack::parse_fault(value, pointer);
    if (!fault) return fault.error();
    return Step(*std::move(fault));
  }
  if (!value.is_object()) return reader.finish().error();
  if (value.size() != 1) {
    return Error{
        "ValidationError", pointer,
        fmt::format("found {} members; a step is one AWS action, a \"wait\", a \"hold\" or a "
                    "\"fault\"",
                    value.size())};
  }
  const auto member = value.begin();
  const std::string& name = member.key();
  const json& input = member.value();
  std::vector<std::string_view> known(stack::operation_names().begin(),
                                      stack::operation_names().end());
  if (std::find(known.begin(), known.end(), name) != known.end()) {
    auto operation = stack::parse_operation(name, input, reader.pointer_to(name));
    if (!operation) return operation.error();
    return Step(*std::move(operation));
  }
  known.insert(known.end(), {"wait", "hold", "fault"});
  for (const auto word : known) reader.member(word);
  return reader.finish().error();
}

Result<Requirements> parse_requirements(const json& value, std::string pointer,
                                        const RequirementScope& scope) {
  JsonReader reader(value, std::move(pointer));
  Requirements require;
  const auto count =
      reader.optional_integer("failedRequests", 0, std::numeric_limits<std::int32_t>::max());
  if (count) require.failed_requests = static_cast<std::uint64_t>(*count);
  require.failed_ratio = reader.optional_number("failedRatio", 0, 1);
  require.p99 = read_duration(reader, "p99", Duration(1), load_timeout_most);
  if (scope.of_a_phase) {
    if (const json* same = reader.object("sameResponses")) {
      auto parsed = parse_same_responses(*same, reader.pointer_to("sameResponses"), scope);
      if (parsed) {
        require.same_responses = *std::move(parsed);
      } else {
        reader.fail(parsed.error());
      }
    }
    require.findings = stack::read_entries<ExpectedFinding>(
        reader, "findings", [&](const json& entry, std::string place) {
          return parse_finding(entry, std::move(place), scope);
        });
  }
  if (const auto end = reader.finish(); !end) return end.error();
  return require;
}

}  // namespace cutover::rehearsal

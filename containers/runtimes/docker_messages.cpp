#include "containers/runtimes/docker_messages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

namespace cutover::containers {

namespace {

using nlohmann::json;

constexpr std::int64_t bytes_per_mib = 1024 * 1024;
constexpr std::size_t message_most = 900;  // A reason holds at most 1,024 characters.
constexpr std::size_t line_most = 64 * 1024;
/// What a container may leave in the engine's own log file; the program keeps its own copy.
constexpr std::string_view engine_log_most = "1m";

json parsed(std::string_view text) { return json::parse(text, nullptr, false); }

/// The member, or null when `value` is no object or has none of that name.
const json& member(const json& value, const char* name) {
  static const json none;
  if (!value.is_object()) return none;
  const auto found = value.find(name);
  return found == value.end() ? none : *found;
}

std::string text_at(const json& value, const char* name) {
  const json& found = member(value, name);
  return found.is_string() ? found.get<std::string>() : std::string{};
}

bool flag_at(const json& value, const char* name) {
  const json& found = member(value, name);
  return found.is_boolean() && found.get<bool>();
}

std::optional<int> integer_at(const json& value, const char* name) {
  const json& found = member(value, name);
  if (!found.is_number_integer()) return std::nullopt;
  const auto number = found.get<std::int64_t>();
  if (number < INT32_MIN || number > INT32_MAX) return std::nullopt;
  return static_cast<int>(number);
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

/// Cut between characters, not within one.
std::string one_line(std::string_view text) {
  auto size = std::min(text.size(), message_most);
  while (size < text.size() && size > 0 && (text[size] & '\xc0') == '\x80') --size;
  std::string line(text.substr(0, size));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c >= 0 && c < ' '; }, ' ');
  const auto end = line.find_last_not_of(' ');
  return line.substr(0, end == std::string::npos ? 0 : end + 1);
}

/// What is no JSON may be in no known encoding either.
std::string plain(std::string_view text) {
  std::string result(text);
  std::replace_if(
      result.begin(), result.end(), [](char c) { return c < 0; }, '?');
  return result;
}

std::string port_key(std::uint16_t port) { return fmt::format("{}/tcp", port); }

json host_config(const ContainerLaunch& launch) {
  json bindings = json::object();
  for (const PortBinding& port : launch.ports) {
    bindings[port_key(port.container_port)].push_back(
        {{"HostIp", launch.address},
         {"HostPort", port.host_port == 0 ? "" : fmt::to_string(port.host_port)}});
  }
  json config{{"PortBindings", std::move(bindings)},
              {"LogConfig", {{"Type", "json-file"}, {"Config", {{"max-size", engine_log_most}}}}}};
  // ECS' agent passes 2 where less is asked: the kernel allows no lower share.
  if (launch.cpu > 0) config["CpuShares"] = std::max(launch.cpu, 2U);
  if (launch.memory) config["Memory"] = *launch.memory * bytes_per_mib;
  if (launch.memory_reservation) {
    config["MemoryReservation"] = *launch.memory_reservation * bytes_per_mib;
  }
  return config;
}

/// "1.41" as something to compare; nothing for anything else.
std::optional<std::pair<int, int>> version_number(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto major = number_of<int>(text.substr(0, dot));
  const auto minor = number_of<int>(text.substr(dot + 1));
  if (!major || !minor) return std::nullopt;
  return std::pair(*major, *minor);
}

/// The bindings of "3000/tcp".
void read_bindings(const std::string& key, const json& list, DockerContainerState& state) {
  const auto slash = key.find('/');
  if (key.substr(slash == std::string::npos ? key.size() : slash) != "/tcp") return;
  const auto container_port = number_of<std::uint16_t>(std::string_view(key).substr(0, slash));
  if (!container_port || !list.is_array()) return;
  for (const json& entry : list) {
    const auto host_port = number_of<std::uint16_t>(text_at(entry, "HostPort"));
    if (host_port)
      state.ports.emplace(*container_port,
                          DockerContainerState::Binding{text_at(entry, "HostIp"), *host_port});
  }
}

}  // namespace

std::string create_body(const ContainerLaunch& launch, const std::string& image,
                        const DockerLabels& labels) {
  json exposed = json::object();
  for (const PortBinding& port : launch.ports) {
    exposed[port_key(port.container_port)] = json::object();
  }
  json environment = json::array();
  for (const auto& [name, value] : launch.environment) {
    environment.push_back(fmt::format("{}={}", name, value));
  }
  json all_labels = json::object();
  for (const auto& [name, value] : launch.labels) all_labels[name] = value;
  all_labels[std::string(labels.run_label)] = labels.run;
  all_labels[std::string(labels.owner_label)] = labels.owner;
  all_labels[std::string(labels.task_label)] = launch.task_id;
  all_labels[std::string(labels.container_label)] = launch.name;

  json body{{"Image", image},
            {"ExposedPorts", std::move(exposed)},
            {"Env", std::move(environment)},
            {"Labels", std::move(all_labels)},
            {"HostConfig", host_config(launch)}};
  if (!launch.entry_point.empty()) body["Entrypoint"] = launch.entry_point;
  if (!launch.command.empty()) body["Cmd"] = launch.command;
  if (!launch.working_directory.empty()) body["WorkingDir"] = launch.working_directory;
  if (!launch.user.empty()) body["User"] = launch.user;
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string exec_body(const std::vector<std::string>& command) {
  // Engines refuse to run a command of which nothing is attached.
  const json body{{"AttachStdout", true}, {"AttachStderr", true}, {"Cmd", command}};
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string with_tag(const std::string& reference) {
  // A colon before the last slash is that of a registry's port.
  const auto name = reference.find_last_of('/') + 1;
  const bool tagged = reference.find_first_of(":@", name) != std::string::npos;
  return tagged ? reference : reference + ":latest";
}

std::string query_value(std::string_view text) {
  std::string value;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("-._~/:").find(c) != std::string_view::npos;
    if (plain)
      value += c;
    else
      value += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return value;
}

std::string list_query(std::string_view label) {
  const json filters{{"label", json::array({label})}};
  return "all=1&filters=" + query_value(filters.dump());
}

std::string engine_message(std::string_view body) {
  const auto message = text_at(parsed(body), "message");
  return one_line(message.empty() ? plain(body) : message);
}

std::string id_of(std::string_view body) { return text_at(parsed(body), "Id"); }

std::optional<int> status_code_of(std::string_view body) {
  return integer_at(parsed(body), "StatusCode");
}

DockerVersion version_of(std::string_view body) {
  const json value = parsed(body);
  return {text_at(value, "ApiVersion"), text_at(value, "MinAPIVersion")};
}

Result<std::string> choose_version(const DockerVersion& engine) {
  constexpr std::pair wanted{1, 41};
  const auto most = version_number(engine.most);
  if (!most)
    return Error{"EngineUnsupported", "", "what answers there does not name its API version"};
  if (*most < wanted)
    return Error{
        "EngineUnsupported", "",
        fmt::format("the engine's API ends at version {}; 1.41 or newer is needed", engine.most)};
  const auto chosen = std::max(wanted, version_number(engine.least).value_or(wanted));
  return fmt::format("v{}.{}", chosen.first, chosen.second);
}

DockerContainerState container_state_of(std::string_view body) {
  const json value = parsed(body);
  const json& state = member(value, "State");
  DockerContainerState result;
  result.running = flag_at(state, "Running");
  result.exit_code = integer_at(state, "ExitCode").value_or(0);
  result.out_of_memory = flag_at(state, "OOMKilled");
  result.stop_signal = text_at(member(value, "Config"), "StopSignal");
  const json& ports = member(member(value, "NetworkSettings"), "Ports");
  if (!ports.is_object()) return result;
  for (const auto& [key, list] : ports.items()) read_bindings(key, list, result);
  return result;
}

std::vector<std::uint16_t> host_ports(const std::vector<PortBinding>& wanted,
                                      const DockerContainerState& state) {
  std::set<std::pair<std::uint16_t, std::uint16_t>> given;
  for (const PortBinding& port : wanted) given.emplace(port.container_port, port.host_port);
  std::vector<std::uint16_t> result;
  for (const PortBinding& port : wanted) {
    result.push_back(port.host_port);
    if (port.host_port != 0) continue;
    const auto [first, last] = state.ports.equal_range(port.container_port);
    const auto found = std::find_if(first, last, [&](const auto& entry) {
      return !given.contains({entry.first, entry.second.host_port});
    });
    if (found == last) continue;
    result.back() = found->second.host_port;
    given.emplace(port.container_port, result.back());
  }
  return result;
}

DockerExecState exec_state_of(std::string_view body) {
  const json value = parsed(body);
  return {flag_at(value, "Running"), integer_at(value, "ExitCode"),
          integer_at(value, "Pid").value_or(0)};
}

std::vector<DockerListed> listed_containers(std::string_view body) {
  const json value = parsed(body);
  std::vector<DockerListed> result;
  if (!value.is_array()) return result;
  for (const json& entry : value) {
    DockerListed listed{text_at(entry, "Id"), {}};
    if (listed.id.empty()) continue;
    const json& labels = member(entry, "Labels");
    if (labels.is_object()) {
      for (const auto& [name, label] : labels.items()) {
        if (label.is_string()) listed.labels[name] = label.get<std::string>();
      }
    }
    result.push_back(std::move(listed));
  }
  return result;
}

void PullProgress::take(std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n')
      read_line();
    else if (line_.size() < line_most)
      line_ += c;
    else
      too_long_ = true;
  }
}

std::string PullProgress::error() {
  read_line();
  return error_;
}

void PullProgress::read_line() {
  const auto error = too_long_ ? std::string{} : text_at(parsed(line_), "error");
  if (!error.empty()) error_ = one_line(error);
  line_.clear();
  too_long_ = false;
}

}  // namespace cutover::containers

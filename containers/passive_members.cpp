#include "containers/passive_members.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

namespace cutover::containers {

namespace {

using Policy = PassiveMember::Policy;
using Type = PassiveMember::Type;

constexpr std::string_view not_passed_on = "no runtime passes it on, for docker images neither";
constexpr std::string_view needs_secrets = "there is no store of secrets or files to read it from";
constexpr std::string_view needs_devices = "container instances here have no such devices";

constexpr std::array container_members{
    PassiveMember{"credentialSpecs", Policy::refused, Type::list, needs_secrets},
    PassiveMember{"disableNetworking", Policy::refused, Type::boolean,
                  "use networkMode none for the whole task"},
    PassiveMember{"dnsSearchDomains", Policy::refused, Type::list, not_passed_on},
    PassiveMember{"dnsServers", Policy::refused, Type::list, not_passed_on},
    PassiveMember{"dockerSecurityOptions", Policy::refused, Type::list, not_passed_on},
    PassiveMember{"environmentFiles", Policy::refused, Type::list, needs_secrets},
    PassiveMember{"extraHosts", Policy::refused, Type::list, not_passed_on},
    PassiveMember{"firelensConfiguration", Policy::refused, Type::object,
                  "output goes to the container's own log, not through a log router"},
    PassiveMember{"hostname", Policy::refused, Type::string, not_passed_on},
    PassiveMember{"interactive", Policy::refused, Type::boolean,
                  "containers have no input, those of docker images neither"},
    PassiveMember{"links", Policy::refused, Type::list, not_passed_on},
    PassiveMember{"linuxParameters", Policy::refused, Type::object, not_passed_on},
    // Output is always kept in the container's own bounded log.
    PassiveMember{"logConfiguration", Policy::carried, Type::object, ""},
    PassiveMember{"mountPoints", Policy::refused, Type::list,
                  "there are no volumes, for docker images neither"},
    PassiveMember{"privileged", Policy::refused, Type::boolean, not_passed_on},
    PassiveMember{"pseudoTerminal", Policy::refused, Type::boolean,
                  "containers have no terminal, those of docker images neither"},
    PassiveMember{"readonlyRootFilesystem", Policy::refused, Type::boolean, not_passed_on},
    // The image map says where images come from.
    PassiveMember{"repositoryCredentials", Policy::carried, Type::object, ""},
    PassiveMember{"resourceRequirements", Policy::refused, Type::list, needs_devices},
    PassiveMember{"secrets", Policy::refused, Type::list, needs_secrets},
    PassiveMember{"systemControls", Policy::refused, Type::list, not_passed_on},
    PassiveMember{"ulimits", Policy::refused, Type::list, not_passed_on},
    // An image does not change while it is mapped.
    PassiveMember{"versionConsistency", Policy::carried, Type::string, ""},
    PassiveMember{"volumesFrom", Policy::refused, Type::list,
                  "there are no volumes, for docker images neither"}};

constexpr std::array task_members{
    PassiveMember{"enableFaultInjection", Policy::refused, Type::boolean,
                  "faults are injected by cutover's own verbs"},
    // Storage is this machine's own, without a limit for each task.
    PassiveMember{"ephemeralStorage", Policy::carried, Type::object, ""},
    PassiveMember{"inferenceAccelerators", Policy::refused, Type::list, needs_devices},
    PassiveMember{"ipcMode", Policy::refused, Type::string, not_passed_on},
    PassiveMember{"pidMode", Policy::refused, Type::string, not_passed_on},
    PassiveMember{"proxyConfiguration", Policy::refused, Type::object,
                  "there is no App Mesh proxy here"},
    // All container instances are this machine.
    PassiveMember{"runtimePlatform", Policy::carried, Type::object, ""},
    PassiveMember{"volumes", Policy::refused, Type::list,
                  "there are no volumes, for docker images neither"}};

bool has_type(const nlohmann::json& value, Type type) {
  switch (type) {
    case Type::object:
      return value.is_object();
    case Type::list:
      return value.is_array();
    case Type::string:
      return value.is_string();
    case Type::boolean:
      break;
  }
  return value.is_boolean();
}

std::string_view wanted(Type type) {
  switch (type) {
    case Type::object:
      return "an object is required";
    case Type::list:
      return "a list is required";
    case Type::string:
      return "a string is required";
    case Type::boolean:
      break;
  }
  return "true or false is required";
}

bool is_empty(const nlohmann::json& value) {
  return value.is_string() ? value.get_ref<const std::string&>().empty()
                           : value.is_structured() && value.empty();
}

}  // namespace

std::span<const PassiveMember> passive_container_members() { return container_members; }
std::span<const PassiveMember> passive_task_members() { return task_members; }

std::vector<NamedValue> read_passive_members(JsonReader& reader, const nlohmann::json& value,
                                             std::span<const PassiveMember> members) {
  std::vector<NamedValue> carried;
  if (!value.is_object()) return carried;
  for (const PassiveMember& each : members) {
    // Asked for only when it is there, so that the list of allowed members in an error does not
    // name what would be refused.
    if (each.policy == Policy::refused && !value.contains(each.name)) continue;
    const nlohmann::json* member = reader.member(each.name);
    if (!member || is_empty(*member)) continue;
    if (!has_type(*member, each.type)) {
      reader.fail(each.name, fmt::format("found {}; {}", describe(*member), wanted(each.type)));
    } else if (each.policy == Policy::refused && *member != false) {
      reader.fail(each.name,
                  fmt::format("found {}; \"{}\" is not supported and has to be left out: {}",
                              describe(*member), each.name, each.reason));
    } else {
      carried.emplace_back(each.name, member->dump());
    }
  }
  return carried;
}

void write_carried(nlohmann::json& object, const std::vector<NamedValue>& carried) {
  for (const auto& [name, text] : carried) object[name] = nlohmann::json::parse(text);
}

}  // namespace cutover::containers

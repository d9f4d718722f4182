#include "containers/runtimes/docker_owner.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace cutover::containers {

namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string first_word_of(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  return word.empty() ? "unknown" : word;
}

std::optional<std::uint64_t> start_of(int pid) {
  return start_of_stat(text_of(fmt::format("/proc/{}/stat", pid)));
}

}  // namespace

DockerOwner this_process() {
  DockerOwner owner;
  owner.pid = getpid();
  owner.start = start_of(owner.pid).value_or(0);
  std::error_code error;
  owner.pid_namespace = std::filesystem::read_symlink("/proc/self/ns/pid", error).string();
  if (error) owner.pid_namespace = "unknown";
  owner.boot = first_word_of("/proc/sys/kernel/random/boot_id");
  owner.machine = first_word_of("/proc/sys/kernel/hostname");
  return owner;
}

std::string to_string(const DockerOwner& owner) {
  return fmt::format("{} {} {} {} {}", owner.pid, owner.start, owner.pid_namespace, owner.boot,
                     owner.machine);
}

std::optional<DockerOwner> parse_docker_owner(std::string_view text) {
  std::istringstream words{std::string(text)};
  DockerOwner owner;
  std::string more;
  words >> owner.pid >> owner.start >> owner.pid_namespace >> owner.boot >> owner.machine;
  if (!words || words >> more || owner.pid <= 0) return std::nullopt;
  return owner;
}

bool is_gone(const DockerOwner& owner, const DockerOwner& observer) {
  if (owner.machine != observer.machine) return false;
  if (owner.boot != observer.boot) return true;
  if (owner.pid_namespace != observer.pid_namespace) return false;
  return start_of(owner.pid) != owner.start;
}

std::optional<std::uint64_t> start_of_stat(std::string_view stat) {
  // The program's name, in parentheses, may itself hold spaces and parentheses.
  const auto name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  std::istringstream words{std::string(stat.substr(name_end + 1))};
  std::string word;
  words >> word;
  constexpr int fields_between = 18;
  if (word == "Z" || word == "X") return std::nullopt;
  for (int i = 0; i < fields_between; ++i) words >> word;
  std::uint64_t start = 0;
  words >> start;
  if (!words) return std::nullopt;
  return start;
}

}  // namespace cutover::containers

#include "containers/runtimes/cgroups.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <system_error>
#include <vector>

namespace cutover::containers {

namespace {

namespace fs = std::filesystem;

/// Begins the names of all that is made here.
constexpr std::string_view prefix = "cutover-";

Error cgroup_error(const fs::path& path, int number) {
  return {"CannotUseCgroup", "", fmt::format("{}: {}", path.string(), std::strerror(number))};
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Result<void> write_text(const fs::path& path, std::string_view text) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file) return cgroup_error(path, errno);
  if (write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return cgroup_error(path, errno);
  }
  return {};
}

/// Docker's shares (1024 a CPU, 2 to 262144) on the scale of cgroup v2 (1 to 10000).
std::uint64_t weight_of(std::uint32_t cpu) {
  const std::uint64_t shares = std::clamp<std::uint64_t>(cpu, 2, 262'144);
  return 1 + (shares - 2) * 9999 / 262'142;
}

std::string bytes_of(std::uint32_t mebibytes) {
  return std::to_string(std::uint64_t{mebibytes} * 1024 * 1024);
}

bool has_word(const std::string& text, std::string_view word) {
  std::istringstream words(text);
  return std::any_of(std::istream_iterator<std::string>(words), {},
                     [word](const std::string& each) { return each == word; });
}

}  // namespace

Cgroup::~Cgroup() {
  std::error_code ignored;  // What a killed program still holds is removed by the next run.
  fs::remove(directory_, ignored);
}

Descriptor Cgroup::open_processes() const {
  return Descriptor(open((directory_ / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
}

bool Cgroup::ran_out_of_memory() const {
  std::istringstream events(read_text(directory_ / "memory.events"));
  std::string name;
  std::uint64_t count = 0;
  while (events >> name >> count) {
    if (name == "oom_kill") return count > 0;
  }
  return false;
}

Result<Cgroups> Cgroups::delegated(const fs::path& own) {
  if (own.empty()) return Error{"NoCgroup", "", "this system has no cgroups of version 2"};
  const std::string controllers = read_text(own / "cgroup.controllers");
  if (!has_word(controllers, "memory") || !has_word(controllers, "cpu")) {
    return Error{"NoCgroup", "",
                 fmt::format("{} has no controllers for memory and cpu", own.string())};
  }
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(own, error)) {
    std::error_code ignored;  // Those of another run that goes on are not empty and stay.
    if (entry.path().filename().string().starts_with(prefix)) fs::remove(entry.path(), ignored);
  }
  // A cgroup that hands controllers on has no processes itself.
  const fs::path leaf = own / fmt::format("{}self-{}", prefix, getpid());
  fs::create_directory(leaf, error);
  if (error) return cgroup_error(leaf, error.value());
  if (const auto moved = write_text(leaf / "cgroup.procs", "0"); !moved) return moved.error();
  const auto handed_on = write_text(own / "cgroup.subtree_control", "+memory +cpu");
  if (!handed_on) return handed_on.error();
  return Cgroups(own);
}

Result<std::unique_ptr<Cgroup>> Cgroups::make(const std::string& name,
                                              const CgroupLimits& limits) const {
  const fs::path directory = own_ / fmt::format("{}{}-{}", prefix, getpid(), name);
  std::error_code error;
  fs::create_directory(directory, error);
  if (error) return cgroup_error(directory, error.value());
  auto cgroup = std::make_unique<Cgroup>(directory);
  std::vector<std::pair<std::string, std::string>> settings{
      {"cpu.weight", std::to_string(weight_of(limits.cpu))}};
  if (limits.memory) settings.emplace_back("memory.max", bytes_of(*limits.memory));
  if (limits.memory_reservation) {
    settings.emplace_back("memory.low", bytes_of(*limits.memory_reservation));
  }
  for (const auto& [file, text] : settings) {
    if (const auto written = write_text(directory / file, text); !written) return written.error();
  }
  return cgroup;
}

fs::path own_cgroup(const std::string& cgroup, const std::string& mountinfo) {
  fs::path inside;
  std::istringstream hierarchies(cgroup);
  for (std::string line; std::getline(hierarchies, line);) {
    if (line.starts_with("0::/")) inside = line.substr(4);
  }
  std::istringstream mounts(mountinfo);
  for (std::string line; std::getline(mounts, line);) {
    if (line.find(" - cgroup2 ") == line.npos) continue;
    std::istringstream words(line);
    std::vector<std::string> fields(std::istream_iterator<std::string>(words), {});
    // "ID PARENT DEVICE ROOT MOUNT-POINT …" (proc(5)). Of a part only what is below it is seen.
    if (fields.size() > 4 && fields[3] == "/") return fs::path(fields[4]) / inside;
  }
  return {};
}

}  // namespace cutover::containers

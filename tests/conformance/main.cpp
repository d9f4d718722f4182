// conformance memory|sockets FILE: plays a file's cases and says which fail.

#include <unistd.h>

#include <fmt/format.h>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <string>

#include "tests/conformance/case_table.hpp"
#include "tests/conformance/player.hpp"

namespace cutover::conformance {
namespace {

struct Tally {
  int passed = 0;
  int failed = 0;
  int pending = 0;
  std::map<std::string, int> skipped;  ///< By reason.
};

/// Why the case did not hold; empty when it did.
std::string play(const Case& played, bool on_sockets) {
  const auto log = std::filesystem::temp_directory_path() /
                   fmt::format("cutover-conformance-{}.log", ::getpid());
  std::string problem;
  try {
    Player player(on_sockets ? make_socket_world() : make_memory_world(), played, log);
    player.play();
  } catch (const std::exception& failure) {
    problem = failure.what();
    if (problem.empty()) problem = "failed";
  }
  std::filesystem::remove(log);
  return problem;
}

void judge(const Case& played, const std::string& problem, Tally& tally) {
  if (problem.empty() && played.pending.empty()) {
    ++tally.passed;
  } else if (problem.empty()) {
    ++tally.failed;
    fmt::print("FAILED {}\n  it passes: take its \"pending\" mark ({}) away\n", played.name,
               played.pending);
  } else if (played.pending.empty()) {
    ++tally.failed;
    fmt::print("FAILED {}\n  {}: {}\n", played.name, played.section, problem);
  } else {
    ++tally.pending;
    fmt::print("pending {} ({})\n", played.name, played.pending);
  }
}

int run(bool on_sockets, const std::string& file, const std::string& only) {
  const auto directory = std::filesystem::path(file).parent_path().parent_path();
  const auto cases = read_cases(file, directory / "stacks.json");
  if (!cases) {
    fmt::print(stderr, "{}\n", to_string(cases.error()));
    return 2;
  }
  Tally tally;
  for (const Case& each : *cases) {
    if (each.name.find(only) == std::string::npos) continue;
    if (on_sockets && !each.memory_only.empty()) {
      ++tally.skipped[each.memory_only];
      continue;
    }
    judge(each, play(each, on_sockets), tally);
  }
  for (const auto& [reason, count] : tally.skipped) {
    fmt::print("{} skipped: {}\n", count, reason);
  }
  fmt::print("{} cases hold, {} don't, {} are pending\n", tally.passed, tally.failed,
             tally.pending);
  return tally.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace cutover::conformance

int main(int count, char** words) {
  const std::string runner = count > 1 ? words[1] : "";
  if (count < 3 || count > 4 || (runner != "memory" && runner != "sockets")) {
    fmt::print(stderr, "usage: conformance memory|sockets FILE [PART-OF-A-NAME]\n");
    return 2;
  }
  return cutover::conformance::run(runner == "sockets", words[2], count == 4 ? words[3] : "");
}

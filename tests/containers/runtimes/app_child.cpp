// Stands in for the program in tests of the process runtime: `app_child app NAME --port N …` is
// `cutover app`, `app_child supervise` what it is there. The variable CHILD_ACT makes it misbehave
// instead; `app_child host …` starts a container of its own and stays.

#include <fmt/format.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "containers/apps/behaviour_json.hpp"
#include "containers/apps/serve.hpp"
#include "containers/runtimes/process.hpp"
#include "containers/runtimes/supervisor.hpp"
#include "lb/base/json.hpp"

namespace {

using namespace cutover;
using namespace cutover::containers;

int complain(const std::string& problem, int status) {
  std::fputs((problem + "\n").c_str(), stderr);
  return status;
}

int misbehave(const std::string& act) {
  if (act == "die") return complain("I had a plan.\nIt failed.", 3);
  if (act == "die silently") return 4;
  if (act == "die when ready") {
    std::fputs("api listening on 127.0.0.1:9\n", stdout);
    return 5;
  }
  int open = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    if (std::stoi(entry.path().filename()) > 2) ++open;
  }
  return complain(fmt::format("{} descriptors", open - 1), 6);  // One of them reads the directory.
}

int run_app(int argc, char** argv) {
  apps::ServeOptions options;
  options.name = argv[2];
  std::map<std::string, std::string> flags;
  for (int i = 3; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--exit-with-parent")
      options.exit_with_parent = true;
    else if (flag == "--log-requests")
      options.log_requests = true;
    else if (i + 1 < argc)
      flags[flag] = argv[++i];
  }
  options.address = flags["--address"];
  options.port = static_cast<std::uint16_t>(std::stoi(flags["--port"]));
  options.seed = std::stoull(flags["--seed"]);
  const auto json = parse_json(flags["--behaviour"]);
  if (!json) return complain(to_string(json.error()), 2);
  const auto behaviour = apps::parse_behaviour(*json, "");
  if (!behaviour) return complain(to_string(behaviour.error()), 2);
  options.behaviour = *behaviour;
  const auto status = apps::serve_app_until_signal(options);
  return status ? *status : complain(to_string(status.error()), 2);
}

/// Keeps a container and prints a line once it runs, or once what it runs has printed one.
int run_host(const ContainerLaunch& launch, ProcessOptions options) {
  boost::asio::io_context io{1};
  const auto work = boost::asio::make_work_guard(io);
  const RealClock clock;
  const bool waits_for_output = std::holds_alternative<CommandImage>(launch.source);
  ProcessRuntime runtime(io, clock, std::move(options));
  const auto say = [](const std::string& line) {
    std::fputs((line + "\n").c_str(), stdout);
    std::fflush(stdout);
  };
  const auto container = runtime.start(
      launch,
      [&](const ContainerRunning& running) {
        if (!waits_for_output) say(fmt::format("{}", running.pid.value_or(0)));
      },
      [&](const ContainerExit& exit) {
        complain(exit.reason, 1);
        io.stop();
      });
  while (waits_for_output && launch.log->last_line(LogStream::output).empty()) io.run_one();
  if (waits_for_output) say(launch.log->last_line(LogStream::output));
  io.run();
  return 1;
}

/// `host`: an app; `host isolated PROGRAM …` or `host adopted PROGRAM …`: that command.
int run_host(int argc, char** argv) {
  ContainerLaunch launch;
  launch.ports = {{3000, 0}};
  launch.source = AppImage{"api", {}};
  ProcessOptions options;
  if (argc > 3) {
    CommandImage image;
    image.command.assign(argv + 3, argv + argc);
    launch.source = image;
    if (std::string(argv[2]) == "adopted") options.isolation = IsolationOffer{false, false, 1};
  }
  return run_host(launch, options);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && argv[1] == supervise_argument) return supervise();
  if (const char* const act = std::getenv("CHILD_ACT")) return misbehave(act);
  if (argc > 2 && std::string(argv[1]) == "app") return run_app(argc, argv);
  if (argc > 1 && std::string(argv[1]) == "host") return run_host(argc, argv);
  return complain("usage: app_child app NAME --port N …", 2);
}

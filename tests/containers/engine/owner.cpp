// Stands in for the program in the container engine's tests: `owner DOCKER-HOST IMAGE` starts a
// container, says so, and stays; `owner guard-containers DOCKER-HOST RUN` is a guardian.

#include <fmt/format.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <string>

#include "containers/runtimes/docker_runtime.hpp"

namespace {

using namespace cutover;
using namespace cutover::containers;

int own(const std::string& docker_host, const std::string& image) {
  boost::asio::io_context io{1};
  const auto work = boost::asio::make_work_guard(io);
  const RealClock clock;
  AsioTimers timers(io, clock);
  DockerRuntime runtime(io, timers, {docker_host, "/proc/self/exe"});
  ContainerLaunch launch;
  launch.source = DockerImage{image};
  launch.command = {"/bin/sleep", "1000"};
  const auto container = runtime.start(
      launch,
      [](const ContainerRunning& running) {
        std::fputs(fmt::format("{}\n", running.runtime_id).c_str(), stdout);
        std::fflush(stdout);
      },
      [&](const ContainerExit& exit) {
        std::fputs(fmt::format("{}\n", exit.reason).c_str(), stdout);
        io.stop();
      });
  io.run();
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == guard_argument)
    return guard_containers(argv[2], argv[3]);
  if (argc == 3) return own(argv[1], argv[2]);
  return 2;
}

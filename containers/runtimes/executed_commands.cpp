#include "containers/runtimes/executed_commands.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "containers/runtimes/child_process.hpp"

namespace cutover::containers {

ExecutedCommands::ExecutedCommands(boost::asio::io_context& control) : control_(control) {}

void ExecutedCommands::abandon() {
  for (const auto& weak : runs_) {
    if (const auto run = weak.lock()) run->abandon();
  }
  runs_.clear();
}

void ExecutedCommands::run(const std::vector<std::string>& command,
                           const std::vector<std::pair<std::string, std::string>>& environment,
                           Duration timeout, Container::OnExecuted done) {
  std::erase_if(runs_, [](const auto& weak) { return weak.expired(); });
  ChildLaunch launch;
  launch.program = find_program(command.front());
  launch.arguments = command;
  launch.environment = merged_environment(environment);
  launch.keeps_output = false;
  auto child = spawn(launch);
  if (!child) {
    boost::asio::post(control_, [done = std::move(done)] { done(exit_not_executable); });
    return;
  }
  const auto run = std::make_shared<CommandRun>(
      control_, std::move(*child), [done = std::move(done)](const CommandEnd& end) {
        done(end.timed_out ? exit_after_timeout : end.exit_code);
      });
  run->watch(timeout);
  runs_.push_back(run);
}

}  // namespace cutover::containers

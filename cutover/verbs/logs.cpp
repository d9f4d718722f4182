#include <fmt/format.h>

#include <memory>
#include <string>

#include "cutover/console/endpoint.hpp"
#include "cutover/verbs/endpoint_client.hpp"
#include "cutover/verbs/verb.hpp"
#include "lb/base/percent.hpp"

namespace cutover::verbs {

namespace {

struct Options {
  std::string task;
  std::string container;
  std::string endpoint = console::default_endpoint;
};

void print(const nlohmann::json& container, bool named) {
  const std::string name = container.value("name", "");
  const auto forgotten = container.value("forgotten", std::uint64_t{0});
  if (forgotten > 0) fmt::print("{}: {} earlier lines are forgotten\n", name, forgotten);
  for (const auto& line : container["lines"]) {
    fmt::print("{} {}{} {}\n", line.value("time", ""), named ? name + " " : "",
               line.value("stream", ""), line.value("text", ""));
  }
}

int logs(const Options& options) {
  std::string path = "/_cutover/logs/" + percent_encoded(options.task);
  if (!options.container.empty()) path += "?container=" + percent_encoded(options.container);
  const auto answer = ask_endpoint({options.endpoint, path, ""});
  if (!answer) return report_error(answer.error(), exit_not_begun);
  const auto& containers = answer->at("containers");
  for (const auto& container : containers) print(container, containers.size() > 1);
  return exit_ok;
}

}  // namespace

Verb add_logs(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("logs", "Print what a task's containers wrote, of a stack that is up");
  command
      ->add_option("TASK", options->task,
                   "SERVICE/NUMBER (of its running tasks, the oldest is 0), a task's id or ARN, or "
                   "the id's beginning")
      ->required()
      ->type_name("");
  command->add_option("--container", options->container, "One container only (default: all)")
      ->type_name("NAME");
  command
      ->add_option("--endpoint", options->endpoint,
                   "The control endpoint of `cutover up` (default: 127.0.0.1:4566)")
      ->type_name("ADDRESS:PORT");
  command->footer(
      "Each container's last MiB is kept, also after it has ended.\n"
      "Exit status: 0 printed; 2 no such task, or no endpoint there.");
  return {command, [options] { return logs(*options); }};
}

}  // namespace cutover::verbs

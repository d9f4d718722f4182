#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cutover/console/endpoint.hpp"
#include "cutover/verbs/endpoint_client.hpp"
#include "cutover/verbs/verb.hpp"

namespace cutover::verbs {

namespace {

struct Options {
  std::string endpoint = console::default_endpoint;
};

int write_stack(const Options& options) {
  const auto answer = ask_endpoint({options.endpoint, "/_cutover/export", ""});
  if (!answer) return report_error(answer.error(), exit_not_begun);
  fmt::print("{}\n", answer->at("stack").dump(2));
  for (const auto& what : answer->at("left_out")) {
    fmt::print(stderr, "left out: {}\n", what.get<std::string>());
  }
  return exit_ok;
}

}  // namespace

Verb add_export(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand(
      "export", "Write what a running `cutover up` holds as a stack file that builds it again");
  command
      ->add_option("--endpoint", options->endpoint,
                   "The control endpoint of `cutover up` (default: 127.0.0.1:4566)")
      ->type_name("ADDRESS:PORT");
  command->footer(
      "The stack goes to standard output. What a stack file can't say is named on standard error:\n"
      "tasks that no service runs, clusters beyond the first, other regions.\n"
      "Exit status: 0 written; 2 nothing answers at the endpoint.");
  return {command, [options] { return write_stack(*options); }};
}

}  // namespace cutover::verbs

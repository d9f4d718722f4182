// The program: puts the verbs on the command line and runs the one that was asked for.

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "containers/runtimes/docker_guardian.hpp"
#include "containers/runtimes/supervisor.hpp"
#include "cutover/stack/names.hpp"
#include "cutover/verbs/verb.hpp"

namespace {

/// What is wrong with the command line, and where the right one is described.
std::string failure(const CLI::App* program, const CLI::Error& error) {
  std::string verb;
  for (const CLI::App* command : program->get_subcommands()) verb = " " + command->get_name();
  return std::string("cutover: ") + error.what() + "\nSee: cutover" + verb + " --help\n";
}

/// The first word, when it should be a verb and is none.
std::optional<std::string> unknown_verb(const CLI::App& program, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return std::nullopt;
  std::vector<std::string> verbs;
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == argv[1]) return std::nullopt;
    verbs.push_back(command->get_name());
  }
  return cutover::stack::unknown_name("verb", argv[1], verbs);
}

int run(int argc, char** argv) {
  CLI::App program(
      "Rehearse a traffic cutover on one machine: an application load balancer and a container\n"
      "cluster with AWS's semantics, load from outside, and a report of what clients would see.",
      "cutover");
  program.set_version_flag("--version", "cutover " CUTOVER_VERSION);
  program.require_subcommand(1);
  program.failure_message(failure);
  const std::array verbs{cutover::verbs::add_up(program),    cutover::verbs::add_rehearse(program),
                         cutover::verbs::add_load(program),  cutover::verbs::add_app(program),
                         cutover::verbs::add_logs(program),  cutover::verbs::add_fault(program),
                         cutover::verbs::add_export(program)};
  if (const auto problem = unknown_verb(program, argc, argv)) {
    return cutover::verbs::report_error({"UnknownVerb", "", *problem},
                                        cutover::verbs::exit_not_begun);
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = program.exit(error);
    return status == 0 ? cutover::verbs::exit_ok : cutover::verbs::exit_not_begun;
  }
  for (const auto& verb : verbs) {
    if (verb.command->parsed()) return verb.run();
  }
  return cutover::verbs::exit_not_begun;
}

}  // namespace

int main(int argc, char** argv) {
  // Not verbs: what this program starts itself as, to outlive itself and for containers.
  if (argc == 4 && std::string_view(argv[1]) == cutover::containers::guard_argument) {
    return cutover::containers::guard_containers(argv[2], argv[3]);
  }
  if (argc == 2 && argv[1] == cutover::containers::supervise_argument) {
    return cutover::containers::supervise();
  }
  // A peer that has gone away is an error of a write, not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    return cutover::verbs::report_error({"InternalError", "", error.what()},
                                        cutover::verbs::exit_failed);
  }
}

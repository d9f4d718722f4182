#include <memory>

#include "containers/apps/behaviour_json.hpp"
#include "containers/apps/serve.hpp"
#include "cutover/verbs/verb.hpp"
#include "lb/base/json.hpp"
#include "lb/base/limits.hpp"

namespace cutover::verbs {

namespace {

struct Options {
  containers::apps::ServeOptions serve;
  std::string behaviour;
};

int serve(Options options) {
  if (!options.behaviour.empty()) {
    const auto document = parse_json(options.behaviour);
    if (!document) return report_error(at("--behaviour ", document.error()), exit_not_begun);
    const auto behaviour = containers::apps::parse_behaviour(*document, "");
    if (!behaviour) return report_error(at("--behaviour ", behaviour.error()), exit_not_begun);
    options.serve.behaviour = *behaviour;
  }
  if (const auto raised = raise_file_limit(); !raised) report_error(raised.error(), exit_ok);
  const auto status = containers::apps::serve_app_until_signal(options.serve);
  return status ? *status : report_error(status.error(), exit_not_begun);
}

}  // namespace

Verb add_app(CLI::App& program) {
  auto options = std::make_shared<Options>();
  auto& to = options->serve;
  CLI::App* command =
      program.add_subcommand("app", "Serve one of the built-in backends, until a signal");
  command
      ->add_option(
          "NAME", to.name,
          "api (the whole forum), posts, threads, users, or placeholder (200 to everything)")
      ->required()
      ->check(CLI::IsMember(std::vector<std::string>(containers::apps::app_names.begin(),
                                                     containers::apps::app_names.end())))
      ->type_name("");
  command->add_option("--port", to.port, "Where it listens; 0 takes a free port")
      ->required()
      ->check(CLI::Range(0, 65'535))
      ->type_name("N");
  command->add_option("--address", to.address, "The address it listens on (default: 127.0.0.1)")
      ->type_name("ADDRESS");
  command
      ->add_option("--behaviour", options->behaviour,
                   "How it behaves, see below (default: {}: at once and without errors)")
      ->type_name("JSON");
  command->add_option("--seed", to.seed, "Decides the chance in its behaviour (default: 0)")
      ->type_name("N");
  command->add_flag("--exit-with-parent", to.exit_with_parent,
                    "End when the process that started it ends");
  command->add_flag("--log-requests", to.log_requests,
                    "Print a line per request: method, URL, milliseconds");
  command->footer(
      "Behaviour, every member may be left out:\n"
      "  {\"latency\": {\"constant\": \"5ms\"}\n"
      "           or {\"uniform\": [\"5ms\", \"20ms\"]}\n"
      "           or {\"exponential\": {\"p50\": \"5ms\"}}\n"
      "           or {\"lognormal\": {\"p50\": \"5ms\", \"p99\": \"40ms\"}},\n"
      "   \"errorRate\": 0.01, \"startUp\": \"2s\", \"concurrencyLimit\": 8, "
      "\"backlogLimit\": 128}\n"
      "The first SIGINT or SIGTERM lets requests under way finish, a second one ends it at once.\n"
      "Exit status: 0 stopped by a signal; 2 bad command line, or the port can't be bound.");
  return {command, [options] { return serve(*options); }};
}

}  // namespace cutover::verbs

#include <fmt/format.h>

#include <memory>
#include <string>

#include "cutover/console/endpoint.hpp"
#include "cutover/stack/fault.hpp"
#include "cutover/verbs/endpoint_client.hpp"
#include "cutover/verbs/verb.hpp"
#include "lb/base/json.hpp"

namespace cutover::verbs {

namespace {

struct Options {
  std::string kind;
  std::string subject;
  std::string container;
  std::string behaviour;
  std::string reason;
  std::uint32_t count = 1;
  bool count_given = false;
  std::string endpoint = console::default_endpoint;
};

/// The fault as a plan would write it; what does not belong to its kind is refused with it.
Result<nlohmann::json> written(const Options& options) {
  nlohmann::json fault{{"fault", options.kind}};
  if (options.kind == "fail-starts") {
    fault["taskDefinition"] = options.subject;
  } else if (options.kind.ends_with("-instance")) {
    const auto number = parse_json(options.subject);
    if (!number || !number->is_number_unsigned()) {
      return Error{"ValidationError", "SUBJECT",
                   fmt::format("found \"{}\"; a container instance is named by its number, from 0",
                               options.subject)};
    }
    fault["containerInstance"] = *number;
  } else {
    fault["task"] = options.subject;
  }
  if (!options.container.empty()) fault["container"] = options.container;
  if (!options.reason.empty()) fault["reason"] = options.reason;
  if (options.count_given) fault["count"] = options.count;
  if (!options.behaviour.empty()) {
    auto behaviour = parse_json(options.behaviour);
    if (!behaviour) return at("--behaviour ", behaviour.error());
    fault["behaviour"] = *std::move(behaviour);
  }
  const auto read = stack::parse_fault(fault, "");
  if (!read) return read.error();
  return fault;
}

int inject(const Options& options) {
  const auto fault = written(options);
  if (!fault) return report_error(fault.error(), exit_not_begun);
  const auto answer = ask_endpoint({options.endpoint, "/_cutover/faults", fault->dump()});
  if (!answer) return report_error(answer.error(), exit_not_begun);
  return exit_ok;
}

}  // namespace

Verb add_fault(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("fault", "Do harm to a stack that is up, to see what becomes of it");
  command
      ->add_option("KIND", options->kind,
                   "kill, pause, resume, behaviour, fail-starts, fill-instance, release-instance, "
                   "disconnect-instance or reconnect-instance")
      ->required()
      ->type_name("");
  command
      ->add_option("SUBJECT", options->subject,
                   "A task (SERVICE/NUMBER, its id or the id's beginning); fail-starts: a task "
                   "definition's family; …-instance: a container instance's number, from 0")
      ->required()
      ->type_name("");
  command->add_option("--container", options->container, "One container only (default: all)")
      ->type_name("NAME");
  command
      ->add_option("--behaviour", options->behaviour,
                   "How the task behaves from now on, see `cutover app --help`; {}: as usual")
      ->type_name("JSON");
  CLI::Option* count =
      command->add_option("--count", options->count, "How many starts fail (default: 1)")
          ->type_name("N");
  command->add_option("--reason", options->reason, "Why starts fail, as the task will say it")
      ->type_name("TEXT");
  command
      ->add_option("--endpoint", options->endpoint,
                   "The control endpoint of `cutover up` (default: 127.0.0.1:4566)")
      ->type_name("ADDRESS:PORT");
  command->footer(
      "kill sends SIGKILL, as if from outside. A paused task holds its connections and answers\n"
      "nothing until it is resumed. behaviour makes a task slow, failing or full, until another\n"
      "one or the task's end: a built-in app of this process behaves so itself, for any other\n"
      "program the load balancer does it on the way there, to health checks as well; a task that\n"
      "is behind none is refused. fill-instance takes all the room that is left there.\n"
      "disconnect-instance loses the container instance's agent: its tasks go on, nothing new is\n"
      "placed there, and stops wait until reconnect-instance.\n"
      "Exit status: 0 done; 2 bad command line, no such task, or no endpoint there.");
  return {command, [options, count] {
            options->count_given = count->count() > 0;
            return inject(*options);
          }};
}

}  // namespace cutover::verbs

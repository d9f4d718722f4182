#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cutover/rehearsal/plan.hpp"
#include "cutover/rehearsal/report.hpp"
#include "cutover/rehearsal/run.hpp"
#include "cutover/verbs/stack_options.hpp"
#include "cutover/verbs/verb.hpp"
#include "lb/base/limits.hpp"

namespace cutover::verbs {

namespace {

struct Options {
  std::string plan;
  std::string json;
  StackOptions stack;
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

Error file_error(const std::string& path) {
  return {"FileError", path, std::string("can't be written: ") + std::strerror(errno)};
}

/// What the command line leaves open, the plan says.
stack::RunOptions options_for(const rehearsal::Plan& plan, const StackOptions& given) {
  stack::RunOptions options = run_options(given);
  if (!given.speed && plan.speed) options.speed = *plan.speed;
  stack::BalancingOptions& balancing = options.balancing;
  if (!given.seed && plan.seed) balancing.seed = *plan.seed;
  balancing.propagation_lag.seed = balancing.seed;
  balancing.label_responses = true;
  return options;
}

Result<void> check_all_ports(const rehearsal::Plan& plan, std::uint16_t port_offset) {
  auto operations = plan.stack.operations;
  for (const rehearsal::Phase& phase : plan.phases) {
    for (const rehearsal::Step& step : phase.steps) {
      if (const auto* operation = std::get_if<stack::Operation>(&step)) {
        operations.push_back(*operation);
      }
    }
  }
  return stack::check_ports(operations, port_offset);
}

/// A report that can't be written is an error line; the exit status still tells of the cutover.
void write_json(std::FILE* file, const std::string& path, const nlohmann::json& document) {
  const std::string text = document.dump(2) + "\n";
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (!written || std::fflush(file) != 0) report_error(file_error(path), exit_ok);
}

int rehearse(const Options& options) {
  const auto plan = rehearsal::read_plan(options.plan);
  if (!plan) return report_error(plan.error(), exit_not_begun);
  const stack::RunOptions run_with = options_for(*plan, options.stack);
  const auto ports = check_all_ports(*plan, *run_with.balancing.port_offset);
  if (!ports) return report_error(ports.error(), exit_not_begun);
  File json;
  if (!options.json.empty()) {
    json.reset(std::fopen(options.json.c_str(), "w"));
    if (!json) return report_error(file_error(options.json), exit_not_begun);
  }
  if (const auto raised = raise_file_limit(); !raised) report_error(raised.error(), exit_ok);

  Result<rehearsal::RunRecord> record = [&] {
    rehearsal::ProgressDisplay display(stderr);
    return rehearsal::run(*plan, run_with, display);
  }();
  if (!record) return report_error(record.error(), exit_not_begun);
  const auto report = rehearsal::make_report(*plan, *record);
  std::fputs(rehearsal::to_text(*record, report).c_str(), stdout);
  std::fflush(stdout);
  if (json) write_json(json.get(), options.json, rehearsal::to_json(*record, report));
  return report.safe() ? exit_ok : exit_failed;
}

}  // namespace

Verb add_rehearse(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("rehearse", "Rehearse a cutover: run a plan under load and judge it");
  command->add_option("PLAN", options->plan, "The plan, a JSON file; it names its stack's file")
      ->required()
      ->type_name("");
  command->add_option("--json", options->json, "Write the report as JSON, too (default: none)")
      ->type_name("FILE");
  add_stack_options(*command, options->stack, true);
  command->footer(
      "Progress goes to standard error, the report to standard output.\n"
      "Exit status: 0 all requirements hold; 1 one does not, or a step failed or timed out;\n"
      "2 bad command line, plan or stack, or the stack could not be started.\n"
      "A JSON report that can't be written at the end is an error line, the status stays.\n"
      "The first SIGINT or SIGTERM ends the run and reports it, a second one ends it at once.");
  return {command, [options] { return rehearse(*options); }};
}

}  // namespace cutover::verbs

#include "cutover/verbs/stack_options.hpp"

namespace cutover::verbs {

void add_stack_options(CLI::App& command, StackOptions& options, bool from_plan) {
  const std::string plans = from_plan ? "the plan's, else 1" : "1";
  command
      .add_option("--workers", options.workers,
                  "Threads that serve, each a node of the load balancer (default: one per core)")
      ->check(CLI::Range(1, 256))
      ->type_name("N");
  command
      .add_option("--speed", options.speed,
                  "Divides every control-plane duration: intervals and time-outs of health checks, "
                  "drains, stop time-outs, waits; never the data plane's (default: " +
                      plans + ")")
      ->check(CLI::Range(0.1, 1000.0, "0.1 - 1000"))
      ->type_name("X");
  command
      .add_option("--seed", options.seed,
                  "Decides all that is left to chance, so that a run can be repeated (default: " +
                      plans + ")")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{0x7fff'ffff'ffff'ffff}, "0 - 2^63-1"))
      ->type_name("N");
  command
      .add_option("--runtime", options.runtime,
                  "How containers run: in_process (called, without a second TCP hop) or process "
                  "(child processes, each with a pid) (default: in_process)")
      ->check(CLI::IsMember({"in_process", "process"}))
      ->type_name("KIND");
  command
      .add_option("--port-offset", options.port_offset,
                  "A listener of port P is bound at 127.0.0.1, port P + N; 0 binds P itself "
                  "(default: 8000)")
      ->check(CLI::Range(0, 65'534))
      ->type_name("N");
  command
      .add_option("--access-log", options.access_log,
                  "Append one line per request, in ALB's access log format (default: none)")
      ->type_name("FILE");
}

stack::RunOptions run_options(const StackOptions& options) {
  stack::RunOptions result;
  result.workers = options.workers.value_or(result.workers);
  result.speed = options.speed.value_or(result.speed);
  result.seed = options.seed.value_or(result.seed);
  if (options.runtime == "process") result.runtime = stack::RuntimeKind::process;
  result.port_offset = static_cast<std::uint16_t>(options.port_offset.value_or(result.port_offset));
  result.access_log = options.access_log;
  return result;
}

}  // namespace cutover::verbs

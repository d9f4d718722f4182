#include "cutover/verbs/stack_options.hpp"

namespace cutover::verbs {

void add_stack_options(CLI::App& command, StackOptions& options) {
  command
      .add_option("--workers", options.workers,
                  "Threads that serve, each a node of the load balancer: 1 to 256 "
                  "(default: one per core)")
      ->check(CLI::Range(1, 256))
      ->type_name("N");
  command
      .add_option("--speed", options.speed,
                  "Divides every control-plane duration (health check intervals, deregistration "
                  "delays, stop time-outs, time-outs of waits), never the data plane's: 0.1 to "
                  "1000 (default: the plan's, else 1)")
      ->check(CLI::Range(0.1, 1000.0))
      ->type_name("X");
  command
      .add_option("--seed", options.seed,
                  "Decides everything left to chance, so that a run can be repeated: 0 to 2^63-1 "
                  "(default: the plan's, else 1)")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{0x7fff'ffff'ffff'ffff}))
      ->type_name("N");
  command
      .add_option("--runtime", options.runtime,
                  "How containers run: in_process (called without a second TCP hop) or process "
                  "(child processes with a pid) (default: in_process)")
      ->check(CLI::IsMember({"in_process", "process"}))
      ->type_name("KIND");
  command
      .add_option("--port-offset", options.port_offset,
                  "A listener of port P is bound at P + N on 127.0.0.1; 0 binds P itself: 0 to "
                  "65534 (default: 8000)")
      ->check(CLI::Range(0, 65'534))
      ->type_name("N");
  command
      .add_option("--access-log", options.access_log,
                  "Append a line in ALB's access log format for each request (default: none)")
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

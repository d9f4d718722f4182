#include "cutover/verbs/stack_options.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "containers/runtimes/docker_host.hpp"
#include "cutover/api/account.hpp"
#include "lb/base/duration.hpp"

namespace cutover::verbs {

namespace {

/// "200ms..2s", or "1s" for a lag that is always the same.
Result<lb::PropagationLag> parse_lag(const std::string& text) {
  const std::size_t dots = text.find("..");
  const auto least = parse_duration(text.substr(0, dots));
  if (!least) return least.error();
  const auto most = dots == std::string::npos ? least : parse_duration(text.substr(dots + 2));
  if (!most) return most.error();
  if (*least > *most) return Error{"ValidationError", "", "MIN is longer than MAX"};
  lb::PropagationLag lag;
  lag.least = *least;
  lag.most = *most;
  return lag;
}

/// CLI11's form of a check: what is wrong, or nothing.
std::string lag_problem(const std::string& text) {
  const auto lag = parse_lag(text);
  return lag ? "" : lag.error().message;
}

std::string account_problem(const std::string& text) {
  const auto account = api::parse_account(text);
  return account ? "" : account.error().message;
}

std::string docker_host_problem(const std::string& text) {
  const auto socket = containers::docker_socket(text);
  return socket ? "" : socket.error().message;
}

constexpr std::string_view automatic = "auto";
constexpr std::uint32_t port_offset_most = 65'534;

/// Likewise.
std::string port_offset_problem(const std::string& text) {
  std::uint32_t offset = 0;
  const bool good =
      text == automatic || (CLI::detail::lexical_cast(text, offset) && offset <= port_offset_most);
  return good ? "" : fmt::format("found {}; allowed is 0 to {}, or auto", text, port_offset_most);
}

std::uint16_t port_offset(const std::string& text, std::uint16_t high) {
  std::uint16_t offset = high;
  if (text == automatic) return may_bind_port_80() ? 0 : high;
  CLI::detail::lexical_cast(text, offset);
  return offset;
}

}  // namespace

bool may_bind_port_80() {
  namespace asio = boost::asio;
  asio::io_context io;
  asio::ip::tcp::acceptor probe(io);
  boost::system::error_code error;
  probe.open(asio::ip::tcp::v4(), error);
  probe.bind({asio::ip::address_v4::loopback(), 80}, error);
  // A port that is taken is allowed all the same: whoever listens there is in the way of one
  // listener, not of the privilege.
  return error != boost::asio::error::access_denied;
}

void add_stack_options(CLI::App& command, StackOptions& options, bool from_plan) {
  const std::string plans = from_plan ? "the plan's, else 1" : "1";
  command
      .add_option(
          "--workers", options.workers,
          "Threads that serve, of each load balancer, together one node of it (default: one per "
          "core)")
      ->check(CLI::Range(1, 256))
      ->type_name("N");
  command
      .add_option(
          "--nodes", options.nodes,
          "Nodes of each load balancer, each a thread with health checks and a configuration "
          "of its own, like an ALB's in its zones (default: one, of all workers)")
      ->check(CLI::Range(1, 256))
      ->excludes("--workers")
      ->type_name("N");
  command
      .add_option(
          "--propagation-lag", options.propagation_lag,
          "How long a change takes to reach a node, decided for each by the seed: 200ms..2s, "
          "or 1s (default: 0s, a change answers once every node has it)")
      ->check(CLI::Validator(lag_problem, ""))
      ->type_name("MIN..MAX");
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
      .add_option("--account", options.account,
                  "The account in ARNs, and of whoever calls the API (default: 123456789012)")
      ->check(CLI::Validator(account_problem, ""))
      ->type_name("DIGITS");
  command
      .add_option("--runtime", options.runtime,
                  "How built-in apps run: in_process (called, without a second TCP hop) or process "
                  "(child processes, each with a pid) (default: in_process)")
      ->check(CLI::IsMember({"in_process", "process"}))
      ->type_name("KIND");
  command
      .add_option(
          "--docker-host", options.docker_host,
          "Where the engine listens that runs container images, Docker's or one that speaks "
          "its API, such as Podman (default: DOCKER_HOST, else unix:///var/run/docker.sock)")
      ->check(CLI::Validator(docker_host_problem, ""))
      ->type_name("unix:///PATH");
  command
      .add_option("--unknown-images", options.unknown_images,
                  "What a task does whose image is not in the stack's image map: fail, as when "
                  "it can't be pulled, or simulate, run a placeholder that answers 200 to "
                  "everything (default: fail)")
      ->check(CLI::IsMember({"fail", "simulate"}))
      ->type_name("WHAT");
  command
      .add_option("--port-offset", options.port_offset,
                  "A listener of port P is bound at its load balancer's address (127.0.0.1 for the "
                  "first, 127.0.0.2 for the second …), port P + N; 0 binds P itself; auto is 0 "
                  "where port 80 may be bound, else 8000 (default: " +
                      std::string(from_plan ? "8000" : "auto") + ")")
      ->check(CLI::Validator(port_offset_problem, ""))
      ->type_name("N");
  command
      .add_option("--access-log", options.access_log,
                  "Append one line per request, in ALB's access log format (default: none)")
      ->type_name("FILE");
  command
      .add_option("--log-dir", options.log_directory,
                  "Stands in for S3: what the load balancer's attributes access_logs.s3.* and "
                  "connection_logs.s3.* ask for is written to DIR/<bucket>/<prefix>/AWSLogs/…, a "
                  "file per node and five minutes (default: such attributes are refused)")
      ->type_name("DIR");
}

stack::RunOptions run_options(const StackOptions& options) {
  stack::RunOptions result;
  result.speed = options.speed.value_or(result.speed);
  if (options.runtime == "process") result.runtime = stack::RuntimeKind::process;
  result.docker_host = options.docker_host.value_or(containers::docker_host_of_environment());
  if (options.unknown_images == "simulate") {
    result.unknown_images = stack::RunOptions::UnknownImages::simulate;
  }
  stack::BalancingOptions& balancing = result.balancing;
  balancing.workers = options.workers.value_or(balancing.workers);
  balancing.seed = options.seed.value_or(balancing.seed);
  balancing.account = options.account.value_or(balancing.account);
  if (!options.port_offset.empty()) {
    balancing.port_offset = port_offset(options.port_offset, *balancing.port_offset);
  }
  balancing.access_log = options.access_log;
  balancing.log_directory = options.log_directory;
  balancing.nodes = options.nodes.value_or(balancing.nodes);
  if (!options.propagation_lag.empty()) {
    if (const auto lag = parse_lag(options.propagation_lag)) balancing.propagation_lag = *lag;
    balancing.propagation_lag.seed = balancing.seed;
  }
  return result;
}

}  // namespace cutover::verbs

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <memory>

#include "bench/load/report.hpp"
#include "bench/load/run.hpp"
#include "cutover/rehearsal/progress.hpp"
#include "cutover/verbs/verb.hpp"
#include "lb/base/duration.hpp"
#include "lb/base/limits.hpp"

namespace cutover::verbs {

namespace {

struct Options {
  std::string url;
  double rate = 100;
  std::string duration = "10s";
  std::string timeout = "10s";
  std::uint32_t connections = 64;
  bool poisson = false;
  std::uint64_t seed = 1;
  std::string method = "GET";
  std::vector<std::string> headers;
  bool json = false;
  bool any_host = false;
};

volatile std::sig_atomic_t interrupted = 0;

Result<Duration> read_duration(const char* flag, const std::string& text) {
  const auto duration = parse_duration(text);
  if (!duration) return at(flag, duration.error());
  return *duration;
}

/// "Name: value" -> its two halves.
Result<std::pair<std::string, std::string>> read_header(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon == 0) {
    return Error{"ValidationError", "--header",
                 fmt::format("found \"{}\"; allowed is \"Name: value\"", text)};
  }
  const auto value = text.find_first_not_of(' ', colon + 1);
  return std::pair(text.substr(0, colon),
                   value == std::string::npos ? std::string{} : text.substr(value));
}

struct Prepared {
  load::Options options;
  Duration length{};
};

Result<Prepared> prepare(const Options& options) {
  const auto target = load::parse_url(
      options.url, options.any_host ? load::Reach::any_host : load::Reach::loopback);
  if (!target) return target.error();
  const auto length = read_duration("--duration", options.duration);
  if (!length) return length.error();
  const auto timeout = read_duration("--timeout", options.timeout);
  if (!timeout) return timeout.error();

  Prepared prepared;
  prepared.length = *length;
  load::Options& to = prepared.options;
  to.endpoint = target->endpoint;
  to.host = target->host;
  to.rate = options.rate;
  to.schedule =
      options.poisson ? load::Options::Schedule::poisson : load::Options::Schedule::constant;
  to.seed = options.seed;
  to.connections_most = options.connections;
  to.timeout = *timeout;
  load::RequestKind& kind = to.mix.emplace_back();
  kind.method = options.method;
  kind.path = target->path;
  for (const std::string& text : options.headers) {
    auto header = read_header(text);
    if (!header) return header.error();
    kind.headers.push_back(*std::move(header));
  }
  return prepared;
}

/// One line about the run so far.
std::string progress(const std::vector<load::PhaseAccount>& accounts, Duration length) {
  const load::PhaseAccount& account = accounts.back();
  const double left = std::chrono::duration<double>(length - account.length).count();
  return fmt::format("{:.0f} s left | {} scheduled, {} answered, {} failed", std::max(0.0, left),
                     account.scheduled, load::answered(account), load::failed(account));
}

int run(const Options& options) {
  const auto prepared = prepare(options);
  if (!prepared) return report_error(prepared.error(), exit_not_begun);
  if (const auto raised = raise_file_limit(); !raised) report_error(raised.error(), exit_ok);
  std::signal(SIGINT, [](int) {
    interrupted = 1;
    std::signal(SIGINT, SIG_DFL);
  });
  const auto accounts = [&] {
    rehearsal::ProgressDisplay display(stderr);
    return load::run_load(prepared->options, prepared->length, [&](const auto& so_far) {
      display.show(progress(so_far, prepared->length));
      return interrupted == 0;
    });
  }();
  if (!accounts) return report_error(accounts.error(), exit_not_begun);
  if (options.json) {
    fmt::print("{}\n", load::to_json(*accounts).dump(2));
  } else {
    fmt::print("{}", load::to_table(*accounts));
  }
  return load::failed(accounts->front()) == 0 ? exit_ok : exit_failed;
}

}  // namespace

Verb add_load(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("load", "Send open-loop load to a URL and measure its answers");
  command->add_option("URL", options->url, "http://HOST:PORT/PATH; HOST is this machine")
      ->required()
      ->type_name("");
  command
      ->add_option(
          "--rate", options->rate,
          "Requests per second, sent whether or not earlier ones were answered (default: 100)")
      ->check(CLI::Range(0.1, 100'000.0, "0.1 - 100000"))
      ->type_name("N");
  command->add_option("--duration", options->duration, "How long: 250ms, 10s, 2m (default: 10s)")
      ->type_name("TIME");
  command
      ->add_option("--timeout", options->timeout,
                   "From the scheduled moment; then the request counts as failed (default: 10s)")
      ->type_name("TIME");
  command
      ->add_option(
          "--connections", options->connections,
          "Open at one time; requests beyond that wait, which counts as latency (default: 64)")
      ->check(CLI::Range(1, 10'000))
      ->type_name("N");
  command->add_flag("--poisson", options->poisson,
                    "Arrivals at random with this mean rate (default: evenly spaced)");
  command->add_option("--seed", options->seed, "Decides the arrivals (default: 1)")->type_name("N");
  command->add_option("--method", options->method, "The request's method (default: GET)")
      ->type_name("WORD");
  command->add_option("--header", options->headers, "\"Name: value\"; may be given several times")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  command->add_flag("--json", options->json, "Print the result as JSON");
  command->add_flag("--any-host", options->any_host,
                    "Allow a URL that leads to another machine; load only what is yours");
  command->footer(
      "Exit status: 0 every request got a 2xx or 3xx answer; 1 one did not; 2 bad command line.");
  return {command, [options] { return run(*options); }};
}

}  // namespace cutover::verbs

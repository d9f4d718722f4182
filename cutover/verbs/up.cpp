#include <fmt/format.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>

#include "containers/container_instances_json.hpp"
#include "cutover/api/cloud.hpp"
#include "cutover/api/serve.hpp"
#include "cutover/console/endpoint.hpp"
#include "cutover/console/http_server.hpp"
#include "cutover/console/observation.hpp"
#include "cutover/console/tasks.hpp"
#include "cutover/stack/image_json.hpp"
#include "cutover/stack/inject.hpp"
#include "cutover/stack/running_stack.hpp"
#include "cutover/stack/stack.hpp"
#include "cutover/verbs/stack_options.hpp"
#include "cutover/verbs/verb.hpp"
#include "lb/base/limits.hpp"

namespace cutover::verbs {

namespace {

/// Real time that requests in flight get after the first signal.
constexpr Duration stop_grace = std::chrono::seconds(10);

struct Options {
  std::string stack;                ///< Empty: nothing is there at first.
  std::vector<std::string> quotas;  ///< "NAME=VALUE".
  std::string state;                ///< A directory; empty: nothing is kept.
  std::string dns_suffix;
  StackOptions run;
  std::string endpoint = console::default_endpoint;
  bool listen_anywhere = false;
  bool strict_types = false;
  std::string container_instances;  ///< "N:cpu:memory", checked; empty: one with room for anything.
  std::string trace_requests = "off";  ///< Or a fraction, checked.
};

/// "demo:80 listens on http://127.0.0.1:8080", then its rules.
void print_listeners(const stack::RunningBalancing& running) {
  for (const auto& [name, balancer] : running.all()) {
    for (const std::uint16_t port : balancer->listeners()) {
      const auto bound = balancer->bound(port);
      const auto set = balancer->rules(port);
      if (!bound || !set) continue;
      fmt::print("{}:{} listens on http://{}:{}\n", name, port, bound->address().to_string(),
                 bound->port());
      for (const rules::Rule& rule : set->rules) fmt::print("  {}\n", rules::to_string(rule));
      fmt::print("  default -> {}\n", rules::to_string(set->default_action));
    }
  }
}

/// Tells of each task that starts to serve or ends, once. Looks at those that have changed.
class TaskReporter {
 public:
  void look(const containers::Clusters& clusters) {
    for (const std::string& name : clusters.names()) {
      const auto changed = (*clusters.find(name))->tasks_changed_since(marks_[name]);
      for (const auto& task : changed) tell(task);
      if (!changed.empty()) std::fflush(stdout);
    }
  }

 private:
  void tell(const containers::TaskDescription& task) {
    const std::string now = line(task);
    if (now.empty()) return;
    std::string& before = told_[task.id];
    if (before != now) fmt::print("{}\n", now);
    before = now;
    // It changes no more.
    if (task.last_status == containers::TaskStatus::stopped) told_.erase(task.id);
  }

  static std::string line(const containers::TaskDescription& task) {
    const std::string who = fmt::format("task {} of {}", task.id.substr(0, 8),
                                        task.service.empty() ? task.group : task.service);
    if (task.last_status == containers::TaskStatus::running) {
      const std::string endpoint = task.host_endpoint();
      const auto& pid = task.containers.front().pid;
      return fmt::format("{} {}{}", who, endpoint.empty() ? "runs" : "serves on http://" + endpoint,
                         pid ? fmt::format(" as process {}", *pid) : "");
    }
    if (task.last_status == containers::TaskStatus::stopped) {
      return fmt::format("{} stopped: {}", who, task.stopped_reason);
    }
    return {};
  }

  std::map<std::string, std::uint64_t> marks_;  ///< By cluster.
  std::map<std::string, std::string> told_;     ///< Of tasks that run, by id.
};

/// A stack that serves until it is told to stop.
class Up {
 public:
  /// All but the options is borrowed and outlives it.
  Up(boost::asio::io_context& io, const stack::Stack& stack, const stack::RunOptions& options,
     api::ecs::Shape::Strings strings, std::optional<api::kept::KeptState> kept)
      : io_(io),
        timers_(io, clock_),
        cloud_(io, stack, options, strings, std::move(kept)),
        signals_(io, SIGINT, SIGTERM) {}

  /// `endpoint`: where the control endpoint listens, if anywhere.
  Result<void> serve(const std::optional<boost::asio::ip::tcp::endpoint>& endpoint) {
    // The endpoint first: when its port is taken, nothing has started yet.
    if (const auto open = open_endpoint(endpoint); !open) return open.error();
    if (const auto started = cloud_.start(); !started) return started.error();
    print_listeners(cloud_.home().balancing());
    const std::uint16_t offset = *cloud_.home().balancing().options().port_offset;
    if (offset > 0) {
      fmt::print(
          "listeners of port P are bound at P + {}: add it to a DNSName's port; with "
          "net.ipv4.ip_unprivileged_port_start=80 or --port-offset 0 they are bound at P\n",
          offset);
    }
    if (server_) {
      fmt::print("control endpoint on {}: AWS's APIs, /metrics, /metrics.json, /traces\n",
                 console::url_of(server_->bound()));
    }
    fmt::print("Ctrl-C stops it; once more, at once\n");
    std::fflush(stdout);
    wait_for_signal();
    look_at_tasks();
    io_.run();
    return {};
  }

 private:
  Result<void> open_endpoint(const std::optional<boost::asio::ip::tcp::endpoint>& endpoint) {
    if (!endpoint) return {};
    console::add_observation(router_, {[this] { return metrics(); }, [this] { return traces(); }});
    console::add_tasks(router_, task_source());
    router_.add_later(boost::beast::http::verb::post, "/_cutover/reset",
                      [this](const console::Request&, const console::Router::Respond& respond) {
                        reset(respond);
                      });
    router_.add(boost::beast::http::verb::get, "/_cutover/export",
                [this](const console::Request&, std::string_view) { return exported(); });
    auto listening = console::HttpServer::listen(io_, timers_, *endpoint,
                                                 api::api_or_console(cloud_.dispatcher(), router_));
    if (!listening) return listening.error();
    server_ = std::move(*listening);
    return {};
  }

  void reset(const console::Router::Respond& respond) {
    reporter_ = {};
    cloud_.reset([respond](const Result<void>& done) {
      namespace http = boost::beast::http;
      if (done)
        return respond(console::make_response(http::status::ok, "application/json", "{}\n"));
      respond(console::make_error(http::status::internal_server_error, to_string(done.error())));
    });
  }

  console::Response exported() {
    const api::ExportedStack exported = cloud_.exported();
    const nlohmann::json answer{{"stack", exported.stack}, {"left_out", exported.left_out}};
    return console::make_response(
        boost::beast::http::status::ok, "application/json",
        answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  }

  /// In all regions.
  void each_balancer(const std::function<void(lb::LoadBalancer&)>& visit) {
    for (stack::RunningStack* stack : cloud_.running()) {
      for (const auto& [name, balancer] : stack->balancing().all()) visit(*balancer);
    }
  }

  std::vector<lb::MetricsSnapshot> metrics() {
    std::vector<lb::MetricsSnapshot> all;
    each_balancer([&](lb::LoadBalancer& balancer) { all.push_back(balancer.metrics()); });
    return all;
  }

  console::TaskSource task_source() {
    return {[this] {
              const containers::Clusters& clusters = cloud_.home().clusters();
              std::vector<containers::TaskDescription> all;
              for (const std::string& name : clusters.names()) {
                auto tasks = (*clusters.find(name))->tasks();
                std::move(tasks.begin(), tasks.end(), std::back_inserter(all));
              }
              return all;
            },
            [this](std::string_view name) -> Result<std::vector<containers::TaskLog>> {
              const auto task = stack::find_task(cloud_.home().clusters(), name);
              if (!task) return task.error();
              return task->cluster->logs(task->id);
            },
            [this](const nlohmann::json& written) -> Result<void> {
              const auto fault = stack::parse_fault(written, "");
              if (!fault) return fault.error();
              return stack::inject(cloud_.home().clusters(), *fault);
            }};
  }

  std::vector<const lb::TraceStore*> traces() {
    std::vector<const lb::TraceStore*> all;
    each_balancer([&](lb::LoadBalancer& balancer) { all.push_back(&balancer.traces()); });
    return all;
  }

  void wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      // Stopping in order keeps this thread busy: a second signal has its default effect.
      signals_.clear();
      fmt::print("stopping: requests in flight get {} s\n",
                 std::chrono::duration_cast<std::chrono::seconds>(stop_grace).count());
      std::fflush(stdout);
      cloud_.stop(stop_grace, [this] { io_.stop(); });
    });
  }

  void look_at_tasks() {
    reporter_.look(cloud_.home().clusters());
    timers_.after(std::chrono::milliseconds(200), [this] { look_at_tasks(); });
  }

  boost::asio::io_context& io_;
  const RealClock clock_;
  AsioTimers timers_;
  api::Cloud cloud_;
  console::Router router_;
  std::unique_ptr<console::HttpServer> server_;
  boost::asio::signal_set signals_;
  TaskReporter reporter_;
};

/// CLI11's form of a check: what is wrong, or nothing.
std::string fraction_problem(const std::string& text) {
  double fraction = 0;
  const bool good = text == "off" ||
                    (CLI::detail::lexical_cast(text, fraction) && fraction >= 0 && fraction <= 1);
  return good ? "" : fmt::format("found {}; allowed is a fraction, 0 to 1, or off", text);
}

lb::TraceOptions trace_options(const std::string& text) {
  lb::TraceOptions traces;
  if (text == "off") return traces;
  CLI::detail::lexical_cast(text, traces.fraction);
  traces.on_demand = true;
  return traces;
}

/// "rules-per-application-load-balancer=1000"
Result<stack::QuotaSettings> parse_quotas(const std::vector<std::string>& texts) {
  stack::QuotaSettings settings;
  stack::Quotas valid;
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    std::uint64_t most = 0;
    if (equals == std::string::npos || !CLI::detail::lexical_cast(text.substr(equals + 1), most)) {
      return Error{"ValidationError", "--quota",
                   fmt::format("found {}; a quota is set as NAME=VALUE", text)};
    }
    settings.emplace_back(text.substr(0, equals), most);
    const auto set = stack::set_quota(valid, settings.back().first, most);
    if (!set) return at("--quota", set.error());
  }
  return settings;
}

Result<stack::Stack> stack_of(const Options& options) {
  const auto quotas = parse_quotas(options.quotas);
  if (!quotas) return quotas.error();
  if (!options.stack.empty()) return stack::read_stack(options.stack, *quotas);
  auto nothing = stack::parse_stack(nlohmann::json::object(), "", *quotas);
  // Nor is there a cluster on AWS until somebody creates one.
  if (nothing) nothing->model.cluster.clear();
  return nothing;
}

/// "2:2048:3884": how many, of how many CPU units and MiB each; within the limits of stack files.
Result<std::vector<containers::ContainerInstanceGroup>> parse_container_instances(
    const std::string& text) {
  const std::vector<std::string> parts = CLI::detail::split(text, ':');
  std::array<std::uint32_t, 3> numbers{};
  bool good = parts.size() == numbers.size();
  for (std::size_t i = 0; good && i < numbers.size(); ++i) {
    good = CLI::detail::lexical_cast(parts[i], numbers[i]);
  }
  if (!good) {
    return Error{"ValidationError", "",
                 fmt::format("found {}; allowed is N:CPU:MEMORY, such as 2:2048:3884", text)};
  }
  return containers::parse_container_instances(
      {{"count", numbers[0]}, {"cpu", numbers[1]}, {"memory", numbers[2]}}, "");
}

std::string container_instances_problem(const std::string& text) {
  const auto groups = parse_container_instances(text);
  return groups ? "" : to_string(groups.error());
}

/// What containers of images run is that of an earlier stack when there is no other.
Result<void> take_images(const api::kept::KeptState& kept, stack::Stack& stack) {
  if (!stack.images.empty()) return {};
  auto written = api::kept::images_of(kept.documents);
  if (!written) return written.error();
  auto images = stack::parse_images(*written, "/Images", "");
  if (!images) return images.error();
  stack.images = *std::move(written);
  stack.model.images = *std::move(images);
  return {};
}

int up(const Options& options) {
  auto stack = stack_of(options);
  if (!stack) return report_error(stack.error(), exit_not_begun);
  stack::RunOptions run_with = run_options(options.run);
  run_with.on_note = [](const std::string& note) {
    fmt::print("note: {}\n", note);
    std::fflush(stdout);
  };
  run_with.quotas = *parse_quotas(options.quotas);
  run_with.balancing.dns_suffix = options.dns_suffix;
  run_with.balancing.traces = trace_options(options.trace_requests);
  const auto ports = stack::check_ports(stack->operations, *run_with.balancing.port_offset);
  if (!ports) return report_error(ports.error(), exit_not_begun);
  const auto endpoint = console::parse_endpoint(options.endpoint, options.listen_anywhere);
  if (!endpoint) return report_error(endpoint.error(), exit_not_begun);
  if (const auto raised = raise_file_limit(); !raised) report_error(raised.error(), exit_ok);
  if (!options.container_instances.empty()) {
    run_with.container_instances = *parse_container_instances(options.container_instances);
  }
  const auto strings = options.strict_types ? api::ecs::Shape::Strings::refused
                                            : api::ecs::Shape::Strings::converted;
  boost::asio::io_context io(1);
  std::optional<api::kept::KeptState> kept;
  if (!options.state.empty()) {
    const auto& balancing = run_with.balancing;
    auto opened = api::kept::open_state(io, options.state, balancing.account, balancing.seed);
    if (!opened) return report_error(opened.error(), exit_not_begun);
    kept = *std::move(opened);
    if (const auto taken = take_images(*kept, *stack); !taken) {
      return report_error(at(options.state + ": ", taken.error()), exit_not_begun);
    }
  }
  const auto served = Up(io, *stack, run_with, strings, std::move(kept)).serve(*endpoint);
  return served ? exit_ok : report_error(served.error(), exit_not_begun);
}

}  // namespace

Verb add_up(CLI::App& program) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("up", "Run a stack: load balancer, services, tasks, until a signal");
  options->run.port_offset = "auto";
  command
      ->add_option("STACK", options->stack,
                   "The stack, a JSON file in AWS's own shapes (default: nothing is there at "
                   "first, AWS's APIs make it)")
      ->type_name("");
  add_stack_options(*command, options->run, false);
  command
      ->add_option("--quota", options->quotas,
                   "Sets one of AWS's quotas, by DescribeAccountLimits' name, in place of the "
                   "stack's or AWS's default; may be given several times")
      ->type_name("NAME=VALUE");
  command
      ->add_option("--state", options->state,
                   "Keeps in this directory all that is made and changed through AWS's APIs, so "
                   "that it is there again after any end, a crash among them; see below")
      ->type_name("DIRECTORY");
  command
      ->add_option("--dns-suffix", options->dns_suffix,
                   "Load balancers' DNSName is NAME-NUMBER.REGION.elb.SUFFIX, a name that you "
                   "resolve (default: the address, which needs no resolving)")
      ->type_name("SUFFIX");
  command
      ->add_option("--endpoint", options->endpoint,
                   "Where AWS's APIs, metrics and traces are served over HTTP; port 0: any that is "
                   "free; none: nowhere (default: 127.0.0.1:4566)")
      ->type_name("ADDRESS:PORT");
  command->add_flag("--listen-anywhere", options->listen_anywhere,
                    "Lets --endpoint be an address that other machines can reach");
  command->add_flag("--strict-types", options->strict_types,
                    "Refuses numbers that are written as strings in container definitions, as "
                    "ECS's API does");
  command
      ->add_option("--container-instances", options->container_instances,
                   "What clusters begin with unless the stack says otherwise: so many container "
                   "instances of so many CPU units and MiB (default: one with room for anything)")
      ->check(CLI::Validator(container_instances_problem, ""))
      ->type_name("N:CPU:MEMORY");
  command
      ->add_option(
          "--trace-requests", options->trace_requests,
          "Keeps for /traces why requests ended as they did: those with an X-Cutover-Trace "
          "header from this machine, and this share of all others (default: off)")
      ->check(CLI::Validator(fraction_problem, ""))
      ->type_name("FRACTION");
  command->footer(
      "With --state a call is answered when what it changed is on disk. The next start with the "
      "same\n"
      "directory has everything again, ARNs and addresses unchanged; services start new tasks, "
      "while\n"
      "tasks of RunTask and StartTask are gone, as when instances lose power. A STACK builds\n"
      "only a directory that holds nothing yet; later starts take nothing but its Images, Hooks\n"
      "and Alarms.\n\n"
      "The first SIGINT or SIGTERM lets requests in flight finish (10 s at most) and stops the\n"
      "tasks; a second one ends everything at once.\n"
      "Exit status: 0 stopped by a signal; 2 bad command line or stack, or it could not start.");
  return {command, [options] { return up(*options); }};
}

}  // namespace cutover::verbs

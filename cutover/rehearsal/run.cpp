#include "cutover/rehearsal/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <future>

#include "cutover/rehearsal/conditions.hpp"
#include "cutover/rehearsal/probe.hpp"
#include "cutover/stack/inject.hpp"
#include "lb/base/duration.hpp"

namespace cutover::rehearsal {

namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr Duration poll_every = milliseconds(20);
constexpr Duration redraw_every = milliseconds(500);
constexpr Duration print_every = std::chrono::seconds(1);
/// Modelled: how long the stack's own services may take to stand before the load starts.
constexpr Duration start_timeout = std::chrono::minutes(10);
/// More than the longest bake time.
constexpr Duration bake_timeout = std::chrono::hours(25);
/// Real: for what is still in flight at the very end, when every client has been answered.
constexpr Duration settle_timeout = std::chrono::seconds(2);
constexpr Duration stop_grace = std::chrono::seconds(1);

asio::awaitable<void> elapse(Timers& timers, Duration length) {
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [&timers, length](auto resume) {
        // A std::function must be copyable, the handler is not.
        auto shared = std::make_shared<decltype(resume)>(std::move(resume));
        timers.after(length, [shared] { std::move (*shared)(); });
      },
      asio::use_awaitable);
}

/// What a library threw, as a value.
Error unexpected(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    return {"InternalError", "", error.what()};
  }
}

/// What the system does not allow containers stays on the screen.
stack::RunOptions with_notes(stack::RunOptions options, ProgressDisplay& display) {
  options.on_note = [&display](const std::string& note) { display.keep("note: " + note); };
  return options;
}

/// One run of one plan.
class Rehearsal {
 public:
  Rehearsal(const Plan& plan, const stack::RunOptions& options, ProgressDisplay& display)
      : plan_(plan),
        options_(options),
        display_(display),
        stack_(io_, plan.stack, with_notes(options, display)),
        signals_(io_, SIGINT, SIGTERM) {}

  Result<RunRecord> run() {
    record_.speed = options_.speed;
    record_.seed = options_.balancing.seed;
    record_.runtime = stack::to_string(options_.runtime);
    listen_for_signals();
    tick();
    const TimePoint began = real().now();
    record_.phases.reserve(plan_.phases.size());
    asio::co_spawn(io_, all(), [this](const std::exception_ptr& thrown) {
      if (thrown) record_.stopped = unexpected(thrown);
      end();
    });
    io_.run();
    record_.took = real().now() - began;
    if (start_error_) return *start_error_;
    return std::move(record_);
  }

 private:
  Timers& real() { return stack_.real_timers(); }

  void listen_for_signals() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      // A second signal has its default effect, whatever this thread is busy with then.
      signals_.clear();
      interrupted_ = true;
      display_.keep("interrupted: ending the run; once more to end at once");
    });
  }

  /// Shows where the run stands, and again after a while.
  void tick() {
    if (generator_) rates_.look(generator_->accounts(), real().now());
    if (step_end_) moment_.left = std::max(Duration::zero(), *step_end_ - real().now());
    display_.show(progress_line(moment_, rates_));
    real().after(display_.is_terminal() ? redraw_every : print_every, [this] { tick(); });
  }

  void begin_step(const std::string& text, std::optional<Duration> length, bool at_most) {
    moment_.step = text;
    moment_.left = length;
    moment_.at_most = at_most;
    step_end_.reset();
    if (length) step_end_ = real().now() + *length;
  }

  asio::awaitable<void> all() {
    if (const auto started = stack_.start(); !started) {
      start_error_ = started.error();
      co_return;
    }
    co_await stand();
    if (!record_.stopped && start_load()) {
      for (const Phase& phase : plan_.phases) {
        co_await run_phase(phase);
        if (record_.stopped) break;
      }
      co_await settle();
    }
  }

  /// Waits until what the stack itself asks for stands: a load on half a stack tells nothing.
  asio::awaitable<void> stand() {
    Wait stable{Wait::For::services_stable, {}, start_timeout};
    Wait healthy{Wait::For::target_healthy, {}, start_timeout};
    Wait completed{Wait::For::deployments_completed, {}, bake_timeout};
    for (const auto& [name, service] : plan_.stack.model.services) {
      stable.names.push_back(name);
      // Another deployment in its first one's bake time would find nothing to go back to.
      const bool shifts = service.deployment.strategy != containers::DeploymentStrategy::rolling;
      if (shifts) completed.names.push_back(name);
      if (service.desired_count == 0) continue;
      for (const auto& group : service.load_balancers) healthy.names.push_back(group.target_group);
    }
    auto error = co_await wait_for(stable);
    if (!error) error = co_await wait_for(healthy);
    if (!error) error = co_await wait_for(completed);
    if (error) record_.stopped = at("the stack's own services", std::move(*error));
  }

  bool start_load() {
    const auto endpoint = load_balancer()->bound(plan_.load.listener.port);
    if (!endpoint) {
      record_.stopped = endpoint.error();
      return false;
    }
    endpoint_ = *endpoint;
    host_ = plan_.load.host;
    if (host_.empty()) {
      host_ = fmt::format("{}:{}", endpoint_.address().to_string(), endpoint_.port());
    }
    load::Options options;
    options.endpoint = endpoint_;
    options.host = host_;
    options.rate = plan_.load.rate;
    options.schedule = plan_.load.schedule;
    options.seed = options_.balancing.seed;
    options.mix = plan_.load.mix;
    options.connections_most = plan_.load.connections;
    options.timeout = plan_.load.timeout;
    generator_ = std::make_unique<load::Generator>(options);
    const auto started = generator_->start(plan_.phases.front().name);
    if (started) return true;
    record_.stopped = started.error();
    generator_.reset();
    return false;
  }

  asio::awaitable<void> run_phase(const Phase& phase) {
    // The first one began with the load.
    if (!record_.phases.empty()) generator_->begin_phase(phase.name);
    PhaseRecord& record = record_.phases.emplace_back();
    record.name = phase.name;
    moment_.phase = record_.phases.size();
    moment_.phases = plan_.phases.size();
    moment_.name = phase.name;
    if (!display_.is_terminal()) display_.keep(fmt::format("phase {}", phase.name));
    for (const Step& step : phase.steps) {
      const TimePoint began = real().now();
      const auto error = co_await take(step);
      record.steps.push_back({to_string(step), real().now() - began, error});
      if (!error) continue;
      record_.stopped = at(fmt::format("phase \"{}\", {}", phase.name, to_string(step)), *error);
      co_return;
    }
    begin_step("probing", std::nullopt, false);
    for (const std::string& path : plan_.probe) {
      Answer answer = co_await ask(endpoint_, host_, path, plan_.load.timeout);
      record.answers[path] = std::move(answer);
    }
  }

  asio::awaitable<std::optional<Error>> take(const Step& step) {
    if (const auto* wait = std::get_if<Wait>(&step)) co_return co_await wait_for(*wait);
    if (const auto* hold = std::get_if<Hold>(&step)) co_return co_await hold_for(hold->length);
    begin_step(to_string(step), std::nullopt, false);
    const auto applied = apply(step);
    if (!applied) co_return applied.error();
    co_return interruption();
  }

  /// A step that is done at once.
  Result<void> apply(const Step& step) {
    if (const auto* fault = std::get_if<stack::Fault>(&step)) {
      return stack::inject(stack_.clusters(), *fault);
    }
    return stack_.apply(std::get<stack::Operation>(step));
  }

  asio::awaitable<std::optional<Error>> wait_for(const Wait& wait) {
    Timers& control = stack_.control_timers();
    begin_step(to_string(Step(wait)), control.clock().real_wait(wait.timeout), true);
    const TimePoint deadline = control.now() + wait.timeout;
    while (const auto lacking = missing(wait, stack_)) {
      if (auto stop = interruption()) co_return stop;
      if (control.now() >= deadline) {
        co_return Error{
            "WaitTimedOut", "",
            fmt::format("not reached within {}; {}", format_duration(wait.timeout), *lacking)};
      }
      co_await elapse(real(), poll_every);
    }
    co_return std::nullopt;
  }

  asio::awaitable<std::optional<Error>> hold_for(Duration length) {
    begin_step("hold", length, false);
    const TimePoint end = real().now() + length;
    while (real().now() < end) {
      if (auto stop = interruption()) co_return stop;
      co_await elapse(real(), std::min(poll_every, end - real().now()));
    }
    co_return std::nullopt;
  }

  /// The one that takes the load; nullptr once a step has deleted it.
  lb::LoadBalancer* load_balancer() {
    return stack_.balancing().find(plan_.load.listener.load_balancer);
  }

  std::optional<Error> interruption() const {
    if (!interrupted_) return std::nullopt;
    return Error{"Interrupted", "", "a signal ended the run"};
  }

  /// Waits for every request's end, on both sides, and keeps all accounts.
  asio::awaitable<void> settle() {
    begin_step("waiting for the last answers", std::nullopt, false);
    auto stopping = std::async(std::launch::async, [this] { return generator_->stop(); });
    while (stopping.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      co_await elapse(real(), poll_every);
    }
    const auto accounts = stopping.get();
    for (std::size_t i = 0; i < record_.phases.size() && i < accounts.size(); ++i) {
      record_.phases[i].account = accounts[i];
    }
    const TimePoint deadline = real().now() + settle_timeout;
    lb::LoadBalancer* const balancer = load_balancer();
    if (!balancer) {
      record_.stopped = Error{"LoadBalancerNotFound", plan_.load.listener.load_balancer,
                              "the load balancer under load was deleted, and its accounts with it"};
      co_return;
    }
    while (balancer->accounts().in_flight > 0 && real().now() < deadline) {
      co_await elapse(real(), poll_every);
    }
    record_.load_balancer = balancer->accounts();
  }

  void end() {
    begin_step("stopping", std::nullopt, false);
    stack_.stop(stop_grace, [this] { io_.stop(); });
  }

  const Plan& plan_;
  const stack::RunOptions options_;
  ProgressDisplay& display_;
  asio::io_context io_{1};
  stack::RunningStack stack_;
  asio::signal_set signals_;
  std::unique_ptr<load::Generator> generator_;
  asio::ip::tcp::endpoint endpoint_;
  std::string host_;

  RunRecord record_;
  std::optional<Error> start_error_;
  bool interrupted_ = false;
  Moment moment_;
  std::optional<TimePoint> step_end_;
  Rates rates_;
};

}  // namespace

Result<RunRecord> run(const Plan& plan, const stack::RunOptions& options,
                      ProgressDisplay& display) {
  return Rehearsal(plan, options, display).run();
}

}  // namespace cutover::rehearsal

#include "bench/load/generator.hpp"

#include <sys/prctl.h>

#include <future>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "bench/load/engine.hpp"

namespace cutover::load {

/// The thread, and the orders it takes from outside. Nothing the thread works on is shared: it
/// takes all orders at the start of a turn, so the lock is held for moments only.
class Generator::Loop {
 public:
  explicit Loop(Options options) : options_(std::move(options)) {}
  ~Loop();

  Result<void> start(const std::string& phase);
  void begin_phase(const std::string& phase);
  std::vector<PhaseAccount> accounts();
  std::vector<PhaseAccount> stop();

 private:
  struct Phase {
    std::string name;
    TimePoint begin;
  };
  struct Orders {
    std::vector<Phase> phases;
    std::vector<std::promise<std::vector<PhaseAccount>>> accounts;
    std::optional<TimePoint> end;
    bool abandon = false;
  };

  bool running() const { return thread_.joinable(); }
  void run();
  bool take_orders(TimePoint now);

  const Options options_;
  const RealClock clock_;
  std::unique_ptr<Engine> engine_;  // The thread's own while it runs.
  std::thread thread_;
  std::mutex mutex_;
  Orders orders_;  // Guarded by mutex_.
};

Generator::Loop::~Loop() {
  if (!running()) return;
  {
    const std::lock_guard lock(mutex_);
    orders_.abandon = true;
  }
  engine_->wake();
  thread_.join();
}

Result<void> Generator::Loop::start(const std::string& phase) {
  if (engine_) return Error{"AlreadyStarted", "", "this load was started before"};
  auto made = Engine::make(options_, clock_);
  if (!made) return made.error();
  engine_ = std::move(*made);
  engine_->start(phase, clock_.now());
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& problem) {
    return Error{"ResourceLimit", "", std::string("no thread for the load: ") + problem.what()};
  }
  return {};
}

void Generator::Loop::begin_phase(const std::string& phase) {
  if (!running()) return;
  const std::lock_guard lock(mutex_);
  // Read under the lock: see take_orders().
  orders_.phases.push_back({phase, clock_.now()});
}

std::vector<PhaseAccount> Generator::Loop::accounts() {
  if (!engine_) return {};
  if (!running()) return engine_->accounts(clock_.now());
  std::future<std::vector<PhaseAccount>> answer;
  {
    const std::lock_guard lock(mutex_);
    answer = orders_.accounts.emplace_back().get_future();
  }
  engine_->wake();
  return answer.get();
}

std::vector<PhaseAccount> Generator::Loop::stop() {
  if (running()) {
    {
      const std::lock_guard lock(mutex_);
      orders_.end = clock_.now();
    }
    engine_->wake();
    thread_.join();
  }
  return accounts();
}

void Generator::Loop::run() {
  // Linux lets a thread's waits end 50 us late to save power; a schedule must not.
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  while (!engine_->finished()) {
    const TimePoint now = clock_.now();
    if (!take_orders(now)) return;
    engine_->send_due(now);
    if (!engine_->finished()) engine_->wait();
  }
}

// False when the work is to be dropped. `now` was read before the lock is taken here and a phase's
// begin within the lock, so a phase that is not among these orders begins after `now`: no request
// that is due can belong to it.
bool Generator::Loop::take_orders(TimePoint now) {
  Orders orders;
  {
    const std::lock_guard lock(mutex_);
    orders = std::exchange(orders_, Orders{});
  }
  for (Phase& phase : orders.phases) engine_->begin_phase(std::move(phase.name), phase.begin);
  if (orders.end) engine_->end_schedule(*orders.end);
  for (auto& wanted : orders.accounts) wanted.set_value(engine_->accounts(now));
  return !orders.abandon;
}

Generator::Generator(Options options) : loop_(std::make_unique<Loop>(std::move(options))) {}
Generator::~Generator() = default;
Result<void> Generator::start(const std::string& phase) { return loop_->start(phase); }
void Generator::begin_phase(const std::string& phase) { loop_->begin_phase(phase); }
std::vector<PhaseAccount> Generator::accounts() const { return loop_->accounts(); }
std::vector<PhaseAccount> Generator::stop() { return loop_->stop(); }

}  // namespace cutover::load

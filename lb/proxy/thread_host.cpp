#include <poll.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "lb/proxy/epoll_network.hpp"
#include "lb/proxy/event_loop.hpp"
#include "lb/proxy/listening_socket.hpp"
#include "lb/proxy/tcp_network.hpp"
#include "lb/proxy/worker_host.hpp"

namespace cutover::lb::proxy {

namespace {

namespace asio = boost::asio;

/// A worker with all that its thread needs.
struct WorkerThread {
  WorkerThread(const Clock& clock, const WorkerSettings& settings, std::uint64_t seed)
      : loop(clock), network(loop), worker(loop, network, settings, seed) {}

  EventLoop loop;
  EpollNetwork network;
  Worker worker;
  std::thread thread;
};

class ThreadHost final : public WorkerHost {
 public:
  explicit ThreadHost(asio::io_context& control) : control_(control), network_(control) {}
  ~ThreadHost() override { stop(); }

  void start(const WorkerSettings& settings, unsigned workers, std::uint64_t seed) override {
    for (unsigned i = 0; i < workers; ++i) {
      threads_.push_back(std::make_unique<WorkerThread>(clock_, settings, seed + i));
    }
    for (auto& each : threads_) {
      each->thread = std::thread([thread = each.get()] { thread->loop.run(); });
    }
  }

  std::size_t size() const override { return threads_.size(); }

  void run_on_all(const std::function<void(std::size_t, Worker&)>& work) override {
    std::mutex mutex;
    std::condition_variable all_done;
    std::size_t left = threads_.size();
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      threads_[i]->loop.post([&, i] {
        work(i, threads_[i]->worker);
        const std::lock_guard lock(mutex);
        if (--left == 0) all_done.notify_one();
      });
    }
    std::unique_lock lock(mutex);
    all_done.wait(lock, [&] { return left == 0; });
  }

  void wait_until_quiet(Duration patience) override {
    const TimePoint end = clock_.now() + patience;
    for (;;) {
      std::vector<char> quiet(threads_.size(), 0);  // one element per worker: no sharing
      run_on_all([&](std::size_t i, Worker& worker) { quiet[i] = worker.quiet() ? 1 : 0; });
      if (std::all_of(quiet.begin(), quiet.end(), [](char each) { return each == 1; })) return;
      if (clock_.now() >= end) return;
      ::poll(nullptr, 0, 5);
    }
  }

  void settle_control(const std::function<bool()>& done) override {
    constexpr Duration patience = std::chrono::milliseconds(100);
    constexpr Duration turn = std::chrono::milliseconds(5);
    const TimePoint end = clock_.now() + patience;
    while (!done() && clock_.now() < end) {
      if (control_.stopped()) control_.restart();
      control_.run_one_for(turn);
    }
  }

  void stop() override {
    for (auto& each : threads_) {
      each->loop.post([&loop = each->loop] { loop.stop(); });
      each->thread.join();
    }
    threads_.clear();
  }

  Network& control_network() override { return network_; }
  Timers& control_timers() override { return timers_; }
  Result<Endpoint> probe(const Endpoint& on) override { return probe_listen(on); }
  void post_to_control(std::function<void()> work) override {
    asio::post(control_, std::move(work));
  }

 private:
  asio::io_context& control_;
  TcpNetwork network_;
  RealClock clock_;
  AsioTimers timers_{control_, clock_};
  std::vector<std::unique_ptr<WorkerThread>> threads_;
};

}  // namespace

std::unique_ptr<WorkerHost> make_thread_host(boost::asio::io_context& control) {
  return std::make_unique<ThreadHost>(control);
}

}  // namespace cutover::lb::proxy

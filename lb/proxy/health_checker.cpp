#include "lb/proxy/health_checker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cassert>
#include <utility>

#include "lb/http/response_head.hpp"
#include "lb/proxy/buffer.hpp"
#include "lb/proxy/task.hpp"

namespace cutover::lb::proxy {

using targets::CheckResult;

struct HealthChecker::Watched {
  std::shared_ptr<const TargetRoute> route;
  targets::HealthCheck settings;
  TimerId timer = 0;

  Endpoint endpoint() const {
    return {route->endpoint.address(), settings.port.value_or(route->endpoint.port())};
  }
};

/// What checks on their way need even when the checker is gone.
struct HealthChecker::Shared {
  BufferPool buffers;
  std::unordered_set<Probe*> probes;
};

namespace {
/// A frame is given back after its probe is gone, so its pool belongs to neither.
FramePool& probe_frames() {
  thread_local FramePool pool;
  return pool;
}
}  // namespace

/// One check on its way. Owns itself; reports only while its target is still watched.
class HealthChecker::Probe {
 public:
  Probe(HealthChecker& checker, TargetSlot slot, const std::shared_ptr<Watched>& watched)
      : checker_(checker),
        timers_(checker.timers_),
        data_timers_(checker.data_timers_),
        network_(checker.network_),
        slot_(slot),
        route_(watched->route),
        endpoint_(watched->endpoint()),
        path_(watched->settings.path),
        watched_(watched),
        shared_(checker.shared_),
        buffer_(shared_->buffers) {
    deadline_ = timers_.after(watched->settings.timeout, [this] {
      deadline_ = 0;
      timed_out_ = true;
      cancel();
    });
  }

  FramePool& frames() { return probe_frames(); }

  void launch() {
    shared_->probes.insert(this);
    run();
  }
  /// May destroy *this.
  void cancel() {
    if (stream_) return stream_->cancel();
    if (!operation_.pending()) return;
    data_timers_.cancel(wait_);
    operation_.end(boost::asio::error::operation_aborted, 0);
  }

 private:
  /// A target that holds its answer back is not asked again sooner.
  static constexpr Duration held_least = std::chrono::milliseconds(1);

  static std::string request_for(const std::string& path, const Endpoint& to) {
    const std::string address = to.address().is_v6() ? fmt::format("[{}]", to.address().to_string())
                                                     : to.address().to_string();
    return fmt::format(
        "GET {} HTTP/1.1\r\nHost: {}{}\r\nConnection: close\r\n"
        "User-Agent: ELB-HealthChecker/2.0\r\nAccept-Encoding: gzip, compressed\r\n\r\n",
        path, address, to.port() == 80 ? "" : fmt::format(":{}", to.port()));
  }

  Detached run() {
    const CheckResult result = co_await meet_fault();
    timers_.cancel(deadline_);
    if (stream_) stream_->close();
    shared_->probes.erase(this);
    if (!watched_.expired()) checker_.reports_.ended(slot_, result);
    delete this;
  }

  /// What the target's fault makes of the check, or else the target.
  Task<CheckResult> meet_fault() {
    if (route_->fault) {
      const auto treatment = route_->fault->next(data_timers_.now());
      const bool waited = co_await wait(treatment.delay);
      if (!waited) co_return failure(CheckResult::Kind::connection_failed);
      if (treatment.answer) co_return result_of(*treatment.answer);
    }
    // A target without a port is asked by a call, like its requests.
    const bool called = route_->service && endpoint_.port() == 0;
    CheckResult result;
    if (called) {
      result = co_await call();
    } else {
      result = co_await ask();
    }
    co_return result;
  }

  /// Lets a target's, or a fault's, time pass. False: the check was cancelled meanwhile.
  Task<bool> wait(Duration length) {
    if (length <= Duration::zero()) co_return true;
    operation_.begin();
    wait_ = data_timers_.after(length, [this] { operation_.end(error_code(), 0); });
    const auto outcome = co_await operation_;
    co_return !outcome.error;
  }

  Task<CheckResult> call() {
    InProcessRequest request;
    request.method = "GET";
    request.target = path_;
    request.headers = "User-Agent: ELB-HealthChecker/2.0\r\n";
    InProcessResponse response;
    do {
      response = {};
      route_->service->serve(request, data_timers_.now(), response);
      const Duration least = response.held ? held_least : Duration::zero();
      const bool waited = co_await wait(std::max(response.delay, least));
      if (!waited) co_return failure(CheckResult::Kind::connection_failed);
    } while (response.held);
    co_return result_of(response);
  }

  static CheckResult result_of(const InProcessResponse& response) {
    if (response.reset) return {CheckResult::Kind::connection_failed, 0};
    return {CheckResult::Kind::answered, response.status};
  }

  Task<CheckResult> ask() {
    request_ = request_for(path_, endpoint_);
    stream_ = network_.connect(endpoint_, operation_);
    const auto connected = co_await operation_;
    if (connected.error) co_return failure(CheckResult::Kind::connection_failed);
    const bool sent = co_await send();
    if (!sent) co_return failure(CheckResult::Kind::connection_failed);
    buffer_.borrow();
    http::ResponseHead head;
    std::size_t searched = 0;
    for (;;) {
      stream_->read(buffer_.space(), buffer_.space_size(), operation_);
      const auto got = co_await operation_;
      if (got.error) co_return failure(CheckResult::Kind::malformed);
      buffer_.received(got.bytes);
      switch (http::scan_response_head(buffer_.bytes(), searched, head)) {
        case http::ResponseScanStatus::complete:
          if (head.status >= 200) co_return CheckResult{CheckResult::Kind::answered, head.status};
          buffer_.consume(head.length);
          searched = 0;
          break;
        case http::ResponseScanStatus::incomplete:
          searched = buffer_.bytes().size();
          break;
        default:
          co_return failure(CheckResult::Kind::malformed);
      }
      if (buffer_.space_size() == 0 && !buffer_.grow()) {
        co_return failure(CheckResult::Kind::malformed);
      }
    }
  }

  Task<bool> send() {
    std::string_view left = request_;
    for (;;) {
      error_code error;
      const std::string_view pieces[] = {left};
      left.remove_prefix(stream_->write_now(pieces, error));
      if (error) co_return false;
      if (left.empty()) co_return true;
      stream_->wait_writable(operation_);
      const auto outcome = co_await operation_;
      if (outcome.error) co_return false;
    }
  }

  CheckResult failure(CheckResult::Kind kind) const {
    return {timed_out_ ? CheckResult::Kind::timed_out : kind, 0};
  }

  HealthChecker& checker_;
  Timers& timers_;
  Timers& data_timers_;
  Network& network_;
  TargetSlot slot_;
  std::shared_ptr<const TargetRoute> route_;
  Endpoint endpoint_;
  std::string path_;
  std::string request_;
  std::weak_ptr<Watched> watched_;  ///< Expired: the checker may be gone.
  std::shared_ptr<Shared> shared_;
  ReceiveBuffer buffer_;
  std::unique_ptr<Stream> stream_;  ///< Null until the target is dialled.
  Operation operation_;
  TimerId wait_ = 0;
  TimerId deadline_ = 0;
  bool timed_out_ = false;
};

HealthChecker::HealthChecker(Timers& timers, Timers& data_timers, Network& network, Reports reports)
    : timers_(timers),
      data_timers_(data_timers),
      network_(network),
      reports_(std::move(reports)),
      shared_(std::make_shared<Shared>()) {}

HealthChecker::~HealthChecker() { assert(watched_.empty()); }

bool HealthChecker::quiet() const { return shared_->probes.empty(); }

void HealthChecker::close() {
  for (auto& [slot, watched] : watched_) timers_.cancel(watched->timer);
  watched_.clear();
  const std::unordered_set<Probe*> probes = shared_->probes;  // some end at once, and leave it
  for (Probe* probe : probes) probe->cancel();
}

void HealthChecker::watch(TargetSlot slot, std::shared_ptr<const TargetRoute> route,
                          const targets::HealthCheck& settings) {
  auto& watched = watched_[slot];
  if (watched) {
    watched->route = std::move(route);
    watched->settings = settings;
    return;
  }
  watched = std::make_shared<Watched>(Watched{std::move(route), settings, 0});
  watched->timer = timers_.after(Duration::zero(), [this, slot] { check(slot); });
}

void HealthChecker::unwatch(TargetSlot slot) {
  const auto found = watched_.find(slot);
  if (found == watched_.end()) return;
  timers_.cancel(found->second->timer);
  watched_.erase(found);
}

void HealthChecker::check(TargetSlot slot) {
  const std::shared_ptr<Watched> watched = watched_.at(slot);
  watched->timer = timers_.after(watched->settings.interval, [this, slot] { check(slot); });
  reports_.started(slot);
  auto probe = std::make_unique<Probe>(*this, slot, watched);
  probe.release()->launch();  // destroys itself at its end
}

}  // namespace cutover::lb::proxy

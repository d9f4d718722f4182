#include "lb/proxy/worker.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "lb/http/date.hpp"
#include "lb/http/rewrite.hpp"
#include "lb/proxy/client_connection.hpp"

namespace cutover::lb::proxy {

namespace {
constexpr std::size_t log_flush_bytes = 64 * 1024;
const std::string unknown_address = "-";
}  // namespace

/// A listening socket and what its connections need to know of it. Kept after the socket is closed:
/// connections refer to it.
class Worker::Listening final : public Acceptor::Sink {
 public:
  Listening(Worker& worker, ListenerBinding where, std::unique_ptr<Acceptor> acceptor)
      : binding(std::move(where)), worker_(worker), acceptor_(std::move(acceptor)) {
    acceptor_->start(*this);
  }
  void close() {
    if (acceptor_) acceptor_->close();
    acceptor_.reset();
  }
  bool open() const { return acceptor_ != nullptr; }

  const ListenerBinding binding;

 private:
  void accepted(Acceptor::Accepted connection) override {
    worker_.accepted(binding, std::move(connection));
  }
  void turned_away() override {
    ++worker_.counts_.connections_refused;
    ++worker_.metrics_.rejected_connections;
  }

  Worker& worker_;
  std::unique_ptr<Acceptor> acceptor_;
};

Worker::Worker(Timers& timers, Network& network, const WorkerSettings& settings, std::uint64_t seed)
    : timers_(timers),
      network_(network),
      settings_(settings),
      random_(seed),
      deadlines_(timers.now()),
      table_(std::make_shared<const RoutingTable>()) {
  tick();
}

Worker::~Worker() {
  timers_.cancel(tick_timer_);
  assert(quiet());
}

Result<void> Worker::listen(const ListenerBinding& binding, const Endpoint& on) {
  auto acceptor = network_.listen(on);
  if (!acceptor) return acceptor.error();
  listening_.push_back(std::make_unique<Listening>(*this, binding, std::move(*acceptor)));
  return {};
}

void Worker::stop_listening(ListenerSlot listener) {
  const Listening* stopped = nullptr;
  for (auto& listening : listening_) {
    if (listening->binding.slot != listener || !listening->open()) continue;
    listening->close();
    stopped = listening.get();
  }
  if (stopped == nullptr) return;
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    if (&connections_[i]->binding() == &stopped->binding) connections_[i]->close_when_idle();
  }
}

void Worker::accepted(const ListenerBinding& binding, Acceptor::Accepted connection) {
  ++counts_.connections_accepted;
  metrics_.connection_opened();
  if (connections_.size() >= settings_.connections_most) {
    turn_away(std::move(connection));
    return;
  }
  ++counts_.connections_open;
  connections_.push_back(std::make_unique<ClientConnection>(*this, binding, std::move(connection)));
  connections_.back()->index = connections_.size() - 1;
  connections_.back()->start();
}

/// Answers 503 without reading: the bound on connections is reached.
void Worker::turn_away(Acceptor::Accepted connection) {
  ++counts_.connections_refused;
  ++metrics_.rejected_connections;
  metrics_.connection_closed();
  http::OwnResponse response;
  response.status = 503;
  response.keep_alive = false;
  response.date = date();
  out.clear();
  http::append_own_response(response, out);
  error_code ignored;
  const std::string_view pieces[] = {out};
  connection.stream->write_now(pieces, ignored);
  connection.stream->shut_down_sending();
  connection.stream->close();
}

void Worker::remove(ClientConnection& connection) {
  const std::size_t index = connection.index;
  const auto removed = std::move(connections_[index]);
  if (index + 1 != connections_.size()) {
    connections_[index] = std::move(connections_.back());
    connections_[index]->index = index;
  }
  connections_.pop_back();
  --counts_.connections_open;
  metrics_.connection_closed();
}

GroupState& Worker::group_state(const std::shared_ptr<const GroupRoute>& route) {
  if (route->slot >= groups_.size()) groups_.resize(route->slot + 1);
  auto& state = groups_[route->slot];
  if (!state) {
    state = std::make_unique<GroupState>();
    state->name = route->name;
    state->arn = route->arn;
    state->selection = targets::Selection(random_.below(1024));  // not all at one target first
  }
  if (state->route != route) {
    state->route = route;
    state->selection.adopt(route->balancing, route->candidates, settings_.control_clock->now());
  }
  return *state;
}

targets::CookieSealer& Worker::cookies() {
  if (!cookies_) cookies_.emplace(settings_.cookie_key);
  return *cookies_;
}

TargetState& Worker::target_state(const std::shared_ptr<const TargetRoute>& route) {
  if (route->slot >= targets_.size()) targets_.resize(route->slot + 1);
  auto& state = targets_[route->slot];
  if (!state) {
    state = std::make_unique<TargetState>(*this, route);
  } else if (state->route != route) {
    state->adopt(route);
  }
  return *state;
}

void Worker::retire(TargetSlot target) {
  if (target >= targets_.size() || !targets_[target]) return;
  targets_[target]->retired = true;
  targets_[target]->close_idle();
}

void Worker::cut(TargetSlot target) {
  if (target < targets_.size() && targets_[target]) targets_[target]->cut_all();
}

std::uint64_t Worker::in_flight(TargetSlot target) const {
  return target < targets_.size() && targets_[target] ? targets_[target]->in_flight : 0;
}

targets::AnomalyDetection Worker::anomaly(GroupSlot group, TargetSlot target) const {
  if (group >= groups_.size() || !groups_[group]) return {};
  return groups_[group]->selection.anomaly(target);
}

void Worker::drain() {
  draining_ = true;
  for (auto& listening : listening_) listening->close();
  for (auto& connection : connections_) connection->close_when_idle();
  for (auto& target : targets_) {
    if (target) target->close_idle();
  }
}

void Worker::close_all() {
  drain();
  // A connection may remove itself, or others move into its place, while this goes on.
  std::vector<ClientConnection*> all;
  for (auto& connection : connections_) all.push_back(connection.get());
  for (auto* connection : all) {
    const bool there = std::any_of(connections_.begin(), connections_.end(),
                                   [&](const auto& each) { return each.get() == connection; });
    if (there) connection->close_now();
  }
  flush_log();
}

void Worker::tick() {
  coarse_now_ = timers_.now();
  coarse_control_now_ = settings_.control_clock->now();
  coarse_wall_ = clock().wall_now();
  http::write_http_date(coarse_wall_, date_);
  deadlines_.advance(coarse_now_);
  if (!log_lines_.empty() || !connection_log_lines_.empty()) flush_log();
  tick_timer_ = timers_.after(DeadlineWheel::step, [this] { tick(); });
}

void Worker::log(std::string_view line) {
  log_lines_ += line;
  if (log_lines_.size() >= log_flush_bytes) flush_log();
}

void Worker::log_connection(std::string_view line) {
  connection_log_lines_ += line;
  if (connection_log_lines_.size() >= log_flush_bytes) flush_log();
}

void Worker::flush_log() {
  const std::string& address =
      listening_.empty() ? unknown_address : listening_.front()->binding.address_text;
  if (!log_lines_.empty() && settings_.log_sink) {
    settings_.log_sink(address, std::exchange(log_lines_, {}), coarse_wall_);
  }
  if (!connection_log_lines_.empty() && settings_.connection_log_sink) {
    settings_.connection_log_sink(address, std::exchange(connection_log_lines_, {}), coarse_wall_);
  }
}

}  // namespace cutover::lb::proxy

#pragma once

// One node of the load balancer: a thread's worth of connections, pools and counts. It routes by
// the table it was last given and shares nothing that is written while serving with any other
// worker.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "lb/base/clock.hpp"
#include "lb/base/random.hpp"
#include "lb/base/timers.hpp"
#include "lb/http/request_head.hpp"
#include "lb/http/response_head.hpp"
#include "lb/observe/account.hpp"
#include "lb/observe/counters.hpp"
#include "lb/observe/why_trace.hpp"
#include "lb/proxy/buffer.hpp"
#include "lb/proxy/deadline_wheel.hpp"
#include "lb/proxy/fate_counts.hpp"
#include "lb/proxy/routing.hpp"
#include "lb/proxy/stream.hpp"
#include "lb/proxy/task.hpp"
#include "lb/proxy/upstream.hpp"
#include "lb/targets/selection.hpp"
#include "lb/targets/sticky_cookie.hpp"

namespace cutover::lb::proxy {

class ClientConnection;

/// A worker's own record of one target group. Lives as long as the worker.
struct GroupState {
  std::string name;
  std::string arn;
  std::shared_ptr<const GroupRoute> route;  ///< What `selection` was last told of.
  targets::Selection selection;
  GroupCounters counters;
};

/// Which requests are traced.
struct TraceSettings {
  double fraction = 0;  ///< Of all requests, by chance.
  /// Those that ask for it with `X-Cutover-Trace`, from a loopback address.
  bool on_demand = false;
  bool any() const { return fraction > 0 || on_demand; }
};

/// What all workers of one load balancer have in common; fixed once they run.
struct WorkerSettings {
  std::string dns_name;                  ///< For HTTP/1.0 clients that send no Host.
  std::string load_balancer_id;          ///< "app/<name>/<id>", for the access log.
  const Clock* control_clock = nullptr;  ///< The control plane's, for slow start; any thread's.
  targets::CookieKey cookie_key{};
  Duration connect_timeout = std::chrono::seconds(10);
  std::size_t connections_most = 16'384;
  bool label_responses = false;
  bool log_requests = false;  ///< Whatever the attributes say.
  TraceSettings traces;
  /// Take finished log lines of a node, and traces; called on the worker's thread.
  using LogSink =
      std::function<void(const std::string& node_address, std::string lines, WallTime now)>;
  LogSink log_sink;
  LogSink connection_log_sink;
  std::function<void(WhyTrace trace)> trace_sink;
};

/// Where a listener is bound, as its connections need to know it.
struct ListenerBinding {
  ListenerSlot slot = 0;
  std::uint16_t port = 80;  ///< The listener's own.
  std::uint16_t bound_port = 80;
  std::string port_text;
  std::string address_text;  ///< The node's address, for the access log.
};

/// All members on the worker's thread.
class Worker {
 public:
  /// `clock` is the data plane's: real or simulated, never scaled. All references are borrowed.
  Worker(Timers& timers, Network& network, const WorkerSettings& settings, std::uint64_t seed);
  ~Worker();

  // Control:
  /// The availability zone that the worker's node stands for, as why-traces name it.
  void set_zone(std::string zone) { zone_ = std::move(zone); }
  void set_table(std::shared_ptr<const RoutingTable> table) { table_ = std::move(table); }
  Result<void> listen(const ListenerBinding& binding, const Endpoint& on);
  /// Closes the listening socket and its idle connections; requests in flight finish.
  void stop_listening(ListenerSlot listener);
  /// No new requests go to the target: its idle connections are closed, busy ones not reused.
  void retire(TargetSlot target);
  /// Ends whatever the target still has in flight, as the end of the deregistration delay does.
  void cut(TargetSlot target);
  std::uint64_t in_flight(TargetSlot target) const;
  /// What this node makes of the target's failures, see targets::AnomalyWatch.
  targets::AnomalyDetection anomaly(GroupSlot group, TargetSlot target) const;
  /// Stops accepting, closes idle connections, lets busy ones finish their request.
  void drain();
  /// Closes everything at once.
  void close_all();
  bool quiet() const { return connections_.empty() && upstreams_open_ == 0; }

  const WorkerCounts& counts() const { return counts_; }
  const NodeCounters& metrics() const { return metrics_; }
  /// By GroupSlot; null where no request has been yet.
  const std::vector<std::unique_ptr<GroupState>>& groups() const { return groups_; }

  // For connections:
  FramePool& frames() { return frames_; }
  BufferPool& buffers() { return buffers_; }
  DeadlineWheel& deadlines() { return deadlines_; }
  Network& network() { return network_; }
  Timers& timers() { return timers_; }
  const Clock& clock() const { return timers_.clock(); }
  const WorkerSettings& settings() const { return settings_; }
  Random& random() { return random_; }
  const RoutingTable& table() const { return *table_; }
  /// The time of the latest tick: good for time-outs, not for measuring.
  TimePoint coarse_now() const { return coarse_now_; }
  bool logs_requests() const {
    return settings_.log_requests || table_->attributes.access_logs.enabled;
  }
  bool logs_connections() const { return table_->attributes.connection_logs.enabled; }
  TimePoint coarse_control_now() const { return coarse_control_now_; }
  WallTime coarse_wall() const { return coarse_wall_; }
  std::string_view date() const { return {date_, sizeof date_}; }
  bool draining() const { return draining_; }
  WorkerCounts& mutable_counts() { return counts_; }
  NodeCounters& mutable_metrics() { return metrics_; }
  targets::CookieSealer& cookies();

  /// The worker's own record of a group, made when first used.
  GroupState& group_state(const std::shared_ptr<const GroupRoute>& route);
  /// The worker's own record of a target, made when first used.
  TargetState& target_state(const std::shared_ptr<const TargetRoute>& route);
  void upstream_opened() {
    ++upstreams_open_;
    metrics_.connection_opened();
  }
  void upstream_closed() {
    --upstreams_open_;
    metrics_.connection_closed();
  }

  void log(std::string_view line);
  void log_connection(std::string_view line);
  const std::string& zone() const { return zone_; }
  std::string& log_scratch() { return log_scratch_; }
  void remove(ClientConnection& connection);

  // Scratch space, valid until the next suspension: heads are scanned and built in place.
  http::RequestHead request_head;
  http::ResponseHead response_head;
  std::string out;

 private:
  class Listening;

  void tick();
  void accepted(const ListenerBinding& binding, Acceptor::Accepted connection);
  void turn_away(Acceptor::Accepted connection);
  void flush_log();

  Timers& timers_;
  Network& network_;
  const WorkerSettings& settings_;
  Random random_;
  FramePool frames_;
  BufferPool buffers_;
  DeadlineWheel deadlines_;
  WorkerCounts counts_;
  NodeCounters metrics_;
  std::optional<targets::CookieSealer> cookies_;  ///< Made when first used.
  std::shared_ptr<const RoutingTable> table_;
  std::vector<std::unique_ptr<Listening>> listening_;
  std::vector<std::unique_ptr<TargetState>> targets_;  // by TargetSlot
  std::vector<std::unique_ptr<GroupState>> groups_;    // by GroupSlot
  std::vector<std::unique_ptr<ClientConnection>> connections_;
  std::size_t upstreams_open_ = 0;
  TimerId tick_timer_ = 0;
  TimePoint coarse_now_;
  TimePoint coarse_control_now_;  ///< On the control plane's clock.
  WallTime coarse_wall_;
  char date_[29];
  bool draining_ = false;
  std::string zone_;
  std::string log_lines_;
  std::string connection_log_lines_;
  std::string log_scratch_;
};

}  // namespace cutover::lb::proxy

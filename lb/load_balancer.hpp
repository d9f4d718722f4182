#pragma once

// The load balancer's face: what an embedding program includes. One LoadBalancer is one ALB:
// listeners with rules, target groups with targets, health checks, draining. Its workers serve on
// threads of their own; everything here is called on one control thread, the one that runs the
// io_context given to the constructor, and a change returns once every worker routes by it.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lb/attributes.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"
#include "lb/base/timers.hpp"
#include "lb/in_process.hpp"
#include "lb/observe/account.hpp"
#include "lb/observe/metrics.hpp"
#include "lb/observe/why_trace.hpp"
#include "lb/target_fault.hpp"
#include "lb/targets/selection.hpp"
#include "lb/targets/target_group_spec.hpp"
#include "rules/quotas.hpp"
#include "rules/rule.hpp"

namespace cutover::lb {

namespace proxy {
class WorkerHost;
}

/// How long configuration takes to reach a node, on the control plane's clock: each change and node
/// gets a delay of its own from this range, decided by the seed. Changes never overtake each other
/// on their way to one node. With 0 to 0 a change answers once every node has it.
struct PropagationLag {
  Duration least = Duration::zero();
  Duration most = Duration::zero();
  std::uint64_t seed = 1;
  bool any() const { return most > Duration::zero(); }
};

/// Which requests leave a why-trace (lb/observe/why_trace.hpp).
struct TraceOptions {
  double fraction = 0;     ///< 0-1, by chance.
  bool on_demand = false;  ///< Those with an X-Cutover-Trace header, from a loopback address.
  std::size_t kept = 256;  ///< The last so many.
};

struct Options {
  std::string name = "cutover";  ///< 1-32 letters, digits, hyphens.
  std::string account = "123456789012";
  std::string region = "us-east-1";
  std::string id;        ///< The last part of its ARN, 16 hex digits; empty: from the seed.
  std::string dns_name;  ///< Empty: one in AWS's form, from the seed.
  rules::Quotas quotas;
  targets::Quotas target_quotas;
  unsigned workers = 0;  ///< Threads that serve; 0: one per core.
  /// Nodes, each a thread with a configuration and health checks of its own, as an ALB has one or
  /// more per availability zone. 0: one node that all workers belong to. Excludes `workers`.
  unsigned nodes = 0;
  PropagationLag propagation_lag;
  /// Trace ids, weighted choices, the key of stickiness cookies (which is therefore no secret from
  /// whoever knows the seed).
  std::uint64_t seed = 1;
  LoadBalancerAttributes attributes;
  Duration connect_timeout = std::chrono::seconds(10);
  std::string access_log;  ///< A file to append to; empty: none.
  /// A directory that stands in for the bucket of `access_logs` and `connection_logs`: each gets
  /// ALB's file names and rotation below it. Empty: neither log is delivered.
  std::string log_directory;
  TraceOptions traces;
  /// Client connections per worker; further ones are answered 503 and closed.
  std::size_t connections_most = 16'384;
  /// Adds `X-Cutover-Target-Group: NAME` to every response (`-` when the load balancer answered),
  /// so that a load generator can account by group. ALB has no such header: off unless rehearsing.
  bool label_responses = false;
};

struct ListenerSpec {
  std::uint16_t port = 80;      ///< What X-Forwarded-Port and rules' redirects say; its identity.
  std::uint16_t bind_port = 0;  ///< The port really bound; 0: chosen by the kernel.
  boost::asio::ip::address address = boost::asio::ip::make_address("127.0.0.1");
  rules::Action default_action;
  ListenerAttributes attributes = {};
  std::vector<rules::Rule> rules = {};
};

struct TargetSpec {
  targets::TargetId id;  ///< An IP address literal and a port.
  /// Set for a target of this process: called instead of dialled; health checks still go to its
  /// port, unless that is 0: then the health check is a call as well.
  std::shared_ptr<InProcessService> service;
};

class LoadBalancer {
 public:
  /// `io` and `timers` belong to the control thread and outlive this object. `timers` times health
  /// checks and drains; the data plane's time-outs always run in real time.
  LoadBalancer(boost::asio::io_context& io, Timers& timers, Options options);
  /// With workers that live elsewhere than on threads over the machine's network: for tests in
  /// simulated time.
  LoadBalancer(Timers& timers, Options options, std::unique_ptr<proxy::WorkerHost> host);
  /// Stops at once if stop() was not called.
  ~LoadBalancer();

  /// Starts the workers. Errors: an option out of its range, a log that can't be opened.
  Result<void> start();
  /// Stops accepting, lets requests in flight finish for up to `grace`, cuts the rest, ends the
  /// workers. Blocks for that long at most.
  void stop(Duration grace);

  /// For requests that begin, and connections that are accepted, from now on.
  Result<void> modify_attributes(const LoadBalancerAttributes& attributes);
  const LoadBalancerAttributes& attributes() const;

  // Target groups (created free-standing; used once an action names them).
  /// `arn`: what logs call it; empty: one of this load balancer's making.
  Result<void> create_target_group(targets::TargetGroupSpec spec, std::string arn = {});
  Result<void> modify_target_group(const targets::TargetGroupSpec& spec);
  /// Refused (`ResourceInUse`) while an action names it.
  Result<void> delete_target_group(const std::string& name);
  Result<targets::TargetGroupSpec> target_group(const std::string& name) const;
  std::vector<std::string> target_groups() const;
  bool target_group_in_use(const std::string& name) const;

  /// All or none.
  Result<void> register_targets(const std::string& target_group, std::vector<TargetSpec> targets);
  Result<void> register_target(const std::string& target_group, TargetSpec target);
  /// Unknown targets are ignored, as ALB does.
  Result<void> deregister_target(const std::string& target_group, const targets::TargetId& target);
  /// A fault on demand: whatever goes to the target meets it from now on, until null takes it away.
  /// It stays when the target is registered again, and ends when the target has left the group. It
  /// reaches the nodes as every change does.
  Result<void> set_target_fault(const std::string& target_group, const targets::TargetId& target,
                                std::shared_ptr<TargetFault> fault);
  struct TargetDescription {
    targets::TargetId target;
    targets::TargetHealth health;
    std::uint64_t in_flight = 0;
    targets::AnomalyDetection anomaly = {};  ///< With weighted_random.
  };
  Result<std::vector<TargetDescription>> describe_target_health(
      const std::string& target_group) const;
  Result<targets::TargetHealth> target_health(const std::string& target_group,
                                              const targets::TargetId& target) const;

  // Listeners and rules. The listener is named by its port.
  /// Binds at once; gives the port really bound. Errors say what to do (port in use, not allowed).
  Result<std::uint16_t> create_listener(const ListenerSpec& listener);
  Result<void> modify_listener(std::uint16_t listener, rules::Action default_action);
  Result<void> modify_listener_attributes(std::uint16_t listener,
                                          const ListenerAttributes& attributes);
  Result<ListenerAttributes> listener_attributes(std::uint16_t listener) const;
  Result<void> delete_listener(std::uint16_t listener);
  Result<rules::RuleSet> rules(std::uint16_t listener) const;
  std::vector<std::uint16_t> listeners() const;
  /// The address and port really bound.
  Result<boost::asio::ip::tcp::endpoint> bound(std::uint16_t listener) const;

  Result<void> create_rule(std::uint16_t listener, rules::Rule rule);
  Result<void> modify_rule(std::uint16_t listener, const rules::Rule& rule);
  Result<void> delete_rule(std::uint16_t listener, std::uint32_t priority);
  struct NewPriority {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
  };
  Result<void> set_rule_priorities(std::uint16_t listener, const std::vector<NewPriority>& changes);

  /// The sum over all workers, now.
  Accounts accounts() const;
  /// In CloudWatch's terms, by node.
  MetricsSnapshot metrics() const;
  /// The last why-traces.
  const TraceStore& traces() const;
  /// Called on the control thread whenever a target's state changes.
  using OnHealthChange =
      std::function<void(const std::string& target_group, const targets::TargetId& target,
                         const targets::TargetHealth& health)>;
  void on_health_change(OnHealthChange callback);

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace cutover::lb

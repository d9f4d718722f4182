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

#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"
#include "lb/base/timers.hpp"
#include "lb/in_process.hpp"
#include "lb/observe/account.hpp"
#include "lb/targets/target_group_spec.hpp"
#include "rules/rule.hpp"

namespace cutover::lb {

namespace proxy {
class WorkerHost;
}

struct Options {
  std::string name = "cutover";  ///< 1-32 letters, digits, hyphens.
  std::string account = "123456789012";
  std::string region = "us-east-1";
  unsigned workers = 0;                              ///< Threads that serve; 0: one per core.
  std::uint64_t seed = 1;                            ///< Trace ids, weighted choices.
  Duration idle_timeout = std::chrono::seconds(60);  ///< 1-4,000 s
  Duration client_keep_alive = std::chrono::seconds(3600);  ///< 60-604,800 s
  Duration connect_timeout = std::chrono::seconds(10);
  std::string access_log;  ///< A file to append to; empty: none.
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

  /// Starts the workers. Errors: the access log can't be opened.
  Result<void> start();
  /// Stops accepting, lets requests in flight finish for up to `grace`, cuts the rest, ends the
  /// workers. Blocks for that long at most.
  void stop(Duration grace);

  // Target groups (created free-standing; used once an action names them).
  Result<void> create_target_group(targets::TargetGroupSpec spec);
  Result<void> modify_target_group(const targets::TargetGroupSpec& spec);
  /// Refused (`ResourceInUse`) while an action names it.
  Result<void> delete_target_group(const std::string& name);
  Result<targets::TargetGroupSpec> target_group(const std::string& name) const;
  std::vector<std::string> target_groups() const;
  bool target_group_in_use(const std::string& name) const;

  Result<void> register_target(const std::string& target_group, TargetSpec target);
  /// Unknown targets are ignored, as ALB does.
  Result<void> deregister_target(const std::string& target_group, const targets::TargetId& target);
  struct TargetDescription {
    targets::TargetId target;
    targets::TargetHealth health;
    std::uint64_t in_flight = 0;
  };
  Result<std::vector<TargetDescription>> describe_target_health(
      const std::string& target_group) const;
  Result<targets::TargetHealth> target_health(const std::string& target_group,
                                              const targets::TargetId& target) const;

  // Listeners and rules. The listener is named by its port.
  /// Binds at once; gives the port really bound. Errors say what to do (port in use, not allowed).
  Result<std::uint16_t> create_listener(const ListenerSpec& listener);
  Result<void> modify_listener(std::uint16_t listener, rules::Action default_action);
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

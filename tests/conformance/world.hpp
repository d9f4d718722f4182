#pragma once

// What a conformance case is played on: a load balancer between clients and targets that the
// runner plays itself, either in memory and made-up time or on sockets of this machine.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/clock.hpp"
#include "lb/load_balancer.hpp"

namespace cutover::conformance {

/// The runner's end of one connection, of a client's or of a target's.
class Wire {
 public:
  virtual ~Wire() = default;
  virtual void send(std::string_view bytes) = 0;
  /// Sends no more, but goes on reading.
  virtual void finish_sending() = 0;
  virtual void close() = 0;
  /// Closes so that the load balancer sees a reset.
  virtual void reset() = 0;
  /// The load balancer has closed or reset the connection.
  virtual bool ended() const = 0;

  std::string unread;  ///< What has arrived and is not yet taken by the case.

  enum class Use { unknown, health_check, traffic };
  Use use = Use::unknown;  ///< Of a target's connection.
  bool handled = false;    ///< The health check on it has been answered, or is to be left alone.
  std::string label;       ///< The name that the case gives the connection, if any.
  std::deque<bool> head_requests;  ///< For each response still to come: whether HEAD asked for it.
};

/// What a target does with new connections.
enum class Reception { accepts, refuses, ignores };

class World {
 public:
  virtual ~World() = default;
  World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// A target that accepts connections; gives its port at 127.0.0.1.
  virtual std::uint16_t add_target(const std::string& name) = 0;
  virtual void set_reception(const std::string& target, Reception reception) = 0;
  /// All connections that the load balancer has opened to the target, oldest first.
  virtual const std::vector<std::unique_ptr<Wire>>& wires_to(const std::string& target) = 0;

  /// Makes the load balancer and starts it.
  virtual Result<void> start(const lb::Options& options) = 0;
  virtual lb::LoadBalancer& balancer() = 0;
  /// Where a listener on `port` should be bound; 0: where the kernel likes.
  virtual std::uint16_t bind_port(std::uint16_t port) const = 0;
  /// A client's connection to a listener, from an address of this machine.
  virtual std::unique_ptr<Wire> connect(std::uint16_t listener, const std::string& from) = 0;

  /// Lets everything happen that needs no time.
  virtual void settle() = 0;
  /// The same until `done`; gives whether it came to that.
  virtual bool settle_until(const std::function<bool()>& done) = 0;
  /// Lets time pass, stopping wherever something is due.
  virtual void advance(Duration by) = 0;

  /// Called again and again while things settle: answers what the runner answers by itself, and
  /// gives whether it did anything.
  std::function<bool()> react = [] { return false; };
};

/// Streams in memory, all time made up.
std::unique_ptr<World> make_memory_world();
/// Sockets on loopback and ports of the kernel's choice. Health checks and drains run in made-up
/// time, the data plane's own time-outs in real time.
std::unique_ptr<World> make_socket_world();

}  // namespace cutover::conformance

#include <algorithm>
#include <boost/asio.hpp>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "lb/base/timers.hpp"
#include "tests/conformance/holes.hpp"
#include "tests/conformance/world.hpp"

namespace cutover::conformance {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// How long the other side's threads and the kernel get for what a case says happens.
constexpr Duration patience = std::chrono::seconds(3);
/// When nothing has arrived for so long, nothing more is on its way. What a case says does not
/// happen is looked for so long; while made-up time passes, each moment gets so long.
constexpr auto quiet_time = std::chrono::milliseconds(3);

const asio::ip::address loopback = asio::ip::make_address("127.0.0.1");

class SocketWire final : public Wire {
 public:
  /// `gone` is called when the wire is destroyed.
  SocketWire(tcp::socket socket, std::function<void(SocketWire*)> gone)
      : socket_(std::move(socket)), gone_(std::move(gone)) {
    socket_.non_blocking(true);
  }
  ~SocketWire() override {
    if (gone_) gone_(this);
  }

  /// Without waiting for the load balancer to take it; pump() goes on with what is left.
  void send(std::string_view bytes) override {
    unsent_ += bytes;
    (void)pump();
  }
  void finish_sending() override {
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  void reset() override {
    boost::system::error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    close();
  }
  bool ended() const override { return ended_; }

  /// Sends and receives what goes without waiting; gives whether anything moved.
  bool pump() {
    if (!socket_.is_open()) return false;
    boost::system::error_code error;
    bool moved = false;
    if (!unsent_.empty()) {
      const auto sent = socket_.write_some(asio::buffer(unsent_), error);
      unsent_.erase(0, sent);
      moved = sent > 0;
    }
    while (!ended_) {
      const auto count = socket_.read_some(asio::buffer(block_), error);
      if (error == asio::error::would_block) break;
      moved = true;
      unread.append(block_.data(), count);
      ended_ = static_cast<bool>(error);
    }
    return moved;
  }

 private:
  tcp::socket socket_;
  std::function<void(SocketWire*)> gone_;
  std::string unsent_;
  std::array<char, 64 * 1024> block_{};
  bool ended_ = false;
};

class SocketWorld final : public World {
 public:
  ~SocketWorld() override {
    react = [] { return false; };
    targets_.clear();
    if (balancer_) balancer_->stop(Duration::zero());
    balancer_.reset();
  }

  std::uint16_t add_target(const std::string& name) override {
    auto& target = targets_[name];
    target.acceptor.emplace(io_, tcp::endpoint(loopback, 0));
    target.acceptor->non_blocking(true);
    target.port = target.acceptor->local_endpoint().port();
    return target.port;
  }
  void set_reception(const std::string& name, Reception reception) override {
    auto& target = targets_.at(name);
    if (reception == Reception::ignores) throw Failure("a socket can't ignore connections");
    if (reception == Reception::refuses) {
      target.acceptor.reset();
    } else if (!target.acceptor) {
      target.acceptor.emplace(io_, tcp::endpoint(loopback, target.port));
      target.acceptor->non_blocking(true);
    }
  }
  const std::vector<std::unique_ptr<Wire>>& wires_to(const std::string& name) override {
    return targets_.at(name).wires;
  }

  Result<void> start(const lb::Options& options) override {
    balancer_ = std::make_unique<lb::LoadBalancer>(io_, timers_, options);
    return balancer_->start();
  }
  lb::LoadBalancer& balancer() override { return *balancer_; }
  std::uint16_t bind_port(std::uint16_t) const override { return 0; }
  std::unique_ptr<Wire> connect(std::uint16_t listener, const std::string& from) override {
    const auto bound = balancer_->bound(listener);
    if (!bound) throw Failure("nothing listens on port " + std::to_string(listener));
    tcp::socket socket(io_, tcp::v4());
    socket.bind({asio::ip::make_address(from), 0});
    socket.connect(*bound);
    auto wire = std::make_unique<SocketWire>(
        std::move(socket), [this](SocketWire* gone) { std::erase(clients_, gone); });
    clients_.push_back(wire.get());
    return wire;
  }

  bool settle_until(const std::function<bool()>& done) override {
    const TimePoint end = real_.now() + patience;
    for (;;) {
      (void)step();
      if (done()) return true;
      if (real_.now() >= end) return false;
      rest();
    }
  }
  void settle() override {
    const TimePoint end = real_.now() + patience;
    TimePoint quiet_since = real_.now();
    while (real_.now() - quiet_since < quiet_time && real_.now() < end) {
      if (step()) {
        quiet_since = real_.now();
      } else {
        rest();
      }
    }
  }

  void advance(Duration by) override {
    const TimePoint end = clock_.now() + by;
    settle();
    for (auto next = timers_.next(); next && *next <= end; next = timers_.next()) {
      clock_.advance(std::max(Duration::zero(), *next - clock_.now()));
      settle();
    }
    clock_.advance(end - clock_.now());
    settle();
  }

 private:
  struct Target {
    std::uint16_t port = 0;
    std::optional<tcp::acceptor> acceptor;
    std::vector<std::unique_ptr<Wire>> wires;
  };

  /// Gives whether anything happened.
  bool step() {
    timers_.run_due();
    io_.restart();
    bool any = io_.poll() > 0;
    for (auto& [name, target] : targets_) any |= step(target);
    for (auto* client : clients_) any |= client->pump();
    any |= react();
    const auto next = timers_.next();
    return any || (next && *next <= clock_.now());
  }

  static bool step(Target& target) {
    bool any = false;
    while (target.acceptor) {
      boost::system::error_code error;
      tcp::socket socket = target.acceptor->accept(error);
      if (error) break;
      target.wires.push_back(std::make_unique<SocketWire>(std::move(socket), nullptr));
      any = true;
    }
    for (auto& wire : target.wires) any |= static_cast<SocketWire&>(*wire).pump();
    return any;
  }

  /// Leaves the processor to the load balancer's threads for a moment.
  void rest() {
    asio::steady_timer nap(naps_, std::chrono::microseconds(200));
    nap.async_wait([](const boost::system::error_code&) {});
    naps_.restart();
    naps_.run();
  }

  RealClock real_;
  SimulatedClock clock_;
  SimulatedTimers timers_{clock_};
  asio::io_context io_{1};
  asio::io_context naps_{1};
  std::map<std::string, Target> targets_;
  std::vector<SocketWire*> clients_;
  std::unique_ptr<lb::LoadBalancer> balancer_;
};

}  // namespace

std::unique_ptr<World> make_socket_world() { return std::make_unique<SocketWorld>(); }

}  // namespace cutover::conformance

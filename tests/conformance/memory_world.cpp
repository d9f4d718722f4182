#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <map>
#include <utility>

#include "tests/conformance/holes.hpp"
#include "tests/conformance/world.hpp"
#include "tests/lb/proxy/simulation.hpp"

namespace cutover::conformance {

namespace {

using lb::proxy::Endpoint;
using lb::proxy::test::MemoryNetwork;
using lb::proxy::test::MemoryStream;
using lb::proxy::test::SimulatedHost;

Endpoint at(const std::string& address, std::uint16_t port) {
  return {boost::asio::ip::make_address(address), port};
}

class MemoryWire final : public Wire {
 public:
  explicit MemoryWire(MemoryStream& stream) : stream_(stream) {}
  /// `gone` is called when the wire is destroyed.
  MemoryWire(std::unique_ptr<MemoryStream> stream, std::function<void(MemoryWire*)> gone)
      : owned_(std::move(stream)), stream_(*owned_), gone_(std::move(gone)) {}
  ~MemoryWire() override {
    if (gone_) gone_(this);
  }

  void send(std::string_view bytes) override { stream_.send(bytes); }
  void finish_sending() override { stream_.shut_down_sending(); }
  void close() override { stream_.close(); }
  void reset() override { stream_.reset(); }
  bool ended() const override { return stream_.ended(); }
  /// Gives whether anything had arrived.
  bool fetch() {
    const std::string bytes = stream_.received();
    unread += bytes;
    return !bytes.empty();
  }

 private:
  std::unique_ptr<MemoryStream> owned_;
  MemoryStream& stream_;
  std::function<void(MemoryWire*)> gone_;
};

class MemoryWorld final : public World {
 public:
  ~MemoryWorld() override {
    react = [] { return false; };
    if (balancer_) {
      balancer_->stop(Duration::zero());
      balancer_.reset();
    }
    settle();
  }

  std::uint16_t add_target(const std::string& name) override {
    auto& target = targets_[name];
    target.port = static_cast<std::uint16_t>(3000 + targets_.size());
    network_.add_target(at("127.0.0.1", target.port));
    return target.port;
  }
  void set_reception(const std::string& name, Reception reception) override {
    auto& target = network_.add_target(at("127.0.0.1", targets_.at(name).port));
    target.refuses = reception == Reception::refuses;
    target.silent = reception == Reception::ignores;
  }
  const std::vector<std::unique_ptr<Wire>>& wires_to(const std::string& name) override {
    return targets_.at(name).wires;
  }

  Result<void> start(const lb::Options& options) override {
    balancer_ = std::make_unique<lb::LoadBalancer>(
        timers_, options, std::make_unique<SimulatedHost>(io_, timers_, network_));
    return balancer_->start();
  }
  lb::LoadBalancer& balancer() override { return *balancer_; }
  std::uint16_t bind_port(std::uint16_t port) const override {
    return static_cast<std::uint16_t>(10'000 + port % 50'000);
  }
  std::unique_ptr<Wire> connect(std::uint16_t listener, const std::string& from) override {
    const auto bound = balancer_->bound(listener);
    if (!bound) throw Failure("nothing listens on port " + std::to_string(listener));
    auto stream =
        network_.client(at("127.0.0.1", bound->port()), boost::asio::ip::make_address(from));
    auto wire = std::make_unique<MemoryWire>(
        std::move(stream), [this](MemoryWire* gone) { std::erase(clients_, gone); });
    clients_.push_back(wire.get());
    return wire;
  }

  bool settle_until(const std::function<bool()>& done) override {
    settle();
    return done();
  }
  void settle() override {
    for (bool more = true; more;) {
      timers_.run_due();
      io_.restart();
      more = io_.poll() > 0;
      for (auto& [name, target] : targets_) more |= fetch(target);
      for (auto* client : clients_) more |= client->fetch();
      more |= react();
      const auto next = timers_.next();
      more |= next && *next <= clock_.now();
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
    std::vector<std::unique_ptr<Wire>> wires;
  };

  bool fetch(Target& target) {
    const auto endpoint = at("127.0.0.1", target.port);
    auto& streams = network_.add_target(endpoint).connections;
    bool any = target.wires.size() < streams.size();
    while (target.wires.size() < streams.size()) {
      target.wires.push_back(std::make_unique<MemoryWire>(*streams[target.wires.size()]));
    }
    for (auto& wire : target.wires) any |= static_cast<MemoryWire&>(*wire).fetch();
    return any;
  }

  SimulatedClock clock_;
  SimulatedTimers timers_{clock_};
  boost::asio::io_context io_{1};
  MemoryNetwork network_{io_};
  std::map<std::string, Target> targets_;
  std::vector<MemoryWire*> clients_;
  std::unique_ptr<lb::LoadBalancer> balancer_;
};

}  // namespace

std::unique_ptr<World> make_memory_world() { return std::make_unique<MemoryWorld>(); }

}  // namespace cutover::conformance

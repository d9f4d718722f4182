#include "containers/runtimes/host_ports.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fstream>

#include "containers/apps/open_listener.hpp"

namespace cutover::containers {

namespace {

constexpr std::uint16_t first_port = 20'000;
constexpr std::uint16_t last_port_default = 32'767;

/// The last port before those of the kernel's own choice.
std::uint16_t last_port() {
  std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
  std::uint32_t least = 0;
  if (!(range >> least) || least <= first_port || least > 65'535) return last_port_default;
  return static_cast<std::uint16_t>(least - 1);
}

}  // namespace

HostPorts::HostPorts(boost::asio::io_context& io)
    : io_(io),
      first_(first_port),
      last_(last_port()),
      // Several of these programs at one time had better not try the same ports.
      next_(static_cast<std::uint16_t>(first_port + getpid() % (last_ - first_port))) {}

Result<HostPorts::Promise> HostPorts::promise(const std::string& address, std::uint16_t port) {
  if (port != 0) {
    if (promised_.contains(port)) {
      return Error{"PortInUse", "",
                   fmt::format("Bind for {}:{} failed: port is already allocated", address, port)};
    }
    if (const auto is_free = check_free(address, port); !is_free) return is_free.error();
    promised_.insert(port);
    return Promise(shared_from_this(), port);
  }
  for (int tries = last_ - first_; tries >= 0; --tries) {
    const std::uint16_t candidate = next_;
    next_ = next_ == last_ ? first_ : static_cast<std::uint16_t>(next_ + 1);
    if (promised_.contains(candidate) || !check_free(address, candidate)) continue;
    promised_.insert(candidate);
    return Promise(shared_from_this(), candidate);
  }
  return Error{"PortInUse", "",
               fmt::format("no port of {} is free between {} and {}", address, first_, last_)};
}

Result<void> HostPorts::check_free(const std::string& address, std::uint16_t port) {
  boost::asio::ip::tcp::acceptor probe(io_);
  return apps::open_listener(probe, {boost::asio::ip::make_address(address), port});
}

}  // namespace cutover::containers

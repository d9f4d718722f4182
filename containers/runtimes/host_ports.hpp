#pragma once

// Host ports for programs that listen on them themselves. Between a program's start and its bind
// nobody but this knows that its port is taken.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "lb/base/result.hpp"

namespace cutover::containers {

/// Dynamic ports are below those which the kernel gives away by itself, so that neither a relay nor
/// an outgoing connection can get one that a program is about to bind. Control thread only.
class HostPorts final : public std::enable_shared_from_this<HostPorts> {
 public:
  explicit HostPorts(boost::asio::io_context& io);

  /// A port that is kept for its holder until this is destroyed.
  class Promise {
   public:
    Promise(std::shared_ptr<HostPorts> ports, std::uint16_t number)
        : ports_(std::move(ports)), number_(number) {}
    Promise(Promise&&) = default;
    Promise& operator=(Promise&&) = delete;
    ~Promise() {
      if (ports_) ports_->promised_.erase(number_);
    }
    std::uint16_t number() const { return number_; }

   private:
    std::shared_ptr<HostPorts> ports_;
    std::uint16_t number_;
  };

  /// That port of the address, or for 0 one that is free; "PortInUse" when there is none. A program
  /// may listen on every address, so a port is promised once.
  Result<Promise> promise(const std::string& address, std::uint16_t port);

 private:
  Result<void> check_free(const std::string& address, std::uint16_t port);

  boost::asio::io_context& io_;
  std::uint16_t first_;
  std::uint16_t last_;
  std::uint16_t next_;
  std::set<std::uint16_t> promised_;
};

}  // namespace cutover::containers

#pragma once

// The network of the machine for code that lives on an io_context: the control side, which checks
// targets' health. Workers have an EpollNetwork, whose requests cost less.

#include <boost/asio/io_context.hpp>
#include <memory>

#include "lb/proxy/stream.hpp"

namespace cutover::lb::proxy {

class TcpNetwork final : public Network {
 public:
  /// `io` is borrowed; everything happens on the thread that runs it.
  explicit TcpNetwork(boost::asio::io_context& io) : io_(io) {}
  std::unique_ptr<Stream> connect(const Endpoint& to, Operation& operation) override;
  Result<std::unique_ptr<Acceptor>> listen(const Endpoint& on) override;

 private:
  boost::asio::io_context& io_;
};

}  // namespace cutover::lb::proxy

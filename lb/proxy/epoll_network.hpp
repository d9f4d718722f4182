#pragma once

// The network of the machine for a worker: TCP sockets on an EventLoop. A stream remembers what the
// last event and the last read said, so a request costs one recv and one sendmsg on either side,
// and nothing for waiting.

#include <memory>

#include "lb/proxy/event_loop.hpp"
#include "lb/proxy/stream.hpp"

namespace cutover::lb::proxy {

class EpollNetwork final : public Network {
 public:
  /// `loop` is borrowed; everything happens on the thread that runs it.
  explicit EpollNetwork(EventLoop& loop) : loop_(loop) {}
  std::unique_ptr<Stream> connect(const Endpoint& to, Operation& operation) override;
  Result<std::unique_ptr<Acceptor>> listen(const Endpoint& on) override;

  /// A stream over a connected, non-blocking socket of any kind of stream.
  std::unique_ptr<Stream> adopt(Descriptor socket);

 private:
  EventLoop& loop_;
};

}  // namespace cutover::lb::proxy

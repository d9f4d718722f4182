#pragma once

// Sockets that belong to a container's network namespace. A socket stays in the namespace in which
// it was made, so its supervisor makes them there and hands them over; this process connects them.

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <deque>
#include <functional>
#include <memory>

#include "lb/base/descriptor.hpp"

namespace cutover::containers {

/// So many sockets come in one packet.
inline constexpr std::size_t inner_sockets_batch = 16;

/// The supervisor's side: answers one request that was received on `socket`. False when the other
/// end is gone.
bool hand_over_sockets(int socket);

/// This process' side; on one thread, that of the io_context, which outlives it.
class InnerSockets final : public std::enable_shared_from_this<InnerSockets> {
 public:
  InnerSockets(boost::asio::io_context& io, Descriptor channel);

  /// Gives an unconnected TCP socket over IPv4, not blocking; none when the container is gone.
  using Taken = std::function<void(Descriptor)>;
  void take(Taken taken);
  /// Gives up: everyone who waits gets none.
  void close();

 private:
  void request();
  void wait();
  void receive();
  void serve();

  boost::asio::posix::stream_descriptor channel_;
  std::deque<Descriptor> ready_;
  std::deque<Taken> waiting_;
  bool requested_ = false;
  bool closed_ = false;
};

}  // namespace cutover::containers

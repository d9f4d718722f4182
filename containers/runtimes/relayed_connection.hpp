#pragma once

// One connection through a relay (relay.hpp).

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "lb/base/descriptor.hpp"

namespace cutover::containers {

/// On one thread. Lives as long as an operation of it is under way; close() ends them all.
class RelayedConnection final : public std::enable_shared_from_this<RelayedConnection> {
 public:
  /// `buffer` is shared by all connections of the thread. `on_end` is called once.
  RelayedConnection(boost::asio::ip::tcp::socket outer, std::vector<char>& buffer,
                    std::function<void(RelayedConnection&)> on_end);
  RelayedConnection(const RelayedConnection&) = delete;
  RelayedConnection& operator=(const RelayedConnection&) = delete;

  /// Connects `socket`, of the container's namespace, to its port and passes bytes on.
  void connect(Descriptor socket, std::uint16_t container_port);
  /// Both sides see a reset.
  void reset();

 private:
  struct Flow {
    boost::asio::ip::tcp::socket& from;
    boost::asio::ip::tcp::socket& to;
    std::vector<char> unsent{};
    std::size_t sent = 0;
    bool ended = false;
  };

  /// Passes on what is there without waiting, then starts the one operation to wait for.
  void pump(Flow& flow);
  /// False when it has to wait, or is reset.
  bool write(Flow& flow, const char* bytes, std::size_t size);
  void send_unsent(Flow& flow);
  void wait_to_read(Flow& flow);
  void wait_to_write(Flow& flow);
  void end(Flow& flow);
  void close();

  boost::asio::ip::tcp::socket outer_;
  boost::asio::ip::tcp::socket inner_;
  std::vector<char>& buffer_;
  std::function<void(RelayedConnection&)> on_end_;
  Flow inwards_{outer_, inner_};
  Flow outwards_{inner_, outer_};
};

}  // namespace cutover::containers

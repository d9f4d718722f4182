#pragma once

// A network in memory: streams are pairs of byte queues, endpoints are names. The proxy runs on it
// unchanged, so whole conversations are tested without sockets, in made-up time.

#include <boost/asio/io_context.hpp>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "lb/proxy/stream.hpp"

namespace cutover::lb::proxy::test {

/// One direction of a connection.
struct Pipe {
  std::string bytes;
  std::size_t capacity = 64 * 1024;
  bool ended = false;        ///< The writer sends no more.
  bool broken = false;       ///< Reset: the reader gets an error.
  bool reader_gone = false;  ///< Writing fails.
};

class MemoryStream;

/// What both ends share.
struct Connection {
  Pipe pipes[2];
  MemoryStream* ends[2] = {nullptr, nullptr};
};

class MemoryStream final : public Stream {
 public:
  MemoryStream(boost::asio::io_context& io, std::shared_ptr<Connection> connection, int end);
  ~MemoryStream() override;

  void read(char* into, std::size_t most, Operation& operation) override;
  void wait_readable(Operation& operation) override;
  void wait_writable(Operation& operation) override;
  std::size_t write_now(std::span<const std::string_view> pieces, error_code& error) override;
  void cancel() override;
  void shut_down_sending() override;
  void close() override;
  void reset() override;

  // For tests, which play the other end by hand:
  void send(std::string_view bytes);
  /// All that has arrived since the last call.
  std::string received();
  /// The other end sends no more (and all it sent has been taken), or has reset.
  bool ended() const;
  /// At most this many bytes wait for this end to read them.
  void limit_receive_window(std::size_t bytes) { incoming().capacity = bytes; }

  // For the network, when the connection is refused or accepted later:
  void fail_connect(Operation& operation, error_code error);
  void succeed_connect(Operation& operation);
  /// Neither accepted nor refused until cancelled.
  void hang_connect(Operation& operation) {
    operation.begin();
    writing_ = &operation;
    connecting_ = true;
  }

 private:
  Pipe& incoming() { return connection_->pipes[end_]; }
  const Pipe& incoming() const { return connection_->pipes[end_]; }
  Pipe& outgoing() { return connection_->pipes[1 - end_]; }
  void end_later(Operation& operation, error_code error, std::size_t bytes);
  void wake_reader();
  void wake_writer();
  void wake_other();
  void leave(bool broken);

  boost::asio::io_context& io_;
  std::shared_ptr<Connection> connection_;
  int end_;
  bool open_ = true;
  bool connecting_ = false;
  Operation* reading_ = nullptr;
  Operation* writing_ = nullptr;
  char* into_ = nullptr;
  std::size_t most_ = 0;
};

class MemoryNetwork final : public Network {
 public:
  explicit MemoryNetwork(boost::asio::io_context& io) : io_(io) {}
  std::unique_ptr<Stream> connect(const Endpoint& to, Operation& operation) override;
  Result<std::unique_ptr<Acceptor>> listen(const Endpoint& on) override;

  /// A target played by a test: every connection to it ends up in `connections`.
  struct Target {
    std::deque<std::unique_ptr<MemoryStream>> connections;
    bool silent = false;   ///< Connections are neither accepted nor refused.
    bool refuses = false;  ///< Connections are refused; those that stand go on.
  };
  Target& add_target(const Endpoint& at) { return targets_[at]; }
  void remove_target(const Endpoint& at) { targets_.erase(at); }
  /// A client's connection to what listens at `to`.
  std::unique_ptr<MemoryStream> client(
      const Endpoint& to, const boost::asio::ip::address& from = default_client_address());

 private:
  class MemoryAcceptor;
  static boost::asio::ip::address default_client_address();

  boost::asio::io_context& io_;
  std::map<Endpoint, MemoryAcceptor*> listening_;
  std::map<Endpoint, Target> targets_;
  std::uint16_t next_client_port_ = 40'000;
};

}  // namespace cutover::lb::proxy::test

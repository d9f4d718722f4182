#pragma once

// A byte stream as the proxy sees it, and the network it comes from: sockets in the program, memory
// in tests. Virtual calls (2 ns) instead of templates keep one compiled proxy for both, and for
// TLS.

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <coroutine>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "lb/base/result.hpp"

namespace cutover::lb::proxy {

using Endpoint = boost::asio::ip::tcp::endpoint;
using boost::system::error_code;

/// One operation that may take time. At most one at a time; it must not be destroyed while pending.
/// A coroutine may await it, or a watcher be told when nobody does.
class Operation {
 public:
  struct Outcome {
    error_code error;
    std::size_t bytes = 0;
  };
  /// Told that the operation has ended while no coroutine waited for it.
  class Watcher {
   public:
    virtual void operation_ended(Operation& operation) = 0;

   protected:
    ~Watcher() = default;
  };

  Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  bool idle() const { return state_ == State::idle; }
  bool pending() const { return state_ == State::pending; }
  bool ended() const { return state_ == State::ended; }
  void watch(Watcher* watcher) { watcher_ = watcher; }

  /// What has come of it, without taking it.
  const Outcome& outcome() const { return outcome_; }
  /// Takes the outcome of an ended operation, which makes it idle.
  Outcome take() {
    state_ = State::idle;
    return std::exchange(outcome_, Outcome{});
  }

  // For streams:
  void begin() { state_ = State::pending; }
  /// May destroy the operation (the coroutine it resumes may end).
  void end(error_code error, std::size_t bytes) {
    outcome_ = Outcome{error, bytes};
    state_ = State::ended;
    if (waiting_) {
      std::exchange(waiting_, nullptr).resume();
    } else if (watcher_ != nullptr) {
      watcher_->operation_ended(*this);
    }
  }

  // For co_await:
  bool await_ready() const { return state_ == State::ended; }
  void await_suspend(std::coroutine_handle<> waiting) { waiting_ = waiting; }
  Outcome await_resume() { return take(); }

 private:
  enum class State : unsigned char { idle, pending, ended };
  State state_ = State::idle;
  Outcome outcome_;
  std::coroutine_handle<> waiting_;
  Watcher* watcher_ = nullptr;
};

/// A connected stream. Operations never end within the call that starts them. All calls on the
/// thread of the network it came from. Must not be destroyed while an operation is pending.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Reads what is there, at most `most` bytes (> 0), waiting for the first. End: error::eof.
  virtual void read(char* into, std::size_t most, Operation& operation) = 0;
  /// Waits until a read would not wait, without needing a buffer.
  virtual void wait_readable(Operation& operation) = 0;
  virtual void wait_writable(Operation& operation) = 0;
  /// Writes as much of the pieces as goes without waiting; fewer bytes than given, without an
  /// error: wait_writable() and try again.
  virtual std::size_t write_now(std::span<const std::string_view> pieces, error_code& error) = 0;
  /// Pending operations end with operation_aborted (or with what they had already got).
  virtual void cancel() = 0;
  /// Sends no more; the peer reads the end after what was written.
  virtual void shut_down_sending() = 0;
  /// Closes; pending operations end as with cancel().
  virtual void close() = 0;
  /// Closes so that the peer sees a reset, not an orderly end.
  virtual void reset() = 0;
};

/// A listening socket.
class Acceptor {
 public:
  struct Accepted {
    std::unique_ptr<Stream> stream;
    Endpoint peer;
  };
  class Sink {
   public:
    /// A new connection.
    virtual void accepted(Accepted connection) = 0;
    /// One had to be turned away: no file descriptor was left for it.
    virtual void turned_away() = 0;

   protected:
    ~Sink() = default;
  };

  virtual ~Acceptor() = default;
  /// Hands every connection to `sink` from now on, until closed. `sink` outlives the acceptor.
  virtual void start(Sink& sink) = 0;
  virtual void close() = 0;
  virtual Endpoint local() const = 0;
};

/// Connects and listens, for one thread.
class Network {
 public:
  virtual ~Network() = default;
  /// The stream is given at once; `operation` ends when it is connected or can't be.
  virtual std::unique_ptr<Stream> connect(const Endpoint& to, Operation& operation) = 0;
  /// Listens on an endpoint that other threads of this process listen on as well.
  virtual Result<std::unique_ptr<Acceptor>> listen(const Endpoint& on) = 0;
};

}  // namespace cutover::lb::proxy

#pragma once

// The client's connections to one server: opened up to a bound, one exchange at a time on each,
// kept alive and reused last-in-first-out, so that under light load the same few stay warm. Raw
// epoll, edge-triggered, because the generator shares its machine with what it measures: one
// exchange on a warm connection costs one send, one receive and its share of one wait.

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/generator.hpp"
#include "bench/load/response_reader.hpp"
#include "lb/base/descriptor.hpp"

namespace cutover::load {

/// How one exchange ended.
struct Ended {
  std::uint64_t request;
  Fate::Error error;
  int status;                     ///< 0 without a whole answer.
  std::string_view target_group;  ///< Empty when unknown; valid during the call.
};

/// One owner, one thread.
class Connections {
 public:
  using Slot = std::uint32_t;
  /// Called for every exchange that was begun and not dropped, from within send() or wait().
  using OnEnd = std::function<void(const Ended&)>;

  /// Errors: the system has no descriptors left.
  static Result<std::unique_ptr<Connections>> make(boost::asio::ip::tcp::endpoint endpoint,
                                                   std::uint32_t most, OnEnd on_end);

  /// Begins one exchange on a free connection, or on a new one. No slot: none is free and the bound
  /// is reached; nothing happened. `bytes` must outlive the exchange; `request` comes back in
  /// Ended, maybe before this returns.
  std::optional<Slot> send(std::uint64_t request, const std::string& bytes, bool head_request);
  /// Ends the exchange in `slot` without a call of OnEnd, and closes its connection.
  void drop(Slot slot);
  /// Whether the exchange in `slot` still waits for its connection to open.
  bool is_connecting(Slot slot) const { return slots_[slot].connecting; }

  /// Waits until something happens, but at most `most` (to the nanosecond; negative = without end),
  /// and deals with it.
  void wait(Duration most);
  /// Makes wait() return. The one member that any thread may call.
  void wake();

 private:
  struct Connection {
    Descriptor socket;
    std::uint32_t generation = 0;  // Tells a stale event from one of the slot's new connection.
    bool connecting = false;
    bool busy = false;
    std::uint64_t request = 0;
    std::string_view unsent;  // What is still to be written of the request.
    ResponseReader reader;
  };

  Connections(boost::asio::ip::tcp::endpoint endpoint, std::uint32_t most, OnEnd on_end);

  bool open(Slot slot);
  void close(Slot slot);
  void on_event(Slot slot, std::uint32_t events);
  void connected(Slot slot, std::uint32_t events);
  void write(Slot slot);
  void read(Slot slot, bool to_the_end);
  void end_of_stream(Slot slot, bool orderly);
  void take(Slot slot, std::string_view bytes);
  void finish(Slot slot, bool reusable);
  void fail(Slot slot, Fate::Error error);

  boost::asio::ip::tcp::endpoint endpoint_;
  std::uint32_t most_;
  OnEnd on_end_;
  Descriptor epoll_;
  Descriptor wake_;
  std::vector<Connection> slots_;
  std::vector<Slot> free_;    // Open and idle; the last one was used last.
  std::vector<Slot> closed_;  // Without a connection.
  std::vector<char> buffer_;
};

}  // namespace cutover::load

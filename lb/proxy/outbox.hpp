#pragma once

// Sends to one stream, as much as goes at once, and keeps the rest until the stream can take it:
// the proxy's back-pressure. What is kept of a head is copied, what is kept of a body stays where
// it is.

#include <array>
#include <string>
#include <string_view>

#include "lb/proxy/stream.hpp"
#include "lb/proxy/task.hpp"

namespace cutover::lb::proxy {

class Outbox {
 public:
  /// All are borrowed; `wait` is used while flush() runs.
  Outbox(Stream& stream, FramePool& frames, Operation& wait)
      : stream_(stream), frames_(frames), wait_(wait) {}

  /// Sends head, then body. Nothing may be unsent. `body` must stay put until nothing is. False:
  /// the peer is gone.
  bool send(std::string_view head, std::string_view body) {
    const std::array<std::string_view, 2> pieces{head, body};
    error_code error;
    const std::size_t sent = stream_.write_now(pieces, error);
    bytes_ += sent;
    if (sent < head.size()) {
      head_.assign(head.substr(sent));
      body_ = body;
    } else {
      body_ = body.substr(sent - head.size());
    }
    return !error;
  }

  bool unsent() const { return !head_.empty() || !body_.empty(); }

  /// Waits until all is sent. False: the peer is gone, or the wait was cancelled.
  Task<bool> flush() {
    while (unsent()) {
      stream_.wait_writable(wait_);
      const auto outcome = co_await wait_;
      if (outcome.error) co_return false;
      const std::string head = std::move(head_);
      head_.clear();
      if (!send(head, body_)) co_return false;
    }
    co_return true;
  }

  std::uint64_t bytes() const { return bytes_; }
  FramePool& frames() { return frames_; }

 private:
  Stream& stream_;
  FramePool& frames_;
  Operation& wait_;
  std::string head_;
  std::string_view body_;
  std::uint64_t bytes_ = 0;
};

}  // namespace cutover::lb::proxy

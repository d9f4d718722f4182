#pragma once

// Where a message's body ends (RFC 9112 §6): by Content-Length, chunked, or when the connection
// closes. Fed with received bytes, it says how many of them belong to the body, so that they can be
// passed on as they are. Strict: a chunked body that two readers could read differently is an
// error.
//
// Trailer fields of a request are not passed on: a target that merges them into the headers would
// have let the client say there what the load balancer takes out of the head (RFC 9110 §6.5.1 lets
// a recipient discard them). Those of a response are the client's to judge and pass.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lb/http/request_head.hpp"
#include "lb/http/response_head.hpp"

namespace cutover::lb::http {

class Body {
 public:
  enum class Framing : std::uint8_t { none, length, chunked, until_close };

  /// No body.
  Body() = default;
  static Body with_length(std::uint64_t length);
  static Body chunked();
  static Body until_close();
  /// RFC 9112 §6.3, for a request that admit() let pass.
  static Body of_request(const RequestHead& head);
  /// For the response to `method`; HEAD, 1xx, 204 and 304 have none.
  static Body of_response(const ResponseHead& head, std::string_view method);

  struct Progress {
    std::size_t consumed = 0;  ///< Leading bytes that belong to this body.
    bool malformed = false;    ///< Bad chunked coding; nothing after `consumed` may be used.
    /// Of the consumed bytes, those from `gap` on are trailer fields of a request and must not be
    /// passed on; none when `gap_size` is 0. See close_gap().
    std::size_t gap = 0;
    std::size_t gap_size = 0;
  };
  /// Takes what belongs to the body from the front of `bytes`. When `payload` is given, the body's
  /// content without chunk framing is appended to it.
  Progress consume(std::string_view bytes, std::string* payload = nullptr);
  /// Moves what follows the gap over it, in the buffer that was consumed from. Gives how many
  /// bytes, from its front, are to be passed on.
  static std::size_t close_gap(char* bytes, const Progress& progress);

  Framing framing() const { return framing_; }
  /// No more bytes belong to it. Never true for until_close.
  bool complete() const { return complete_; }

 private:
  enum class ChunkState : std::uint8_t {
    size_start,
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer_name,
    trailer_value,
    trailer_lf,
    end_lf
  };

  Progress consume_chunked(std::string_view bytes, std::string* payload);
  bool take(char c);
  bool in_trailer() const;
  bool take_size_line(char c);
  bool take_size_digit(char c);
  bool take_trailer(char c);
  bool expect(char c, char expected, ChunkState next);

  Framing framing_ = Framing::none;
  bool complete_ = true;
  bool drops_trailers_ = false;
  ChunkState chunk_state_ = ChunkState::size_start;
  std::uint32_t line_bytes_ = 0;     ///< Of the current size or trailer line: bounded.
  std::uint32_t trailer_bytes_ = 0;  ///< Of all trailer lines: bounded.
  std::uint64_t left_ = 0;
};

}  // namespace cutover::lb::http

#include "lb/http/response_head.hpp"

#include <algorithm>
#include <cstring>

#include "lb/http/byte_scan.hpp"
#include "lb/http/field_name.hpp"
#include "lb/http/framing_fields.hpp"
#include "lb/http/grammar.hpp"
#include "lb/http/message_head.hpp"

namespace cutover::lb::http {
namespace {

using Status = ResponseScanStatus;

constexpr std::uint32_t bit(Known known) {
  return std::uint32_t{1} << static_cast<unsigned>(known);
}
/// What says where the body ends and what becomes of the connection.
constexpr std::uint32_t framing_names =
    bit(Known::connection) | bit(Known::transfer_encoding) | bit(Known::content_length);

struct Framing {
  ContentLengths lengths;
  TransferCodings codings;
};

// These are apart from the scanner, whose loop is shorter without them.
[[gnu::noinline]] void note_length(std::string_view value, Framing& framing) {
  framing.lengths.add(value);
}
[[gnu::noinline]] void note_coding(std::string_view value, Framing& framing) {
  framing.codings.add(value);
}

/// Room for so many is made at once.
constexpr std::size_t usual_lines_most = 16;

class ResponseScanner {
 public:
  ResponseScanner(std::string_view bytes, ResponseHead& head, Framing& framing)
      : begin_(bytes.data()),
        at_(begin_),
        end_(begin_ + std::min(bytes.size(), response_headers_bytes_most)),
        more_(bytes.size() > response_headers_bytes_most),
        head_(head),
        framing_(framing) {}

  Status scan() {
    reset(head_);
    if (head_.headers.capacity() == 0) head_.headers.reserve(usual_lines_most);
    Status status = status_line();
    if (status == Status::complete) status = header_lines();
    if (status == Status::incomplete && more_) return Status::too_large;
    if (status != Status::complete) return status;
    at_ += 2;
    head_.length = static_cast<std::size_t>(at_ - begin_);
    return framing_is_plain() ? Status::complete : Status::malformed;
  }

 private:
  /// Where the line that `from` lies in ends in CR LF; null when it is unfinished. With anything
  /// odder than text in it, `plain` becomes false.
  const char* find_line_end(const char* from, bool& plain) const {
    const char* const stop = find_value_stop(from, end_);
    if (at_line_end(stop)) return stop;
    return find_unusual_line_end(stop, plain);
  }

  /// The same for a line that goes on at `stop`, or has something other than ASCII there.
  [[gnu::noinline]] const char* find_unusual_line_end(const char* stop, bool& plain) const {
    while (stop != end_ && static_cast<unsigned char>(*stop) >= 0x80) {
      stop = find_value_stop(stop + 1, end_);
    }
    if (stop == end_) return nullptr;
    if (at_line_end(stop)) return stop;
    if (*stop == '\r' && end_ - stop == 1) return nullptr;
    plain = false;
    const void* const lf = std::memchr(stop, '\n', between(stop, end_).size());
    return static_cast<const char*>(lf);
  }

  bool starts_like_http() const {
    constexpr std::string_view start = "HTTP/1.";
    const std::string_view bytes = between(begin_, end_);
    return bytes.size() < start.size() ? start.starts_with(bytes) : bytes.starts_with(start);
  }

  Status status_line() {
    if (!starts_like_http()) return Status::malformed;
    bool plain = true;
    const char* const line_end = find_line_end(at_, plain);
    if (line_end == nullptr) return Status::incomplete;
    if (!plain || !split_status_line(between(at_, line_end))) return Status::malformed;
    at_ = line_end + 2;
    return Status::complete;
  }

  /// "HTTP/1.1 200 OK"; the reason, and then its space too, may be missing.
  bool split_status_line(std::string_view line) {
    if (line.size() < 12 || line[8] != ' ') return false;
    const unsigned minor = digit(line[7]);
    const unsigned hundreds = digit(line[9]);
    const unsigned tens = digit(line[10]);
    const unsigned ones = digit(line[11]);
    if (minor > 1 || hundreds > 9 || tens > 9 || ones > 9) return false;
    if (line.size() > 12 && line[12] != ' ') return false;
    head_.minor_version = static_cast<int>(minor);
    head_.status = static_cast<int>(hundreds * 100 + tens * 10 + ones);
    head_.reason = line.substr(std::min<std::size_t>(13, line.size()));
    return hundreds > 0;
  }

  /// Above 9 when it is none.
  static unsigned digit(char c) { return static_cast<unsigned>(c) - '0'; }

  Status header_lines() {
    for (;;) {
      if (at_line_end(at_)) return Status::complete;
      if (usual_line()) continue;
      const Status status = header_line();
      if (status != Status::complete) return status;
    }
  }

  /// Takes a line as nearly all are; leaves any other to header_line().
  bool usual_line() {
    const char* const colon = find_near_colon(at_, end_);
    if (colon == nullptr) return false;
    const Known known = recognise_exactly(between(at_, colon));
    if (is_open(known) && !is_usual_name(at_, colon)) return false;
    const char* const line_end = find_usual_end(colon, end_);
    if (line_end == nullptr || lines_left_ == 0) return false;
    // Room for more lines is made elsewhere, which keeps that code out of this loop.
    if (head_.headers.size() == head_.headers.capacity()) return false;
    add_line(colon, between(colon + 2, line_end), line_end, known);
    return true;
  }

  Status header_line() {
    const char* const colon = find_token_end(at_, end_);
    bool plain = colon != at_ && colon != end_ && *colon == ':';
    const char* const line_end = find_line_end(colon, plain);
    if (line_end == nullptr) return Status::incomplete;
    if (!plain) return Status::malformed;
    if (lines_left_ == 0) return Status::too_large;
    add_line(colon, trim(between(colon + 1, line_end)), line_end,
             recognise_exactly(between(at_, colon)));
    return Status::complete;
  }

  /// A name that isn't known to the last character.
  static bool is_open(Known known) {
    return known == Known::other || known == Known::proxy_connection;
  }

  void add_line(const char* colon, std::string_view value, const char* line_end, Known known) {
    const std::string_view name = between(at_, colon);
    head_.headers.push_back(
        {.name = name, .value = value, .line = between(at_, line_end), .known = known});
    --lines_left_;
    seen_ |= bit(known);
    if ((bit(known) & framing_names) != 0) note_framing(value, known);
    if (known == Known::other && name.size() >= look_alike_bytes_least) {
      look_alike_ |= reads_as_framing(name);
    }
    at_ = line_end + 2;
  }

  void note_framing(std::string_view value, Known known) {
    if (known == Known::content_length) {
      note_length(value, framing_);
    } else if (known == Known::connection) {
      note_connection(value, head_);
    } else {
      note_coding(value, framing_);
    }
  }

  bool at_line_end(const char* at) const {
    return end_ - at >= 2 && std::memcmp(at, "\r\n", 2) == 0;
  }

  /// One way at most to tell the body's end, and none where there is no body (RFC 9112 §6).
  bool framing_is_plain() {
    head_.has_date = (seen_ & bit(Known::date)) != 0;
    if (head_.connection_options > connection_options_most) return false;
    const bool never_a_body = head_.status < 200 || head_.status == 204;
    const auto& [lengths, codings] = framing_;
    if (codings.count > 0) {
      const bool plain = codings.count == 1 && codings.only_chunked() && !codings.identity;
      if (!plain || lengths.count > 0 || head_.minor_version == 0 || never_a_body) return false;
      head_.chunked = true;
    }
    if (lengths.count > 0) {
      if (lengths.count > 1 || !lengths.usable()) return false;
      if (never_a_body && lengths.value > 0) return false;
      head_.content_length = lengths.value;
    }
    return !look_alike_;
  }

  const char* begin_;
  const char* at_;   ///< The current line's start.
  const char* end_;  ///< As far as a head may reach.
  bool more_;        ///< There are bytes beyond.
  ResponseHead& head_;
  std::uint32_t seen_ = 0;  ///< Which names, bit by bit.
  bool look_alike_ = false;
  std::size_t lines_left_ = header_count_most;
  Framing& framing_;
};

}  // namespace

ResponseScanStatus scan_response_head(std::string_view bytes, std::size_t searched,
                                      ResponseHead& head) {
  // Without a new line end there is nothing new to judge. There are at most header_count_most of
  // them, which bounds the repeated scans.
  if (searched > 0 && searched <= bytes.size() && bytes.size() <= response_headers_bytes_most &&
      searched > sizeof "HTTP/1." &&
      std::memchr(bytes.data() + searched, '\n', bytes.size() - searched) == nullptr) {
    return Status::incomplete;
  }
  Framing framing;
  return ResponseScanner(bytes, head, framing).scan();
}

}  // namespace cutover::lb::http

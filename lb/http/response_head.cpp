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

class ResponseScanner {
 public:
  ResponseScanner(std::string_view bytes, ResponseHead& head)
      : begin_(bytes.data()),
        at_(begin_),
        end_(begin_ + std::min(bytes.size(), response_headers_bytes_most)),
        more_(bytes.size() > response_headers_bytes_most),
        head_(head) {}

  Status scan() {
    reset(head_);
    Status status = status_line();
    while (status == Status::complete && !at_final_line()) status = header_line();
    if (status == Status::incomplete && more_) return Status::too_large;
    if (status != Status::complete) return status;
    at_ += 2;
    head_.length = static_cast<std::size_t>(at_ - begin_);
    return framing_is_plain() ? Status::complete : Status::malformed;
  }

 private:
  /// Where the line that starts at at_ ends in CR LF; null when it is unfinished. With anything
  /// odder than text in it, `plain` becomes false.
  const char* find_line_end(const char* from, bool& plain) const {
    const char* stop = from;
    for (;;) {
      stop = find_value_stop(stop, end_);
      if (stop == end_) return nullptr;
      if (static_cast<unsigned char>(*stop) < 0x80) break;
      ++stop;
    }
    plain = *stop == '\r' && (end_ - stop == 1 || stop[1] == '\n');
    if (plain) return end_ - stop == 1 ? nullptr : stop;
    const void* const lf = std::memchr(stop, '\n', between(stop, end_).size());
    return static_cast<const char*>(lf);
  }

  Status status_line() {
    constexpr std::string_view start = "HTTP/1.";
    const std::string_view bytes = between(begin_, end_);
    const std::size_t compared = std::min(start.size(), bytes.size());
    if (bytes.substr(0, compared) != start.substr(0, compared)) return Status::malformed;
    bool plain = true;
    const char* const line_end = find_line_end(at_, plain);
    if (line_end == nullptr) return Status::incomplete;
    if (!plain || !split_status_line(between(at_, line_end))) return Status::malformed;
    at_ = line_end + 2;
    return Status::complete;
  }

  /// "HTTP/1.1 200 OK"; the reason, and then its space too, may be missing.
  bool split_status_line(std::string_view line) {
    if (line.size() < 12 || (line[7] != '0' && line[7] != '1') || line[8] != ' ') return false;
    const std::string_view code = line.substr(9, 3);
    if (!is_digit(code[0]) || !is_digit(code[1]) || !is_digit(code[2])) return false;
    if (line.size() > 12 && line[12] != ' ') return false;
    head_.minor_version = line[7] - '0';
    head_.status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
    head_.reason = line.substr(std::min<std::size_t>(13, line.size()));
    return head_.status >= 100;
  }

  Status header_line() {
    const char* colon = at_;
    while (colon != end_ && is_token_char(*colon)) ++colon;
    bool plain = true;
    const char* const line_end = find_line_end(colon, plain);
    if (line_end == nullptr) return Status::incomplete;
    if (!plain || *colon != ':' || colon == at_) return Status::malformed;
    if (head_.headers.size() == header_count_most) return Status::too_large;
    HeaderLine& header = head_.headers.emplace_back();
    header.name = between(at_, colon);
    header.value = trim(between(colon + 1, line_end));
    header.line = between(at_, line_end);
    header.known = recognise(header.name);
    note(header);
    at_ = line_end + 2;
    return Status::complete;
  }

  bool at_final_line() const { return end_ - at_ >= 2 && at_[0] == '\r' && at_[1] == '\n'; }

  void note(const HeaderLine& header) {
    switch (header.known) {
      case Known::connection:
        note_connection(header.value, head_);
        break;
      case Known::transfer_encoding:
        codings_.add(header.value);
        break;
      case Known::content_length:
        lengths_.add(header.value);
        break;
      case Known::date:
        head_.has_date = true;
        break;
      case Known::other:
        look_alike_ |= reads_as_framing(header.name);
        break;
      default:
        break;
    }
  }

  /// One way at most to tell the body's end, and none where there is no body (RFC 9112 §6).
  bool framing_is_plain() {
    if (head_.connection_options > connection_options_most) return false;
    const bool never_a_body = head_.status < 200 || head_.status == 204;
    if (codings_.count > 0) {
      const bool plain = codings_.count == 1 && codings_.only_chunked() && !codings_.identity;
      if (!plain || lengths_.count > 0 || head_.minor_version == 0 || never_a_body) return false;
      head_.chunked = true;
    }
    if (lengths_.count > 0) {
      if (lengths_.count > 1 || !lengths_.usable()) return false;
      if (never_a_body && lengths_.value > 0) return false;
      head_.content_length = lengths_.value;
    }
    return !look_alike_;
  }

  const char* begin_;
  const char* at_;   ///< The current line's start.
  const char* end_;  ///< As far as a head may reach.
  bool more_;        ///< There are bytes beyond.
  ResponseHead& head_;
  bool look_alike_ = false;
  ContentLengths lengths_;
  TransferCodings codings_;
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
  return ResponseScanner(bytes, head).scan();
}

}  // namespace cutover::lb::http

#include "lb/http/body.hpp"

#include <algorithm>
#include <cstring>

#include "lb/http/grammar.hpp"

namespace cutover::lb::http {
namespace {

/// Of a size line with its extension, and of all trailer lines together.
constexpr std::uint32_t size_line_bytes_most = 4096;
constexpr std::uint32_t trailer_bytes_most = 16 * 1024;
constexpr std::uint64_t no_digit = 16;

std::uint64_t hex_digit(char c) {
  if (is_digit(c)) return static_cast<std::uint64_t>(c - '0');
  const char letter = lower(c);
  return letter >= 'a' && letter <= 'f' ? static_cast<std::uint64_t>(letter - 'a') + 10 : no_digit;
}

/// Extensions and trailer values: text, as in header values.
bool is_text(char c) { return !is_control(c) || c == '\t'; }

}  // namespace

Body Body::with_length(std::uint64_t length) {
  Body body;
  body.framing_ = Framing::length;
  body.left_ = length;
  body.complete_ = length == 0;
  return body;
}

Body Body::chunked() {
  Body body;
  body.framing_ = Framing::chunked;
  body.complete_ = false;
  return body;
}

Body Body::until_close() {
  Body body;
  body.framing_ = Framing::until_close;
  body.complete_ = false;
  return body;
}

Body Body::of_request(const RequestHead& head) {
  if (head.chunked) {
    Body body = chunked();
    body.drops_trailers_ = true;
    return body;
  }
  if (head.content_length) return with_length(*head.content_length);
  return {};
}

Body Body::of_response(const ResponseHead& head, std::string_view method) {
  if (method == "HEAD" || head.status < 200 || head.status == 204 || head.status == 304) return {};
  if (head.chunked) return chunked();
  if (head.content_length) return with_length(*head.content_length);
  return until_close();
}

Body::Progress Body::consume(std::string_view bytes, std::string* payload) {
  Progress progress;
  if (complete_) return progress;
  if (framing_ == Framing::chunked) return consume_chunked(bytes, payload);
  progress.consumed = bytes.size();
  if (framing_ == Framing::length) {
    progress.consumed = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    left_ -= progress.consumed;
    complete_ = left_ == 0;
  }
  if (payload != nullptr) payload->append(bytes.substr(0, progress.consumed));
  return progress;
}

Body::Progress Body::consume_chunked(std::string_view bytes, std::string* payload) {
  Progress progress;
  while (progress.consumed < bytes.size() && !complete_) {
    if (chunk_state_ == ChunkState::data) {
      const std::string_view data =
          bytes.substr(progress.consumed,
                       static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
      if (payload != nullptr) payload->append(data);
      progress.consumed += data.size();
      left_ -= data.size();
      if (left_ == 0) chunk_state_ = ChunkState::data_cr;
      continue;
    }
    if (!take(bytes[progress.consumed])) {
      progress.malformed = true;
      return progress;
    }
    if (drops_trailers_ && in_trailer()) {
      if (progress.gap_size == 0) progress.gap = progress.consumed;
      ++progress.gap_size;
    }
    ++progress.consumed;
  }
  return progress;
}

/// Of the byte just taken: a field's LF is the one before the next trailer_start.
bool Body::in_trailer() const {
  switch (chunk_state_) {
    case ChunkState::trailer_name:
    case ChunkState::trailer_value:
    case ChunkState::trailer_lf:
      return true;
    case ChunkState::trailer_start:
      return trailer_bytes_ > 0;
    default:
      return false;
  }
}

std::size_t Body::close_gap(char* bytes, const Progress& progress) {
  if (progress.gap_size == 0) return progress.consumed;
  const std::size_t after = progress.gap + progress.gap_size;
  std::memmove(bytes + progress.gap, bytes + after, progress.consumed - after);
  return progress.consumed - progress.gap_size;
}

bool Body::take(char c) {
  switch (chunk_state_) {
    case ChunkState::size_start:
    case ChunkState::size:
    case ChunkState::extension:
    case ChunkState::size_lf:
      return take_size_line(c);
    case ChunkState::data:
      return false;  // taken in bulk
    case ChunkState::data_cr:
      return expect(c, '\r', ChunkState::data_lf);
    case ChunkState::data_lf:
      return expect(c, '\n', ChunkState::size_start);
    default:
      return take_trailer(c);
  }
}

bool Body::expect(char c, char expected, ChunkState next) {
  chunk_state_ = next;
  return c == expected;
}

/// chunk-size [ chunk-ext ] CRLF. Blanks around the size, which RFC 9112 §7.1.1 lets a recipient
/// take, are refused: implementations disagree about them.
bool Body::take_size_line(char c) {
  switch (chunk_state_) {
    case ChunkState::size_start:
      line_bytes_ = 0;
      left_ = 0;
      chunk_state_ = ChunkState::size;
      return take_size_digit(c);
    case ChunkState::size:
      if (c == '\r') return expect(c, '\r', ChunkState::size_lf);
      if (c == ';') return expect(c, ';', ChunkState::extension);
      return take_size_digit(c);
    case ChunkState::extension:
      if (c == '\r') return expect(c, '\r', ChunkState::size_lf);
      return is_text(c) && ++line_bytes_ <= size_line_bytes_most;
    default:
      return expect(c, '\n', left_ == 0 ? ChunkState::trailer_start : ChunkState::data);
  }
}

bool Body::take_size_digit(char c) {
  const std::uint64_t digit = hex_digit(c);
  if (digit == no_digit || left_ > (UINT64_MAX >> 4)) return false;
  left_ = left_ << 4 | digit;
  return ++line_bytes_ <= size_line_bytes_most;
}

/// *( field-line CRLF ) CRLF
bool Body::take_trailer(char c) {
  if (++trailer_bytes_ > trailer_bytes_most) return false;
  switch (chunk_state_) {
    case ChunkState::trailer_start:
      if (c == '\r') return expect(c, '\r', ChunkState::end_lf);
      chunk_state_ = ChunkState::trailer_name;
      return is_token_char(c);
    case ChunkState::trailer_name:
      if (c == ':') return expect(c, ':', ChunkState::trailer_value);
      return is_token_char(c);
    case ChunkState::trailer_value:
      if (c == '\r') return expect(c, '\r', ChunkState::trailer_lf);
      return is_text(c);
    case ChunkState::trailer_lf:
      return expect(c, '\n', ChunkState::trailer_start);
    default:
      complete_ = c == '\n';
      return complete_;
  }
}

}  // namespace cutover::lb::http

// Chunked bodies: pieces and whole agree, and both agree with a decoder that is as simple as can be
// because it has the whole body at hand. A request's trailer fields are not passed on.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lb/http/body.hpp"

namespace cutover::lb::http {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

struct Decoded {
  std::string payload;
  std::size_t consumed = 0;
  bool complete = false;
  bool malformed = false;
  bool operator==(const Decoded&) const = default;
};

Decoded in_steps(std::string_view bytes, std::size_t step) {
  Decoded decoded;
  Body body = Body::chunked();
  for (std::size_t at = 0; at < bytes.size() && !body.complete(); at += step) {
    const std::string piece(bytes.substr(at, step));
    const Body::Progress progress = body.consume(piece, &decoded.payload);
    decoded.consumed += progress.consumed;
    decoded.malformed = progress.malformed;
    if (decoded.malformed) break;
    require(body.complete() || progress.consumed == piece.size());
  }
  decoded.complete = body.complete();
  return decoded;
}

/// Whether `bytes` starts with a whole chunked body; `payload` and `length` are its.
bool decode_naively(std::string_view bytes, std::string& payload, std::size_t& length) {
  std::string_view rest = bytes;
  for (;;) {
    const std::size_t line_end = rest.find("\r\n");
    if (line_end == std::string_view::npos) return false;
    const std::string line(rest.substr(0, rest.find_first_of("\r;")));
    if (line.empty() || line.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
      return false;
    }
    const std::size_t digits = std::min(line.find_first_not_of('0'), line.size());
    if (line.size() - digits > 15) return false;
    const auto size = static_cast<std::size_t>(std::strtoull(line.c_str(), nullptr, 16));
    rest.remove_prefix(line_end + 2);
    if (size == 0) break;
    if (rest.size() < size + 2 || rest.substr(size, 2) != "\r\n") return false;
    payload += rest.substr(0, size);
    rest.remove_prefix(size + 2);
  }
  while (!rest.starts_with("\r\n")) {
    const std::size_t line_end = rest.find("\r\n");
    if (line_end == std::string_view::npos) return false;
    rest.remove_prefix(line_end + 2);
  }
  length = bytes.size() - rest.size() + 2;
  return true;
}

/// What a request's body comes to when it is passed on, read in steps.
std::string passed_on(std::string_view bytes, std::size_t step) {
  RequestHead head;
  head.chunked = true;
  Body body = Body::of_request(head);
  std::string passed;
  for (std::size_t at = 0; at < bytes.size() && !body.complete(); at += step) {
    std::string piece(bytes.substr(at, step));
    const Body::Progress progress = body.consume(piece);
    require(progress.gap + progress.gap_size <= progress.consumed);
    passed += piece.substr(0, Body::close_gap(piece.data(), progress));
    if (progress.malformed) break;
  }
  return passed;
}

/// The same content, and no trailer fields.
void check_passed_on(std::string_view bytes, const std::string& payload) {
  const std::string passed = passed_on(bytes, bytes.size() + 1);
  require(passed_on(bytes, 1) == passed && passed_on(bytes, 1 + bytes.size() % 7) == passed);
  const Decoded decoded = in_steps(passed, passed.size() + 1);
  require(decoded.complete && decoded.consumed == passed.size() && decoded.payload == payload);
  const std::size_t last_line = passed.rfind("\r\n", passed.size() - 5);
  const std::size_t last_chunk = last_line == std::string::npos ? 0 : last_line + 2;
  require(passed.find_first_not_of('0', last_chunk) == passed.find_first_of("\r;", last_chunk));
}

void check(std::string_view bytes) {
  const Decoded whole = in_steps(bytes, bytes.size() + 1);
  require(in_steps(bytes, 1) == whole);
  require(in_steps(bytes, 1 + bytes.size() % 7) == whole);
  require(!(whole.complete && whole.malformed) && whole.consumed <= bytes.size());
  if (!whole.complete) return;
  std::string payload;
  std::size_t length = 0;
  require(decode_naively(bytes, payload, length));
  require(payload == whole.payload && length == whole.consumed);
  check_passed_on(bytes.substr(0, length), payload);
}

}  // namespace
}  // namespace cutover::lb::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cutover::lb::http::check({reinterpret_cast<const char*>(data), size});
  return 0;
}

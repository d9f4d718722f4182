#include "lb/http/trace_id.hpp"

#include <cstdint>

namespace cutover::lb::http {
namespace {

char* put_hex(std::uint64_t number, int digits, char* at) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    *at++ = "0123456789abcdef"[number >> shift & 0xf];
  }
  return at;
}

}  // namespace

void write_trace_id(WallTime now, Random& random, char (&out)[35]) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  char* at = out;
  *at++ = '1';
  *at++ = '-';
  at = put_hex(static_cast<std::uint64_t>(seconds), 8, at);
  *at++ = '-';
  at = put_hex(random(), 16, at);
  put_hex(random(), 8, at);
}

}  // namespace cutover::lb::http

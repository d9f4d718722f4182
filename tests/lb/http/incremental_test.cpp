// A message that arrives in pieces is read like one that arrives whole, wherever it is cut.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lb/base/random.hpp"
#include "lb/http/body.hpp"
#include "tests/lb/http/render.hpp"

namespace cutover::lb::http {
namespace {

using namespace std::string_view_literals;

std::string request_in_steps(std::string_view bytes, std::size_t step) {
  RequestHead head;
  ScanStatus status = ScanStatus::incomplete;
  std::size_t searched = 0;
  while (status == ScanStatus::incomplete && searched < bytes.size()) {
    // A copy of just what has arrived: reading beyond it is an error that sanitizers see.
    const std::size_t arrived = std::min(searched + step, bytes.size());
    const std::string piece(bytes.substr(0, arrived));
    status = scan_request_head(piece, searched, head);
    searched = arrived;
    if (status == ScanStatus::complete) return render(head) + std::to_string(head.length);
  }
  return std::string(to_string(status));
}

std::string response_in_steps(std::string_view bytes, std::size_t step) {
  ResponseHead head;
  ResponseScanStatus status = ResponseScanStatus::incomplete;
  std::size_t searched = 0;
  while (status == ResponseScanStatus::incomplete && searched < bytes.size()) {
    const std::size_t arrived = std::min(searched + step, bytes.size());
    const std::string piece(bytes.substr(0, arrived));
    status = scan_response_head(piece, searched, head);
    searched = arrived;
    if (status == ResponseScanStatus::complete) return render(head) + std::to_string(head.length);
  }
  return std::string(to_string(status));
}

std::string chunked_in_steps(std::string_view bytes, std::size_t step) {
  Body body = Body::chunked();
  std::string payload;
  std::size_t consumed = 0;
  for (std::size_t at = 0; at < bytes.size() && !body.complete(); at += step) {
    const Body::Progress progress = body.consume(bytes.substr(at, step), &payload);
    consumed += progress.consumed;
    if (progress.malformed) return payload + " malformed at " + std::to_string(consumed);
  }
  return payload + (body.complete() ? " complete at " : " open at ") + std::to_string(consumed);
}

/// `count` texts made of `words` in random order, from `seed`.
std::vector<std::string> random_texts(const std::vector<std::string_view>& words, int count,
                                      std::uint64_t seed) {
  Random random(seed);
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) {
    std::string text;
    for (std::uint32_t left = random.below(16); left > 0; --left) {
      text += words[random.below(static_cast<std::uint32_t>(words.size()))];
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

TEST(Incremental, RequestHeadsDoNotDependOnTheirPieces) {
  constexpr std::uint64_t seed = 42;
  for (const std::string& tail : random_texts(
           {"\r\n", "\n", "\r", "GET / HTTP/1.1", "Host: a", "A:", " ", "\t", "b", ":",
            "Content-Length: 5", "Transfer-Encoding: chunked", "Connection: close", "\xe9"},
           2000, seed)) {
    for (const std::string& bytes :
         {tail, "GET / HTTP/1.1\r\n" + tail + "\r\n\r\n", "POST /x HTTP/1.0\n" + tail + "\n\n"}) {
      const std::string whole = request_in_steps(bytes, bytes.size() + 1);
      for (const std::size_t step : {1U, 2U, 3U, 7U}) {
        ASSERT_EQ(request_in_steps(bytes, step), whole)
            << bytes << " step " << step << " seed " << seed;
      }
    }
  }
}

TEST(Incremental, ResponseHeadsDoNotDependOnTheirPieces) {
  constexpr std::uint64_t seed = 43;
  for (const std::string& tail :
       random_texts({"\r\n", "\n", "\r", "HTTP/1.1 200 OK", "Date: x", "A:", " ", "b", ": ",
                     "Content-Length: 5", "Transfer-Encoding: chunked", "\xe9"},
                    2000, seed)) {
    for (const std::string& bytes : {tail, "HTTP/1.1 200 OK\r\n" + tail + "\r\n\r\n"}) {
      const std::string whole = response_in_steps(bytes, bytes.size() + 1);
      for (const std::size_t step : {1U, 2U, 3U, 7U}) {
        ASSERT_EQ(response_in_steps(bytes, step), whole)
            << bytes << " step " << step << " seed " << seed;
      }
    }
  }
}

TEST(Incremental, ChunkedBodiesDoNotDependOnTheirPieces) {
  constexpr std::uint64_t seed = 44;
  for (const std::string& bytes :
       random_texts({"\r\n", "\r\n", "\r\n", "3\r\nabc", "0", "1", ";x", "5\r\nabcde", "0\r\n",
                     "A: b", "\n", "c", "\r\n0\r\n\r\n"},
                    4000, seed)) {
    const std::string whole = chunked_in_steps(bytes, bytes.size() + 1);
    for (const std::size_t step : {1U, 2U, 3U, 7U}) {
      ASSERT_EQ(chunked_in_steps(bytes, step), whole)
          << bytes << " step " << step << " seed " << seed;
    }
  }
}

TEST(Incremental, LimitsDoNotDependOnPieces) {
  const std::string start = "GET / HTTP/1.1\r\n";
  const std::string long_line = "A: " + std::string(header_bytes_most, 'x') + "\r\n";
  std::string many_lines;
  for (std::size_t i = 0; i <= header_count_most; ++i) many_lines += "A: b\r\n";
  std::string large;
  for (int i = 0; i < 9; ++i) large += "A: " + std::string(8000, 'x') + "\r\n";
  for (const std::string& bytes :
       {"GET /" + std::string(request_line_bytes_most, 'x') + " HTTP/1.1\r\n\r\n",
        start + long_line, start + long_line + "\r\n", start + many_lines,
        start + many_lines + "\r\n", start + large, start + large + "\r\n"}) {
    const std::string whole = request_in_steps(bytes, bytes.size());
    for (const std::size_t step : {997U, 4096U, 20000U}) {
      EXPECT_EQ(request_in_steps(bytes, step), whole) << bytes.size() << " step " << step;
    }
  }
}

TEST(Incremental, ResponseLimitsDoNotDependOnPieces) {
  const std::string start = "HTTP/1.1 200 OK\r\n";
  const std::string large = "A: " + std::string(response_headers_bytes_most, 'x') + "\r\n";
  std::string many_lines;
  for (std::size_t i = 0; i <= header_count_most; ++i) many_lines += "A: b\r\n";
  for (const std::string& bytes : {start + large, start + large + "bad\r\n\r\n", start + many_lines,
                                   start + many_lines + "bad\r\n\r\n"}) {
    const std::string whole = response_in_steps(bytes, bytes.size());
    EXPECT_EQ(whole, "too_large");
    for (const std::size_t step : {997U, 4096U, 20000U}) {
      EXPECT_EQ(response_in_steps(bytes, step), whole) << bytes.size() << " step " << step;
    }
  }
}

}  // namespace
}  // namespace cutover::lb::http

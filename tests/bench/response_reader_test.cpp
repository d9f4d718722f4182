#include "bench/load/response_reader.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace cutover::load {
namespace {

// Reads `bytes` in steps of `step`, then the end of the stream, and says what came of it:
// "status group keep|close, bytes taken" or "malformed" or "incomplete".
std::string read(std::string_view bytes, std::size_t step, bool to_head_request = false,
                 bool stream_ends = false) {
  ResponseReader reader;
  reader.begin(to_head_request);
  std::size_t taken = 0;
  while (taken < bytes.size() && !reader.done() && !reader.malformed()) {
    const std::string_view part = bytes.substr(taken, step);
    const std::size_t now = reader.take(part);
    if (now < part.size() && !reader.done() && !reader.malformed()) return "stopped short";
    taken += now;
  }
  if (stream_ends) reader.end_of_stream();
  if (reader.malformed()) return "malformed";
  if (!reader.done()) return "incomplete";
  return fmt::format("{} {} {} {}", reader.status(),
                     reader.target_group().empty() ? "-" : reader.target_group(),
                     reader.keep_alive() ? "keep" : "close", taken);
}

struct Row {
  std::string bytes;
  std::string outcome;
};

void expect_for_every_split(const Row& row, bool to_head_request = false) {
  for (std::size_t step = 1; step <= row.bytes.size(); ++step) {
    ASSERT_EQ(read(row.bytes, step, to_head_request), row.outcome)
        << "in steps of " << step << ": " << row.bytes;
  }
}

TEST(ResponseReader, FindsTheEndOfAResponseHoweverItsBytesArrive) {
  const Row rows[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP", "200 - keep 43"},
      {"HTTP/1.1 200 \r\ncontent-length:0\r\n\r\n", "200 - keep 35"},
      {"HTTP/1.1 204 No Content\r\n\r\nmore", "204 - keep 27"},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "304 - keep 48"},
      {"HTTP/1.1 404 Not Found\r\nX-Cutover-Target-Group: users\r\nContent-Length: 2\r\n\r\nno",
       "404 users keep 78"},
      {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", "200 - close 58"},
      {"HTTP/1.1 200 OK\r\nConnection: Upgrade , CLOSE\r\nContent-Length: 0\r\n\r\n",
       "200 - close 67"},
      {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", "200 - close 39"},
      {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", "200 - keep 62"},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nX-Cutover-Target-Group: no\r\n\r\n"
       "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
       "200 - keep 113"},
  };
  for (const Row& row : rows) expect_for_every_split(row);
}

TEST(ResponseReader, ReadsChunkedBodiesWithExtensionsAndTrailers) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n";
  const Row rows[] = {
      {"0\r\n\r\nrest", "200 - keep 52"},
      {"5\r\nhello\r\n0\r\n\r\n", "200 - keep 62"},
      {"A;name=\"v\"\r\n0123456789\r\n00\r\n\r\n", "200 - keep 77"},
      {"1 ;x\r\n\n\r\n0\r\nTrailer: a\r\nOther:\r\n\r\n", "200 - keep 81"},
      {"", "incomplete"},
      {"5\r\nhello\r\n0\r\n", "incomplete"},
      {"x\r\n", "malformed"},
      {"\r\n", "malformed"},
      {";\r\n", "malformed"},
      {"-1\r\n", "malformed"},
      {"5\nhello", "malformed"},
      {"5\r\nhelloo\r\n", "malformed"},
      {"5\r\nhello\n", "malformed"},
      {"10000000000000000\r\n", "malformed"},
      {"1;\nx", "malformed"},
      {"0\r\nno colon\r\n\r\n", "malformed"},
  };
  for (const Row& row : rows) expect_for_every_split({head + row.bytes, row.outcome});
}

TEST(ResponseReader, RefusesWhatIsNotOneUnambiguousResponse) {
  const std::string rows[] = {
      "SSH-2.0-OpenSSH\r\n",
      "HTTP/2 200 OK\r\n\r\n",
      "HTTP/1.2 200 OK\r\n\r\n",
      "HTTP/1.1 200\r\n\r\n",
      "HTTP/1.1 2000 OK\r\n\r\n",
      "HTTP/1.1 099 Low\r\n\r\n",
      "HTTP/1.1 2x0 OK\r\n\r\n",
      "HTTP/1.1  200 OK\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\n\r\n",
      "HTTP/1.1 200 OK\n\n",
      "HTTP/1.1 200 OK\r\nName : value\r\n\r\n",
      "HTTP/1.1 200 OK\r\n: value\r\n\r\n",
      "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
      "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
      "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
      "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\nx",
      "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx",
      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
      "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  };
  for (const std::string& row : rows) expect_for_every_split({row, "malformed"});
}

TEST(ResponseReader, TheAnswerToHeadHasNoBody) {
  expect_for_every_split({"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 - keep 38"},
                         true);
  expect_for_every_split({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "200 - keep 47"},
                         true);
}

TEST(ResponseReader, ABodyWithoutLengthLastsUntilTheStreamEnds) {
  const std::string bytes = "HTTP/1.1 200 OK\r\n\r\nanything at all";
  EXPECT_EQ(read(bytes, 4), "incomplete");
  EXPECT_EQ(read(bytes, 4, false, true), "200 - close 34");
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", 4, false, true), "incomplete");
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\n", 4, false, true), "incomplete");
}

TEST(ResponseReader, HeadsAndTrailersAreBounded) {
  const std::string filler = "A: " + std::string(1000, 'a') + "\r\n";
  std::string head = "HTTP/1.1 200 OK\r\n";
  while (head.size() <= ResponseReader::head_bytes_max) head += filler;
  EXPECT_EQ(read(head, 900), "malformed");
  EXPECT_EQ(read(head + "\r\n", head.size() + 2), "malformed");
  std::string trailers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  while (trailers.size() <= ResponseReader::head_bytes_max + 100) trailers += filler;
  EXPECT_EQ(read(trailers, 900), "malformed");
}

TEST(ResponseReader, BeginsAnewForTheNextResponse) {
  ResponseReader reader;
  reader.begin(false);
  reader.take("HTTP/1.0 500 Broken\r\nX-Cutover-Target-Group: api\r\nConte");
  reader.begin(false);
  EXPECT_FALSE(reader.started());
  const std::string_view bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  EXPECT_EQ(reader.take(bytes), bytes.size());
  EXPECT_TRUE(reader.done());
  EXPECT_TRUE(reader.keep_alive());
  EXPECT_EQ(reader.target_group(), "");
}

}  // namespace
}  // namespace cutover::load

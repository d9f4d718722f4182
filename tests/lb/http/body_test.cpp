#include "lb/http/body.hpp"

#include <gtest/gtest.h>

#include "tests/lb/http/render.hpp"

namespace cutover::lb::http {
namespace {

using namespace std::string_view_literals;

/// "3 'abc' complete": how many bytes were taken, the payload, and what came of it.
std::string taken(Body body, std::string_view bytes) {
  std::string payload;
  const Body::Progress progress = body.consume(bytes, &payload);
  std::string text = std::to_string(progress.consumed) + " '" + payload + "'";
  if (progress.malformed) return text + " malformed";
  return text + (body.complete() ? " complete" : " open");
}

std::string chunked(std::string_view bytes) { return taken(Body::chunked(), bytes); }

Body of_request(std::string_view headers) {
  RequestHead head;
  const std::string bytes = "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n";
  EXPECT_EQ(scan_request_head(bytes, 0, head), ScanStatus::complete);
  return Body::of_request(head);
}

Body of_response(std::string_view start, std::string_view method) {
  ResponseHead head;
  const std::string bytes = "HTTP/1.1 " + std::string(start) + "\r\n\r\n";
  EXPECT_EQ(scan_response_head(bytes, 0, head), ResponseScanStatus::complete) << start;
  return Body::of_response(head, method);
}

TEST(Body, WithoutFramingIsEmpty) {
  EXPECT_EQ(taken(Body(), "GET"), "0 '' complete");
  EXPECT_EQ(taken(Body::with_length(0), "GET"), "0 '' complete");
}

TEST(Body, WithLengthTakesExactlyThatManyBytes) {
  EXPECT_EQ(taken(Body::with_length(3), "ab"), "2 'ab' open");
  EXPECT_EQ(taken(Body::with_length(3), "abc"), "3 'abc' complete");
  EXPECT_EQ(taken(Body::with_length(3), "abcGET"), "3 'abc' complete");
  EXPECT_EQ(taken(Body::with_length(UINT64_MAX), "abc"), "3 'abc' open");
}

TEST(Body, UntilCloseTakesEverything) {
  EXPECT_EQ(taken(Body::until_close(), ""), "0 '' open");
  EXPECT_EQ(taken(Body::until_close(), "0\r\n\r\n"), "5 '0\r\n\r\n' open");
}

TEST(Body, ChunkedEndsAfterItsLastChunk) {
  EXPECT_EQ(chunked("0\r\n\r\n"), "5 '' complete");
  EXPECT_EQ(chunked("3\r\nabc\r\n0\r\n\r\nGET"), "13 'abc' complete");
  EXPECT_EQ(chunked("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), "20 'abcde' complete");
  EXPECT_EQ(chunked("a\r\n0123456789\r\n0\r\n\r\n"), "20 '0123456789' complete");
  EXPECT_EQ(chunked("A\r\n0123456789\r\n000\r\n\r\n"), "22 '0123456789' complete");
  EXPECT_EQ(chunked("0003\r\nabc\r\n0\r\n\r\n"), "16 'abc' complete");
  EXPECT_EQ(chunked("5\r\n\r\n\r\n\n\r\n0\r\n\r\n"), "15 '\r\n\r\n\n' complete");
  EXPECT_EQ(chunked("3\r\nab"), "5 'ab' open");
  EXPECT_EQ(chunked("3\r\nabc\r\n0\r\n\r"), "12 'abc' open");
}

TEST(Body, ChunkedTakesExtensionsAndTrailers) {
  EXPECT_EQ(chunked("3;a=\"b\"\r\nabc\r\n0;x\r\n\r\n"), "21 'abc' complete");
  EXPECT_EQ(chunked("0\r\nA: b\r\nC:\td\r\n\r\nGET"), "17 '' complete");
}

TEST(Body, ChunkedRefusesWhatReadersDisagreeAbout) {
  EXPECT_EQ(chunked("\r\n"), "0 '' malformed");
  EXPECT_EQ(chunked("g\r\n"), "0 '' malformed");
  EXPECT_EQ(chunked("0x3\r\n"), "1 '' malformed");
  EXPECT_EQ(chunked("-1\r\n"), "0 '' malformed");
  EXPECT_EQ(chunked(" 3\r\nabc"), "0 '' malformed");
  EXPECT_EQ(chunked("3 \r\nabc"), "1 '' malformed");
  EXPECT_EQ(chunked("3 ;a\r\nabc"), "1 '' malformed");
  EXPECT_EQ(chunked("3\nabc"), "1 '' malformed");
  EXPECT_EQ(chunked("3\rabc"), "2 '' malformed");
  EXPECT_EQ(chunked("3;a\nabc"), "3 '' malformed");
  EXPECT_EQ(chunked("3;\0\r\nabc"sv), "2 '' malformed");
  EXPECT_EQ(chunked("3\r\nabcd\r\n"), "6 'abc' malformed");
  EXPECT_EQ(chunked("3\r\nabc\n0\r\n\r\n"), "6 'abc' malformed");
  EXPECT_EQ(chunked("3\r\nabc\rx"), "7 'abc' malformed");
  EXPECT_EQ(chunked("0\r\n\n"), "3 '' malformed");
  EXPECT_EQ(chunked("0\r\n\rx"), "4 '' malformed");
  EXPECT_EQ(chunked("0\r\nA: b\n\r\n"), "7 '' malformed");
  EXPECT_EQ(chunked("0\r\nA: b\r\n c: d\r\n\r\n"), "9 '' malformed");
  EXPECT_EQ(chunked("0\r\nA b: c\r\n\r\n"), "4 '' malformed");
  EXPECT_EQ(chunked("0\r\nA\r\n\r\n"), "4 '' malformed");
  EXPECT_EQ(chunked("0\r\n: a\r\n\r\n"), "3 '' malformed");
}

TEST(Body, ChunkedRefusesSizesOver64Bits) {
  EXPECT_EQ(chunked("ffffffffffffffff\r\nx"), "19 'x' open");
  EXPECT_EQ(chunked("10000000000000000\r\nx"), "16 '' malformed");
  EXPECT_EQ(chunked("00000000000000000001\r\nx"), "23 'x' open");
}

TEST(Body, ChunkedBoundsSizeLinesAndTrailers) {
  Body zeros = Body::chunked();
  EXPECT_FALSE(zeros.consume(std::string(4096, '0')).malformed);
  EXPECT_TRUE(zeros.consume("0").malformed);
  Body extension = Body::chunked();
  EXPECT_FALSE(extension.consume("1;" + std::string(4095, 'x')).malformed);
  EXPECT_TRUE(extension.consume("x").malformed);
  Body trailer = Body::chunked();
  EXPECT_FALSE(trailer.consume("0\r\nA:" + std::string(16 * 1024 - 2, 'x')).malformed);
  EXPECT_TRUE(trailer.consume("x").malformed);
}

/// What is passed on of a request's chunked body that comes in pieces of `step` bytes.
std::string passed_on(std::string_view bytes, std::size_t step) {
  Body body = of_request("Transfer-Encoding: chunked\r\n");
  std::string passed;
  for (std::size_t at = 0; at < bytes.size() && !body.complete(); at += step) {
    std::string piece(bytes.substr(at, step));
    const Body::Progress progress = body.consume(piece);
    EXPECT_FALSE(progress.malformed);
    passed += piece.substr(0, Body::close_gap(piece.data(), progress));
  }
  EXPECT_TRUE(body.complete());
  return passed;
}

TEST(Trailers, OfRequestsAreNotPassedOn) {
  for (const std::size_t step : {1U, 2U, 3U, 5U, 8U, 100U}) {
    EXPECT_EQ(passed_on("3\r\nabc\r\n0\r\n\r\nGET", step).substr(0, 13), "3\r\nabc\r\n0\r\n\r\n");
    EXPECT_EQ(passed_on("3\r\nabc\r\n0\r\nX-Forwarded-For: 6.6.6.6\r\nHost: b\r\n\r\nGET", step),
              "3\r\nabc\r\n0\r\n\r\n");
    EXPECT_EQ(passed_on("0;x\r\nA: b\r\n\r\n", step), "0;x\r\n\r\n");
  }
}

TEST(Trailers, OfResponsesArePassedOn) {
  Body body = of_response("200 OK\r\nTransfer-Encoding: chunked", "GET");
  const Body::Progress progress = body.consume("0\r\nServer-Timing: x\r\n\r\n");
  EXPECT_TRUE(body.complete());
  EXPECT_EQ(progress.gap_size, 0U);
}

TEST(Body, OfRequestFollowsTheHead) {
  EXPECT_EQ(of_request("").framing(), Body::Framing::none);
  EXPECT_EQ(of_request("Content-Length: 5\r\n").framing(), Body::Framing::length);
  EXPECT_EQ(of_request("Content-Length: 5\r\nContent-Length: 5\r\n").framing(),
            Body::Framing::length);
  EXPECT_EQ(of_request("Transfer-Encoding: chunked\r\n").framing(), Body::Framing::chunked);
  EXPECT_EQ(of_request("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n").framing(),
            Body::Framing::chunked);
  EXPECT_EQ(of_request("Content-Length: 5\r\nTransfer-Encoding: identity\r\n").framing(),
            Body::Framing::length);
}

TEST(Body, OfResponseFollowsHeadAndMethod) {
  EXPECT_EQ(of_response("200 OK", "GET").framing(), Body::Framing::until_close);
  EXPECT_EQ(of_response("200 OK\r\nContent-Length: 5", "GET").framing(), Body::Framing::length);
  EXPECT_EQ(of_response("200 OK\r\nTransfer-Encoding: chunked", "GET").framing(),
            Body::Framing::chunked);
  EXPECT_EQ(of_response("200 OK\r\nContent-Length: 5", "HEAD").framing(), Body::Framing::none);
  EXPECT_EQ(of_response("200 OK\r\nTransfer-Encoding: chunked", "HEAD").framing(),
            Body::Framing::none);
  EXPECT_EQ(of_response("100 Continue", "POST").framing(), Body::Framing::none);
  EXPECT_EQ(of_response("204 No Content", "GET").framing(), Body::Framing::none);
  EXPECT_EQ(of_response("304 Not Modified\r\nContent-Length: 5", "GET").framing(),
            Body::Framing::none);
  EXPECT_EQ(of_response("404 Not Found\r\nContent-Length: 0", "GET").framing(),
            Body::Framing::length);
}

}  // namespace
}  // namespace cutover::lb::http

#include "lb/http/classification.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/lb/http/render.hpp"

namespace cutover::lb::http {
namespace {

using namespace std::string_view_literals;

struct Case {
  std::string_view bytes;
  std::string_view expected;
};

RequestHead scan(std::string_view bytes) {
  RequestHead head;
  EXPECT_EQ(scan_request_head(bytes, 0, head), ScanStatus::complete) << bytes;
  return head;
}

/// "Severe BadUri", "Compliant".
std::string classified(std::string_view bytes) {
  const Classification found = classify(scan(bytes));
  std::string text(to_string(found.tier));
  if (!found.reason.empty()) text.append(" ").append(found.reason);
  return text;
}

/// "served", "served, then closed", "400 malformed_request, then closed".
std::string admitted(std::string_view bytes) {
  const RequestHead head = scan(bytes);
  const Admission admission = admit(head, classify(head));
  std::string text = "served";
  if (admission.refused_status != 0) {
    text = std::to_string(admission.refused_status) + " " + std::string(to_string(admission.cause));
  }
  return admission.close_after ? text + ", then closed" : text;
}

/// Cases are the headers (or their end) of "POST / HTTP/1.1", Host included.
std::string post(std::string_view headers) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n";
}

template <std::size_t N>
void expect_classes(const Case (&cases)[N]) {
  for (const Case& c : cases) EXPECT_EQ(classified(c.bytes), c.expected) << c.bytes;
}

template <std::size_t N>
void expect_classes_of_posts(const Case (&cases)[N]) {
  for (const Case& c : cases) EXPECT_EQ(classified(post(c.bytes)), c.expected) << c.bytes;
}

template <std::size_t N>
void expect_admissions(const Case (&cases)[N]) {
  for (const Case& c : cases) EXPECT_EQ(admitted(c.bytes), c.expected) << c.bytes;
}

TEST(Classification, OrdinaryRequestsAreCompliant) {
  expect_classes({
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "Compliant"},
      {"GET / HTTP/1.0\r\n\r\n", "Compliant"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", "Compliant"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "Compliant"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "Compliant"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity, chunked\r\n\r\n", "Compliant"},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nX_Y:\r\n\r\n", "Compliant"},
      {"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", "Compliant"},
  });
}

TEST(Classification, JudgesTheRequestLine) {
  expect_classes({
      {"GET /a b HTTP/1.1\r\n\r\n", "Acceptable SpaceInUri"},
      {"GET / HTTP/0.9\r\n\r\n", "Acceptable NonCompliantVersion"},
      {"GET /\r\n", "Acceptable NonCompliantVersion"},
      {"GET / HTTP/1.2\r\n\r\n", "Acceptable NonCompliantVersion"},
      {"GET / HTTP/1.9\r\n\r\n", "Acceptable NonCompliantVersion"},
      {"GET /  HTTP/1.1\r\n\r\n", "Acceptable NonCompliantVersion"},
      {"GET / HTTP/1.1 \r\n\r\n", "Acceptable NonCompliantVersion"},
      {"GET /\x01 HTTP/1.1\r\n\r\n", "Ambiguous AmbiguousUri"},
      {"GET /\t HTTP/1.1\r\n\r\n", "Ambiguous AmbiguousUri"},
      {"GET /\x7f HTTP/1.1\r\n\r\n", "Ambiguous AmbiguousUri"},
      {"GET HTTP/1.1\r\n\r\n", "Ambiguous MissingUri"},
      {"GET  HTTP/1.1\r\n\r\n", "Ambiguous MissingUri"},
      {"GET /\0 HTTP/1.1\r\n\r\n"sv, "Severe BadUri"},
      {"GET /\rx HTTP/1.1\r\n\r\n", "Severe BadUri"},
      {"G\x01T / HTTP/1.1\r\n\r\n", "Severe BadMethod"},
      {"G(T / HTTP/1.1\r\n\r\n", "Severe BadMethod"},
      {" / HTTP/1.1\r\n\r\n", "Severe BadMethod"},
      {"GET / HTTP/2.0\r\n\r\n", "Severe BadVersion"},
      {"GET / HTTP/1.10\r\n\r\n", "Severe BadVersion"},
      {"GET / HTTP/1.x\r\n\r\n", "Severe BadVersion"},
      {"GET / http/1.1\r\n\r\n", "Severe BadVersion"},
      {"GET / HTTP/1.1\r\r\n\r\n", "Severe BadVersion"},
      {"GET / HTTPS/1.1\r\n\r\n", "Severe BadVersion"},
  });
}

TEST(Classification, JudgesHeaderLines) {
  expect_classes_of_posts({
      {"X: \xe2\x82\xac\r\n", "Acceptable NonCompliantHeader"},
      {"X: \x01\r\n", "Acceptable NonCompliantHeader"},
      {"X\x80: 1\r\n", "Acceptable NonCompliantHeader"},
      {"X\t: 1\r\n", "Acceptable NonCompliantHeader"},
      {"X: a\tb\r\n", "Compliant"},
      {": 1\r\n", "Ambiguous EmptyHeader"},
      {":x: 1\r\n", "Ambiguous EmptyHeader"},
      {" \r\n", "Ambiguous EmptyHeader"},
      {"\t\r\n", "Ambiguous EmptyHeader"},
      {"X: 1\r\n 2\r\n", "Ambiguous MultilineHeader"},
      {"X: 1\r\n\tY: 2\r\n", "Ambiguous MultilineHeader"},
      {"Content-Type: multipart/form-data;\r\n boundary=x\r\n", "Compliant"},
      {"no colon\r\n", "Ambiguous MissingHeaderColon"},
      {"X: \0\r\n"sv, "Severe BadHeader"},
      {"X: a\rb\r\n", "Severe BadHeader"},
      {"X: a\r\r\n", "Severe BadHeader"},
      {"X\r: a\r\n", "Severe BadHeader"},
      {"X: a\n", "Acceptable NonCrLfLineTermination"},
  });
}

TEST(Classification, SuspectsNamesThatResembleFramingHeaders) {
  expect_classes_of_posts({
      {"Transfer_Encoding: chunked\r\n", "Ambiguous SuspiciousHeader"},
      {"Transfer-Encoding : chunked\r\n", "Ambiguous SuspiciousHeader"},
      {"Transfer Encoding: chunked\r\n", "Ambiguous SuspiciousHeader"},
      {"TransferEncoding: chunked\r\n", "Ambiguous SuspiciousHeader"},
      {"Transfer-Encoding1: chunked\r\n", "Ambiguous SuspiciousHeader"},
      {"-transfer--encoding: chunked\r\n", "Ambiguous SuspiciousHeader"},
      {"Tran\xc5\xbf\x66\x65r-Encoding: chunked\r\n", "Ambiguous SuspiciousHeader"},
      {"Transfer-Encod\xc4\xb1ng: chunked\r\n", "Ambiguous SuspiciousHeader"},
      {"X: 1\r\n Transfer-Encoding: chunked\r\n", "Ambiguous MultilineHeader"},
      {"Content_Length: 5\r\n", "Ambiguous SuspiciousHeader"},
      {"Content-Length\t: 5\r\n", "Ambiguous SuspiciousHeader"},
      {"Content-Lengths: 5\r\n", "Compliant"},
      {"X-Content-Length: 5\r\n", "Compliant"},
      {"Transfer-Encodin: 5\r\n", "Compliant"},
  });
}

TEST(Classification, JudgesContentLength) {
  expect_classes_of_posts({
      {"Content-Length: 5\r\nContent-Length: 5\r\n", "Ambiguous DuplicateContentLength"},
      {"Content-Length: 5\r\nContent-Length: 05\r\n", "Ambiguous DuplicateContentLength"},
      {"Content-Length: 5\r\nContent-Length: 6\r\n", "Severe MultipleContentLength"},
      {"Content-Length: 5, 5\r\n", "Severe BadContentLength"},
      {"Content-Length: +5\r\n", "Severe BadContentLength"},
      {"Content-Length: -5\r\n", "Severe BadContentLength"},
      {"Content-Length: 0x5\r\n", "Severe BadContentLength"},
      {"Content-Length: 5 5\r\n", "Severe BadContentLength"},
      {"Content-Length:\r\n", "Severe BadContentLength"},
      {"Content-Length: \x0b"
       "5\r\n",
       "Severe BadContentLength"},
      {"Content-Length: 18446744073709551615\r\n", "Compliant"},
      {"Content-Length: 18446744073709551616\r\n", "Severe BadContentLength"},
      {"Content-Length: 99999999999999999999\r\n", "Severe BadContentLength"},
      {"Content-Length: 5\r\nContent-Length: x\r\n", "Severe BadContentLength"},
      {"Content-Length: x\r\nContent-Length: 5\r\n", "Severe BadContentLength"},
  });
}

TEST(Classification, JudgesTransferEncoding) {
  expect_classes_of_posts({
      {"Transfer-Encoding: chunked, chunked\r\n", "Severe MultipleTransferEncodingChunked"},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: Chunked\r\n",
       "Severe MultipleTransferEncodingChunked"},
      {"Transfer-Encoding: xchunked\r\n", "Severe BadTransferEncoding"},
      {"Transfer-Encoding: chunked;q=1\r\n", "Severe BadTransferEncoding"},
      {"Transfer-Encoding:\r\n", "Severe BadTransferEncoding"},
      {"Transfer-Encoding:\r\n chunked\r\n", "Severe BadTransferEncoding"},
      {"Transfer-Encoding: \x0b"
       "chunked\r\n",
       "Severe BadTransferEncoding"},
      {"Transfer-Encoding: chunked, identity\r\n", "Severe BadTransferEncoding"},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", "Severe BadTransferEncoding"},
  });
}

TEST(Classification, JudgesBothFramingHeadersTogether) {
  expect_classes_of_posts({
      {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Ambiguous BothTeClPresent"},
      {"Content-Length: 5\r\nTransfer-Encoding: identity\r\n", "Ambiguous BothTeClPresent"},
      {"Transfer_Encoding: chunked\r\nContent-Length: 5\r\n", "Severe SuspiciousTeClPresent"},
      {"Transfer-Encoding: chunked\r\nContent_Length: 5\r\n", "Severe SuspiciousTeClPresent"},
      {"Content-Length : 5\r\nTransfer-Encoding : x\r\n", "Severe SuspiciousTeClPresent"},
      {"X: 1\r\n Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
       "Severe SuspiciousTeClPresent"},
  });
}

TEST(Classification, JudgesBodiesWithoutDefinedMeaning) {
  expect_classes({
      {"GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "Acceptable GetHeadZeroContentLength"},
      {"HEAD / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "Acceptable GetHeadZeroContentLength"},
      {"GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", "Ambiguous UndefinedContentLengthSemantics"},
      {"HEAD / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", "Ambiguous UndefinedContentLengthSemantics"},
      {"POST / HTTP/0.9\r\nContent-Length: 5\r\n\r\n", "Ambiguous UndefinedContentLengthSemantics"},
      {"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
       "Ambiguous UndefinedTransferEncodingSemantics"},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
       "Ambiguous UndefinedTransferEncodingSemantics"},
      {"DELETE / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", "Compliant"},
  });
}

TEST(Classification, KeepsTheFirstReasonOfTheWorstTier) {
  expect_classes({
      {"GET /a b HTTP/1.1\r\nX: \x01\r\n: y\r\nContent-Length: 5\r\n\r\n", "Ambiguous EmptyHeader"},
      {"GET /a b HTTP/1.2\r\n\r\n", "Acceptable SpaceInUri"},
      {"G(T /\0 HTTP/3.0\r\n\r\n"sv, "Severe BadMethod"},
      {"GET /\x01 HTTP/1.1\r\nX: \0\r\n\r\n"sv, "Severe BadHeader"},
  });
}

TEST(Admission, ServesByTier) {
  expect_admissions({
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "served"},
      {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "served"},
      {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", "served"},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", "served, then closed"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
       "served, then closed"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
       "400 malformed_request, then closed"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", "400 malformed_request, then closed"},
  });
}

TEST(Admission, NeedsAHostFromHttp11On) {
  expect_admissions({
      {"GET / HTTP/1.0\r\n\r\n", "served"},
      {"GET / HTTP/1.0\r\nHost:\r\n\r\n", "served"},
      {"GET / HTTP/1.1\r\n\r\n", "400 malformed_request, then closed"},
      {"GET / HTTP/1.1\r\nHost:\r\n\r\n", "400 malformed_request, then closed"},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "400 malformed_request, then closed"},
      {"GET http://a/ HTTP/1.1\r\n\r\n", "400 malformed_request, then closed"},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400 malformed_request, then closed"},
      {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400 malformed_request, then closed"},
      {"GET / HTTP/1.1\r\nHost: :80\r\n\r\n", "400 malformed_request, then closed"},
      {"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "400 malformed_request, then closed"},
      {"GET / HTTP/1.0\r\nHost: a\x01\r\n\r\n", "400 malformed_request, then closed"},
      {"GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", "served"},
      {"GET / HTTP/1.1\r\nHost: a_b.c-d.example\r\n\r\n", "served"},
      {"GET http://a#b/ HTTP/1.1\r\nHost: a\r\n\r\n", "400 malformed_request, then closed"},
  });
}

TEST(Admission, TakesPathsUrlsAndTheAsteriskOfOptions) {
  expect_admissions({
      {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "served"},
      {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", "400 malformed_request, then closed"},
      {"GET x HTTP/1.1\r\nHost: a\r\n\r\n", "400 malformed_request, then closed"},
      {"GET ?x HTTP/1.1\r\nHost: a\r\n\r\n", "400 malformed_request, then closed"},
      {"GET HTTP/1.1\r\nHost: a\r\n\r\n", "400 malformed_request, then closed"},
      {"GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n", "served"},
      {"GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", "400 malformed_request, then closed"},
      {"GET ftp://b/x HTTP/1.1\r\nHost: a\r\n\r\n", "400 malformed_request, then closed"},
  });
}

TEST(Admission, RefusesTraceAndConnect) {
  expect_admissions({
      {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", "405 method_not_allowed"},
      {"TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
       "405 method_not_allowed, then closed"},
      {"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "400 malformed_request, then closed"},
      {"PURGE / HTTP/1.1\r\nHost: a\r\n\r\n", "served"},
  });
}

TEST(Admission, RefusesOtherVersions) {
  expect_admissions({
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505 unsupported_version, then closed"},
      {"PRI * HTTP/2.0\r\n\r\n", "505 unsupported_version, then closed"},
      {"GET / HTTP/0.9\r\nHost: a\r\n\r\n", "505 unsupported_version, then closed"},
      {"GET /\r\n", "505 unsupported_version, then closed"},
      {"GET / HTTP/1.x\r\nHost: a\r\n\r\n", "400 malformed_request, then closed"},
      {"GET\r\n", "400 malformed_request, then closed"},
      {"\x16\x03\x01\x02 hello\n", "400 malformed_request, then closed"},
  });
}

TEST(Admission, RefusesTransferCodingsThatAlbDoesNotTake) {
  expect_admissions({
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
       "501 unsupported_encoding, then closed"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: deflate\r\n\r\n",
       "501 unsupported_encoding, then closed"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: nonsense\r\n\r\n",
       "400 malformed_request, then closed"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", "served"},
  });
}

TEST(Admission, Counts30ForwardedForAddresses) {
  std::string thirty = "1.2.3.4";
  for (int i = 0; i < 28; ++i) thirty += ", 1.2.3.4";
  thirty += "\r\nx-forwarded-for: ::1";
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ";
  EXPECT_EQ(admitted(start + thirty + "\r\n\r\n"), "served");
  EXPECT_EQ(admitted(start + thirty + ",\r\n\r\n"), "served");
  EXPECT_EQ(admitted(start + thirty + ",b\r\n\r\n"), "463 too_many_forwarded_for");
}

TEST(Admission, BoundsWhatConnectionMayName) {
  std::string options = "close";
  for (unsigned i = 0; i < connection_options_most; ++i) options += ", x" + std::to_string(i);
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nConnection: ";
  EXPECT_EQ(admitted(start + options + "\r\n\r\n"), "served");
  EXPECT_EQ(admitted(start + options + ", y\r\n\r\n"), "400 headers_too_large, then closed");
}

}  // namespace
}  // namespace cutover::lb::http

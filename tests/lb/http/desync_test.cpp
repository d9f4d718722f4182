// ALB user guide, Desync mitigation mode: every classification reason in every mode.

#include <gtest/gtest.h>

#include <string>

#include "lb/http/classification.hpp"
#include "lb/http/rewrite.hpp"

namespace cutover::lb::http {
namespace {

using namespace std::string_view_literals;

RequestHead scan(std::string_view bytes) {
  RequestHead head;
  EXPECT_EQ(scan_request_head(bytes, 0, head), ScanStatus::complete) << bytes;
  return head;
}

/// "served", "served, closed", "400", "400, closed".
std::string admitted(const RequestHead& head, const Classification& found, DesyncMode mode) {
  const Admission admission = admit(head, found, mode);
  const int status = admission.refused_status;
  return (status == 0 ? "served" : std::to_string(status)) +
         (admission.close_after ? ", closed" : "");
}

/// "Severe BadUri: 400, closed | 400, closed | 400, closed": monitor, defensive, strictest.
std::string judged(std::string_view bytes) {
  const RequestHead head = scan(bytes);
  const Classification found = classify(head);
  std::string text(to_string(found.tier));
  if (!found.reason.empty()) text.append(" ").append(found.reason);
  return text + ": " + admitted(head, found, DesyncMode::monitor) + " | " +
         admitted(head, found, DesyncMode::defensive) + " | " +
         admitted(head, found, DesyncMode::strictest);
}

constexpr std::string_view compliant = "Compliant: served | served | served";
const std::string in_acceptable = ": served | served | 400, closed";
const std::string in_ambiguous = ": served | served, closed | 400, closed";
const std::string in_severe_understood = ": served | 400, closed | 400, closed";
const std::string in_severe = ": 400, closed | 400, closed | 400, closed";

struct Row {
  std::string_view reason;
  std::string_view bytes;
};

void expect_rows(std::string_view tier, const std::string& outcomes,
                 std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    EXPECT_EQ(judged(row.bytes), std::string(tier) + " " + std::string(row.reason) + outcomes)
        << row.bytes;
  }
}

TEST(DesyncModes, AllServeCompliantRequests) {
  for (const std::string_view bytes :
       {"GET / HTTP/1.1\r\nHost: a\r\n\r\n"sv,
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"sv,
        "PATCH / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"sv,
        "GET / HTTP/1.0\r\n\r\n"sv, "BREW / HTTP/1.1\r\nHost: a\r\nX_Y: 1\r\n\r\n"sv}) {
    EXPECT_EQ(judged(bytes), compliant) << bytes;
  }
}

TEST(DesyncModes, StrictestAloneBlocksAcceptableRequests) {
  expect_rows(
      "Acceptable", in_acceptable,
      {
          {"NonCompliantHeader", "GET / HTTP/1.1\r\nHost: a\r\nX: \xe2\x82\xac\r\n\r\n"},
          {"NonCompliantHeader", "GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n"},
          {"SpaceInUri", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"},
          {"NonCompliantVersion", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"},
          {"NonCompliantVersion", "GET / HTTP/1.9\r\nHost: a\r\n\r\n"},
          {"NonCompliantVersion", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"},
          {"GetHeadZeroContentLength", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"},
          {"GetHeadZeroContentLength", "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"},
          {"NonCrLfLineTermination", "GET / HTTP/1.1\nHost: a\n\n"},
      });
}

TEST(DesyncModes, TreatAmbiguousRequestsEachInItsWay) {
  const auto post = "POST / HTTP/1.1\r\nHost: a\r\n";
  for (const auto& [reason, headers] : std::initializer_list<Row>{
           {"EmptyHeader", ": b\r\n\r\n"},
           {"EmptyHeader", ":x: b\r\n\r\n"},
           {"EmptyHeader", " \t\r\n\r\n"},
           {"DuplicateContentLength", "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"},
           {"BothTeClPresent", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
           {"SuspiciousHeader", "Transfer_Encoding: chunked\r\n\r\n"},
           {"SuspiciousHeader", "Transfer-Encoding : chunked\r\n\r\n"},
           {"SuspiciousHeader", "Transfer-Encod\xc4\xb1ng: chunked\r\n\r\n"},
           {"SuspiciousHeader", "Tran\xc5\xbf\x66\x65r-Encoding: chunked\r\n\r\n"},
           {"SuspiciousHeader", "Content_Length: 5\r\n\r\n"},
           {"MultilineHeader", "X: a\r\n b\r\n\r\n"},
           {"MissingHeaderColon", "X\r\n\r\n"},
       }) {
    EXPECT_EQ(judged(post + std::string(headers)),
              "Ambiguous " + std::string(reason) + in_ambiguous)
        << headers;
  }
  expect_rows("Ambiguous", in_ambiguous,
              {
                  {"AmbiguousUri", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n"},
                  {"UndefinedContentLengthSemantics",
                   "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"},
                  {"UndefinedContentLengthSemantics",
                   "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"},
                  {"UndefinedTransferEncodingSemantics",
                   "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"},
                  {"UndefinedTransferEncodingSemantics",
                   "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"},
              });
}

TEST(DesyncModes, AFoldedContentTypeIsNoOffence) {
  EXPECT_EQ(judged("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: a;\r\n b=c\r\n\r\n"), compliant);
}

TEST(DesyncModes, MonitorServesSevereRequestsThatItUnderstands) {
  expect_rows(
      "Severe", in_severe_understood,
      {
          {"SuspiciousTeClPresent",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer_Encoding: x\r\n\r\n"},
          {"SuspiciousTeClPresent",
           "POST / HTTP/1.1\r\nHost: a\r\nContent_Length: 5\r\nTransfer_Encoding: x\r\n\r\n"},
          {"BadHeader", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"},
          {"BadHeader", "GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n"sv},
          {"MultipleContentLength",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
           "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"},
          {"BadContentLength",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
           "Content-Length: x\r\n\r\n"},
      });
}

TEST(DesyncModes, NoneServesWhatHasSeveralMeanings) {
  expect_rows(
      "Severe", in_severe,
      {
          {"BadUri", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"sv},
          {"BadUri", "GET /\rx HTTP/1.1\r\nHost: a\r\n\r\n"},
          {"BadMethod", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"},
          {"BadVersion", "GET / HTTP/1.x\r\nHost: a\r\n\r\n"},
          {"BadHeader", "POST / HTTP/1.1\r\nHost: a\rb\r\n\r\n"},
          {"BadHeader", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\r\n\r\n"},
          {"MultipleContentLength",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"},
          {"BadContentLength", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n"},
          {"BadContentLength",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n"
           "Content-Length: x\r\n\r\n"},
          {"MultipleTransferEncodingChunked",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n"},
          {"BadTransferEncoding",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n"},
          {"BadTransferEncoding",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
           "Transfer-Encoding: nonsense\r\n\r\n"},
      });
}

TEST(DesyncModes, LeaveVersionsAndCodingsTheirOwnStatuses) {
  EXPECT_EQ(judged("GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
            "Severe BadVersion: 505, closed | 505, closed | 505, closed");
  EXPECT_EQ(judged("GET / HTTP/0.9\r\nHost: a\r\n\r\n"),
            "Acceptable NonCompliantVersion: 505, closed | 505, closed | 400, closed");
  EXPECT_EQ(judged("POST / HTTP/0.9\r\nContent-Length: 5\r\n\r\n"),
            "Ambiguous UndefinedContentLengthSemantics: 505, closed | 505, closed | 400, closed");
  EXPECT_EQ(judged("GET HTTP/1.1\r\nHost: a\r\n\r\n"),
            "Ambiguous MissingUri: 400, closed | 400, closed | 400, closed");
  EXPECT_EQ(judged("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"),
            "Compliant: 501, closed | 501, closed | 501, closed");
  EXPECT_EQ(judged("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n"
                   "Content-Length: 5\r\n\r\n"),
            "Ambiguous BothTeClPresent: 501, closed | 501, closed | 400, closed");
}

TEST(DesyncModes, DecideBeforeTheOtherErrors) {
  EXPECT_EQ(judged("TRACE /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
            "Acceptable SpaceInUri: 405 | 405 | 400, closed");
  EXPECT_EQ(judged("TRACE / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"),
            "Severe BadHeader: 405 | 400, closed | 400, closed");
}

TEST(CutOffHeads, AreAmbiguousByWhereTheyEnd) {
  const auto reason = [](std::string_view bytes) {
    const Classification found = classify_cut_off(bytes);
    EXPECT_EQ(found.tier, Tier::ambiguous);
    return found.reason;
  };
  EXPECT_EQ(reason("GET / HTTP/1.1\r\nHost: a\r\n"), "MissingLastEmptyLine");
  EXPECT_EQ(reason("GET / HTTP/1.1\r\nHost: a"), "PartialHeaderLine");
  EXPECT_EQ(reason("GET / HTTP/1.1\r\nHost: a\r\n\r"), "PartialHeaderLine");
}

/// The headers that a target gets of a request in monitor mode, without the load balancer's own.
std::string passed(std::string_view headers) {
  const std::string bytes = "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n";
  const RequestHead head = scan(bytes);
  EXPECT_EQ(admit(head, classify(head), DesyncMode::monitor).refused_status, 0) << headers;
  ForwardingContext context;
  context.handling.desync_mode = DesyncMode::monitor;
  std::string out;
  std::string_view trace_id;
  append_request_head(head, context, out, trace_id);
  const std::size_t begin = out.find("\r\n", out.find("X-Amzn-Trace-Id")) + 2;
  return out.substr(begin, out.size() - begin - 2);
}

TEST(DesyncMonitor, SendsTargetsWhatItUnderstood) {
  EXPECT_EQ(passed("Content-Length: 5\r\nTransfer_Encoding: x\r\nA: b\r\n"),
            "Content-Length: 5\r\nA: b\r\n");
  EXPECT_EQ(passed("Content_Length: 5\r\nTransfer-Encoding: chunked\r\n"),
            "Transfer-Encoding: chunked\r\n");
  EXPECT_EQ(passed("Content-Length: x\r\nTransfer-Encoding: chunked\r\n"),
            "Transfer-Encoding: chunked\r\n");
  EXPECT_EQ(passed("X: a\rb\r\nA: b\r\nX\r: c\r\n d\re\r\n"), "A: b\r\n");
}

TEST(UpgradeRequest, IsAWebSocketHandshake) {
  const auto upgrade = [](std::string_view start, std::string_view headers) {
    return is_upgrade_request(
        scan(std::string(start) + "\r\nHost: a\r\n" + std::string(headers) + "\r\n"));
  };
  const auto get = "GET / HTTP/1.1";
  const auto ask = "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n";
  EXPECT_TRUE(upgrade(get, ask));
  EXPECT_TRUE(upgrade(get, "Connection: upgrade\r\nUpgrade: h2c, websocket\r\n"));
  EXPECT_FALSE(upgrade(get, "Upgrade: websocket\r\n"));
  EXPECT_FALSE(upgrade(get, "Connection: Upgrade\r\n"));
  EXPECT_FALSE(upgrade(get, "Connection: Upgrade\r\nUpgrade: h2c\r\n"));
  EXPECT_FALSE(upgrade("GET / HTTP/1.0", ask));
  EXPECT_FALSE(upgrade("POST / HTTP/1.1", ask));
  EXPECT_FALSE(upgrade(get, std::string(ask) + "Content-Length: 5\r\n"));
}

}  // namespace
}  // namespace cutover::lb::http

#include "containers/apps/server.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <string>
#include <vector>

#include "tests/containers/apps/raw_client.hpp"
#include "tests/containers/apps/served_app.hpp"

namespace cutover::containers::apps {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<ScriptedApp> scripted(std::deque<AppAnswer> answers = {}) {
  return std::make_shared<ScriptedApp>(std::move(answers));
}

std::shared_ptr<App> forum(const char* name = "api") { return *make_app(name, {}, 0); }

std::string get(std::string_view target, std::string_view more_headers = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: forum.example\r\n" +
         std::string(more_headers) + "\r\n";
}

const std::string text_head = "HTTP/1.1 200 OK\nContent-Type: text/plain; charset=utf-8\n";
const std::string keep_alive = "Date: *\nConnection: keep-alive\nKeep-Alive: timeout=5\n\n";
const std::string close_head = "Date: *\nConnection: close\n\n";
const std::string ready =
    text_head + "Content-Length: 25\n" + keep_alive + "Ready to receive requests";
const std::string ready_last =
    text_head + "Content-Length: 25\n" + close_head + "Ready to receive requests";
const std::string done = "HTTP/1.1 200 OK\nContent-Length: 4\n" + keep_alive + "done";
const std::string done_last = "HTTP/1.1 200 OK\nContent-Length: 4\n" + close_head + "done";
const std::string bad_request = "HTTP/1.1 400 Bad Request\nConnection: close\n\n<end>";

TEST(AppServer, AnswersOneRequestAfterTheOtherOnOneConnection) {
  ServedApp served(forum());
  RawClient client(served.port());
  EXPECT_EQ(client.exchange(get("/")), ready);
  EXPECT_EQ(client.exchange(get("/api/posts/by-user/99")),
            "HTTP/1.1 200 OK\nContent-Type: application/json; charset=utf-8\nContent-Length: 2\n" +
                keep_alive + "[]");
  EXPECT_EQ(client.exchange(get("/api/users/99")), "HTTP/1.1 204 No Content\n" + keep_alive);
  EXPECT_EQ(client.exchange(get("/")), ready);
}

TEST(AppServer, LeavesTheBodyOutForHead) {
  ServedApp served(forum());
  RawClient client(served.port());
  EXPECT_EQ(client.exchange("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", true),
            text_head + "Content-Length: 25\n" + keep_alive);
  EXPECT_EQ(client.exchange(get("/")), ready);
}

TEST(AppServer, AnswersPipelinedRequestsInOrder) {
  ServedApp served(forum());
  RawClient client(served.port());
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += get(i % 2 == 0 ? "/" : "/api/users/99");
  client.send(requests);
  for (int i = 0; i < 500; ++i)
    ASSERT_EQ(client.receive(), i % 2 == 0 ? ready : "HTTP/1.1 204 No Content\n" + keep_alive) << i;
}

TEST(AppServer, ReadsRequestsThatArriveByteByByte) {
  ServedApp served(forum());
  RawClient client(served.port());
  for (const char byte : "\r\n" + get("/")) client.send({&byte, 1});
  EXPECT_EQ(client.receive(), ready);
}

TEST(AppServer, ThrowsBodiesAwayAndReadsTheNextRequestBehindThem) {
  const auto app = scripted();
  ServedApp served(app);
  RawClient client(served.port());
  const std::string body(100'000, 'x');
  EXPECT_EQ(client.exchange("POST /one?long HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" +
                            body + get("/two")),
            done);
  EXPECT_EQ(client.receive(), done);
  EXPECT_EQ(client.exchange("PUT /three HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "5;note=x\r\nhello\r\n3\r\nyou\r\n0\r\nTrailer: t\r\n\r\n" +
                            get("/four")),
            done);
  EXPECT_EQ(client.receive(), done);
  EXPECT_EQ(app->seen(), "POST /one?long\nGET /two\nPUT /three\nGET /four\n");
}

TEST(AppServer, AsksForABodyThatTheClientHoldsBack) {
  ServedApp served(forum());
  RawClient client(served.port());
  EXPECT_EQ(client.exchange("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                            "Content-Length: 2\r\n\r\n"),
            "HTTP/1.1 100 Continue\n\n");
  EXPECT_EQ(client.exchange("ab"),
            "HTTP/1.1 405 Method Not Allowed\nAllow: HEAD, GET\n"
            "Content-Type: text/plain; charset=utf-8\nContent-Length: 18\n" +
                keep_alive + "Method Not Allowed");
}

TEST(AppServer, ClosesWhenTheClientAsksForIt) {
  ServedApp served(forum());
  RawClient client(served.port());
  client.send(get("/", "Connection: close\r\n") + get("/api"));
  EXPECT_EQ(client.receive_all(), ready_last + "<end>");
}

TEST(AppServer, KeepsAnOldClientOnlyWhenItAsksForIt) {
  ServedApp served(forum());
  RawClient keeping(served.port());
  EXPECT_EQ(keeping.exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), ready);
  keeping.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(keeping.receive_all(), ready_last + "<end>");
}

TEST(AppServer, AnswersEvenWhenTheClientHasFinishedSending) {
  ServedApp served(forum());
  RawClient client(served.port());
  client.send(get("/"));
  client.finish_sending();
  EXPECT_EQ(client.receive_all(), ready + "<end>");
}

TEST(AppServer, RefusesWhatIsNoRequestAndCloses) {
  ServedApp served(forum());
  for (const std::string& request :
       {std::string("NONSENSE\r\n\r\n"), std::string("GET / HTTP/3.0\r\nHost: a\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: a\r\nbad name: x\r\n\r\n"),
        std::string("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n"),
        std::string("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;" +
            std::string(100'000, 'x')}) {
    RawClient client(served.port());
    client.send(request);
    EXPECT_EQ(client.receive_all(), bad_request) << request.substr(0, 80);
  }
}

TEST(AppServer, AnswersWhatCameBeforeABadRequest) {
  ServedApp served(forum());
  RawClient client(served.port());
  client.send(get("/") + "NONSENSE\r\n\r\n");
  EXPECT_EQ(client.receive(), ready);
  EXPECT_EQ(client.receive_all(), bad_request);
}

TEST(AppServer, RefusesAHeadOverItsLimit) {
  ServedApp served(forum());
  RawClient within(served.port());
  EXPECT_EQ(within.exchange(get("/", "X: " + std::string(16'000, 'a') + "\r\n")), ready);
  RawClient beyond(served.port());
  beyond.send(get("/", "X: " + std::string(40'000, 'a') + "\r\n"));
  EXPECT_EQ(beyond.receive_all(),
            "HTTP/1.1 431 Request Header Fields Too Large\nConnection: close\n\n<end>");
}

TEST(AppServer, ClosesAConnectionThatIsIdleForNodesFiveSeconds) {
  ServedApp served(forum());
  RawClient client(served.port());
  EXPECT_EQ(client.exchange(get("/")), ready);
  served.advance(4999ms);
  EXPECT_EQ(client.exchange(get("/")), ready);
  served.advance(5001ms);
  EXPECT_EQ(client.receive_all(), "<end>");
}

TEST(AppServer, ClosesOnARequestThatNeverEnds) {
  ServedApp served(forum());
  RawClient client(served.port());
  EXPECT_EQ(client.exchange("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                            "Content-Length: 2\r\n\r\n"),
            "HTTP/1.1 100 Continue\n\n");
  served.advance(60s);
  EXPECT_EQ(client.receive_all(), "<end>");
}

TEST(AppServer, SendsWhatIsReadyBeforeItWaitsForASlowAnswer) {
  const auto app = scripted({{200, "OK", "", "fast"}, {200, "OK", "", "slow", 10min}});
  ServedApp served(app);
  RawClient client(served.port());
  client.send(get("/1") + get("/2") + get("/3"));
  EXPECT_EQ(client.receive(), "HTTP/1.1 200 OK\nContent-Length: 4\n" + keep_alive + "fast");
  served.advance(9min);  // Longer than any time limit of an idle or a slow client.
  EXPECT_EQ(app->seen(), "GET /1\nGET /2\n");
  served.advance(1min);
  EXPECT_EQ(client.receive(), "HTTP/1.1 200 OK\nContent-Length: 4\n" + keep_alive + "slow");
  EXPECT_EQ(client.receive(), done);
}

TEST(AppServer, ResetsTheConnectionWhenTheAppDoes) {
  AppAnswer crash;
  crash.reset = true;
  ServedApp served(scripted({{200, "OK", "", "fine"}, crash}));
  RawClient client(served.port());
  EXPECT_EQ(client.exchange(get("/1")),
            "HTTP/1.1 200 OK\nContent-Length: 4\n" + keep_alive + "fine");
  client.send(get("/2"));
  EXPECT_EQ(client.receive_all(), "<reset>");
  EXPECT_EQ(RawClient(served.port()).exchange(get("/3")), done);
}

TEST(AppServer, SendsALargeAnswerToASlowReader) {
  const std::string body(8'000'000, 'b');
  ServedApp served(scripted({{200, "OK", "", body}}));
  RawClient client(served.port());
  const std::string head = "HTTP/1.1 200 OK\nContent-Length: 8000000\n" + keep_alive;
  const std::string answer = client.exchange(get("/"));
  EXPECT_EQ(answer.size(), head.size() + body.size());
  EXPECT_EQ(answer.substr(0, head.size()), head);
  EXPECT_EQ(client.exchange(get("/")), done);
}

TEST(AppServer, FinishesRequestsUnderWayWhenItStops) {
  const auto app = scripted({{200, "OK", "", "done", 30s}});
  ServedApp served(app);
  RawClient idle(served.port());
  RawClient slow(served.port());
  RawClient begun(served.port());
  slow.send(get("/slow"));
  app->wait_until_asked();
  EXPECT_EQ(begun.exchange(get("/")), done);
  EXPECT_EQ(begun.exchange("POST /begun HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                           "Content-Length: 2\r\n\r\n"),
            "HTTP/1.1 100 Continue\n\n");
  EXPECT_EQ(idle.exchange(get("/")), done);

  auto stopped = served.stop();
  EXPECT_EQ(idle.receive_all(), "<end>");
  EXPECT_FALSE(RawClient(served.port()).connected());
  begun.send("ab");
  EXPECT_EQ(begun.receive_all(), done_last + "<end>");
  EXPECT_EQ(stopped.wait_for(0s), std::future_status::timeout);
  served.advance(30s);
  EXPECT_EQ(slow.receive_all(), done_last + "<end>");
  slow.close();
  begun.close();
  EXPECT_EQ(stopped.wait_for(20s), std::future_status::ready);
}

TEST(AppServer, ClosesBehindAnAnswerThatWasBeingWrittenWhenItStopped) {
  const std::string body(8'000'000, 'b');
  const auto app = scripted({{200, "OK", "", body}});
  ServedApp served(app);
  RawClient slow(served.port());
  slow.send(get("/"));
  app->wait_until_asked();
  auto stopped = served.stop();
  const std::string answer = slow.receive_all();
  const std::string end = body.substr(0, 100) + "<end>";
  EXPECT_EQ(answer.substr(answer.size() - end.size()), end);
  EXPECT_EQ(stopped.wait_for(20s), std::future_status::ready);
}

TEST(AppServer, IsStoppedAtOnceWhenNobodyIsConnected) {
  ServedApp served(forum());
  EXPECT_EQ(served.stop().wait_for(20s), std::future_status::ready);
}

TEST(AppServer, ClosesEverythingWhenKilled) {
  const auto app = scripted({{200, "OK", "", "never", 24h}});
  ServedApp served(app);
  RawClient busy(served.port());
  busy.send(get("/slow"));
  app->wait_until_asked();
  served.on_server([](AppServer& server) { server.kill(); });
  EXPECT_EQ(busy.receive_all(), "<end>");
  EXPECT_FALSE(RawClient(served.port()).connected());
}

TEST(AppServer, ServesNoMoreConnectionsThanAllowedAtOneTime) {
  const auto app = scripted({{200, "OK", "", "done", 2s}});
  ServedApp served(app, {.connections_most = 1, .on_request = {}});
  RawClient first(served.port());
  first.send(get("/first", "Connection: close\r\n"));
  app->wait_until_asked();
  RawClient second(served.port());
  second.send(get("/second"));
  served.advance(2s);
  EXPECT_EQ(first.receive_all(), done_last + "<end>");
  first.close();
  EXPECT_EQ(second.receive(), done);
  EXPECT_EQ(app->seen(), "GET /first\nGET /second\n");
}

TEST(AppServer, TellsOfEachRequestItAnswered) {
  std::vector<std::string> lines;
  std::vector<Duration> took;
  AppServerOptions options;
  options.on_request = [&](const ServedRequest& request) {
    lines.push_back(std::string(request.method) + " " + std::string(request.target) + " " +
                    std::to_string(request.status));
    took.push_back(request.took);
  };
  {
    const auto app = scripted({{200, "OK", "", "", 10s}});
    ServedApp served(app, options);
    RawClient client(served.port());
    client.send(get("/slow"));
    app->wait_until_asked();
    served.advance(10s);
    client.receive();
    client.exchange("POST /fast HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab");
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"GET /slow 200", "POST /fast 200"}));
  EXPECT_EQ(took, (std::vector<Duration>{10s, Duration::zero()}));
}

TEST(AppServer, NamesThePortThatIsTaken) {
  ServedApp served(forum());
  boost::asio::io_context io;
  const RealClock clock;
  const auto second = AppServer::listen(io, forum(), loopback, served.port(), clock);
  ASSERT_FALSE(second);
  EXPECT_EQ(to_string(second.error()), "Bind for 127.0.0.1:" + std::to_string(served.port()) +
                                           " failed: port is already allocated (PortInUse)");
}

}  // namespace
}  // namespace cutover::containers::apps

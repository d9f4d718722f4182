#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

#include "cutover/console/endpoint.hpp"
#include "cutover/console/http_server.hpp"
#include "cutover/console/observation.hpp"
#include "cutover/console/router.hpp"

namespace cutover::console {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Json = nlohmann::json;
using asio::ip::tcp;
using testing::HasSubstr;

Request request(http::verb method, std::string_view target) {
  Request made(method, {target.data(), target.size()}, 11);
  made.set(http::field::host, "127.0.0.1:4566");
  return made;
}

/// A router over made-up observations.
class Console : public testing::Test {
 protected:
  Console() : traces_(8) {
    snapshot_.load_balancer = "app/demo/50dc6c495c0c9188";
    snapshot_.groups = {{"users", "targetgroup/users/73e2d6bc24d8a067", false}};
    snapshot_.nodes.resize(1);
    snapshot_.nodes[0].groups.resize(1);
    snapshot_.nodes[0].groups[0].requests = 5;
    lb::WhyTrace trace;
    trace.trace_id = "Root=1-58337262-36d228ad5d99923122bbe354";
    trace.request_line = "GET /api/users HTTP/1.1";
    trace.status = 200;
    trace.fate = "answered by the target";
    traces_.add(trace);
    trace.trace_id = "Root=1-58337262-000000000000000000000001";
    trace.status = 503;
    traces_.add(trace);
    add_observation(router_, {[this] { return std::vector{snapshot_}; },
                              [this] { return std::vector<const lb::TraceStore*>{&traces_}; }});
    router_.add(http::verb::post, "/", [](const Request& asked, std::string_view) {
      return make_response(http::status::ok, "text/plain", "got " + asked.body());
    });
  }

  Response ask(const Request& request) {
    Response got;
    router_.handle(request, [&got](Response response) { got = std::move(response); });
    return got;
  }
  Response get(std::string_view target) { return ask(request(http::verb::get, target)); }

  lb::MetricsSnapshot snapshot_;
  lb::TraceStore traces_;
  Router router_;
};

TEST_F(Console, GivesMetricsInBothForms) {
  const Response text = get("/metrics");
  EXPECT_EQ(text.result_int(), 200u);
  EXPECT_EQ(text[http::field::content_type], "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(text.body(), HasSubstr("aws_applicationelb_request_count_total{"));
  snapshot_.nodes[0].groups[0].requests = 6;
  const Response json = get("/metrics.json");
  EXPECT_EQ(json[http::field::content_type], "application/json");
  EXPECT_THAT(json.body(), HasSubstr("\"Sum\": 6")) << "read anew each time";
}

TEST_F(Console, ListsTracesTheNewestFirstAndShowsOne) {
  const Json list = Json::parse(get("/traces").body());
  EXPECT_EQ(list.at("kept_most"), 8);
  EXPECT_EQ(list.at("added"), 2);
  ASSERT_EQ(list.at("traces").size(), 2u);
  EXPECT_EQ(list["traces"][0], (Json{{"trace_id", "Root=1-58337262-000000000000000000000001"},
                                     {"request_line", "GET /api/users HTTP/1.1"},
                                     {"status", 503},
                                     {"fate", "answered by the target"}}));
  for (const auto* id :
       {"Root=1-58337262-36d228ad5d99923122bbe354", "Root%3d1-58337262-36d228ad5d99923122bbe354",
        "1-58337262-36d228ad5d99923122bbe354"}) {
    const Response found = get(std::string("/traces/") + id);
    EXPECT_EQ(found.result_int(), 200u) << id;
    EXPECT_EQ(Json::parse(found.body()).at("status"), 200);
  }
  const Response text = get("/traces/1-58337262-36d228ad5d99923122bbe354?format=text");
  EXPECT_EQ(text[http::field::content_type], "text/plain; charset=utf-8");
  EXPECT_THAT(text.body(), HasSubstr("GET /api/users HTTP/1.1\n"));
  EXPECT_EQ(get("/traces/1-0-0").result_int(), 404u);
}

TEST_F(Console, SaysWhatThereIsWhenAskedForWhatThereIsNot) {
  const Response missing = get("/metric");
  EXPECT_EQ(missing.result_int(), 404u);
  EXPECT_EQ(Json::parse(missing.body()).at("error"),
            "there is no /metric; there are /, /health, /metrics, /metrics.json, /traces, "
            "/traces/…");
  EXPECT_EQ(get("/traces/").result_int(), 404u);
  EXPECT_EQ(get("/%zz").result_int(), 400u);
  EXPECT_EQ(get("/%").result_int(), 400u);
  EXPECT_EQ(get("*").result_int(), 400u);
}

TEST_F(Console, RefusesMethodsThatAPathDoesNotHave) {
  const Response refused = ask(request(http::verb::delete_, "/metrics"));
  EXPECT_EQ(refused.result_int(), 405u);
  EXPECT_EQ(refused[http::field::allow], "GET, HEAD");
  EXPECT_EQ(get("/")[http::field::allow], "POST");
  EXPECT_EQ(ask(request(http::verb::head, "/health")).result_int(), 200u);
}

TEST(CrossSite, ProgramsPassAndForeignPagesDoNot) {
  struct Row {
    std::vector<std::pair<std::string, std::string>> fields;
    bool loopback_only;
    bool passes;
  };
  const Row rows[] = {
      {{{"Host", "127.0.0.1:4566"}}, true, true},
      {{{"Host", "localhost:4566"}}, true, true},
      {{{"Host", "LocalHost"}}, true, true},
      {{{"Host", "[::1]:4566"}}, true, true},
      {{}, true, true},  // HTTP/1.0
      {{{"Host", "evil.example:4566"}}, true, false},
      {{{"Host", "127.0.0.1.evil.example"}}, true, false},
      {{{"Host", "localhost.evil.example"}}, true, false},
      {{{"Host", "192.168.1.9:4566"}}, true, false},
      {{{"Host", "[::1"}}, true, false},
      {{{"Host", "localhost"}, {"Host", "localhost"}}, true, false},
      {{{"Host", "build-machine:4566"}}, false, true},
      {{{"Host", "127.0.0.1:4566"}, {"Origin", "http://127.0.0.1:4566"}}, true, true},
      {{{"Host", "127.0.0.1:4566"}, {"Origin", "http://127.0.0.1:8080"}}, true, false},
      {{{"Host", "127.0.0.1:4566"}, {"Origin", "https://evil.example"}}, true, false},
      {{{"Host", "127.0.0.1:4566"}, {"Origin", "null"}}, true, false},
      {{{"Host", "127.0.0.1:4566"}, {"Origin", "http://127.0.0.1:4566"}, {"Origin", "null"}},
       true,
       false},
      {{{"Host", "build-machine:4566"}, {"Origin", "https://evil.example"}}, false, false},
      {{{"Host", "127.0.0.1:4566"}, {"Sec-Fetch-Site", "cross-site"}}, true, false},
      {{{"Host", "127.0.0.1:4566"}, {"Sec-Fetch-Site", "same-site"}}, true, false},
      {{{"Host", "127.0.0.1:4566"}, {"Sec-Fetch-Site", "same-origin"}}, true, true},
      {{{"Host", "127.0.0.1:4566"}, {"Sec-Fetch-Site", "none"}}, true, true},
  };
  for (const Row& row : rows) {
    Request asked(http::verb::get, "/metrics", 11);
    std::string fields;
    for (const auto& [name, value] : row.fields) {
      asked.insert(name, value);
      fields += name + ": " + value + "; ";
    }
    EXPECT_EQ(!refuse_cross_site(asked, row.loopback_only), row.passes) << fields;
  }
}

TEST(Endpoint, IsAnAddressAndAPort) {
  const std::pair<const char*, const char*> rows[] = {
      {"127.0.0.1:4566", "http://127.0.0.1:4566"},
      {"localhost:0", "http://127.0.0.1:0"},
      {"[::1]:65535", "http://[::1]:65535"},
  };
  for (const auto& [text, url] : rows) {
    const auto parsed = parse_endpoint(text, false);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(url_of(parsed->value()), url);
  }
  EXPECT_EQ(*parse_endpoint("none", false), std::nullopt);
  for (const auto* text : {"", "4566", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", ":4566",
                           "127.0.0.1:+1", "::1:4566", "[127.0.0.1]:1", "host.example:80"}) {
    const auto parsed = parse_endpoint(text, true);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().where, "--endpoint");
  }
}

TEST(Endpoint, IsReachableFromElsewhereOnlyWhenThatIsMeant) {
  for (const auto* text : {"0.0.0.0:4566", "[::]:4566", "192.168.1.9:4566"}) {
    const auto refused = parse_endpoint(text, false);
    ASSERT_FALSE(refused) << text;
    EXPECT_THAT(refused.error().message, HasSubstr("add --listen-anywhere"));
    EXPECT_TRUE(parse_endpoint(text, true)) << text;
  }
}

/// The server over a real loopback socket, its time made up.
class ConsoleServer : public Console {
 protected:
  ConsoleServer() { serve({}); }

  void serve(ServerLimits limits) {
    server_.reset();
    auto listening = HttpServer::listen(
        io_, timers_, {asio::ip::address_v4::loopback(), 0},
        [this](const Request& asked, HttpServer::Respond respond) {
          if (asked.target() == "/later") return waiting_.push_back(std::move(respond));
          router_.handle(asked, respond);
        },
        limits);
    ASSERT_TRUE(listening);
    server_ = std::move(*listening);
  }

  /// A connected socket that has sent `bytes`.
  std::unique_ptr<tcp::socket> sent(const std::string& bytes) {
    auto socket = std::make_unique<tcp::socket>(io_);
    socket->connect(server_->bound());
    asio::write(*socket, asio::buffer(bytes));
    return socket;
  }
  /// Runs both ends until `done` or nothing happens for long.
  void run_until(const std::function<bool()>& done) {
    for (int i = 0; i < 2000 && !done(); ++i) {
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(5));
    }
    EXPECT_TRUE(done());
  }
  /// What comes until the server closes.
  std::string rest(tcp::socket& socket) {
    std::string text;
    bool closed = false;
    std::array<char, 4096> block;
    std::function<void()> read = [&] {
      socket.async_read_some(asio::buffer(block),
                             [&](const boost::system::error_code& error, std::size_t got) {
                               text.append(block.data(), got);
                               closed = bool(error);
                               if (!error) read();
                             });
    };
    read();
    run_until([&] { return closed; });
    return text;
  }
  std::string answer_to(const std::string& bytes) { return rest(*sent(bytes)); }

  asio::io_context io_;
  SimulatedClock clock_;
  SimulatedTimers timers_{clock_};
  std::unique_ptr<HttpServer> server_;
  std::vector<HttpServer::Respond> waiting_;  ///< For /later.
};

constexpr const char* closing = "Host: localhost\r\nConnection: close\r\n\r\n";

TEST_F(ConsoleServer, AnswersOverASocketAndKeepsTheConnection) {
  const std::string text = answer_to(
      "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody"
      "HEAD /health HTTP/1.1\r\n" +
      std::string(closing));
  EXPECT_THAT(text, testing::StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\n\r\n{\"status\":\"running\"}\nHTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\n\r\ngot bodyHTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(text, testing::EndsWith("Content-Length: 21\r\n\r\n")) << "a head only";
}

TEST_F(ConsoleServer, RefusesPagesOfOtherSites) {
  EXPECT_THAT(
      answer_to("GET /metrics HTTP/1.1\r\nOrigin: http://evil.example\r\n" + std::string(closing)),
      testing::StartsWith("HTTP/1.1 403 Forbidden\r\n"));
  EXPECT_THAT(
      answer_to("GET /metrics HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n"),
      testing::StartsWith("HTTP/1.1 403 Forbidden\r\n"));
}

TEST_F(ConsoleServer, RefusesWhatIsTooLargeOrNoHttp) {
  const std::string host = "Host: localhost\r\n";
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\n" + host + "X: " + std::string(20'000, 'x')),
              testing::StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer_to("POST / HTTP/1.1\r\n" + host + "Content-Length: 4194305\r\n\r\n"),
              testing::StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer_to("\x16\x03\x01 this is no HTTP\r\n\r\n"),
              testing::StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer_to("POST / HTTP/1.1\r\nConnection: close\r\n" + host +
                        "Content-Length: 100000\r\n\r\n" + std::string(100'000, 'x')),
              testing::StartsWith("HTTP/1.1 200 "));
}

TEST_F(ConsoleServer, ClosesConnectionsThatAreIdleForAMinute) {
  const auto idle = sent("GET /health HTTP/1.1\r\nHost:");
  const auto answered = sent("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  run_until([&] { return answered->available() > 0; });
  timers_.advance(std::chrono::seconds(59));
  EXPECT_EQ(idle->available(), 0u);
  timers_.advance(std::chrono::seconds(1));
  EXPECT_EQ(rest(*idle), "");
  EXPECT_THAT(rest(*answered), HasSubstr("running"));
}

TEST_F(ConsoleServer, FurtherConnectionsWaitUntilOneHasEnded) {
  ServerLimits limits;
  limits.connections = 1;
  serve(limits);
  auto first = sent("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  run_until([&] { return first->available() > 0; });
  const auto second = sent("GET /health HTTP/1.1\r\n" + std::string(closing));
  io_.restart();
  io_.poll();
  EXPECT_EQ(second->available(), 0u);
  first.reset();
  EXPECT_THAT(rest(*second), HasSubstr("running"));
}

Response made_later() { return make_response(http::status::ok, "text/plain", "at last"); }

TEST_F(ConsoleServer, AnAnswerThatComesLateHoldsUpNoOtherConnectionAndNoOrder) {
  const auto slow = sent("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\nGET /health HTTP/1.1\r\n" +
                         std::string(closing));
  run_until([&] { return waiting_.size() == 1; });
  EXPECT_THAT(answer_to("GET /health HTTP/1.1\r\n" + std::string(closing)), HasSubstr("running"));
  timers_.advance(std::chrono::minutes(10));
  EXPECT_EQ(slow->available(), 0u) << "the second request waits for its turn";
  waiting_[0](made_later());
  waiting_[0](made_later());
  const std::string text = rest(*slow);
  EXPECT_THAT(text, HasSubstr("at lastHTTP/1.1 200 OK\r\n")) << "once";
  EXPECT_THAT(text, testing::EndsWith("{\"status\":\"running\"}\n"));
}

TEST_F(ConsoleServer, AnAnswerThatNeverComesClosesTheConnection) {
  const auto socket = sent("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
  run_until([&] { return waiting_.size() == 1; });
  waiting_.clear();
  EXPECT_EQ(rest(*socket), "");
}

TEST_F(ConsoleServer, AnAnswerAfterTheServerHasGoneIsIgnored) {
  const auto socket = sent("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
  run_until([&] { return waiting_.size() == 1; });
  server_.reset();
  waiting_[0](made_later());
  waiting_.clear();
  EXPECT_EQ(rest(*socket), "");
}

TEST_F(ConsoleServer, EndsWithConnectionsOpen) {
  const auto socket = sent("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  run_until([&] { return socket->available() > 0; });
  server_.reset();
  EXPECT_THAT(rest(*socket), HasSubstr("running"));
  EXPECT_EQ(timers_.next(), std::nullopt) << "nothing is left waiting";
}

TEST_F(ConsoleServer, SaysWhatToDoWhenThePortIsTaken) {
  const auto taken = HttpServer::listen(io_, timers_, server_->bound(),
                                        [](const Request&, const HttpServer::Respond&) {});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, "EndpointNotBound");
  EXPECT_EQ(taken.error().where, url_of(server_->bound()));
  EXPECT_EQ(taken.error().message,
            "the control endpoint cannot be opened: another program listens there; choose another "
            "with --endpoint ADDRESS:PORT (port 0: any that is free), or --endpoint none");
}

}  // namespace
}  // namespace cutover::console

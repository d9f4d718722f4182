// The same load balancer on real sockets and threads, on loopback with ports of the kernel's
// choice.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio.hpp>
#include <thread>

#include "lb/load_balancer.hpp"

namespace cutover::lb {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class Named final : public InProcessService {
 public:
  explicit Named(std::string name) : name_(std::move(name)) {}
  void serve(const InProcessRequest&, TimePoint, InProcessResponse& response) noexcept override {
    response.body = name_;
  }

 private:
  std::string name_;
};

/// Two workers; the control thread is the test's own.
class Sockets : public testing::Test {
 protected:
  Sockets() {
    Options options;
    options.workers = 2;
    balancer = std::make_unique<LoadBalancer>(io, timers, options);
    EXPECT_TRUE(balancer->start());
    for (const std::string name : {"old", "new"}) {
      targets::TargetGroupSpec spec;
      spec.name = name;
      EXPECT_TRUE(balancer->create_target_group(spec));
      const auto named = std::make_shared<Named>(name);
      EXPECT_TRUE(balancer->register_target(name, {{"127.0.0.1", 0}, named}));
    }
    ListenerSpec listener;
    listener.default_action = rules::Forward{{{"old", 1}}};
    const auto port = balancer->create_listener(listener);
    EXPECT_TRUE(port);
    endpoint = *balancer->bound(80);
    EXPECT_EQ(endpoint.port(), *port);
  }
  ~Sockets() override { balancer->stop(std::chrono::seconds(1)); }

  /// Sends on a connection of its own and reads until the other end closes.
  std::string ask(const std::string& request) {
    asio::io_context own;
    tcp::socket socket(own);
    socket.connect(endpoint);
    asio::write(socket, asio::buffer(request));
    std::string answer;
    boost::system::error_code error;
    asio::read(socket, asio::dynamic_buffer(answer), error);
    return answer;
  }
  static constexpr const char* get = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

  asio::io_context io{1};
  RealClock clock;
  AsioTimers timers{io, clock};
  std::unique_ptr<LoadBalancer> balancer;
  tcp::endpoint endpoint;
};

TEST_F(Sockets, ARequestThatStartsAfterAChangeIsRoutedByIt) {
  for (int i = 0; i < 50; ++i) {
    const std::string wanted = i % 2 == 0 ? "new" : "old";
    ASSERT_TRUE(balancer->modify_listener(80, rules::Forward{{{wanted, 1}}}));
    for (int j = 0; j < 4; ++j) EXPECT_THAT(ask(get), testing::EndsWith(wanted));
  }
}

TEST_F(Sockets, EveryRequestIsInExactlyOneAccountWhileRulesChange) {
  constexpr int each = 200;
  std::vector<std::thread> clients;
  std::atomic<int> answered{0};
  for (int c = 0; c < 3; ++c) {
    clients.emplace_back([&] {
      for (int i = 0; i < each; ++i) {
        if (ask(get).find("HTTP/1.1 200") == 0) ++answered;
      }
    });
  }
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(balancer->modify_listener(80, rules::Forward{{{i % 2 == 0 ? "new" : "old", 1}}}));
  }
  for (auto& client : clients) client.join();
  balancer->stop(std::chrono::seconds(1));
  const auto accounts = balancer->accounts();
  std::uint64_t sum = 0;
  for (const auto& [fate, count] : accounts.fates) sum += count;
  EXPECT_EQ(answered, 3 * each);
  EXPECT_EQ(accounts.requests, 3U * each);
  EXPECT_EQ(sum, accounts.requests);
  EXPECT_EQ(accounts.in_flight, 0U);
}

/// Every other request fails, the others are late.
class Flaky final : public TargetFault {
  Treatment next(TimePoint) noexcept override {
    Treatment treatment;
    treatment.delay = std::chrono::microseconds(100);
    if (requests_++ % 2 == 0) treatment.answer.emplace().status = 500;
    return treatment;
  }
  std::atomic<unsigned> requests_{0};
};

TEST_F(Sockets, EveryRequestIsAnsweredByATargetWhileItsFaultComesAndGoes) {
  constexpr int each = 200;
  std::vector<std::thread> clients;
  for (int c = 0; c < 3; ++c) {
    clients.emplace_back([&] {
      for (int i = 0; i < each; ++i) ask(get);
    });
  }
  const targets::TargetId target{"127.0.0.1", 0};
  for (int i = 0; i < 100; ++i) {
    std::shared_ptr<TargetFault> fault;
    if (i % 2 == 0) fault = std::make_shared<Flaky>();
    ASSERT_TRUE(balancer->set_target_fault("old", target, std::move(fault)));
    if (i % 10 != 0) continue;
    ASSERT_TRUE(balancer->register_target("old", {target, std::make_shared<Named>("old")}));
  }
  for (auto& client : clients) client.join();
  std::uint64_t answered = 0;
  for (const auto& [fate, count] : balancer->accounts().fates) {
    EXPECT_EQ(fate.kind, Fate::Kind::target);
    EXPECT_TRUE(fate.status == 200 || fate.status == 500) << fate.status;
    answered += count;
  }
  EXPECT_EQ(answered, 3U * each);
}

TEST_F(Sockets, APortInUseIsAnErrorThatSaysWhatToDo) {
  ListenerSpec second;
  second.port = 81;
  second.bind_port = endpoint.port();
  second.default_action = rules::FixedResponse{};
  const auto refused = balancer->create_listener(second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "PortInUse");
  EXPECT_THAT(refused.error().message, testing::HasSubstr("choose another port"));
  EXPECT_EQ(balancer->listeners().size(), 1U);
}

TEST_F(Sockets, ADeletedListenerAcceptsNoMore) {
  ASSERT_TRUE(balancer->delete_listener(80));
  asio::io_context own;
  tcp::socket socket(own);
  boost::system::error_code error;
  // The kernel may still finish a handshake that was under way; what counts is no answer.
  socket.connect(endpoint, error);
  if (!error) {
    asio::write(socket, asio::buffer(std::string(get)), error);
    std::string answer;
    asio::read(socket, asio::dynamic_buffer(answer), error);
    EXPECT_EQ(answer, "");
  }
}

TEST_F(Sockets, ABodyOfManyMegabytesGoesThroughATcpTarget) {
  const std::size_t size = 8 * 1024 * 1024;
  tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), 0});
  std::thread target([&] {
    // The first connection may be a health check; the upload comes on whichever sends a POST.
    for (int i = 0; i < 8; ++i) {
      tcp::socket socket = acceptor.accept();
      std::string head;
      boost::system::error_code error;
      asio::read_until(socket, asio::dynamic_buffer(head), "\r\n\r\n", error);
      if (error) continue;
      if (head.find("POST ") != 0) {
        asio::write(socket, asio::buffer(std::string("HTTP/1.1 200 OK\r\n\r\n")), error);
        continue;
      }
      std::string body = head.substr(head.find("\r\n\r\n") + 4);
      asio::read(socket, asio::dynamic_buffer(body), asio::transfer_exactly(size - body.size()),
                 error);
      asio::write(
          socket,
          asio::buffer("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n"),
          error);
      asio::write(socket, asio::buffer(body), error);
      return;
    }
  });
  ASSERT_TRUE(
      balancer->register_target("new", {{"127.0.0.1", acceptor.local_endpoint().port()}, nullptr}));
  ASSERT_TRUE(balancer->deregister_target("new", {"127.0.0.1", 0}));
  ASSERT_TRUE(balancer->modify_listener(80, rules::Forward{{{"new", 1}}}));
  std::string request =
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " + std::to_string(size) +
      "\r\n\r\n";
  for (std::size_t i = 0; i < size; ++i) request += static_cast<char>('a' + i % 26);
  std::string answer;
  std::thread client([&] { answer = ask(request); });
  client.join();
  target.join();
  ASSERT_GT(answer.size(), size);
  EXPECT_EQ(answer.substr(answer.size() - size), request.substr(request.size() - size));
}

TEST_F(Sockets, StopLetsARequestInFlightFinish) {
  asio::io_context own;
  tcp::socket idle(own);
  idle.connect(endpoint);
  EXPECT_THAT(ask(get), testing::EndsWith("old"));
  balancer->stop(std::chrono::seconds(1));
  std::string rest;
  boost::system::error_code error;
  asio::read(idle, asio::dynamic_buffer(rest), error);
  EXPECT_EQ(rest, "");
  EXPECT_EQ(balancer->accounts().connections_open, 0U);
}

}  // namespace
}  // namespace cutover::lb

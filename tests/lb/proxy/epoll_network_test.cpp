// The workers' network, over socket pairs and loopback.

#include "lb/proxy/epoll_network.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <boost/asio/error.hpp>
#include <thread>

#include "lb/proxy/listening_socket.hpp"

namespace cutover::lb::proxy {
namespace {

namespace error = boost::asio::error;
using boost::asio::ip::make_address;

/// Does something when an operation has ended.
struct Then final : Operation::Watcher {
  explicit Then(std::function<void(Operation&)> what) : act(std::move(what)) {}
  void operation_ended(Operation& operation) override { act(operation); }
  std::function<void(Operation&)> act;
};

class Streams : public testing::Test {
 protected:
  /// A stream and the other end of it, a plain socket.
  struct Streamed {
    std::unique_ptr<Stream> stream;
    Descriptor far;
    void send(std::string_view bytes, int flags = 0) const {
      EXPECT_EQ(::send(far.get(), bytes.data(), bytes.size(), flags),
                static_cast<ssize_t>(bytes.size()));
    }
    /// What can be received now.
    std::string receive() const {
      std::string bytes(1 << 20, '\0');
      const auto got = ::recv(far.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
      bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
      return bytes;
    }
  };

  Streamed pair() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    Streamed made{network.adopt(Descriptor(ends[0])), Descriptor(ends[1])};
    settle();
    return made;
  }

  /// Over TCP; the stream is the connecting end.
  Streamed tcp() {
    const auto listening = listen();
    Operation connected;
    auto stream = network.connect(local_endpoint(listening), connected);
    until([&] { return connected.ended(); });
    EXPECT_FALSE(connected.take().error);
    return {std::move(stream), Descriptor(::accept(listening.get(), nullptr, nullptr))};
  }

  static Endpoint loopback() { return {make_address("127.0.0.1"), 0}; }
  static Descriptor listen() { return std::move(*open_listening_socket(loopback())); }

  void settle() {
    for (int turns = 0; turns < 1000 && loop.poll(); ++turns) {
    }
  }
  /// Bounded by a deadline that only a failure meets.
  void until(const std::function<bool()>& done) {
    bool late = false;
    const auto alarm = loop.after(std::chrono::seconds(10), [&] { late = true; });
    while (!done() && !late) {
      if (!loop.poll()) std::this_thread::yield();
    }
    loop.cancel(alarm);
    EXPECT_FALSE(late);
  }
  /// Reads once, waiting for it: the bytes, or the error's message.
  std::string read(Stream& stream, std::size_t most) {
    std::string bytes(most, '\0');
    Operation operation;
    stream.read(bytes.data(), most, operation);
    EXPECT_TRUE(operation.pending()) << "ended within the call that began it";
    until([&] { return operation.ended(); });
    const auto outcome = operation.take();
    bytes.resize(outcome.bytes);
    return outcome.error ? outcome.error.message() : bytes;
  }
  /// Writes until the socket is full.
  static std::size_t fill(Stream& stream) {
    const std::string bytes(100'000, 'x');
    error_code failed;
    for (std::size_t sum = 0;;) {
      const std::string_view pieces[] = {bytes};
      const std::size_t sent = stream.write_now(pieces, failed);
      EXPECT_FALSE(failed);
      sum += sent;
      if (sent < bytes.size()) return sum;
    }
  }
  static std::string end() { return error_code(error::eof).message(); }

  RealClock clock;
  EventLoop loop{clock};
  EpollNetwork network{loop};
};

TEST_F(Streams, ReadsGoOnUntilNothingIsLeftAndThenWait) {
  const auto [stream, far] = pair();
  ASSERT_EQ(::send(far.get(), "abcdefgh", 8, 0), 8);
  EXPECT_EQ(read(*stream, 3), "abc");
  EXPECT_EQ(read(*stream, 3), "def");
  EXPECT_EQ(read(*stream, 2), "gh");  // exactly all: the next read can't know that yet
  char more = 0;
  Operation operation;
  stream->read(&more, 1, operation);
  settle();
  EXPECT_TRUE(operation.pending());
  ASSERT_EQ(::send(far.get(), "i", 1, 0), 1);
  settle();
  ASSERT_TRUE(operation.ended());
  EXPECT_EQ(operation.take().bytes, 1U);
  EXPECT_EQ(more, 'i');
}

TEST_F(Streams, TheEndIsReadAfterTheLastBytesAndAgain) {
  for (const bool over_tcp : {false, true}) {
    auto connection = over_tcp ? tcp() : pair();
    connection.send("last");
    connection.far.reset();
    EXPECT_EQ(read(*connection.stream, 100), "last");
    EXPECT_EQ(read(*connection.stream, 100), end());
    EXPECT_EQ(read(*connection.stream, 100), end());
  }
}

TEST_F(Streams, WaitingForReadabilityTakesNothingAndIsNotFooledByWhatWasRead) {
  const auto connection = pair();
  auto& stream = *connection.stream;
  connection.send("ab");
  EXPECT_EQ(read(stream, 2), "ab");
  Operation readable;
  stream.wait_readable(readable);
  settle();
  EXPECT_TRUE(readable.pending());
  connection.send("cd");
  settle();
  ASSERT_TRUE(readable.ended());
  EXPECT_FALSE(readable.take().error);
  EXPECT_EQ(read(stream, 100), "cd");
}

TEST_F(Streams, UrgentDataKeepsNothingBehindItFromBeingRead) {
  const auto connection = tcp();
  connection.send("before");
  connection.send("!", MSG_OOB);
  connection.send("after");
  std::string all;
  while (all.size() < 11) all += read(*connection.stream, 100);
  EXPECT_EQ(all, "beforeafter");
}

TEST_F(Streams, AFullSocketIsWaitedForUntilThePeerTakesSome) {
  for (const bool over_tcp : {false, true}) {
    const auto connection = over_tcp ? tcp() : pair();
    std::size_t sent = fill(*connection.stream);
    Operation writable;
    connection.stream->wait_writable(writable);
    settle();
    EXPECT_TRUE(writable.pending());
    std::size_t received = 0;
    until([&] {
      received += connection.receive().size();
      return writable.ended();
    });
    EXPECT_FALSE(writable.take().error);
    sent += fill(*connection.stream);
    until([&] {
      received += connection.receive().size();
      return received == sent;
    });
  }
}

TEST_F(Streams, PiecesArriveInOrderWhateverTheirSize) {
  for (const std::size_t size : {1UL, 2045UL, 2046UL, 40'000UL}) {
    const auto connection = pair();
    const std::string body(size, 'b');
    const std::string_view pieces[] = {"a", "", body, "cd"};
    error_code failed;
    EXPECT_EQ(connection.stream->write_now(pieces, failed), size + 3);
    EXPECT_EQ(connection.stream->write_now({}, failed), 0U);
    EXPECT_EQ(connection.receive(), "a" + body + "cd") << size;
  }
}

TEST_F(Streams, CancelEndsBothSidesLaterAndLosesNoBytes) {
  const auto connection = pair();
  auto& stream = *connection.stream;
  fill(stream);
  char byte = 0;
  Operation reading;
  Operation writing;
  stream.read(&byte, 1, reading);
  stream.wait_writable(writing);
  connection.send("kept");
  stream.cancel();
  EXPECT_TRUE(reading.pending() && writing.pending());
  settle();
  ASSERT_TRUE(reading.ended() && writing.ended());
  EXPECT_EQ(reading.take().error, error::operation_aborted);
  EXPECT_EQ(writing.take().error, error::operation_aborted);
  EXPECT_EQ(read(stream, 100), "kept");
}

TEST_F(Streams, CloseEndsWhatIsPendingAndRefusesWhatFollows) {
  const auto connection = pair();
  char byte = 0;
  Operation reading;
  connection.stream->read(&byte, 1, reading);
  connection.stream->close();
  EXPECT_TRUE(reading.pending());
  settle();
  EXPECT_EQ(reading.take().error, error::operation_aborted);
  EXPECT_EQ(read(*connection.stream, 1), error_code(error::bad_descriptor).message());
  error_code failed;
  const std::string_view pieces[] = {"a"};
  EXPECT_EQ(connection.stream->write_now(pieces, failed), 0U);
  EXPECT_EQ(failed, error::bad_descriptor);
  connection.stream->close();
  connection.stream->reset();
  EXPECT_EQ(::recv(connection.far.get(), &byte, 1, 0), 0);
}

TEST_F(Streams, AResetIsToldToBothSidesAtOnce) {
  auto connection = tcp();
  fill(*connection.stream);
  char byte = 0;
  Operation reading;
  Operation writing;
  connection.stream->read(&byte, 1, reading);
  connection.stream->wait_writable(writing);
  const linger at_once{1, 0};
  ::setsockopt(connection.far.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  connection.far.reset();
  until([&] { return reading.ended() && writing.ended(); });
  EXPECT_EQ(reading.take().error, error::connection_reset);
  (void)writing.take();
}

TEST_F(Streams, AStreamResetsItsPeer) {
  const auto connection = tcp();
  connection.stream->reset();
  char byte = 0;
  EXPECT_EQ(::recv(connection.far.get(), &byte, 1, 0), -1);
  EXPECT_EQ(errno, ECONNRESET);
}

TEST_F(Streams, TheEndOfSendingLeavesTheOtherDirectionOpen) {
  const auto connection = pair();
  connection.stream->shut_down_sending();
  char byte = 0;
  EXPECT_EQ(::recv(connection.far.get(), &byte, 1, 0), 0);
  connection.send("still");
  EXPECT_EQ(read(*connection.stream, 100), "still");
}

TEST_F(Streams, AConnectionNobodyAcceptsIsRefused) {
  Endpoint nobody;
  {
    const auto listening = listen();
    nobody = local_endpoint(listening);
  }
  Operation connected;
  const auto stream = network.connect(nobody, connected);
  EXPECT_TRUE(connected.pending());
  until([&] { return connected.ended(); });
  EXPECT_EQ(connected.take().error, error::connection_refused);
}

TEST_F(Streams, AConnectMayBeCancelledOrClosed) {
  const auto listening = listen();
  for (const bool closed : {false, true}) {
    Operation connected;
    const auto stream = network.connect(local_endpoint(listening), connected);
    closed ? stream->close() : stream->cancel();
    EXPECT_TRUE(connected.pending());
    settle();
    ASSERT_TRUE(connected.ended());
    EXPECT_EQ(connected.take().error, error::operation_aborted);
  }
}

TEST_F(Streams, AStreamDestroyedDuringABatchIsNotTouchedByItsLaterEvents) {
  // Whichever of the two is told first destroys the other one, whose event is at hand.
  Streamed streams[2] = {pair(), pair()};
  char bytes[2] = {};
  Operation operations[2];
  int ended = 0;
  const auto take_the_other = [&](int i) {
    return [&, i](Operation&) {
      ++ended;
      streams[1 - i].stream.reset();
    };
  };
  Then first(take_the_other(0));
  Then second(take_the_other(1));
  operations[0].watch(&first);
  streams[0].stream->read(bytes, 1, operations[0]);
  streams[0].send("a");
  streams[1].send("b");
  settle();
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(streams[1].stream, nullptr);
}

TEST_F(Streams, TheLastOperationsEndMayDestroyTheStream) {
  auto connection = pair();
  fill(*connection.stream);
  char byte = 0;
  Operation reading;
  Operation writing;
  const auto destroy_when_idle = [&](Operation&) {
    if (!reading.pending() && !writing.pending()) connection.stream.reset();
  };
  Then watcher(destroy_when_idle);
  reading.watch(&watcher);
  writing.watch(&watcher);
  connection.stream->read(&byte, 1, reading);
  connection.stream->wait_writable(writing);
  connection.far.reset();  // one event ends both
  settle();
  EXPECT_EQ(connection.stream, nullptr);
}

TEST_F(Streams, AStreamWithMuchToReadLeavesTurnsToOthers) {
  const auto busy = pair();
  const auto quiet = pair();
  busy.send(std::string(60'000, 'x'));
  char into[16];
  Operation reading;
  std::size_t reads = 0;
  Then again([&](Operation& ended) {
    ++reads;
    (void)ended.take();
    if (reads < 3000) busy.stream->read(into, sizeof into, reading);
  });
  reading.watch(&again);
  busy.stream->read(into, sizeof into, reading);
  loop.poll();
  quiet.send("me too");
  char other[16];
  Operation waiting;
  quiet.stream->read(other, sizeof other, waiting);
  for (int turn = 0; turn < 3 && waiting.pending(); ++turn) loop.poll();
  EXPECT_TRUE(waiting.ended());
  EXPECT_LT(reads, 10U);
  until([&] { return reads == 3000; });
}

/// Keeps what is accepted; may do something with the acceptor then.
struct Accepting final : Acceptor::Sink {
  void accepted(Acceptor::Accepted connection) override {
    connections.push_back(std::move(connection));
    then();
  }
  void turned_away() override { ++turned; }
  std::vector<Acceptor::Accepted> connections;
  int turned = 0;
  std::function<void()> then = [] {};
};

class Accept : public Streams {
 protected:
  Accept() { acceptor->start(sink); }

  Descriptor client() {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(socket.get(), at.data(), static_cast<socklen_t>(at.size())), 0);
    return socket;
  }

  Accepting sink;
  std::unique_ptr<Acceptor> acceptor = std::move(*network.listen(loopback()));
  const Endpoint at = acceptor->local();
};

TEST_F(Accept, TakesAllThatWaitAndKnowsTheirAddresses) {
  std::vector<Descriptor> clients;
  for (int i = 0; i < 40; ++i) clients.push_back(client());
  until([&] { return sink.connections.size() == clients.size(); });
  for (std::size_t i = 0; i < clients.size(); ++i) {
    EXPECT_EQ(sink.connections[i].peer, local_endpoint(clients[i]));
  }
}

TEST_F(Accept, MayEndWhileItIsAccepting) {
  const auto first = client();
  const auto second = client();
  sink.then = [&] { acceptor.reset(); };
  until([&] { return !sink.connections.empty(); });
  settle();
  EXPECT_EQ(sink.connections.size(), 1U);
}

// The address and undefined-behaviour build looks at objects through pipes, and would take one that
// it gets no descriptors for as broken.
#ifndef __SANITIZE_ADDRESS__
TEST_F(Accept, TurnsClientsAwayWhenNoDescriptorIsLeft) {
  const auto first = client();
  const auto second = client();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  {
    const Descriptor lowest_free(::dup(first.get()));
    none.rlim_cur = static_cast<rlim_t>(lowest_free.get());
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  loop.poll();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(sink.turned, 2);
  char byte = 0;
  EXPECT_EQ(::recv(first.get(), &byte, 1, 0), 0);
  const auto third = client();
  until([&] { return sink.connections.size() == 1; });
}
#endif

TEST_F(Accept, SharesItsPortWithOtherAcceptorsOfTheProcess) {
  auto other = network.listen(at);
  ASSERT_TRUE(other);
  EXPECT_EQ((*other)->local(), at);
  EXPECT_FALSE(probe_listen(at));
}

}  // namespace
}  // namespace cutover::lb::proxy

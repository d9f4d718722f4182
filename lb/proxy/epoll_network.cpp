#include "lb/proxy/epoll_network.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <boost/asio/error.hpp>
#include <cassert>
#include <cerrno>
#include <memory>
#include <utility>

#include "lb/proxy/gathered_write.hpp"
#include "lb/proxy/listening_socket.hpp"

namespace cutover::lb::proxy {

namespace {

constexpr std::uint32_t stream_events =
    EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;  // errors and hang-ups come unasked
constexpr std::uint32_t over_events = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

void set_no_delay(const Descriptor& socket) {
  const int yes = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

/// One side of a stream at work: a pending operation, and why it must fail.
struct Side {
  Operation* operation = nullptr;
  int failed = 0;      ///< errno to end with; 0: none.
  bool ready = false;  ///< The socket is believed not to make this side wait.

  bool due() const { return operation != nullptr && (ready || failed != 0); }
  void begin(Operation& begun) {
    assert(operation == nullptr);
    begun.begin();
    operation = &begun;
  }
  void end(std::size_t bytes, error_code error = {}) {
    failed = 0;
    std::exchange(operation, nullptr)->end(error, bytes);  // may destroy the stream
  }
  void end_failed() { end(0, error_code(failed, boost::system::system_category())); }
};

class EpollStream final : public Stream, private EventLoop::Source {
 public:
  /// Not connected yet.
  explicit EpollStream(EventLoop& loop) : loop_(loop) {}
  ~EpollStream() override {
    assert(reading_.operation == nullptr && writing_.operation == nullptr);
    EpollStream::close();
  }

  /// Takes over a connected socket; false when it can't be watched.
  bool take(Descriptor socket) {
    socket_ = std::move(socket);
    writing_.ready = true;
    return loop_.watch(socket_.get(), stream_events, *this);
  }

  void connect(const Endpoint& to, Operation& operation) {
    writing_.begin(operation);
    connecting_ = true;
    socket_ =
        Descriptor(::socket(to.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_) return fail_soon(writing_, errno);
    set_no_delay(socket_);
    // Watched from then on only: a socket that has not begun to connect looks hung up.
    const bool refused =
        ::connect(socket_.get(), to.data(), static_cast<socklen_t>(to.size())) != 0 &&
        errno != EINPROGRESS;
    if (refused || !loop_.watch(socket_.get(), stream_events, *this)) fail_soon(writing_, errno);
  }

  void read(char* into, std::size_t most, Operation& operation) override {
    into_ = into;
    most_ = most;
    begin(reading_, operation);
  }

  void wait_readable(Operation& operation) override { read(nullptr, 0, operation); }
  void wait_writable(Operation& operation) override { begin(writing_, operation); }

  std::size_t write_now(std::span<const std::string_view> pieces, error_code& error) override {
    bool full = false;
    const std::size_t sent = write_gathered(socket_.get(), pieces, error, full);
    if (full) writing_.ready = false;
    return sent;
  }

  void cancel() override {
    if (reading_.operation != nullptr) fail_soon(reading_, ECANCELED);
    if (writing_.operation != nullptr) fail_soon(writing_, ECANCELED);
  }

  void shut_down_sending() override { ::shutdown(socket_.get(), SHUT_WR); }

  void close() override {
    cancel();
    if (!socket_) return;
    loop_.forget(socket_.get(), *this);
    socket_.reset();
  }

  void reset() override {
    const linger at_once{1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }

 private:
  void begin(Side& side, Operation& operation) {
    side.begin(operation);
    if (!socket_) {
      fail_soon(side, EBADF);
    } else if (side.ready) {
      loop_.soon(*this);
    }
  }

  void fail_soon(Side& side, int error) {
    side.failed = error;
    loop_.soon(*this);
  }

  void ready(std::uint32_t events) override {
    if ((events & (EPOLLIN | EPOLLPRI | over_events)) != 0) reading_.ready = true;
    // A read that gets less than asked for has not met the end, an error or a mark of urgent data
    // that is already known to be there.
    if ((events & (EPOLLPRI | over_events)) != 0) stays_readable_ = true;
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) writing_.ready = true;
    // The end of one side may destroy the stream, but not while the other is pending.
    const bool write_due = writing_.due();
    if (reading_.due()) advance_read((events & EPOLLIN) != 0);
    if (write_due) advance_write();
  }

  void advance_read(bool just_told) {
    if (reading_.failed != 0) return reading_.end_failed();
    if (most_ == 0) {
      if (just_told || something_to_read()) return reading_.end(0);
      reading_.ready = false;
      return;
    }
    ssize_t got = 0;
    do {
      got = ::recv(socket_.get(), into_, most_, 0);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
      const auto bytes = static_cast<std::size_t>(got);
      // Less than asked for: drained, and what comes later is an event of its own.
      reading_.ready = bytes == most_ || stays_readable_;
      reading_.end(bytes);
    } else if (got == 0) {
      reading_.end(0, boost::asio::error::eof);
    } else if (errno == EAGAIN) {
      reading_.ready = stays_readable_ = false;
    } else {
      reading_.failed = errno;
      reading_.end_failed();
    }
  }

  /// What was believed from an earlier read may not hold any more.
  bool something_to_read() const {
    char byte = 0;
    return ::recv(socket_.get(), &byte, 1, MSG_PEEK) >= 0 || errno != EAGAIN;
  }

  void advance_write() {
    if (connecting_ && writing_.failed == 0) {
      socklen_t size = sizeof writing_.failed;
      ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &writing_.failed, &size);
    }
    connecting_ = false;
    if (writing_.failed != 0) return writing_.end_failed();
    writing_.end(0);
  }

  EventLoop& loop_;
  Side reading_;
  Side writing_;
  char* into_ = nullptr;
  std::size_t most_ = 0;  ///< 0: only waits until there is something.
  Descriptor socket_;
  bool connecting_ = false;
  bool stays_readable_ = false;
};

/// Accepts what waits, a bounded number per turn. When no file descriptor is left, one kept in
/// reserve lets it accept and close the connection, so that the client is refused at once instead
/// of hanging in the backlog.
class EpollAcceptor final : public Acceptor, private EventLoop::Source {
 public:
  EpollAcceptor(EventLoop& loop, Descriptor socket)
      : loop_(loop), socket_(std::move(socket)), reserve_(open_reserve()) {}
  ~EpollAcceptor() override {
    EpollAcceptor::close();
    *alive_ = false;
  }

  /// False, with errno set: it can't be watched.
  bool prepare() { return loop_.watch(socket_.get(), 0, *this); }

  void start(Sink& sink) override {
    sink_ = &sink;
    listen_for_events();
  }

  void close() override {
    loop_.cancel(pause_);
    if (!socket_) return;
    loop_.forget(socket_.get(), *this);
    socket_.reset();
  }

  Endpoint local() const override { return local_endpoint(socket_); }

 private:
  static constexpr int accepted_per_turn = 16;

  static Descriptor open_reserve() { return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

  void ready(std::uint32_t) override {
    const auto alive = alive_;
    for (int i = 0; i < accepted_per_turn && *alive && socket_; ++i) {
      if (!accept_one()) break;
    }
  }

  /// False: there is no more to accept now.
  bool accept_one() {
    Endpoint peer;
    auto size = static_cast<socklen_t>(peer.capacity());
    Descriptor socket(::accept4(socket_.get(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) return after_failure(errno);
    peer.resize(size);
    set_no_delay(socket);
    auto stream = std::make_unique<EpollStream>(loop_);
    if (stream->take(std::move(socket))) {
      sink_->accepted({std::move(stream), peer});
    } else {
      sink_->turned_away();
    }
    return true;
  }

  bool after_failure(int error) {
    switch (error) {
      case EAGAIN:
        return false;
      case EMFILE:
      case ENFILE:
        return turn_away();
      case ENOBUFS:
      case ENOMEM:
        pause();
        return false;
      default:
        return true;  // ECONNABORTED and the like concern one client only
    }
  }

  bool turn_away() {
    reserve_.reset();
    Descriptor unlucky(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    const bool turned_away = static_cast<bool>(unlucky);
    // Without one the kernel says that descriptors are missing before it says that nobody waits.
    if (!turned_away && errno != EAGAIN) pause();
    unlucky.reset();
    reserve_ = open_reserve();
    if (turned_away) sink_->turned_away();
    return turned_away;
  }

  /// The backlog would be told about in every turn, and nothing can be done about it.
  void pause() {
    loop_.watch_for(socket_.get(), 0, *this);
    pause_ = loop_.after(std::chrono::milliseconds(10), [this] { listen_for_events(); });
  }

  /// Level-triggered: what a turn leaves in the backlog is told again.
  void listen_for_events() { loop_.watch_for(socket_.get(), EPOLLIN, *this); }

  EventLoop& loop_;
  Descriptor socket_;
  Descriptor reserve_;
  Sink* sink_ = nullptr;
  TimerId pause_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< The sink may destroy it.
};

}  // namespace

std::unique_ptr<Stream> EpollNetwork::connect(const Endpoint& to, Operation& operation) {
  auto stream = std::make_unique<EpollStream>(loop_);
  stream->connect(to, operation);
  return stream;
}

Result<std::unique_ptr<Acceptor>> EpollNetwork::listen(const Endpoint& on) {
  auto socket = open_listening_socket(on);
  if (!socket) return socket.error();
  auto acceptor = std::make_unique<EpollAcceptor>(loop_, std::move(*socket));
  if (!acceptor->prepare()) return listen_error(on, errno);
  return std::unique_ptr<Acceptor>(std::move(acceptor));
}

std::unique_ptr<Stream> EpollNetwork::adopt(Descriptor socket) {
  auto stream = std::make_unique<EpollStream>(loop_);
  if (!stream->take(std::move(socket))) return nullptr;
  return stream;
}

}  // namespace cutover::lb::proxy

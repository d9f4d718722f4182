#include "bench/load/connections.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <system_error>
#include <utility>

namespace cutover::load {

namespace {

constexpr std::size_t buffer_bytes = 64 * 1024;
constexpr int reads_per_event_most = 16;
constexpr std::uint32_t socket_events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
constexpr std::uint64_t wake_key = ~std::uint64_t{0};

std::uint64_t key(Connections::Slot slot, std::uint32_t generation) {
  return (std::uint64_t{generation} << 32) | slot;
}

Error system_error(const char* what) {
  return Error{"ResourceLimit", "",
               std::string(what) + ": " + std::generic_category().message(errno)};
}

bool watch(int epoll, int operation, int socket, std::uint32_t events, std::uint64_t data) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = data;
  return ::epoll_ctl(epoll, operation, socket, &event) == 0;
}

}  // namespace

Connections::Connections(boost::asio::ip::tcp::endpoint endpoint, std::uint32_t most, OnEnd on_end)
    : endpoint_(std::move(endpoint)),
      most_(most),
      on_end_(std::move(on_end)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      buffer_(buffer_bytes) {}

Result<std::unique_ptr<Connections>> Connections::make(boost::asio::ip::tcp::endpoint endpoint,
                                                       std::uint32_t most, OnEnd on_end) {
  std::unique_ptr<Connections> made(new Connections(std::move(endpoint), most, std::move(on_end)));
  if (!made->epoll_ || !made->wake_ ||
      !watch(made->epoll_.get(), EPOLL_CTL_ADD, made->wake_.get(), EPOLLIN, wake_key)) {
    return system_error("the load generator cannot wait for sockets");
  }
  return made;
}

std::optional<Connections::Slot> Connections::send(std::uint64_t request, const std::string& bytes,
                                                   bool head_request) {
  Slot slot = 0;
  const bool reused = !free_.empty();
  if (reused) {
    slot = free_.back();
    free_.pop_back();
  } else if (!closed_.empty()) {
    slot = closed_.back();
    closed_.pop_back();
  } else if (slots_.size() < most_) {
    slot = static_cast<Slot>(slots_.size());
    slots_.emplace_back();
  } else {
    return std::nullopt;
  }
  Connection& connection = slots_[slot];
  connection.busy = true;
  connection.request = request;
  connection.unsent = bytes;
  connection.reader.begin(head_request);
  if (reused) {
    write(slot);
  } else if (!open(slot)) {
    fail(slot, Fate::Error::connect);
  }
  return slot;
}

bool Connections::open(Slot slot) {
  Connection& connection = slots_[slot];
  ++connection.generation;
  connection.connecting = true;
  connection.socket = Descriptor(
      ::socket(endpoint_.data()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int socket = connection.socket.get();
  if (socket < 0) return false;
  const int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::connect(socket, endpoint_.data(), static_cast<socklen_t>(endpoint_.size())) != 0 &&
      errno != EINPROGRESS) {
    return false;
  }
  // A connection that is open by now is reported as writable all the same.
  return watch(epoll_.get(), EPOLL_CTL_ADD, socket, socket_events,
               key(slot, connection.generation));
}

void Connections::close(Slot slot) {
  Connection& connection = slots_[slot];
  connection.socket.reset();
  connection.connecting = false;
  connection.busy = false;
  closed_.push_back(slot);
}

void Connections::drop(Slot slot) {
  assert(slots_[slot].busy);
  close(slot);
}

void Connections::wait(Duration most) {
  std::array<epoll_event, 256> events;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(most);
  timespec limit{};
  limit.tv_sec = seconds.count();
  limit.tv_nsec = (most - seconds).count();
  const int count = ::epoll_pwait2(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   most < Duration::zero() ? nullptr : &limit, nullptr);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == wake_key) {
      std::uint64_t wakes = 0;
      [[maybe_unused]] const auto read = ::read(wake_.get(), &wakes, sizeof wakes);
      continue;
    }
    const auto slot = static_cast<Slot>(event.data.u64);
    const Connection& connection = slots_[slot];
    if (connection.socket && key(slot, connection.generation) == event.data.u64) {
      on_event(slot, event.events);
    }
  }
}

void Connections::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
}

void Connections::on_event(Slot slot, std::uint32_t events) {
  Connection& connection = slots_[slot];
  if (connection.connecting) {
    connected(slot, events);
    if (connection.connecting || !connection.socket) return;
  }
  if (connection.busy && !connection.unsent.empty() && (events & EPOLLOUT) != 0) {
    write(slot);
    if (!connection.socket) return;
  }
  const bool ending = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (ending || (events & EPOLLIN) != 0) read(slot, ending);
}

void Connections::connected(Slot slot, std::uint32_t events) {
  Connection& connection = slots_[slot];
  int problem = 0;
  socklen_t size = sizeof problem;
  ::getsockopt(connection.socket.get(), SOL_SOCKET, SO_ERROR, &problem, &size);
  if (problem != 0) return fail(slot, Fate::Error::connect);
  if ((events & EPOLLOUT) == 0) return;
  connection.connecting = false;
  write(slot);
}

void Connections::write(Slot slot) {
  Connection& connection = slots_[slot];
  while (!connection.unsent.empty()) {
    const auto sent = ::send(connection.socket.get(), connection.unsent.data(),
                             connection.unsent.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    // A server may have answered and closed before it took the whole request: what it said is
    // still there to be read.
    if (sent < 0) return read(slot, true);
    connection.unsent.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// `to_the_end`: the stream is known to be ending, so a short read is not the last one.
void Connections::read(Slot slot, bool to_the_end) {
  const Connection& connection = slots_[slot];
  for (int turn = 0; turn < reads_per_event_most; ++turn) {
    const auto received = ::recv(connection.socket.get(), buffer_.data(), buffer_.size(), 0);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && !to_the_end) return;
    if (received <= 0) return end_of_stream(slot, received == 0);
    take(slot, {buffer_.data(), static_cast<std::size_t>(received)});
    if (!connection.socket) return;
    // Edge-triggered: less than the buffer holds means that the socket was emptied.
    if (static_cast<std::size_t>(received) < buffer_.size() && !to_the_end) return;
  }
  // A long body must not keep the others waiting; watching anew brings the rest as a new event.
  watch(epoll_.get(), EPOLL_CTL_MOD, connection.socket.get(), socket_events,
        key(slot, connection.generation));
}

void Connections::end_of_stream(Slot slot, bool orderly) {
  Connection& connection = slots_[slot];
  if (orderly) connection.reader.end_of_stream();
  if (connection.busy && connection.reader.done()) return finish(slot, false);
  fail(slot, Fate::Error::reset);
}

void Connections::take(Slot slot, std::string_view bytes) {
  Connection& connection = slots_[slot];
  // Bytes that nobody asked for: whatever they are, they must not be read as the next answer.
  if (!connection.busy) return fail(slot, Fate::Error::malformed);
  const std::size_t taken = connection.reader.take(bytes);
  if (connection.reader.malformed()) return fail(slot, Fate::Error::malformed);
  if (connection.reader.done()) finish(slot, taken == bytes.size());
}

void Connections::finish(Slot slot, bool reusable) {
  Connection& connection = slots_[slot];
  const ResponseReader& reader = connection.reader;
  on_end_({connection.request, Fate::Error::none, reader.status(), reader.target_group()});
  if (!reusable || !reader.keep_alive() || !connection.unsent.empty()) return close(slot);
  connection.busy = false;
  free_.push_back(slot);
}

// Closes; when an exchange was under way, it ends with `error`.
void Connections::fail(Slot slot, Fate::Error error) {
  Connection& connection = slots_[slot];
  if (connection.busy) {
    on_end_({connection.request, error, 0, connection.reader.target_group()});
  } else {
    free_.erase(std::find(free_.begin(), free_.end(), slot));
  }
  close(slot);
}

}  // namespace cutover::load

// What a proxy costs when it does nothing: copies bytes between each client connection and one
// target connection of its own, and parses none of them. The floor that real proxies are measured
// against: what they need beyond it is what HTTP and routing cost.
//
// Usage: shuttle LISTEN_PORT TARGET_PORT   (both on 127.0.0.1; ends at a signal)

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/descriptor.hpp"

namespace {

using cutover::Descriptor;

struct Pair;

/// One of a pair's two sockets, and the bytes it could not take at once.
struct End {
  Pair* pair = nullptr;
  End* other = nullptr;
  Descriptor socket;
  std::string unsent;
};

struct Pair {
  End client;
  End target;
  bool closed = false;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Descriptor open_socket() {
  return Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

void no_delay(const Descriptor& socket) {
  const int yes = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

class Shuttle {
 public:
  /// False, with errno set, when the port cannot be listened on.
  bool listen(std::uint16_t listen_port, std::uint16_t target_port);
  void run();

 private:
  void accept();
  void on_event(End& end, std::uint32_t events);
  void copy_from(End& source);
  bool send(End& sink, std::string_view bytes);
  void close(Pair& pair);
  bool watch(int socket, End* end);

  Descriptor epoll_{::epoll_create1(EPOLL_CLOEXEC)};
  Descriptor listener_ = open_socket();
  sockaddr_in target_{};
  std::array<char, 64 * 1024> buffer_{};
  std::vector<Pair*> closed_;  // Freed once no event of this turn can name them.
};

bool Shuttle::listen(std::uint16_t listen_port, std::uint16_t target_port) {
  target_ = loopback(target_port);
  const int yes = 1;
  ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in address = loopback(listen_port);
  return ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
             0 &&
         ::listen(listener_.get(), 4096) == 0 && watch(listener_.get(), nullptr);
}

bool Shuttle::watch(int socket, End* end) {
  epoll_event event{};
  event.events = end == nullptr ? EPOLLIN : EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = end;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event) == 0;
}

void Shuttle::run() {
  std::array<epoll_event, 256> events;
  while (true) {
    const int count =
        ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      auto* const end = static_cast<End*>(event.data.ptr);
      if (end == nullptr) {
        accept();
      } else if (!end->pair->closed) {
        on_event(*end, event.events);
      }
    }
    for (const Pair* pair : closed_) delete pair;
    closed_.clear();
  }
}

void Shuttle::accept() {
  while (true) {
    Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!client) return;
    Descriptor target = open_socket();
    if (!target) continue;
    no_delay(client);
    no_delay(target);
    if (::connect(target.get(), reinterpret_cast<const sockaddr*>(&target_), sizeof target_) != 0 &&
        errno != EINPROGRESS) {
      continue;
    }
    auto pair = std::make_unique<Pair>();
    pair->client = {pair.get(), &pair->target, std::move(client), {}};
    pair->target = {pair.get(), &pair->client, std::move(target), {}};
    if (watch(pair->client.socket.get(), &pair->client) &&
        watch(pair->target.socket.get(), &pair->target)) {
      static_cast<void>(pair.release());  // Lives until close().
    }
  }
}

void Shuttle::on_event(End& end, std::uint32_t events) {
  if ((events & EPOLLOUT) != 0 && !end.unsent.empty()) {
    const std::string waiting = std::exchange(end.unsent, {});
    if (!send(end, waiting)) return close(*end.pair);
    // What was not read while this end was full has no event of its own any more.
    if (end.unsent.empty()) copy_from(*end.other);
    if (end.pair->closed) return;
  }
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) copy_from(end);
}

void Shuttle::copy_from(End& source) {
  while (source.other->unsent.empty()) {
    const auto received = ::recv(source.socket.get(), buffer_.data(), buffer_.size(), 0);
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (received <= 0) return close(*source.pair);
    const auto size = static_cast<std::size_t>(received);
    if (!send(*source.other, {buffer_.data(), size})) return close(*source.pair);
    if (size < buffer_.size()) return;
  }
}

bool Shuttle::send(End& sink, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(sink.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    // ENOTCONN: the target's connection is still being opened.
    if (sent < 0 && (errno == EAGAIN || errno == ENOTCONN)) {
      sink.unsent = bytes;
      return true;
    }
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Shuttle::close(Pair& pair) {
  if (pair.closed) return;
  pair.closed = true;
  pair.client.socket.reset();
  pair.target.socket.reset();
  closed_.push_back(&pair);
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

}  // namespace

int main(int argc, char** argv) {
  const auto listen_port = argc == 3 ? port_of(argv[1]) : std::nullopt;
  const auto target_port = argc == 3 ? port_of(argv[2]) : std::nullopt;
  if (!listen_port || !target_port) {
    std::fputs("usage: shuttle LISTEN_PORT TARGET_PORT\n", stderr);
    return 2;
  }
  Shuttle shuttle;
  if (!shuttle.listen(*listen_port, *target_port)) {
    std::fprintf(stderr, "shuttle: cannot listen on 127.0.0.1:%u: %s\n", unsigned{*listen_port},
                 std::strerror(errno));
    return 1;
  }
  shuttle.run();
}

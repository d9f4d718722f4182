#pragma once

// A client that sends the bytes it is told to and reads back what comes, for tests of servers on
// loopback sockets. Blocking, with a watchdog instead of an endless wait.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace cutover::containers {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, const std::string& to = "127.0.0.1")
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval watchdog{20, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &watchdog, sizeof watchdog);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &watchdog, sizeof watchdog);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, to.c_str(), &address.sin_addr);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { close(); }

  bool connected() const { return connected_; }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void close() { ::close(std::exchange(fd_, -1)); }
  void finish_sending() { shutdown(fd_, SHUT_WR); }

  /// One whole message, its Date masked, lines ended by LF; or what came before the end, followed
  /// by "<end>", "<reset>" or "<silence>".
  std::string receive(bool head_only = false) {
    std::size_t head_end;
    while ((head_end = buffer_.find("\r\n\r\n")) == buffer_.npos) {
      if (!fill()) return render(take(buffer_.size())) + end_;
    }
    head_end += 4;
    const std::size_t body = head_only ? 0 : content_length(buffer_.substr(0, head_end));
    while (buffer_.size() < head_end + body) {
      if (!fill()) return render(take(buffer_.size())) + end_;
    }
    return render(take(head_end + body));
  }

  std::string exchange(std::string_view request, bool head_only = false) {
    send(request);
    return receive(head_only);
  }

  /// What comes until the connection ends, and how it ended.
  std::string receive_all() {
    while (fill()) continue;
    return render(take(buffer_.size())) + end_;
  }

 private:
  bool fill() {
    char bytes[4096];
    const auto size = recv(fd_, bytes, sizeof bytes, 0);
    if (size > 0) {
      buffer_.append(bytes, static_cast<std::size_t>(size));
      return true;
    }
    end_ = size == 0 ? "<end>" : errno == EAGAIN ? "<silence>" : "<reset>";
    return false;
  }

  std::string take(std::size_t size) {
    std::string taken = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return taken;
  }

  static std::size_t content_length(std::string_view head) {
    constexpr std::string_view name = "Content-Length: ";
    const auto at = head.find(name);
    std::size_t length = 0;
    if (at != head.npos)
      std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
    return length;
  }

  static std::string render(std::string text) {
    for (auto at = text.find("\r\n"); at != text.npos; at = text.find("\r\n", at))
      text.erase(at, 1);
    for (auto at = text.find("\nDate: "); at != text.npos; at = text.find("\nDate: ", at + 1))
      text.replace(at + 7, text.find('\n', at + 1) - at - 7, "*");
    return text;
  }

  int fd_;
  bool connected_ = false;
  std::string buffer_;
  std::string end_;
};

}  // namespace cutover::containers

#include "containers/runtimes/inner_sockets.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace cutover::containers {

namespace {

using Numbers = std::array<int, inner_sockets_batch>;

/// A message of one byte with room for the descriptors that go with it.
class Packet {
 public:
  Packet() {
    header_.msg_iov = &part_;
    header_.msg_iovlen = 1;
    header_.msg_control = control_.data();
    header_.msg_controllen = control_.size();
  }
  Packet(const Packet&) = delete;
  Packet& operator=(const Packet&) = delete;

  msghdr& header() { return header_; }

  void attach(const std::vector<Descriptor>& sockets) {
    header_.msg_controllen = CMSG_SPACE(sockets.size() * sizeof(int));
    cmsghdr* const rights = CMSG_FIRSTHDR(&header_);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sockets.size() * sizeof(int));
    Numbers numbers{};
    for (std::size_t i = 0; i < sockets.size(); ++i) numbers[i] = sockets[i].get();
    std::memcpy(CMSG_DATA(rights), numbers.data(), sockets.size() * sizeof(int));
  }

  void detach(std::deque<Descriptor>& to) {
    const cmsghdr* const rights = CMSG_FIRSTHDR(&header_);
    if (!rights || rights->cmsg_type != SCM_RIGHTS) return;
    const std::size_t count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    Numbers numbers{};
    std::memcpy(numbers.data(), CMSG_DATA(rights), count * sizeof(int));
    for (std::size_t i = 0; i < count; ++i) to.emplace_back(numbers[i]);
  }

 private:
  char byte_ = 0;
  iovec part_{&byte_, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(Numbers))> control_{};
  msghdr header_{};
};

}  // namespace

bool hand_over_sockets(int socket) {
  char byte = 0;
  const ssize_t size = recv(socket, &byte, 1, MSG_DONTWAIT);
  if (size <= 0) return size < 0 && (errno == EAGAIN || errno == EINTR);
  std::vector<Descriptor> sockets;
  for (std::size_t i = 0; i < inner_sockets_batch; ++i) {
    Descriptor made(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (made) sockets.push_back(std::move(made));
  }
  Packet packet;
  packet.attach(sockets);
  return sendmsg(socket, &packet.header(), MSG_NOSIGNAL) >= 0;
}

InnerSockets::InnerSockets(boost::asio::io_context& io, Descriptor channel)
    : channel_(io, channel.release()) {
  channel_.non_blocking(true);
}

void InnerSockets::take(Taken taken) {
  waiting_.push_back(std::move(taken));
  serve();
  if (!closed_ && ready_.size() < inner_sockets_batch / 2) request();
}

void InnerSockets::close() {
  if (std::exchange(closed_, true)) return;
  boost::system::error_code ignored;
  channel_.close(ignored);
  ready_.clear();
  serve();
}

void InnerSockets::request() {
  if (std::exchange(requested_, true)) return;
  const char byte = 0;
  if (send(channel_.native_handle(), &byte, 1, MSG_NOSIGNAL) != 1) return close();
  wait();
}

void InnerSockets::wait() {
  channel_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& error) {
                        if (!error && !self->closed_) self->receive();
                      });
}

void InnerSockets::receive() {
  Packet packet;
  const ssize_t size =
      recvmsg(channel_.native_handle(), &packet.header(), MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return wait();
  if (size <= 0) return close();
  requested_ = false;
  packet.detach(ready_);
  // A container without descriptors left hands over none: whoever waits gets none.
  if (ready_.empty()) return close();
  serve();
  if (!waiting_.empty()) request();
}

void InnerSockets::serve() {
  while (!waiting_.empty() && (closed_ || !ready_.empty())) {
    const Taken taken = std::move(waiting_.front());
    waiting_.pop_front();
    Descriptor socket;
    if (!ready_.empty()) {
      socket = std::move(ready_.front());
      ready_.pop_front();
    }
    taken(std::move(socket));
  }
}

}  // namespace cutover::containers

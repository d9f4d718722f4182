#pragma once

// One write of several pieces to a socket, without waiting.

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <span>
#include <string_view>

#include "lb/proxy/stream.hpp"

namespace cutover::lb::proxy {

/// Pieces that are not larger together are copied into one: the kernel spends about 0.2 µs on a
/// list of pieces, which is more than it takes to copy this much.
constexpr std::size_t joined_bytes_most = 2048;

/// Writes as much of the pieces (their first 8 that are not empty) as the socket takes at once.
/// `full`: it took less, and says when it can take more.
inline std::size_t write_gathered(int socket, std::span<const std::string_view> pieces,
                                  error_code& error, bool& full) {
  std::array<iovec, 8> vectors;
  std::array<char, joined_bytes_most> joined;
  std::size_t count = 0;
  std::size_t size = 0;
  for (const auto piece : pieces) {
    if (piece.empty()) continue;
    if (count == vectors.size()) break;
    vectors[count++] = {const_cast<char*>(piece.data()), piece.size()};
    size += piece.size();
  }
  full = false;
  if (count == 0) return 0;
  if (count > 1 && size <= joined.size()) {
    char* to = joined.data();
    for (std::size_t i = 0; i < count; ++i) {
      to = std::copy_n(static_cast<const char*>(vectors[i].iov_base), vectors[i].iov_len, to);
    }
    vectors[0] = {joined.data(), size};
    count = 1;
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  for (;;) {
    const ssize_t sent = count == 1 ? ::send(socket, vectors[0].iov_base, size, MSG_NOSIGNAL)
                                    : ::sendmsg(socket, &message, MSG_NOSIGNAL);
    if (sent >= 0) {
      full = static_cast<std::size_t>(sent) < size;
      return static_cast<std::size_t>(sent);
    }
    if (errno == EINTR) continue;
    full = errno == EAGAIN;
    if (!full) error.assign(errno, boost::system::system_category());
    return 0;
  }
}

}  // namespace cutover::lb::proxy

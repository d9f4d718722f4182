#pragma once

// One write of several pieces to a socket, without waiting.

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <span>
#include <string_view>

#include "lb/proxy/stream.hpp"

namespace cutover::lb::proxy {

/// Writes as much of the pieces (their first 8 that are not empty) as the socket takes at once.
/// `full`: it took less, and says when it can take more.
inline std::size_t write_gathered(int socket, std::span<const std::string_view> pieces,
                                  error_code& error, bool& full) {
  std::array<iovec, 8> vectors;
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
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  for (;;) {
    // The kernel has less to do for a single piece.
    const ssize_t sent = count == 1
                             ? ::send(socket, vectors[0].iov_base, vectors[0].iov_len, MSG_NOSIGNAL)
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

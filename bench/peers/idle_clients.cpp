// Opens keep-alive connections, has one request answered on each, and keeps them open and idle, so
// that what they cost a proxy can be weighed.
//
// Usage: idle_clients PORT COUNT   (on 127.0.0.1)
// Prints "ready" once all are idle; closes them when its standard input ends.

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/response_reader.hpp"

namespace {

using boost::asio::ip::tcp;

void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

tcp::socket idle_connection(boost::asio::io_context& io, std::uint16_t port) {
  tcp::socket socket(io);
  socket.connect({boost::asio::ip::address_v4::loopback(), port});
  constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  boost::asio::write(socket, boost::asio::buffer(request));
  cutover::load::ResponseReader reader;
  reader.begin(false);
  std::array<char, 4096> buffer;
  while (!reader.done()) {
    const std::size_t size = socket.read_some(boost::asio::buffer(buffer));
    reader.take({buffer.data(), size});
    if (reader.malformed()) throw std::runtime_error("the answer is not HTTP/1.1");
  }
  if (reader.status() != 200 || !reader.keep_alive()) {
    throw std::runtime_error(
        fmt::format("an answer of status {}, keep-alive {}", reader.status(), reader.keep_alive()));
  }
  return socket;
}

}  // namespace

int main(int argc, char** argv) try {
  const int port = argc == 3 ? std::atoi(argv[1]) : 0;
  const int count = argc == 3 ? std::atoi(argv[2]) : 0;
  if (port <= 0 || port > 65535 || count <= 0) {
    std::fputs("usage: idle_clients PORT COUNT\n", stderr);
    return 2;
  }
  allow_many_descriptors();
  boost::asio::io_context io(1);
  std::vector<tcp::socket> idle;
  idle.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    idle.push_back(idle_connection(io, static_cast<std::uint16_t>(port)));
  }
  std::puts("ready");
  std::fflush(stdout);
  char ignored = 0;
  while (::read(STDIN_FILENO, &ignored, 1) > 0) {
  }
  return 0;
} catch (const std::exception& problem) {
  std::fprintf(stderr, "idle_clients: %s\n", problem.what());
  return 1;
}

#include "lb/proxy/listening_socket.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>

namespace cutover::lb::proxy {

namespace {

constexpr int backlog = 4096;

bool switch_on(const Descriptor& socket, int option) {
  const int yes = 1;
  return ::setsockopt(socket.get(), SOL_SOCKET, option, &yes, sizeof yes) == 0;
}

Result<Descriptor> listen_on(const Endpoint& on, bool shared) {
  Descriptor socket(
      ::socket(on.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket || !switch_on(socket, SO_REUSEADDR) || (shared && !switch_on(socket, SO_REUSEPORT)) ||
      ::bind(socket.get(), on.data(), static_cast<socklen_t>(on.size())) != 0 ||
      ::listen(socket.get(), shared ? backlog : 1) != 0) {
    return listen_error(on, errno);
  }
  return socket;
}

}  // namespace

Error listen_error(const Endpoint& on, int error) {
  const std::string place = fmt::format("{}:{}", on.address().to_string(), on.port());
  if (error == EADDRINUSE) {
    return {"PortInUse", place,
            "the port is in use by another program: end that program, or choose another port or "
            "port offset"};
  }
  if (error == EACCES) {
    return {"PortNotPermitted", place,
            "binding this port needs privileges: use a port offset that leads above 1023, or give "
            "the program CAP_NET_BIND_SERVICE"};
  }
  return {"ListenFailed", place, error_code(error, boost::system::system_category()).message()};
}

Result<Descriptor> open_listening_socket(const Endpoint& on) { return listen_on(on, true); }

Endpoint local_endpoint(const Descriptor& socket) {
  Endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (::getsockname(socket.get(), endpoint.data(), &size) == 0) endpoint.resize(size);
  return endpoint;
}

Result<Endpoint> probe_listen(const Endpoint& on) {
  const auto socket = listen_on(on, false);
  if (!socket) return socket.error();
  return local_endpoint(*socket);
}

}  // namespace cutover::lb::proxy

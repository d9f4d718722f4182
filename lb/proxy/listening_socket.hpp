#pragma once

// Opening the sockets that listeners accept from.

#include "lb/base/descriptor.hpp"
#include "lb/proxy/stream.hpp"

namespace cutover::lb::proxy {

/// A socket that listens on `on`, non-blocking, sharing the port with other such sockets of this
/// process. Errors say what to do: the port is in use, or may not be bound without privileges.
Result<Descriptor> open_listening_socket(const Endpoint& on);

/// Why `on` can't be listened on, from an errno.
Error listen_error(const Endpoint& on, int error);

/// Where a bound socket listens.
Endpoint local_endpoint(const Descriptor& socket);

/// Finds out whether `on` can be listened on, and the port the kernel chooses for port 0; errors as
/// above. Needed because listening sockets share their port (SO_REUSEPORT) and would silently share
/// it with another program of the same user.
Result<Endpoint> probe_listen(const Endpoint& on);

}  // namespace cutover::lb::proxy

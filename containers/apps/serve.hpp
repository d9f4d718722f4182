#pragma once

// A built-in app as a program of its own: what `cutover app NAME --port N` runs, also as the child
// of the process runtime.

#include <cstdint>
#include <string>

#include "containers/apps/app.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers::apps {

struct ServeOptions {
  std::string name;                   ///< One of app_names.
  AppBehaviour behaviour{};           ///< Its start-up time passes before the port is bound.
  std::uint64_t seed = 0;             ///< Decides the chance in the behaviour.
  std::string address = "127.0.0.1";  ///< Without brackets when it is an IPv6 address.
  std::uint16_t port = 0;             ///< 0: a free port of the kernel's choice.
  /// Ends this process with SIGKILL when the thread that started it ends.
  bool exit_with_parent = false;
  /// Prints a line per request, as the forum's servers do: method, URL, milliseconds.
  bool log_requests = false;
};

/// Serves until SIGTERM or SIGINT and gives the exit status of the program. Prints
/// "NAME listening on ADDRESS:PORT" to standard output, once, when it accepts connections.
///
/// On the first signal it stops accepting, finishes the requests under way and gives 0. (Node.js
/// without a handler, as in the original, dies at once with 143 and loses them; a rehearsal should
/// show the loss that the cutover causes, not one that the app brings along.) A signal before it
/// listens, or a second one, ends it at once with 128 + the signal's number.
Result<int> serve_app_until_signal(const ServeOptions& options);

}  // namespace cutover::containers::apps

#pragma once

// Namespaces of their own for child processes: one of processes, whose first process takes all
// others along when it ends, and one of networks, in which every port is free.

#include <sys/types.h>

namespace cutover::containers {

/// What a child gets of its own.
struct Isolation {
  bool processes = false;  ///< It is the first process of a namespace of its own, and sees only it.
  bool network = false;    ///< It has a loopback interface and nothing else.
  /// Both need a user namespace when this process may not make them by itself. The child keeps its
  /// user and group; it gains no privilege.
  bool user = false;
};

/// What this system allows, found out by trying.
struct IsolationOffer {
  bool available = false;  ///< Both kinds, or none.
  bool user = false;       ///< They have to be made inside a user namespace.
  int error = 0;           ///< errno, when they are not available.
};

/// Starts a child in namespaces of its own that ends at once. Takes about a millisecond.
IsolationOffer probe_isolation();

/// Forks; the child is in the namespaces that `wanted` names and its interface `lo` is up. Gives 0
/// in the child, its pid in the parent, -1 (errno) when there is none. `pidfd` is set in the
/// parent. When a namespace could not be set up, the child ends with 126 by itself. Between this
/// and exec the child must not allocate, as another thread may have held the allocator's lock.
pid_t fork_isolated(const Isolation& wanted, int& pidfd);

}  // namespace cutover::containers

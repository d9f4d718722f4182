#pragma once

// How much the operating system lets this process have. Bounds on connections are sized from it, so
// that running out is a polite refusal of ours and not a failing accept().

#include <cstddef>

#include "lb/base/result.hpp"

namespace cutover {

/// Raises the soft limit of open file descriptors to the hard one and gives the limit then in
/// force. When the system refuses to raise it, the limit stays as it was and that one is given.
/// Called once, at start: child processes inherit the limit. Error (`FileLimitUnknown`): it cannot
/// be read.
Result<std::size_t> raise_file_limit();

}  // namespace cutover

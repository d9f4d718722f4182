#include "lb/base/limits.hpp"

#include <sys/resource.h>

#include <cerrno>
#include <system_error>

namespace cutover {

Result<std::size_t> raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return Error{"FileLimitUnknown", "",
                 "the limit of open file descriptors cannot be read: " +
                     std::generic_category().message(errno)};
  }
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  const bool done = ::setrlimit(RLIMIT_NOFILE, &raised) == 0;
  return static_cast<std::size_t>(done ? raised.rlim_cur : limit.rlim_cur);
}

}  // namespace cutover

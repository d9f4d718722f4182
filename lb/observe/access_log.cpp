#include "lb/observe/access_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace cutover::lb {

namespace {

std::string reason(int error) { return std::generic_category().message(error); }

void tell(const std::string& line) { std::fputs(line.c_str(), stderr); }

std::uint64_t count_lines(std::string_view lines) {
  return static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
}

}  // namespace

Result<std::unique_ptr<AccessLog>> AccessLog::open(const std::string& path, std::string_view what) {
  return open(path, what, 0);
}

Result<std::unique_ptr<AccessLog>> AccessLog::create(const std::string& path,
                                                     std::string_view what) {
  return open(path, what, O_EXCL);
}

Result<std::unique_ptr<AccessLog>> AccessLog::open(const std::string& path, std::string_view what,
                                                   int flags) {
  // O_NONBLOCK means nothing for a file; a pipe must hold up neither this call nor a write.
  const int file =
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | flags, 0644);
  if (file < 0) {
    return Error{"AccessLogNotOpened", path,
                 fmt::format("the {} cannot be opened for appending: {}", what, reason(errno))};
  }
  return std::unique_ptr<AccessLog>(new AccessLog(file, path, what));
}

AccessLog::AccessLog(int file, std::string path, std::string_view what)
    : file_(file), path_(std::move(path)), what_(what) {}

AccessLog::~AccessLog() { close(); }

void AccessLog::close() {
  if (file_ < 0) return;
  if (!torn_.empty()) torn_.erase(0, write_some(torn_));
  if (!torn_.empty()) ++lines_dropped_;
  if (failing_ && lines_dropped_ > dropped_before_failure_) {
    tell(fmt::format("cutover: {} {}: closed; {} lines were dropped\n", what_, path_,
                     lines_dropped_ - dropped_before_failure_));
  }
  ::close(std::exchange(file_, -1));
}

void AccessLog::write(std::string_view lines) {
  assert(file_ >= 0);
  assert(lines.empty() || lines.back() == '\n');
  if (!torn_.empty()) torn_.erase(0, write_some(torn_));
  const std::size_t written = torn_.empty() ? write_some(lines) : 0;
  if (torn_.empty() && written == lines.size()) {
    if (failing_ && !lines.empty()) report_recovery();
    return;
  }
  if (!failing_) report_failure();
  keep_whole_lines(lines.substr(written), written > 0 && lines[written - 1] != '\n');
}

/// Drops the lines that were refused, save the rest of one that the file already began.
void AccessLog::keep_whole_lines(std::string_view refused, bool within_a_line) {
  if (within_a_line) {
    const std::size_t rest = refused.find('\n') + 1;
    torn_.assign(refused.substr(0, rest));
    refused.remove_prefix(rest);
  }
  lines_dropped_ += count_lines(refused);
}

/// Gives the bytes that the file took; when fewer than all, last_error_ says why.
std::size_t AccessLog::write_some(std::string_view bytes) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t taken = ::write(file_, bytes.data() + written, bytes.size() - written);
    if (taken < 0 && errno == EINTR) continue;
    if (taken <= 0) {
      last_error_ = taken < 0 ? errno : ENOSPC;
      break;
    }
    written += static_cast<std::size_t>(taken);
  }
  return written;
}

void AccessLog::report_failure() {
  failing_ = true;
  dropped_before_failure_ = lines_dropped_;
  tell(fmt::format("cutover: {} {}: {}; its lines are dropped until it can be written\n", what_,
                   path_, reason(last_error_)));
}

void AccessLog::report_recovery() {
  failing_ = false;
  tell(fmt::format("cutover: {} {}: written again; {} lines were dropped\n", what_, path_,
                   lines_dropped_ - dropped_before_failure_));
}

}  // namespace cutover::lb

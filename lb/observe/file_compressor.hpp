#pragma once

// Log files whose time is over become gzip files, on a thread that does nothing else, so that
// neither requests nor health checks wait for it.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "lb/base/result.hpp"

namespace cutover::lb {

/// Replaces `path` by `path` + ".gz": compressed beside it under another name first, so that a file
/// ending in ".gz" is always whole. On failure (`FileNotCompressed`) `path` stays as it was.
Result<void> compress_file(const std::string& path);

/// All members on one thread; the files are compressed on another.
class FileCompressor {
 public:
  /// `what` names the files in error lines, "access log"; it outlives this object.
  explicit FileCompressor(std::string_view what) : what_(what) {}
  /// Finishes what was added.
  ~FileCompressor();
  FileCompressor(const FileCompressor&) = delete;
  FileCompressor& operator=(const FileCompressor&) = delete;

  void add(std::string path);
  /// Tries once more the files that could not be compressed.
  void retry();
  /// Returns when there is nothing left to do; files that could not be compressed stay.
  void wait();
  /// How many files could not be compressed so far, and will be tried again.
  std::size_t failed() const;

 private:
  void work();
  void tell(const Error& error);

  std::string_view what_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  std::deque<std::string> failed_;
  bool busy_ = false;
  bool ending_ = false;
  bool told_ = false;  ///< Of the present row of failures.
  std::thread thread_;
};

}  // namespace cutover::lb

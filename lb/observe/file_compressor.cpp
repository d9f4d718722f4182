#include "lb/observe/file_compressor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

namespace cutover::lb {

namespace {

Error not_compressed(const std::string& path, int error) {
  return {"FileNotCompressed", path,
          fmt::format("cannot be compressed: {}", std::generic_category().message(error))};
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

/// Everything of `from` into the gzip stream; 0 or the system's error.
int compress_all(std::FILE* from, gzFile to) {
  std::array<char, 64 * 1024> block;
  while (const std::size_t got = std::fread(block.data(), 1, block.size(), from)) {
    errno = 0;
    if (gzwrite(to, block.data(), static_cast<unsigned>(got)) == 0) return errno ? errno : EIO;
  }
  return std::ferror(from) ? EIO : 0;
}

/// Writes `from` to the new file `path`, and sees that the disk has it: the original goes next.
int write_compressed(std::FILE* from, const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return errno;
  // Fast rather than small: the processor's time belongs to requests.
  gzFile stream = gzdopen(file, "wb1");
  if (stream == nullptr) {
    ::close(file);
    return ENOMEM;
  }
  int error = compress_all(from, stream);
  errno = 0;
  if (error == 0 && gzflush(stream, Z_FINISH) != Z_OK) error = errno ? errno : EIO;
  if (error == 0 && ::fsync(file) != 0 && errno != EINVAL) error = errno;
  errno = 0;
  if (gzclose(stream) != Z_OK && error == 0) error = errno ? errno : EIO;
  return error;
}

}  // namespace

Result<void> compress_file(const std::string& path) {
  const File from(std::fopen(path.c_str(), "rbe"));
  if (!from) return not_compressed(path, errno);
  const std::string unfinished = path + ".gz.part";
  const std::string finished = path + ".gz";
  int error = write_compressed(from.get(), unfinished);
  if (error == 0 && std::rename(unfinished.c_str(), finished.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(unfinished.c_str());
    return not_compressed(path, error);
  }
  if (::unlink(path.c_str()) != 0) return not_compressed(path, errno);
  return {};
}

FileCompressor::~FileCompressor() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void FileCompressor::add(std::string path) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(path));
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  changed_.notify_all();
}

void FileCompressor::retry() {
  {
    const std::lock_guard lock(mutex_);
    waiting_.insert(waiting_.end(), failed_.begin(), failed_.end());
    failed_.clear();
  }
  changed_.notify_all();
}

void FileCompressor::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.empty() && !busy_; });
}

std::size_t FileCompressor::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_.size();
}

void FileCompressor::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::string path = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    lock.unlock();
    const auto done = compress_file(path);
    lock.lock();
    busy_ = false;
    if (done) {
      told_ = false;
    } else {
      if (!std::exchange(told_, true)) tell(done.error());
      failed_.push_back(std::move(path));
    }
    changed_.notify_all();
  }
}

void FileCompressor::tell(const Error& error) {
  const std::string line =
      fmt::format("cutover: {} {}: {}; it stays as it is and is tried again later\n", what_,
                  error.where, error.message);
  std::fputs(line.c_str(), stderr);
}

}  // namespace cutover::lb

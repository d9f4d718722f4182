#pragma once

// What a container wrote, line by line, in bounded memory: the oldest lines go first. It outlives
// its container, so that the last words of one that died can be read.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/clock.hpp"

namespace cutover::containers {

enum class LogStream { output, errors };

struct LogLine {
  std::uint64_t number = 0;  ///< 0, 1, …: counts lost lines too.
  WallTime at{};
  LogStream stream = LogStream::output;
  std::string text;  ///< Without its line feed; cut at ContainerLog::line_bytes_most.
};

/// One thread.
class ContainerLog {
 public:
  static constexpr std::size_t bytes_most_default = 1024 * 1024;
  static constexpr std::size_t line_bytes_most = 16 * 1024;

  /// What is kept of a container that has ended: very many of them may still be described.
  static constexpr std::size_t bytes_most_ended = 64 * 1024;

  /// `bytes_most` counts the texts and a constant for each line.
  explicit ContainerLog(std::size_t bytes_most = bytes_most_default) : bytes_most_(bytes_most) {}

  /// Takes bytes as they were read; a line is kept once its line feed has come, or it is too long.
  void write(LogStream stream, std::string_view bytes, WallTime now);
  /// Keeps what came after the last line feed: the stream has ended.
  void end(LogStream stream, WallTime now);
  /// From now on keeps `bytes_most` at most, counted as above.
  void limit(std::size_t bytes_most);

  const std::deque<LogLine>& lines() const { return lines_; }
  /// Lines that were forgotten because there were too many.
  std::uint64_t forgotten() const { return next_ - lines_.size(); }
  /// The last line of that stream that is not empty, or "".
  std::string last_line(LogStream stream) const;

 private:
  void keep(LogStream stream, std::string text, WallTime now);
  void forget_surplus();

  std::size_t bytes_most_;
  std::size_t bytes_ = 0;
  std::uint64_t next_ = 0;
  std::string partial_[2];
  std::deque<LogLine> lines_;
};

}  // namespace cutover::containers

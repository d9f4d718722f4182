#pragma once

// Takes what a child prints into its container's log, as fast as this process can afford: a program
// that floods its log waits for its pipe to be read, nothing else does.

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "containers/container_log.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/descriptor.hpp"

namespace cutover::containers {

/// How many pipes are being held up; shared by those of one control thread.
using FloodCount = std::shared_ptr<std::size_t>;

/// Control thread only.
class LogPipe {
 public:
  /// `clock` outlives it.
  LogPipe(boost::asio::io_context& io, Descriptor pipe, std::shared_ptr<ContainerLog> log,
          LogStream stream, const Clock& clock, FloodCount floods);

  /// Reads until the end or close(). `owner`, which lives until then, holds this. `on_read` (if
  /// any) is called after each piece.
  void follow(std::shared_ptr<void> owner, std::function<void()> on_read = {});
  /// Takes what is there now, without waiting, and ends the stream in the log. For the time when
  /// nobody writes any more.
  void drain();
  void close();

 private:
  static constexpr std::size_t piece_most = 16 * 1024;

  void read(std::shared_ptr<void> owner, std::function<void()> on_read);
  void take(std::size_t size);
  void hold_up(std::shared_ptr<void> owner, std::function<void()> on_read);

  boost::asio::posix::stream_descriptor pipe_;
  boost::asio::steady_timer pause_;
  const std::shared_ptr<ContainerLog> log_;
  const LogStream stream_;
  const Clock& clock_;
  const FloodCount floods_;
  std::array<char, piece_most> bytes_{};
};

}  // namespace cutover::containers

#include "containers/runtimes/log_pipe.hpp"

#include <boost/asio/buffer.hpp>
#include <chrono>
#include <string_view>
#include <utility>

namespace cutover::containers {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// After a full piece: what all pipes together may bring is a piece in this time.
constexpr std::chrono::milliseconds pause_after_piece{5};
/// More than a pipe holds; a bound, should someone go on writing.
constexpr std::size_t drained_most = 256 * 1024;

}  // namespace

LogPipe::LogPipe(asio::io_context& io, Descriptor pipe, std::shared_ptr<ContainerLog> log,
                 LogStream stream, const Clock& clock, FloodCount floods)
    : pipe_(io, pipe.release()),
      pause_(io),
      log_(std::move(log)),
      stream_(stream),
      clock_(clock),
      floods_(std::move(floods)) {
  error_code ignored;  // spawn() has made it so already.
  pipe_.non_blocking(true, ignored);
}

void LogPipe::follow(std::shared_ptr<void> owner, std::function<void()> on_read) {
  // Read here and not by Asio: what was read but not yet told of would be lost in drain().
  pipe_.async_wait(asio::posix::stream_descriptor::wait_read,
                   [this, owner = std::move(owner),
                    on_read = std::move(on_read)](const error_code& error) mutable {
                     if (error || !pipe_.is_open()) return;
                     read(std::move(owner), std::move(on_read));
                   });
}

void LogPipe::read(std::shared_ptr<void> owner, std::function<void()> on_read) {
  error_code error;
  const std::size_t size = pipe_.read_some(asio::buffer(bytes_), error);
  if (error && error != asio::error::would_block) return;
  take(size);
  if (size > 0 && on_read) on_read();
  if (!pipe_.is_open()) return;
  if (size < bytes_.size()) return follow(std::move(owner), std::move(on_read));
  hold_up(std::move(owner), std::move(on_read));
}

void LogPipe::hold_up(std::shared_ptr<void> owner, std::function<void()> on_read) {
  ++*floods_;
  pause_.expires_after(pause_after_piece * *floods_);
  pause_.async_wait([this, floods = floods_, owner = std::move(owner),
                     on_read = std::move(on_read)](const error_code& error) mutable {
    --*floods;
    if (!error) follow(std::move(owner), std::move(on_read));
  });
}

void LogPipe::drain() {
  error_code error;
  pause_.cancel();
  std::size_t drained = 0;
  while (!error && drained < drained_most) {
    const std::size_t size = pipe_.read_some(asio::buffer(bytes_), error);
    take(size);
    drained += size;
  }
  log_->end(stream_, clock_.wall_now());
  close();
}

void LogPipe::close() {
  error_code ignored;
  pause_.cancel();
  pipe_.close(ignored);
}

void LogPipe::take(std::size_t size) {
  if (size > 0) log_->write(stream_, std::string_view(bytes_.data(), size), clock_.wall_now());
}

}  // namespace cutover::containers

#include "containers/runtimes/child_end.hpp"

#include <utility>

#include "containers/runtimes/child_process.hpp"

namespace cutover::containers {

ChildEnd::ChildEnd(boost::asio::io_context& control, Descriptor pidfd)
    : pidfd_(control, pidfd.release()) {}

void ChildEnd::wait(std::function<void()> on_end) {
  pidfd_.async_wait(
      boost::asio::posix::stream_descriptor::wait_read,
      [this, on_end = std::move(on_end)](const boost::system::error_code& error) mutable {
        if (error) return;
        // Asio can end a wait early: with an event that was meant for a descriptor closed
        // meanwhile, whose record the new one got.
        if (has_ended(pidfd_.native_handle())) return on_end();
        wait(std::move(on_end));
      });
}

}  // namespace cutover::containers

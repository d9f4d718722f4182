#pragma once

// Waits on the control thread for the end of a child process.

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>

#include "lb/base/descriptor.hpp"

namespace cutover::containers {

/// Control thread only.
class ChildEnd {
 public:
  /// `pidfd` is the child's. `control` outlives this.
  ChildEnd(boost::asio::io_context& control, Descriptor pidfd);

  /// Calls `on_end` once, when the child has ended and is still to be reaped. Not when `control`
  /// goes away before. What `on_end` holds has to hold this as well.
  void wait(std::function<void()> on_end);

 private:
  boost::asio::posix::stream_descriptor pidfd_;
};

}  // namespace cutover::containers

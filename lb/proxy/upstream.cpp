#include "lb/proxy/upstream.hpp"

#include <algorithm>

#include "lb/proxy/worker.hpp"

namespace cutover::lb::proxy {

void TargetUse::enter(TargetState& target) {
  target_ = &target;
  previous_ = nullptr;
  next_ = target.uses;
  if (next_ != nullptr) next_->previous_ = this;
  target.uses = this;
  ++target.in_flight;
}

void TargetUse::leave() {
  if (target_ == nullptr) return;
  if (previous_ != nullptr) {
    previous_->next_ = next_;
  } else {
    target_->uses = next_;
  }
  if (next_ != nullptr) next_->previous_ = previous_;
  --target_->in_flight;
  target_ = nullptr;
  previous_ = next_ = nullptr;
}

UpstreamConnection::UpstreamConnection(Worker& worker, TargetState& target)
    : buffer(worker.buffers()), worker_(worker), target_(target) {
  worker_.upstream_opened();
}

UpstreamConnection::~UpstreamConnection() { worker_.upstream_closed(); }

void UpstreamConnection::keep_reading() {
  if (!read.idle()) return;
  buffer.borrow();
  if (buffer.space_size() == 0) return;
  stream->read(buffer.space(), buffer.space_size(), read);
}

void UpstreamConnection::dispose(std::unique_ptr<UpstreamConnection> connection) {
  if (!connection) return;
  connection->idle_ = false;
  connection->worker_.deadlines().remove(*connection);
  connection->stream->close();
  if (!connection->busy()) return;
  // The pending operations end from the event loop; the last of them destroys the connection.
  connection->disposed_ = true;
  connection->read.watch(connection.get());
  connection->write_wait.watch(connection.get());
  (void)connection.release();
}

void UpstreamConnection::operation_ended(Operation&) {
  if (disposed_) {
    if (!busy()) delete this;
    return;
  }
  // Closed by the target, or bytes nobody asked for: of no further use either way.
  if (idle_) target_.drop_idle(*this);
}

void UpstreamConnection::deadline_passed(TimePoint) {
  if (idle_) target_.drop_idle(*this);
}

TargetState::~TargetState() { assert(uses == nullptr); }

void TargetState::adopt(const std::shared_ptr<const TargetRoute>& another) {
  if (uses == nullptr) {
    former.clear();
  } else {
    former.push_back(std::move(route));
  }
  route = another;
  retired = false;
}

std::unique_ptr<UpstreamConnection> TargetState::take_idle() {
  if (idle.empty()) return nullptr;
  auto connection = std::move(idle.back());
  idle.pop_back();
  connection->idle_ = false;
  connection->reused = true;
  connection->read.watch(nullptr);
  return connection;
}

void TargetState::put_back(std::unique_ptr<UpstreamConnection> connection) {
  if (retired || worker.draining() || idle.size() >= idle_most || connection->read.ended()) {
    UpstreamConnection::dispose(std::move(connection));
    return;
  }
  connection->idle_ = true;
  connection->read.watch(connection.get());
  if (idle.size() >= buffered_idle_most && connection->read.idle()) {
    connection->parked = true;
    connection->buffer.release();
    connection->stream->wait_readable(connection->read);
  } else {
    connection->keep_reading();
  }
  worker.deadlines().set(*connection, worker.coarse_now() + worker.table().attributes.idle_timeout);
  idle.push_back(std::move(connection));
}

void TargetState::drop_idle(UpstreamConnection& connection) {
  const auto found = std::find_if(
      idle.begin(), idle.end(),
      [&](const std::unique_ptr<UpstreamConnection>& each) { return each.get() == &connection; });
  if (found == idle.end()) return;
  auto dropped = std::move(*found);
  idle.erase(found);
  UpstreamConnection::dispose(std::move(dropped));
}

void TargetState::close_idle() {
  auto closing = std::move(idle);
  idle.clear();
  for (auto& connection : closing) UpstreamConnection::dispose(std::move(connection));
}

void TargetState::cut_all() {
  // cut() may end the use at once or later; either way it leaves the list by itself.
  std::vector<TargetUse*> all;
  for (TargetUse* use = uses; use != nullptr; use = use->next_) all.push_back(use);
  for (TargetUse* use : all) use->cut();
}

}  // namespace cutover::lb::proxy

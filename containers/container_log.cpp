#include "containers/container_log.hpp"

#include <algorithm>
#include <utility>

namespace cutover::containers {

namespace {

/// What a line costs beside its text.
constexpr std::size_t line_cost = sizeof(LogLine);

}  // namespace

void ContainerLog::write(LogStream stream, std::string_view bytes, WallTime now) {
  std::string& partial = partial_[static_cast<std::size_t>(stream)];
  while (!bytes.empty()) {
    const std::size_t feed = bytes.find('\n');
    const std::size_t room = line_bytes_most - partial.size();
    const std::size_t taken = std::min({feed, room, bytes.size()});
    partial.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    const bool ended = !bytes.empty() && bytes.front() == '\n';
    if (ended) bytes.remove_prefix(1);
    if (ended || partial.size() == line_bytes_most) keep(stream, std::exchange(partial, {}), now);
  }
}

void ContainerLog::end(LogStream stream, WallTime now) {
  std::string& partial = partial_[static_cast<std::size_t>(stream)];
  if (!partial.empty()) keep(stream, std::exchange(partial, {}), now);
}

std::string ContainerLog::last_line(LogStream stream) const {
  const auto found = std::find_if(lines_.rbegin(), lines_.rend(), [stream](const LogLine& line) {
    return line.stream == stream && !line.text.empty();
  });
  return found == lines_.rend() ? std::string{} : found->text;
}

void ContainerLog::keep(LogStream stream, std::string text, WallTime now) {
  bytes_ += text.size() + line_cost;
  lines_.push_back({next_++, now, stream, std::move(text)});
  forget_surplus();
}

void ContainerLog::limit(std::size_t bytes_most) {
  bytes_most_ = bytes_most;
  forget_surplus();
}

void ContainerLog::forget_surplus() {
  while (bytes_ > bytes_most_ && lines_.size() > 1) {
    bytes_ -= lines_.front().text.size() + line_cost;
    lines_.pop_front();
  }
}

}  // namespace cutover::containers

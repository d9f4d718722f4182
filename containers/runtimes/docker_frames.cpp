#include "containers/runtimes/docker_frames.hpp"

#include <algorithm>

namespace cutover::containers {

namespace {

// Kinds of frames. Input is what the engine repeats of a terminal's; a system error is the engine's
// own word in place of the container's.
constexpr unsigned char kind_input = 0;
constexpr unsigned char kind_output = 1;
constexpr unsigned char kind_system_error = 3;

}  // namespace

bool DockerFrames::take(std::string_view bytes, const OnPart& on_part) {
  while (!bytes.empty() && !malformed_) {
    if (left_ == 0) {
      header_[header_size_++] = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      if (header_size_ == header_.size()) malformed_ = !read_header();
      continue;
    }
    const auto part = bytes.substr(0, left_);
    on_part(stream_, part);
    left_ -= static_cast<std::uint32_t>(part.size());
    bytes.remove_prefix(part.size());
  }
  return !malformed_;
}

bool DockerFrames::read_header() {
  header_size_ = 0;
  const auto kind = header_[0];
  const bool padded = std::all_of(header_.begin() + 1, header_.begin() + 4,
                                  [](unsigned char byte) { return byte == 0; });
  if (kind > kind_system_error || !padded) return false;
  stream_ = kind == kind_input || kind == kind_output ? LogStream::output : LogStream::errors;
  for (std::size_t i = 4; i < header_.size(); ++i) left_ = left_ << 8 | header_[i];
  return true;
}

}  // namespace cutover::containers

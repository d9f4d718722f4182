#pragma once

// Takes apart the stream in which a container engine sends what a container writes: frames of eight
// bytes that say which output and how much, then as many bytes. Pure.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "containers/container_log.hpp"

namespace cutover::containers {

class DockerFrames {
 public:
  using OnPart = std::function<void(LogStream, std::string_view)>;

  /// Passes on what the frames in `bytes` carry, cut as the bytes came. False once something came
  /// that is no frame; nothing is passed on from there.
  bool take(std::string_view bytes, const OnPart& on_part);

 private:
  bool read_header();

  std::array<unsigned char, 8> header_{};
  std::size_t header_size_ = 0;
  std::uint32_t left_ = 0;  ///< Of the present frame.
  LogStream stream_ = LogStream::output;
  bool malformed_ = false;
};

}  // namespace cutover::containers

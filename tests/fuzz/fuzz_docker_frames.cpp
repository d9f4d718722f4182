// The framed output of a container engine: however the bytes are cut, the same comes out, and it is
// what a decoder says that has them all at hand.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "containers/runtimes/docker_frames.hpp"

namespace cutover::containers {
namespace {

struct Decoded {
  std::string output;
  std::string errors;
  bool well = true;

  bool operator==(const Decoded&) const = default;
};

Decoded in_steps(std::string_view bytes, std::size_t step) {
  Decoded decoded;
  DockerFrames frames;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    decoded.well =
        frames.take(bytes.substr(at, step), [&](LogStream stream, std::string_view part) {
          (stream == LogStream::output ? decoded.output : decoded.errors) += part;
        });
  }
  return decoded;
}

Decoded decode_naively(std::string_view bytes) {
  Decoded decoded;
  while (bytes.size() >= 8) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    if (byte(0) > 3 || byte(1) != 0 || byte(2) != 0 || byte(3) != 0) {
      decoded.well = false;
      break;
    }
    const std::size_t size = byte(4) * std::size_t{1} << 24 | byte(5) * std::size_t{1} << 16 |
                             byte(6) * std::size_t{1} << 8 | byte(7);
    const auto payload = bytes.substr(8, size);
    (byte(0) < 2 ? decoded.output : decoded.errors) += payload;
    bytes.remove_prefix(8 + payload.size());
  }
  return decoded;
}

void check(std::string_view bytes) {
  const auto expected = decode_naively(bytes);
  for (const std::size_t step : {std::size_t{1}, 1 + bytes.size() % 7, bytes.size() + 1}) {
    if (!(in_steps(bytes, step) == expected)) std::abort();
  }
}

}  // namespace
}  // namespace cutover::containers

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cutover::containers::check({reinterpret_cast<const char*>(data), size});
  return 0;
}

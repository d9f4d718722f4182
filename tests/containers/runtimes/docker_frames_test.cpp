#include "containers/runtimes/docker_frames.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/containers/runtimes/scripted_engine.hpp"

namespace cutover::containers {
namespace {

struct Taken {
  std::string output;
  std::string errors;
  bool well = true;

  friend bool operator==(const Taken&, const Taken&) = default;
};

Taken take(const std::string& bytes, std::size_t step) {
  Taken taken;
  DockerFrames frames;
  for (std::size_t at = 0; at < bytes.size() && taken.well; at += step) {
    taken.well = frames.take(bytes.substr(at, step), [&](LogStream stream, std::string_view part) {
      (stream == LogStream::output ? taken.output : taken.errors) += part;
    });
  }
  return taken;
}

TEST(DockerFrames, PartOutputFromErrorsHoweverTheBytesWereCut) {
  const std::string bytes = frame(1, "ready\n") + frame(2, "careful\n") + frame(1, "") +
                            frame(0, "typed\n") + frame(3, "engine\n") +
                            frame(1, std::string(70'000, 'x'));
  const Taken whole{"ready\ntyped\n" + std::string(70'000, 'x'), "careful\nengine\n", true};
  for (const std::size_t step : {1U, 2U, 7U, 8U, 9U, 1000U, 100'000U}) {
    EXPECT_EQ(take(bytes, step), whole) << "in steps of " << step;
  }
}

TEST(DockerFrames, PassOnWhatCameOfAFrameThatIsNotWhole) {
  const auto bytes = frame(1, "half of it");
  EXPECT_EQ(take(bytes.substr(0, 12), 100), (Taken{"half", "", true}));
}

TEST(DockerFrames, StopAtWhatIsNoFrame) {
  for (const std::string& bad : {std::string("plain text, as of a terminal"), frame(4, "x")}) {
    EXPECT_EQ(take(frame(1, "a") + bad + frame(1, "b"), 3), (Taken{"a", "", false})) << bad;
  }
}

}  // namespace
}  // namespace cutover::containers

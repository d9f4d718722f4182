// The example of deployments that shift traffic, under load: blue/green, canary, and a canary that
// its alarm takes back.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/end_to_end/program.hpp"

namespace cutover::end_to_end {
namespace {

using nlohmann::json;
using testing::ElementsAre;

/// The target groups that answered in that phase.
std::set<std::string> groups(const json& phase) {
  std::set<std::string> groups;
  for (const json& fate : phase.at("fates")) {
    if (fate.at("count").get<int>() > 0) groups.insert(fate.at("target_group"));
  }
  return groups;
}

TEST(BlueGreenExample, MovesItsTrafficWithoutAFailedRequest) {
  const std::string file = testing::TempDir() + "blue_green_report.json";
  const std::string plan = CUTOVER_SOURCE_DIR "/examples/blue_green/plan.json";
  Program program({"rehearse", plan, "--port-offset", std::to_string(free_port() - 80), "--workers",
                   "2", "--json", file});
  ASSERT_EQ(program.wait(), 0) << program.out() << program.err();
  std::ifstream in(file);
  const json phases = json::parse(in).at("phases");
  ASSERT_EQ(phases.size(), 5U);
  EXPECT_THAT(groups(phases[0]), ElementsAre("blue"));
  EXPECT_THAT(groups(phases[1]), ElementsAre("blue", "green"));
  EXPECT_THAT(groups(phases[2]), ElementsAre("blue", "green"));
  EXPECT_THAT(groups(phases[3]), ElementsAre("blue", "green")) << "the canary was seen";
  EXPECT_THAT(groups(phases[4]), ElementsAre("blue")) << "and taken back";
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace cutover::end_to_end

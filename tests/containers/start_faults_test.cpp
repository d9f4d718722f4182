// Starts that are to fail: which tasks they hit, and how often.

#include "containers/start_faults.hpp"

#include <gtest/gtest.h>

namespace cutover::containers {
namespace {

TEST(StartFaults, HitAsManyStartsAsTheyCount) {
  StartFaults faults;
  faults.add({"api", "", 2, "no"});
  EXPECT_EQ(faults.take("api", "api:1"), "no");
  EXPECT_EQ(faults.take("api", "api:1"), "no");
  EXPECT_EQ(faults.take("api", "api:1"), std::nullopt);
  EXPECT_TRUE(faults.list().empty());
}

TEST(StartFaults, HitTheFamilyAndTheImageTheyName) {
  StartFaults faults;
  faults.add({"api", "api:2", 1, "no"});
  EXPECT_EQ(faults.take("users", "api:2"), std::nullopt);
  EXPECT_EQ(faults.take("api", "api:1"), std::nullopt);
  EXPECT_EQ(faults.take("api", "api:2"), "no");
}

TEST(StartFaults, HitEverythingWhenTheyNameNothing) {
  StartFaults faults;
  faults.add({"", "", 1, "no"});
  EXPECT_EQ(faults.take("users", "users:7"), "no");
}

TEST(StartFaults, AreTakenBack) {
  StartFaults faults;
  faults.add({});
  faults.clear();
  EXPECT_EQ(faults.take("api", "api:1"), std::nullopt);
}

TEST(StartFaults, OfNoCountAreNone) {
  StartFaults faults;
  faults.add({"", "", 0, "no"});
  EXPECT_EQ(faults.take("api", "api:1"), std::nullopt);
}

}  // namespace
}  // namespace cutover::containers

#include "lb/base/limits.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace cutover {
namespace {

/// Puts the process's own limit back when the test is over.
class FileLimit : public testing::Test {
 protected:
  FileLimit() { EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &found_), 0); }
  ~FileLimit() override { ::setrlimit(RLIMIT_NOFILE, &found_); }

  static rlimit in_force() {
    rlimit limit{};
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    return limit;
  }

  rlimit found_{};
};

TEST_F(FileLimit, IsRaisedToTheHardLimit) {
  const rlimit low{64, found_.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  const auto raised = raise_file_limit();
  ASSERT_TRUE(raised);
  EXPECT_EQ(*raised, found_.rlim_max);
  EXPECT_EQ(in_force().rlim_cur, found_.rlim_max);
  EXPECT_EQ(in_force().rlim_max, found_.rlim_max);
}

TEST_F(FileLimit, AtTheHardLimitStays) {
  ASSERT_TRUE(raise_file_limit());
  const auto again = raise_file_limit();
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, found_.rlim_max);
}

}  // namespace
}  // namespace cutover

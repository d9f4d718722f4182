// On an ordinary directory in place of a file system of cgroups: which files get what.

#include "containers/runtimes/cgroups.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace cutover::containers {
namespace {

namespace fs = std::filesystem;

class CgroupDirectory : public testing::Test {
 protected:
  CgroupDirectory() {
    std::string name = fs::temp_directory_path() / "cutover-cgroup-XXXXXX";
    root_ = mkdtemp(name.data());
  }
  ~CgroupDirectory() override { fs::remove_all(root_); }

  void write(const std::string& file, const std::string& text) const {
    std::ofstream(root_ / file) << text;
  }
  std::string text(const fs::path& file) const {
    std::ifstream in(root_ / file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// The one directory whose name ends so.
  std::string directory(const std::string& end) const {
    for (const auto& entry : fs::directory_iterator(root_)) {
      const std::string name = entry.path().filename();
      if (name.ends_with(end)) return name;
    }
    return {};
  }

  fs::path root_;
};

TEST_F(CgroupDirectory, HandsControllersOnFromALeafOfItsOwn) {
  write("cgroup.controllers", "cpuset cpu io memory pids\n");
  fs::create_directory(root_ / "cutover-1-left-by-an-earlier-run");
  ASSERT_TRUE(Cgroups::delegated(root_));
  EXPECT_EQ(text("cgroup.subtree_control"), "+memory +cpu");
  EXPECT_EQ(text(directory("self-" + std::to_string(getpid())) + "/cgroup.procs"), "0");
  EXPECT_EQ(directory("earlier-run"), "");
}

TEST_F(CgroupDirectory, SaysWhenItHasNoControllers) {
  write("cgroup.controllers", "cpuset pids\n");
  const auto cgroups = Cgroups::delegated(root_);
  ASSERT_FALSE(cgroups);
  EXPECT_EQ(cgroups.error().message, root_.string() + " has no controllers for memory and cpu");
  EXPECT_EQ(Cgroups::delegated({}).error().message, "this system has no cgroups of version 2");
}

TEST_F(CgroupDirectory, WritesTheLimitsOfAContainer) {
  write("cgroup.controllers", "cpu memory");
  const auto cgroups = Cgroups::delegated(root_);
  ASSERT_TRUE(cgroups);
  const auto cgroup = cgroups->make("task-api", {1024, 512, 256});
  ASSERT_TRUE(cgroup) << to_string(cgroup.error());
  const std::string made = directory("-task-api");
  EXPECT_EQ(text(made + "/cpu.weight"), "39");
  EXPECT_EQ(text(made + "/memory.max"), "536870912");
  EXPECT_EQ(text(made + "/memory.low"), "268435456");
  const auto unlimited = cgroups->make("task-web", {});
  ASSERT_TRUE(unlimited);
  EXPECT_EQ(text(directory("-task-web") + "/cpu.weight"), "1");
  EXPECT_FALSE(fs::exists(root_ / directory("-task-web") / "memory.max"));
}

TEST_F(CgroupDirectory, TellsWhenTheKernelKilledForMemory) {
  write("cgroup.controllers", "cpu memory");
  const auto cgroup = Cgroups::delegated(root_)->make("a", {});
  ASSERT_TRUE(cgroup);
  EXPECT_FALSE((*cgroup)->ran_out_of_memory());
  write(directory("-a") + "/memory.events", "low 0\nhigh 0\nmax 5\noom 1\noom_kill 0\n");
  EXPECT_FALSE((*cgroup)->ran_out_of_memory());
  write(directory("-a") + "/memory.events", "low 0\nhigh 0\nmax 5\noom 1\noom_kill 1\n");
  EXPECT_TRUE((*cgroup)->ran_out_of_memory());
}

TEST(OwnCgroup, IsBelowTheMountOfVersion2) {
  const std::string mounts =
      "25 22 0:22 / /sys rw,nosuid - sysfs sysfs rw\n"
      "30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";
  EXPECT_EQ(own_cgroup("0::/user.slice/run-7.scope\n", mounts),
            "/sys/fs/cgroup/user.slice/run-7.scope");
  EXPECT_EQ(own_cgroup("4:memory:/a\n0::/\n", mounts), "/sys/fs/cgroup/");
  EXPECT_EQ(own_cgroup("0::/a\n", "25 22 0:22 / /sys rw - sysfs sysfs rw\n"), "");
}

}  // namespace
}  // namespace cutover::containers

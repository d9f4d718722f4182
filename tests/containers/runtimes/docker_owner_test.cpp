#include "containers/runtimes/docker_owner.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "containers/runtimes/docker_host.hpp"

namespace cutover::containers {
namespace {

TEST(DockerOwner, IsAliveWhileItsProcessIs) {
  const auto me = this_process();
  EXPECT_EQ(me.pid, getpid());
  EXPECT_EQ(parse_docker_owner(to_string(me)), me);
  EXPECT_FALSE(is_gone(me, me));
}

TEST(DockerOwner, IsGoneWithItsProcessOrWhenAnotherHasItsPid) {
  const auto me = this_process();
  const pid_t child = fork();
  if (child == 0) _exit(0);
  auto other = me;
  other.pid = child;
  // Ended, and only remembered: nothing of it runs.
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  EXPECT_TRUE(is_gone(other, me));
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(is_gone(other, me));
  other = me;
  ++other.start;
  EXPECT_TRUE(is_gone(other, me));
}

TEST(DockerOwner, IsGoneWithItsBootAndUnknownElsewhere) {
  const auto me = this_process();
  auto other = me;
  other.boot = "another";
  EXPECT_TRUE(is_gone(other, me));
  other.machine = "another";
  EXPECT_FALSE(is_gone(other, me));
  other = me;
  other.pid = 999'999'999;
  other.pid_namespace = "pid:[1]";
  EXPECT_FALSE(is_gone(other, me));
}

TEST(DockerOwner, IsNotReadFromOtherTexts) {
  for (const std::string text : {"", "1 2 3", "x 2 n b m", "-1 2 n b m", "1 2 n b m more"}) {
    EXPECT_FALSE(parse_docker_owner(text)) << text;
  }
}

TEST(StartOfStat, BearsNamesWithSpacesAndParentheses) {
  const std::string before = "7 (a) b (c) ";
  const std::string between = " 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0";
  EXPECT_EQ(start_of_stat(before + "S" + between + " 4711 99 98\n"), 4711U);
  EXPECT_FALSE(start_of_stat(before + "Z" + between + " 4711 99 98\n"));
  EXPECT_FALSE(start_of_stat(before + "S 1 2"));
  EXPECT_FALSE(start_of_stat(""));
}

TEST(DockerSocket, IsAPathAndNothingElse) {
  EXPECT_EQ(*docker_socket("unix:///var/run/docker.sock"), "/var/run/docker.sock");
  for (const std::string host : {"tcp://127.0.0.1:2375", "ssh://me@there", "/run/docker.sock",
                                 "unix://docker.sock", "npipe:////./pipe/docker", ""}) {
    const auto socket = docker_socket(host);
    ASSERT_FALSE(socket) << host;
    EXPECT_EQ(socket.error().code, "UnsupportedFeatureException");
    EXPECT_NE(socket.error().message.find('"' + host + '"'), std::string::npos);
  }
  EXPECT_EQ(docker_socket("unix:///" + std::string(107, 'x')).error().message,
            "found a path of 108 bytes; a local socket's has at most 107");
}

}  // namespace
}  // namespace cutover::containers

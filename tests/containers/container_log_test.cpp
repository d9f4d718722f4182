#include "containers/container_log.hpp"

#include <gmock/gmock.h>

namespace cutover::containers {
namespace {

using testing::ElementsAre;

const WallTime noon{std::chrono::hours(12)};

std::vector<std::string> texts(const ContainerLog& log) {
  std::vector<std::string> list;
  for (const LogLine& line : log.lines()) list.push_back(line.text);
  return list;
}

TEST(ContainerLog, KeepsWholeLinesInOrder) {
  ContainerLog log;
  log.write(LogStream::output, "one\ntw", noon);
  log.write(LogStream::errors, "oops\n", noon);
  log.write(LogStream::output, "o\n\n", noon);
  EXPECT_THAT(texts(log), ElementsAre("one", "oops", "two", ""));
  EXPECT_EQ(log.lines()[1].stream, LogStream::errors);
  EXPECT_EQ(log.lines()[3].number, 3U);
}

TEST(ContainerLog, KeepsAnUnfinishedLineWhenItsStreamEnds) {
  ContainerLog log;
  log.write(LogStream::errors, "last words", noon);
  EXPECT_THAT(texts(log), ElementsAre());
  log.end(LogStream::errors, noon);
  log.end(LogStream::errors, noon);
  EXPECT_THAT(texts(log), ElementsAre("last words"));
  EXPECT_EQ(log.last_line(LogStream::errors), "last words");
  EXPECT_EQ(log.last_line(LogStream::output), "");
}

TEST(ContainerLog, ForgetsTheOldestLinesWhenThereAreTooMany) {
  ContainerLog log(1000);
  for (int i = 0; i < 100; ++i) log.write(LogStream::output, "line\n", noon);
  EXPECT_EQ(log.lines().back().number, 99U);
  EXPECT_LT(log.lines().size(), 20U);
  EXPECT_EQ(log.forgotten() + log.lines().size(), 100U);
}

TEST(ContainerLog, KeepsTheLastLinesWhenItIsLimited) {
  ContainerLog log;
  for (int i = 0; i < 100; ++i) log.write(LogStream::output, "line\n", noon);
  log.limit(1000);
  EXPECT_EQ(log.lines().back().number, 99U);
  EXPECT_LT(log.lines().size(), 20U);
  log.write(LogStream::errors, "more\n", noon);
  EXPECT_LT(log.lines().size(), 20U);
  EXPECT_EQ(log.last_line(LogStream::errors), "more");
}

TEST(ContainerLog, CutsAFloodWithoutLineFeeds) {
  ContainerLog log;
  const std::string flood(ContainerLog::line_bytes_most * 2 + 5, 'x');
  log.write(LogStream::output, flood, noon);
  EXPECT_EQ(log.lines().size(), 2U);
  EXPECT_EQ(log.lines().front().text.size(), ContainerLog::line_bytes_most);
}

}  // namespace
}  // namespace cutover::containers

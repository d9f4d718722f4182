#include "lb/observe/access_log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace cutover::lb {
namespace {

/// A directory of the test's own, gone with it.
class AccessLogFile : public testing::Test {
 protected:
  AccessLogFile() {
    std::string name = testing::TempDir() + "access_log_XXXXXX";
    directory_ = ::mkdtemp(name.data());
  }
  ~AccessLogFile() override { std::filesystem::remove_all(directory_); }

  std::string path(const char* name = "access.log") const { return directory_ + "/" + name; }
  std::string content() const {
    std::ifstream file(path());
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  std::string directory_;
};

TEST_F(AccessLogFile, HoldsTheLinesWritten) {
  testing::internal::CaptureStderr();
  {
    auto log = AccessLog::open(path());
    ASSERT_TRUE(log);
    (*log)->write("one\ntwo\n");
    (*log)->write("");
    (*log)->write("three\n");
    EXPECT_EQ((*log)->lines_dropped(), 0u);
  }
  EXPECT_EQ(content(), "one\ntwo\nthree\n");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(AccessLogFile, IsAppendedTo) {
  (*AccessLog::open(path()))->write("one\n");
  (*AccessLog::open(path()))->write("two\n");
  EXPECT_EQ(content(), "one\ntwo\n");
}

TEST_F(AccessLogFile, ThatCannotBeOpenedIsAnError) {
  const std::string missing = path("missing/access.log");
  const auto log = AccessLog::open(missing);
  ASSERT_FALSE(log);
  EXPECT_EQ(to_string(log.error()),
            missing +
                ": the access log cannot be opened for appending: No such file or directory "
                "(AccessLogNotOpened)");
  EXPECT_FALSE(AccessLog::open(directory_)) << "a directory is no log";
}

TEST(AccessLogOnAFullDisk, DropsAndCountsLinesAndComplainsOnce) {
  auto log = AccessLog::open("/dev/full");
  ASSERT_TRUE(log);
  testing::internal::CaptureStderr();
  (*log)->write("one\ntwo\n");
  (*log)->write("three\n");
  EXPECT_EQ((*log)->lines_dropped(), 3u);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "cutover: access log /dev/full: No space left on device; its lines are dropped until "
            "it can be written\n");
}

/// A pipe takes what it has room for and refuses the rest, as a disk does that fills up; reading
/// it makes room again.
class AccessLogWithoutRoom : public AccessLogFile {
 protected:
  AccessLogWithoutRoom() {
    EXPECT_EQ(::mkfifo(path().c_str(), 0600), 0);
    reader_ = ::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    EXPECT_GE(reader_, 0);
    room_ = static_cast<std::size_t>(::fcntl(reader_, F_SETPIPE_SZ, 4096));
    auto opened = AccessLog::open(path());
    if (opened) log_ = std::move(*opened);
  }
  ~AccessLogWithoutRoom() override { ::close(reader_); }

  std::string read_all() {
    std::string text;
    std::array<char, 4096> block;
    for (ssize_t got = 0; (got = ::read(reader_, block.data(), block.size())) > 0;) {
      text.append(block.data(), static_cast<std::size_t>(got));
    }
    return text;
  }
  /// Numbered lines of 10 bytes each.
  static std::string lines(std::size_t from, std::size_t count) {
    std::string text;
    for (std::size_t i = from; i < from + count; ++i)
      text += std::to_string(100'000'000 + i) + '\n';
    return text;
  }

  int reader_ = -1;
  std::size_t room_ = 0;
  std::unique_ptr<AccessLog> log_;
};

TEST_F(AccessLogWithoutRoom, FinishesATornLineBeforeTheNextOne) {
  const std::size_t whole = room_ / 10;
  ASSERT_NE(room_ % 10, 0u) << "the last line must not fit";
  testing::internal::CaptureStderr();
  log_->write(lines(0, whole + 5));
  EXPECT_EQ(log_->lines_dropped(), 4u);
  log_->write(lines(1000, 2));
  EXPECT_EQ(log_->lines_dropped(), 6u);

  std::string received = read_all();
  EXPECT_EQ(received.size(), room_) << "the room was used to the last byte";
  log_->write(lines(2000, 1));
  received += read_all();
  EXPECT_EQ(received, lines(0, whole + 1) + lines(2000, 1));
  EXPECT_EQ(log_->lines_dropped(), 6u);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "cutover: access log " + path() +
                ": Resource temporarily unavailable; its lines are dropped until it can be "
                "written\ncutover: access log " +
                path() + ": written again; 6 lines were dropped\n");
}

TEST_F(AccessLogWithoutRoom, DropsFromTheLineThatFoundNoRoomAtAll) {
  const std::string line = "1234567\n";
  ASSERT_EQ(room_ % line.size(), 0u) << "the last line must fit exactly";
  std::string full;
  while (full.size() < room_) full += line;
  testing::internal::CaptureStderr();
  log_->write(full + "lost\nlost\n");
  EXPECT_EQ(log_->lines_dropped(), 2u);
  EXPECT_EQ(read_all(), full);
  log_->write("next\n");
  EXPECT_EQ(read_all(), "next\n");
  testing::internal::GetCapturedStderr();
}

TEST_F(AccessLogWithoutRoom, FinishesATornLineWhenItCloses) {
  const std::size_t whole = room_ / 10;
  testing::internal::CaptureStderr();
  log_->write(lines(0, whole + 1));
  testing::internal::GetCapturedStderr();
  std::string received = read_all();
  log_.reset();
  received += read_all();
  EXPECT_EQ(received, lines(0, whole + 1));
}

TEST_F(AccessLogWithoutRoom, ComplainsAgainAboutTheNextOutage) {
  testing::internal::CaptureStderr();
  for (int outage = 0; outage < 2; ++outage) {
    log_->write(lines(0, room_));
    read_all();
    log_->write(lines(0, 1));
    read_all();
  }
  const std::string told = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 4);
  const std::string last =
      "; " + std::to_string(log_->lines_dropped() / 2) + " lines were dropped\n";
  EXPECT_TRUE(told.ends_with(last)) << told;
}

}  // namespace
}  // namespace cutover::lb

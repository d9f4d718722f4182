#include "lb/observe/log_directory.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <zlib.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "lb/base/random.hpp"

namespace cutover::lb {
namespace {

namespace fs = std::filesystem;
using std::chrono::minutes;
using std::chrono::seconds;

/// 2018-07-02, 22:23:00.
const WallTime start(seconds(1'530'570'180));

class LogDirectoryOnDisk : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "log_directory_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { fs::remove_all(root_); }

  LogDirectorySettings settings() const {
    return {root_.string(), "rehearsal", "123456789012", "us-east-1", "app/demo/50dc6c495c0c9188"};
  }
  std::unique_ptr<LogDirectory> open(LogKind kind = LogKind::access, std::uint64_t seed = 1) {
    auto opened = LogDirectory::open(kind, settings(), seed);
    EXPECT_TRUE(opened);
    return opened ? std::move(*opened) : nullptr;
  }

  /// Every file's path below the root, and what it says, uncompressed.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      if (!entry.is_regular_file()) continue;
      found[fs::relative(entry.path(), root_).string()] = read(entry.path());
    }
    return found;
  }
  static std::string read(const fs::path& path) {
    gzFile file = gzopen(path.c_str(), "rb");  // takes plain files as well
    std::string text;
    std::array<char, 4096> block;
    int got = 0;
    while ((got = gzread(file, block.data(), block.size())) > 0) {
      text.append(block.data(), static_cast<std::size_t>(got));
    }
    EXPECT_EQ(gzclose_r(file), Z_OK) << path;
    return text;
  }
  std::string only_file() const {
    const auto all = files();
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? "" : all.begin()->first;
  }

  fs::path root_;
};

TEST(LogFilePath, IsWhatAlbCallsItsFiles) {
  const LogDirectorySettings settings{"/unused", "my/prefix", "123456789012", "us-east-2",
                                      "app/my-loadbalancer/1234567890abcdef"};
  const WallTime end = WallTime(std::chrono::sys_days(std::chrono::year(2022) / 2 / 15)) +
                       std::chrono::hours(23) + minutes(40);
  EXPECT_EQ(log_file_path(LogKind::access, settings, end, "172.160.1.192", "20sg8hgm"),
            "my/prefix/AWSLogs/123456789012/elasticloadbalancing/us-east-2/2022/02/15/"
            "123456789012_elasticloadbalancing_us-east-2_app.my-loadbalancer.1234567890abcdef_"
            "20220215T2340Z_172.160.1.192_20sg8hgm.log");
  EXPECT_EQ(log_file_path(LogKind::connection, {"", "", "1", "r", "app/a/b"}, end, "::1", "x"),
            "AWSLogs/1/elasticloadbalancing/r/2022/02/15/"
            "conn_log.1_elasticloadbalancing_r_app.a.b_20220215T2340Z_::1_x.log");
}

TEST(LogPeriod, EndsAtTheNextFullFiveMinutes) {
  const WallTime day(std::chrono::sys_days(std::chrono::year(2026) / 12 / 31));
  EXPECT_EQ(log_period_end(day), day + minutes(5));
  EXPECT_EQ(log_period_end(day + minutes(5) - std::chrono::microseconds(1)), day + minutes(5));
  EXPECT_EQ(log_period_end(day + minutes(5)), day + minutes(10));
  EXPECT_EQ(log_period_end(day + minutes(24 * 60 - 1)), day + minutes(24 * 60));
}

TEST_F(LogDirectoryOnDisk, CanBeWatchedWhileItIsWrittenAndIsCompressedAfterwards) {
  const auto log = open();
  log->write("127.0.0.1", "one\n", start);
  log->write("127.0.0.1", "two\n", start + seconds(119));
  const std::string name = only_file();
  EXPECT_TRUE(std::regex_match(
      name, std::regex("rehearsal/AWSLogs/123456789012/elasticloadbalancing/us-east-1/2018/07/02/"
                       "123456789012_elasticloadbalancing_us-east-1_app\\.demo\\.50dc6c495c0c9188_"
                       "20180702T2225Z_127\\.0\\.0\\.1_[0-9a-z]{8}\\.log")))
      << name;
  EXPECT_EQ(files(), (std::map<std::string, std::string>{{name, "one\ntwo\n"}}));

  log->rotate(start + seconds(119));
  EXPECT_EQ(only_file(), name) << "the period is not over";
  log->rotate(start + seconds(120));
  log->close();
  EXPECT_EQ(files(), (std::map<std::string, std::string>{{name + ".gz", "one\ntwo\n"}}));
  std::ifstream raw(root_ / (name + ".gz"), std::ios::binary);
  EXPECT_EQ(raw.get(), 0x1f);
  EXPECT_EQ(raw.get(), 0x8b);
}

TEST_F(LogDirectoryOnDisk, KeepsPeriodsAndNodesApart) {
  {
    const auto log = open();
    log->write("127.0.0.1", "a\n", start);
    log->write("127.0.0.2", "b\n", start);
    log->write("127.0.0.1", "c\n", start + minutes(2));  // ends the first file by itself
    log->write("127.0.0.1", "", start + minutes(20));
  }
  std::map<std::string, std::string> by_moment;
  for (const auto& [name, text] : files()) {
    EXPECT_TRUE(name.ends_with(".log.gz")) << "stopping compresses what is open";
    by_moment[name.substr(name.find("2018070"), 24)] = text;
  }
  EXPECT_EQ(by_moment, (std::map<std::string, std::string>{{"20180702T2225Z_127.0.0.1", "a\n"},
                                                           {"20180702T2225Z_127.0.0.2", "b\n"},
                                                           {"20180702T2230Z_127.0.0.1", "c\n"}}));
}

TEST_F(LogDirectoryOnDisk, NeverWritesToAnEarlierRunsFile) {
  for (int run = 0; run < 3; ++run) open()->write("127.0.0.1", "run\n", start);
  const auto all = files();
  EXPECT_EQ(all.size(), 3u);
  for (const auto& [name, text] : all) EXPECT_EQ(text, "run\n");
}

TEST_F(LogDirectoryOnDisk, ConnectionLogsHaveTheirOwnName) {
  open(LogKind::connection)->write("127.0.0.1", "x\n", start);
  EXPECT_NE(only_file().find("/conn_log.123456789012_"), std::string::npos);
}

TEST_F(LogDirectoryOnDisk, RefusesPlacesThatCannotHoldIt) {
  std::ofstream(root_ / "file") << "x";
  LogDirectorySettings bad = settings();
  bad.directory = (root_ / "file" / "below").string();
  const auto no_directory = LogDirectory::open(LogKind::access, bad, 1);
  ASSERT_FALSE(no_directory);
  EXPECT_EQ(no_directory.error().code, "LogDirectoryNotOpened");
  EXPECT_EQ(no_directory.error().where, bad.directory);
  EXPECT_EQ(no_directory.error().message,
            "the access log's directory cannot be written to: Not a directory");
  for (const auto* prefix : {"a/AWSLogs", "../elsewhere", "/root"}) {
    bad = settings();
    bad.prefix = prefix;
    EXPECT_FALSE(LogDirectory::open(LogKind::connection, bad, 1)) << prefix;
  }
}

TEST_F(LogDirectoryOnDisk, ServesOnWithoutItsDirectoryAndCountsWhatIsLost) {
  const auto log = open();
  fs::remove_all(root_);
  std::ofstream(root_) << "in the way";
  testing::internal::CaptureStderr();
  log->write("127.0.0.1", "lost\nlost\n", start);
  log->write("127.0.0.1", "lost\n", start + minutes(7));
  EXPECT_EQ(log->lines_dropped(), 3u);
  fs::remove(root_);
  log->write("127.0.0.1", "kept\n", start + minutes(8));
  EXPECT_EQ(log->lines_dropped(), 3u);
  log->close();
  const std::string told = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 2) << told;
  EXPECT_NE(told.find("Not a directory; its lines are dropped until"), std::string::npos) << told;
  EXPECT_NE(told.find("written again; 3 lines were dropped"), std::string::npos) << told;
  EXPECT_EQ(files().begin()->second, "kept\n");
}

/// A disk with room for few bytes more in any one file.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { lift(); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  void lift() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

std::string incompressible_lines(std::size_t count) {
  Random random(7);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += std::to_string(random()) + '\n';
  return text;
}

TEST_F(LogDirectoryOnDisk, KeepsUncompressedWhatCannotBeCompressedAndTriesAgain) {
  const auto log = open();
  const std::string text = incompressible_lines(2000);
  log->write("127.0.0.1", text, start);
  const std::string name = only_file();
  testing::internal::CaptureStderr();
  FileSizeLimit full(8192);
  log->close();
  EXPECT_EQ(files(), (std::map<std::string, std::string>{{name, text}}));
  const std::string told = testing::internal::GetCapturedStderr();
  EXPECT_NE(told.find("cannot be compressed: File too large; it stays as it is"), std::string::npos)
      << told;
  full.lift();
  log->rotate(start + minutes(5));
  log->close();
  EXPECT_EQ(files(), (std::map<std::string, std::string>{{name + ".gz", text}}));
  EXPECT_EQ(log->lines_dropped(), 0u);
}

TEST_F(LogDirectoryOnDisk, FullDiskCostsCountedLinesOnly) {
  const auto log = open();
  testing::internal::CaptureStderr();
  FileSizeLimit full(1024);
  const std::string line = std::string(99, 'x') + '\n';
  for (int i = 0; i < 15; ++i) log->write("127.0.0.1", line, start);
  full.lift();
  log->close();
  testing::internal::GetCapturedStderr();
  const std::string text = files().begin()->second;
  const auto written = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  EXPECT_EQ(text.size(), written * line.size()) << "whole lines only";
  EXPECT_EQ(written, 11u) << "ten that fit, and the one that was finished in the end";
  EXPECT_EQ(log->lines_dropped() + written, 15u);
}

}  // namespace
}  // namespace cutover::lb

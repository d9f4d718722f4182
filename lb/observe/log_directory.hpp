#pragma once

// Logs as ALB delivers them to a bucket: a file per node and five minutes, compressed when its time
// is over (ALB user guide, "Access log files" and "Connection log files"), below a directory:
//
//   [prefix/]AWSLogs/<account>/elasticloadbalancing/<region>/<yyyy>/<mm>/<dd>/
//     [conn_log.]<account>_elasticloadbalancing_<region>_app.<name>.<id>_<end time>_<node>_<random>
//
// A file being written ends in ".log" and can be watched; its time over, it becomes ".log.gz".

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "lb/base/clock.hpp"
#include "lb/base/random.hpp"
#include "lb/base/result.hpp"
#include "lb/observe/access_log.hpp"

namespace cutover::lb {

class FileCompressor;

enum class LogKind : std::uint8_t { access, connection };

/// How long a file is written to. Periods begin at multiples of it, as ALB's do.
inline constexpr auto log_period = std::chrono::minutes(5);

struct LogDirectorySettings {
  std::string directory;
  std::string prefix;  ///< May be empty, may have several parts, may not contain "AWSLogs".
  std::string account;
  std::string region;
  std::string load_balancer;  ///< "app/<name>/<id>"
};

/// The end of the period that holds `now`: what the file's name carries.
WallTime log_period_end(WallTime now);

/// The path below the directory, up to ".log".
std::string log_file_path(LogKind kind, const LogDirectorySettings& settings, WallTime period_end,
                          std::string_view node_address, std::string_view random);

/// All members on the control thread; compression runs on a thread of its own. A disk that refuses
/// lines costs those lines (they are counted), an error line on stderr, and nothing else; a file
/// that can't be compressed stays as it is, uncompressed, and is tried again at the next rotation.
class LogDirectory {
 public:
  /// Makes the directory if need be and sees that it can be written to. Errors
  /// (`LogDirectoryNotOpened`) name the path and the reason.
  static Result<std::unique_ptr<LogDirectory>> open(LogKind kind, LogDirectorySettings settings,
                                                    std::uint64_t seed);
  /// Closes what is open, compresses what is left and waits for that.
  ~LogDirectory();
  LogDirectory(const LogDirectory&) = delete;
  LogDirectory& operator=(const LogDirectory&) = delete;

  const LogDirectorySettings& settings() const { return settings_; }
  /// `lines` is empty or ends with "\n". They go to the node's file of the period that holds
  /// `now`; the file of an earlier one is ended first.
  void write(std::string_view node_address, std::string_view lines, WallTime now);
  /// Ends the files whose period is over. Call it now and then: a node without traffic has no
  /// other way to end its last file.
  void rotate(WallTime now);
  /// Ends every file, and waits until all are compressed.
  void close();

  std::uint64_t lines_dropped() const;

 private:
  struct NodeFile {
    std::string path;  ///< Up to ".log".
    WallTime period_end;
    std::unique_ptr<AccessLog> log;  ///< Null: it could not be made.
  };

  LogDirectory(LogKind kind, LogDirectorySettings settings, std::uint64_t seed);
  NodeFile& file_for(std::string_view node_address, WallTime now);
  std::unique_ptr<AccessLog> make_file(NodeFile& file, std::string_view node_address);
  void end(NodeFile& file);
  void tell(const std::string& what) const;

  LogKind kind_;
  LogDirectorySettings settings_;
  Random random_;
  std::map<std::string, NodeFile, std::less<>> files_;  // by node address
  std::unique_ptr<FileCompressor> compressor_;
  bool failing_ = false;  ///< No file can be made.
  std::uint64_t dropped_before_failure_ = 0;
  std::uint64_t lines_dropped_ = 0;  // by files that are closed, or never were
};

}  // namespace cutover::lb

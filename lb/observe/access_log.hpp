#pragma once

// ALB's access log (ALB user guide, "Access log entries"): one line of 34 fields per request.
// Formatting is a pure function; AccessLog is the file, written by the control thread so that a
// slow or full disk never holds up a request.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"

namespace cutover::lb {

/// One request, as its log line needs it. Views live during the call.
struct LogEntry {
  std::string_view type = "http";  ///< "http"; "ws" for an upgraded connection.
  WallTime time;  ///< When the response was generated; for "ws", when the connection closed.
  std::string_view load_balancer;   ///< "app/<name>/<id>"
  std::string_view client;          ///< "127.0.0.1:50000"
  std::string_view target;          ///< "127.0.0.1:3000"; empty: not dispatched.
  Duration request_processing{-1};  ///< Negative: -1.
  Duration target_processing{-1};
  Duration response_processing{-1};
  int elb_status = 0;
  int target_status = 0;  ///< 0: the target gave no response.
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;
  std::string_view method;  ///< Empty for a request that could not be read.
  /// The request's host without its port; empty (a request that named none, or could not be read):
  /// the load balancer's name stands in.
  std::string_view host;
  std::uint16_t listener_port = 80;
  std::string_view uri;      ///< Path and query as the client sent them.
  std::string_view version;  ///< "HTTP/1.1"
  std::string_view user_agent;
  std::string_view target_group_arn;
  std::string_view trace_id;
  std::int64_t matched_rule_priority = -2;  ///< 0 default, -1 evaluation error, -2: "-".
  WallTime creation_time;
  std::string_view actions;  ///< "forward", "rewrite,forward", "redirect", …; empty: "-".
  std::string_view redirect_url;
  std::string_view error_reason;
  std::string_view classification;
  std::string_view classification_reason;
  std::string_view connection_trace_id;  ///< "TID_<hex>"
  std::string_view transformed_host;     ///< After a rewrite; empty: none, or it changed nothing.
  std::string_view transformed_uri;      ///< Likewise.
  std::string_view transform_status;  ///< "TransformSuccess", …; empty: no transform was tried.
  std::string_view node_address;
};

/// Appends one line with its "\n". Bytes outside printable ASCII, quotes and backslashes inside
/// quoted fields are written as \xHH, so that a line stays a line. What has no value is `-`; times
/// are rounded to milliseconds; the user agent is cut at 8 KB. The fields of TLS are `-`.
void append_log_line(const LogEntry& entry, std::string& out);

/// A log file opened for appending. write() is called on the control thread with whole lines. When
/// the disk refuses them, the lines are dropped and counted, one error line goes to stderr, another
/// when writing works again; serving goes on. A line of which the disk took only a part is finished
/// as soon as writing works again, before any other, so no two lines ever run into each other.
class AccessLog {
 public:
  /// Creates the file if need be. Errors (`AccessLogNotOpened`) name the path and the system's
  /// reason. A pipe may be named too when it has a reader; a reader that is too slow loses lines.
  /// `what` names the file in messages and outlives it.
  static Result<std::unique_ptr<AccessLog>> open(const std::string& path,
                                                 std::string_view what = "access log");
  /// The same for a file that must not exist yet.
  static Result<std::unique_ptr<AccessLog>> create(const std::string& path, std::string_view what);
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  /// `lines` is empty or ends with "\n". Never blocks on a pipe, never throws on a failed write.
  void write(std::string_view lines);
  /// Finishes a torn line if that can be done, and tells how many lines an outage cost that lasts
  /// still. Nothing can be written afterwards.
  void close();
  std::uint64_t lines_dropped() const { return lines_dropped_; }

 private:
  AccessLog(int file, std::string path, std::string_view what);
  static Result<std::unique_ptr<AccessLog>> open(const std::string& path, std::string_view what,
                                                 int flags);
  std::size_t write_some(std::string_view bytes);
  void keep_whole_lines(std::string_view refused, bool within_a_line);
  void report_failure();
  void report_recovery();

  int file_;  ///< -1 when closed.
  std::string path_;
  std::string_view what_;
  std::string torn_;  ///< What the file still lacks of its last line.
  int last_error_ = 0;
  bool failing_ = false;
  std::uint64_t lines_dropped_ = 0;
  std::uint64_t dropped_before_failure_ = 0;
};

}  // namespace cutover::lb

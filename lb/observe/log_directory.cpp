#include "lb/observe/log_directory.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "lb/observe/file_compressor.hpp"

namespace cutover::lb {

namespace {

namespace fs = std::filesystem;

Error not_opened(const std::string& where, const std::string& why) {
  return {"LogDirectoryNotOpened", where, why};
}

/// Eight letters and digits, as ALB has them, so that two runs never write to one file.
std::string random_string(Random& random) {
  constexpr std::string_view letters = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string text;
  for (int i = 0; i < 8; ++i) text += letters[random.below(letters.size())];
  return text;
}

std::string_view kind_name(LogKind kind) {
  return kind == LogKind::access ? "access log" : "connection log";
}

/// Whether each part of the prefix names a directory below the one given.
bool is_relative(std::string_view prefix) {
  const fs::path path(prefix);
  return path.is_relative() &&
         std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

}  // namespace

WallTime log_period_end(WallTime now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  return day + std::chrono::floor<std::chrono::minutes>(now - day) / log_period * log_period +
         log_period;
}

std::string log_file_path(LogKind kind, const LogDirectorySettings& settings, WallTime period_end,
                          std::string_view node_address, std::string_view random) {
  const auto day = std::chrono::floor<std::chrono::days>(period_end);
  const std::chrono::year_month_day date(day);
  const auto minutes = std::chrono::floor<std::chrono::minutes>(period_end - day).count();
  const int year = static_cast<int>(date.year());
  const auto month = static_cast<unsigned>(date.month());
  const auto of_month = static_cast<unsigned>(date.day());
  std::string load_balancer = settings.load_balancer;
  std::replace(load_balancer.begin(), load_balancer.end(), '/', '.');
  std::string path = settings.prefix;
  if (!path.empty() && path.back() != '/') path += '/';
  return path + fmt::format(
                    "AWSLogs/{0}/elasticloadbalancing/{1}/{2:04}/{3:02}/{4:02}/"
                    "{5}{0}_elasticloadbalancing_{1}_{6}_{2:04}{3:02}{4:02}T{7:02}{8:02}Z_{9}_{10}"
                    ".log",
                    settings.account, settings.region, year, month, of_month,
                    kind == LogKind::connection ? "conn_log." : "", load_balancer, minutes / 60,
                    minutes % 60, node_address, random);
}

Result<std::unique_ptr<LogDirectory>> LogDirectory::open(LogKind kind,
                                                         LogDirectorySettings settings,
                                                         std::uint64_t seed) {
  if (settings.prefix.find("AWSLogs") != std::string::npos || !is_relative(settings.prefix)) {
    return not_opened(settings.prefix,
                      fmt::format("the {}'s prefix must be a relative path without \"AWSLogs\" "
                                  "and \"..\"",
                                  kind_name(kind)));
  }
  std::error_code error;
  fs::create_directories(settings.directory, error);
  if (!error && ::access(settings.directory.c_str(), W_OK | X_OK) != 0) {
    error.assign(errno, std::generic_category());
  }
  if (!error && !fs::is_directory(settings.directory)) {
    error = std::make_error_code(std::errc::not_a_directory);
  }
  if (error) {
    return not_opened(settings.directory, fmt::format("the {}'s directory cannot be written to: {}",
                                                      kind_name(kind), error.message()));
  }
  return std::unique_ptr<LogDirectory>(new LogDirectory(kind, std::move(settings), seed));
}

LogDirectory::LogDirectory(LogKind kind, LogDirectorySettings settings, std::uint64_t seed)
    : kind_(kind),
      settings_(std::move(settings)),
      random_(seed),
      compressor_(std::make_unique<FileCompressor>(kind_name(kind))) {}

LogDirectory::~LogDirectory() { close(); }

void LogDirectory::write(std::string_view node_address, std::string_view lines, WallTime now) {
  assert(lines.empty() || lines.back() == '\n');
  if (lines.empty()) return;
  NodeFile& file = file_for(node_address, now);
  if (!file.log) file.log = make_file(file, node_address);
  if (file.log) {
    file.log->write(lines);
  } else {
    lines_dropped_ += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
  }
}

LogDirectory::NodeFile& LogDirectory::file_for(std::string_view node_address, WallTime now) {
  const auto found = files_.find(node_address);
  NodeFile& file = found == files_.end() ? files_[std::string(node_address)] : found->second;
  if (file.period_end <= now) {
    end(file);
    file.period_end = log_period_end(now);
  }
  return file;
}

/// Null when the disk refuses it; told once, until one can be made again.
std::unique_ptr<AccessLog> LogDirectory::make_file(NodeFile& file, std::string_view node_address) {
  const fs::path path =
      fs::path(settings_.directory) /
      log_file_path(kind_, settings_, file.period_end, node_address, random_string(random_));
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::string problem = error.message();
  if (!error && fs::exists(path.string() + ".gz", error)) {
    return make_file(file, node_address);  // an earlier run with this seed, in this period
  }
  if (!error) {
    auto log = AccessLog::create(path.string(), kind_name(kind_));
    if (log) {
      file.path = path.string();
      if (std::exchange(failing_, false)) {
        tell(fmt::format("{}: written again; {} lines were dropped", path.string(),
                         lines_dropped_ - dropped_before_failure_));
      }
      return std::move(*log);
    }
    if (fs::exists(path, error)) return make_file(file, node_address);
    problem = log.error().message;
  }
  if (!std::exchange(failing_, true)) {
    dropped_before_failure_ = lines_dropped_;
    tell(fmt::format("{}: {}; its lines are dropped until it can be written", path.string(),
                     problem));
  }
  return nullptr;
}

void LogDirectory::tell(const std::string& what) const {
  const std::string line = fmt::format("cutover: {} {}\n", kind_name(kind_), what);
  std::fputs(line.c_str(), stderr);
}

void LogDirectory::end(NodeFile& file) {
  if (!file.log) return;
  file.log->close();
  lines_dropped_ += file.log->lines_dropped();
  file.log.reset();
  compressor_->add(std::move(file.path));
}

void LogDirectory::rotate(WallTime now) {
  compressor_->retry();
  for (auto it = files_.begin(); it != files_.end();) {
    if (it->second.period_end <= now) {
      end(it->second);
      it = files_.erase(it);
    } else {
      ++it;
    }
  }
}

void LogDirectory::close() {
  for (auto& [address, file] : files_) end(file);
  files_.clear();
  compressor_->retry();
  compressor_->wait();
}

std::uint64_t LogDirectory::lines_dropped() const {
  std::uint64_t sum = lines_dropped_;
  for (const auto& [address, file] : files_) {
    if (file.log) sum += file.log->lines_dropped();
  }
  return sum;
}

}  // namespace cutover::lb

#pragma once

// What a person sees while a rehearsal runs: one line, redrawn on a terminal, printed once a second
// elsewhere.

#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/generator.hpp"
#include "lb/base/clock.hpp"

namespace cutover::rehearsal {

/// Where a run stands.
struct Moment {
  std::size_t phase = 0;  ///< From 1; 0 while the stack starts.
  std::size_t phases = 0;
  std::string name;              ///< Of the phase.
  std::string step;              ///< What is being done.
  std::optional<Duration> left;  ///< Of that step, real time: at most, for a wait.
  bool at_most = false;
};

/// Answers per second by target group, and failures, between two looks at the accounts.
class Rates {
 public:
  /// `now` in real time. The first look has no rates.
  void look(const std::vector<load::PhaseAccount>& accounts, TimePoint now);

  const std::map<std::string, double>& per_second() const { return per_second_; }
  std::uint64_t failed() const { return failed_; }        ///< Since the start.
  std::uint64_t scheduled() const { return scheduled_; }  ///< Since the start.

 private:
  std::map<std::string, std::uint64_t> before_;
  std::optional<TimePoint> looked_;
  std::map<std::string, double> per_second_;
  std::uint64_t failed_ = 0;
  std::uint64_t scheduled_ = 0;
};

/// "[3/7] the switch | hold 3s, 1.2 s left | 0 of 2400 failed | api 120/s, users 81/s".
std::string progress_line(const Moment& moment, const Rates& rates);

/// Shows lines on a stream: on a terminal in place, cut to its width; else one after the other.
class ProgressDisplay {
 public:
  /// Borrows the stream.
  explicit ProgressDisplay(std::FILE* stream);
  /// Leaves the cursor on a fresh line.
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  bool is_terminal() const { return terminal_; }
  void show(const std::string& line);
  /// A line that stays, above the live one.
  void keep(const std::string& line);

 private:
  void erase();

  std::FILE* stream_;
  bool terminal_;
  bool drawn_ = false;
};

}  // namespace cutover::rehearsal

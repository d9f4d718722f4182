#include "cutover/rehearsal/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "cutover/rehearsal/figures.hpp"

namespace cutover::rehearsal {

namespace {

constexpr std::size_t width_default = 80;

std::size_t terminal_width(std::FILE* stream) {
  winsize size{};
  if (::ioctl(::fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return width_default;
  return size.ws_col;
}

/// The first `most` characters, whole ones.
std::string cut(const std::string& line, std::size_t most) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if ((static_cast<unsigned char>(line[i]) & 0xc0) == 0x80) continue;
    if (characters++ == most) return line.substr(0, i);
  }
  return line;
}

}  // namespace

void Rates::look(const std::vector<load::PhaseAccount>& accounts, TimePoint now) {
  std::map<std::string, std::uint64_t> answered;
  failed_ = 0;
  scheduled_ = 0;
  for (const load::PhaseAccount& account : accounts) {
    failed_ += load::failed(account);
    scheduled_ += account.scheduled;
    for (const auto& [fate, count] : account.fates) {
      if (fate.error == load::Fate::Error::none) answered[fate.target_group] += count;
    }
  }
  per_second_.clear();
  if (looked_ && now > *looked_) {
    const double seconds = std::chrono::duration<double>(now - *looked_).count();
    for (const auto& [group, count] : answered) {
      const std::uint64_t more = count - before_[group];
      if (more > 0) per_second_[group] = static_cast<double>(more) / seconds;
    }
  }
  before_ = std::move(answered);
  looked_ = now;
}

std::string progress_line(const Moment& moment, const Rates& rates) {
  std::string line = moment.phase == 0
                         ? std::string("starting the stack")
                         : fmt::format("[{}/{}] {}", moment.phase, moment.phases, moment.name);
  if (!moment.step.empty()) line += " | " + moment.step;
  if (moment.left) {
    line += fmt::format(", {}{:.1f} s left", moment.at_most ? "at most " : "",
                        std::chrono::duration<double>(*moment.left).count());
  }
  if (moment.phase == 0) return line;
  std::string groups;
  for (const auto& [group, rate] : rates.per_second()) {
    groups += fmt::format("{}{} {:.0f}/s", groups.empty() ? "" : ", ",
                          group == "-" ? "the load balancer" : group, rate);
  }
  return line + fmt::format(" | {} of {} failed | {}", rates.failed(), rates.scheduled(),
                            groups.empty() ? "no answers yet" : groups);
}

ProgressDisplay::ProgressDisplay(std::FILE* stream)
    : stream_(stream), terminal_(::isatty(::fileno(stream)) == 1) {}

ProgressDisplay::~ProgressDisplay() { erase(); }

void ProgressDisplay::erase() {
  if (!drawn_) return;
  std::fputs("\r\033[K", stream_);
  std::fflush(stream_);
  drawn_ = false;
}

void ProgressDisplay::show(const std::string& line) {
  if (!terminal_) return keep(line);
  erase();
  std::fputs(cut(line, terminal_width(stream_) - 1).c_str(), stream_);
  std::fflush(stream_);
  drawn_ = true;
}

void ProgressDisplay::keep(const std::string& line) {
  erase();
  std::fprintf(stream_, "%s\n", line.c_str());
  std::fflush(stream_);
}

}  // namespace cutover::rehearsal

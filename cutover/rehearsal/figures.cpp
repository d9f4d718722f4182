#include "cutover/rehearsal/figures.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cutover::rehearsal {

namespace {

constexpr std::string_view gap = "  ";

std::string three_digits(double value) {
  if (value >= 100) return fmt::format("{:.0f}", value);
  if (value >= 10) return fmt::format("{:.1f}", value);
  if (value >= 1) return fmt::format("{:.2f}", value);
  return fmt::format("{:.3f}", value);
}

/// Characters, not bytes: names may hold others than ASCII.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

bool is_number(std::string_view cell) {
  return !cell.empty() && cell.front() >= '0' && cell.front() <= '9';
}

}  // namespace

std::string figure(Duration duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds >= 1) return three_digits(seconds) + " s";
  return three_digits(seconds * 1e3) + " ms";
}

std::string figure_ns(std::uint64_t nanoseconds) {
  return figure(Duration(static_cast<Duration::rep>(nanoseconds)));
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string table(const std::vector<std::vector<std::string>>& rows, std::string_view indent) {
  std::vector<std::size_t> widths;
  std::vector<bool> numbers;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    widths.resize(std::max(widths.size(), rows[row].size()));
    numbers.resize(widths.size(), true);
    for (std::size_t i = 0; i < rows[row].size(); ++i) {
      widths[i] = std::max(widths[i], width(rows[row][i]));
      // The head's words stand over numbers; they do not make a column one of words.
      if (row > 0 && !is_number(rows[row][i])) numbers[i] = false;
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line(indent);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width(row[i]), ' ');
      line += numbers[i] ? padding + row[i] : row[i] + padding;
      line += gap;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace cutover::rehearsal

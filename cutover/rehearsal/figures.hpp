#pragma once

// Numbers as the progress line, the verdicts and the report print them.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/clock.hpp"

namespace cutover::rehearsal {

/// Three significant digits with the fitting unit: "0.312 ms", "61.3 ms", "1.24 s".
std::string figure(Duration duration);
std::string figure_ns(std::uint64_t nanoseconds);

/// "1 request", "17 requests".
std::string counted(std::uint64_t count, std::string_view noun);

/// Rows of cells under a head, each column as wide as its widest cell, numbers (cells that begin
/// with a digit) to the right; every line begins with `indent` and ends with a newline.
std::string table(const std::vector<std::vector<std::string>>& rows, std::string_view indent);

}  // namespace cutover::rehearsal

#pragma once

// Reads lines of ALB's access log as its documentation describes them.

#include <map>
#include <string>
#include <string_view>

namespace cutover::conformance {

/// The fields of one line by their documented names, quotes taken off. Throws a Failure unless
/// there are exactly as many as documented, quoted where documented.
std::map<std::string, std::string> read_log_line(std::string_view line);

}  // namespace cutover::conformance

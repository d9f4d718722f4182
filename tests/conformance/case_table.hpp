#pragma once

// The table of conformance cases: JSON files, one per section of ALB's documentation. README.md
// beside this file says how a case is written.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lb/base/result.hpp"

namespace cutover::conformance {

struct Case {
  std::string name;         ///< A law, in words; a row's name behind it.
  std::string section;      ///< Of ALB's documentation.
  std::string pending;      ///< Why it can't pass yet; empty: it has to pass.
  std::string memory_only;  ///< Why it is not played on sockets; empty: it is.
  unsigned nodes = 0;       ///< Of the load balancer; 0: one, as the program has by default.
  nlohmann::json stack;     ///< In AWS's shapes, still with holes and with targets by name.
  nlohmann::json checks;    ///< By target: how it answers health checks from the start.
  nlohmann::json refused;   ///< The error that the stack is refused with; null: it is not.
  nlohmann::json steps;
  std::vector<std::string> targets;  ///< All that the case names.
};

/// Reads a file of cases. `stacks_file` holds the stacks that cases name.
Result<std::vector<Case>> read_cases(const std::string& file, const std::string& stacks_file);

}  // namespace cutover::conformance

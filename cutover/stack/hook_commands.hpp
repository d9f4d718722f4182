#pragma once

// What stands behind the ARNs of lifecycle hooks: commands of this machine, as the stack file's
// "Hooks" gives them.
//
//   {"arn:aws:lambda:us-east-1:123456789012:function:smoke":
//     {"command": ["sh", "smoke.sh"], "cwd": "checks", "environment": {"A": "b"},
//      "timeoutSeconds": 60}}

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"

namespace cutover::stack {

struct HookCommand {
  std::vector<std::string> command;
  std::string working_directory;  ///< Empty: where this program runs.
  std::vector<std::pair<std::string, std::string>> environment;
  Duration timeout = std::chrono::minutes(15);  ///< Real time; a Lambda function may take as long.
};

using HookCommands = std::map<std::string, HookCommand>;

/// `pointer` is the object's place; a `cwd` is relative to `base_directory` ("": to where the
/// program runs).
Result<HookCommands> parse_hook_commands(const nlohmann::json& value, std::string pointer,
                                         const std::string& base_directory);

/// Whether there is one of that ARN. The error has no place.
Result<void> check_hook(const HookCommands& commands, const std::string& target_arn);

}  // namespace cutover::stack

#pragma once

// Operations by AWS's names of their actions: {"CreateRule": {…}} in a plan's steps.

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "cutover/stack/operation.hpp"
#include "lb/base/result.hpp"

namespace cutover::stack {

/// The names that parse_operation() takes.
std::span<const std::string_view> operation_names();

/// `name` is one of operation_names(); `value` its input, which stands at `pointer`.
Result<Operation> parse_operation(std::string_view name, const nlohmann::json& value,
                                  std::string pointer);

}  // namespace cutover::stack

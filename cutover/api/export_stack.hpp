#pragma once

// What runs in a region, written as a stack file from which `cutover up` builds it again.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cutover/api/kept/keeper.hpp"
#include "cutover/stack/stack.hpp"

namespace cutover::api {

struct ExportedStack {
  nlohmann::json stack;
  std::vector<std::string> left_out;  ///< What a stack file can't say, by name, for people.
};

/// `stack`: where it came from, for what never changes (images, name, outputs).
ExportedStack export_stack(const kept::Parts& parts, const stack::Stack& stack);

}  // namespace cutover::api

#pragma once

// Accounts as one short text, so that a test compares all of them at once.

#include <fmt/format.h>

#include <string>

#include "bench/load/generator.hpp"

namespace cutover::load {

/// "200 users: 5, reset -: 1": every fate with its count, in the order of the account.
inline std::string fates_text(const PhaseAccount& account) {
  std::string text;
  for (const auto& [fate, count] : account.fates) {
    if (!text.empty()) text += ", ";
    text += fate.error == Fate::Error::none ? fmt::format("{}", fate.status)
                                            : std::string(to_string(fate.error));
    text += fmt::format(" {}: {}", fate.target_group, count);
  }
  return text;
}

}  // namespace cutover::load

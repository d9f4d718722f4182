#pragma once

// The account that all requests are taken to come from.

#include <string>
#include <string_view>

#include "lb/base/result.hpp"

namespace cutover::api {

struct Account {
  std::string id = "123456789012";
};

/// Twelve digits. The error has no place.
Result<Account> parse_account(std::string_view text);

}  // namespace cutover::api

#include "cutover/api/account.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cutover::api {

Result<Account> parse_account(std::string_view text) {
  constexpr std::size_t digits = 12;
  const bool good = text.size() == digits && std::all_of(text.begin(), text.end(), [](char c) {
                      return c >= '0' && c <= '9';
                    });
  if (good) return Account{std::string(text)};
  return Error{
      "ValidationError", "",
      fmt::format("found \"{}\"; allowed are {} digits, such as {}", text, digits, Account{}.id)};
}

}  // namespace cutover::api

#pragma once

// The pages of the List operations: maxResults and nextToken in, nextToken out but for the last
// page. Pure.

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/result.hpp"

namespace cutover::api::ecs {

inline constexpr std::size_t page_size_default = 100;
inline constexpr std::size_t page_size_services = 10;
inline constexpr std::size_t page_size_deployments = 20;

/// Where a page begins and ends in its list, and what to ask the next one with.
struct Page {
  std::size_t from = 0;
  std::size_t to = 0;
  std::string next_token;  ///< Empty: this is the last one.
};

/// `keys` name the list's entries. Entries may come and go between two pages: the second one begins
/// where the first one ended as long as that entry is there.
Result<Page> page_of(const std::vector<std::string>& keys, const nlohmann::json& input,
                     std::size_t size_default = page_size_default);

/// {"<member>": […], "nextToken"}: a page of `arns` as its operation answers.
Result<nlohmann::ordered_json> answer_page(std::string_view member,
                                           const std::vector<std::string>& arns,
                                           const nlohmann::json& input,
                                           std::size_t size_default = page_size_default);

}  // namespace cutover::api::ecs

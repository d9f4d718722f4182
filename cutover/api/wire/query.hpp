#pragma once

// The request form of AWS's Query protocol and of EC2's: pairs as an HTML form sends them, whose
// names spell paths into a structure. Pure; whatever the bytes, bounded work and memory.

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lb/base/result.hpp"

namespace cutover::api::wire {

/// In the order in which they were written, percent-escapes resolved.
using Pairs = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t query_pairs_most = 10'000;
inline constexpr std::size_t query_depth_most = 16;

/// "a=1&b=x+y%21". Refuses broken escapes, text that is not UTF-8, pairs without a name, a name
/// that stands twice.
Result<Pairs> parse_pairs(std::string_view text);

/// The value of that name, or nullptr.
const std::string* find(const Pairs& pairs, std::string_view name);

/// How a service writes lists.
enum class ListForm {
  members,  ///< "Names.member.1=a"; maps as "Map.entry.1.key=k&Map.entry.1.value=v".
  bare,     ///< "VpcId.1=a": EC2.
};

/// Names of members that are lists wherever they stand. An empty list is written "Actions=", which
/// the text alone can't tell from an empty string.
using ListNames = std::set<std::string, std::less<>>;

/// The structure that the names spell; every leaf is a string. Indices run from 1 without holes.
/// What concerns the call as a whole ("Action", "Version", "X-Amz-…") is left out.
Result<nlohmann::json> nest(const Pairs& pairs, ListForm form, const ListNames& lists = {});

}  // namespace cutover::api::wire

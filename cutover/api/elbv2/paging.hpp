#pragma once

// Pages of a list: `PageSize` things from `Marker` on. Markers are opaque to clients; each is the
// key of the first thing on the next page, so that a list which changes meanwhile neither repeats
// nor skips what stays in it.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cutover/api/elbv2/place.hpp"

namespace cutover::api::elbv2 {

struct Page {
  std::uint64_t from = 0;  ///< The key to begin with.
  std::size_t size = 0;
};

/// Of an input with `Marker` and `PageSize`, its shape checked.
Result<Page> page_of(const json& input);

std::string marker_of(std::uint64_t key);

/// A list of fixed order, keyed by position.
template <class Entry>
std::map<std::uint64_t, Entry> numbered(const std::vector<Entry>& entries) {
  std::map<std::uint64_t, Entry> all;
  for (const Entry& entry : entries) all.emplace(all.size(), entry);
  return all;
}

/// Fills `answer[member]` with `render(entry)` for each entry of an ordered map from the page's key
/// on, and `NextMarker` when there are more.
template <class Map, class Render>
void fill_page(Json& answer, const char* member, const Map& entries, const Page& page,
               Render render) {
  Json list = Json::array();
  auto entry = entries.lower_bound(static_cast<typename Map::key_type>(page.from));
  for (; entry != entries.end() && list.size() < page.size; ++entry) {
    list.push_back(render(*entry));
  }
  answer[member] = std::move(list);
  if (entry != entries.end()) answer["NextMarker"] = marker_of(entry->first);
}

}  // namespace cutover::api::elbv2

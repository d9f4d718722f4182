#include "cutover/api/wire/query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cutover/api/wire/text.hpp"
#include "lb/base/percent.hpp"

namespace cutover::api::wire {

namespace {

using Json = nlohmann::json;

Error malformed(std::string message) { return {"ValidationError", "", std::move(message)}; }

/// A name as far as an error message shows it.
std::string shown(std::string_view name) {
  constexpr std::size_t most = 100;
  return name.size() <= most ? std::string(name) : std::string(name.substr(0, most)) + "…";
}

Result<std::pair<std::string, std::string>> parse_pair(std::string_view raw) {
  const std::size_t equals = raw.find('=');
  auto name = percent_decoded(raw.substr(0, equals), Plus::space);
  auto value =
      percent_decoded(equals == std::string_view::npos ? "" : raw.substr(equals + 1), Plus::space);
  if (!name || !value) {
    return malformed(fmt::format("the parameter {} has a broken percent-escape",
                                 shown(clean_text(raw.substr(0, equals)))));
  }
  if (!is_utf8(*name) || !is_utf8(*value)) {
    return malformed(fmt::format("the parameter {} is not UTF-8", shown(clean_text(*name))));
  }
  if (name->empty()) return malformed("a parameter has no name");
  return std::pair(*std::move(name), *std::move(value));
}

/// 1, 2, …; 0 for what is no index. Neither signs nor leading zeros.
std::size_t index_of(std::string_view text) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && text.front() != '0' ? index : 0;
}

bool concerns_the_call(std::string_view name) {
  return name == "Action" || name == "Version" || name.starts_with("X-Amz-");
}

/// Puts one pair into the tree of names: objects all the way down, strings as leaves.
Result<void> grow(Json& root, const std::string& path, const std::string& value) {
  Json* node = &root;
  std::size_t depth = 0;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    if (part.empty()) return malformed("the parameter " + shown(path) + " has an empty part");
    if (++depth > query_depth_most) {
      return malformed(fmt::format("the parameter {} is nested more than {} deep", shown(path),
                                   query_depth_most));
    }
    if (node->is_string()) {
      return malformed("the parameter " + shown(path) + " is a value and a structure at once");
    }
    node = &(*node)[part];
    begin = end + 1;
  }
  if (!node->is_null()) {
    return malformed("the parameter " + shown(path) + " is a value and a structure at once");
  }
  *node = value;
  return {};
}

/// Turns the tree of names into the structure they spell.
class Nesting {
 public:
  Nesting(ListForm form, const ListNames& lists) : form_(form), lists_(lists) {}

  Result<Json> structure(Json node, const std::string& path) const {
    Json result = Json::object();
    for (auto& [name, child] : node.items()) {
      auto member =
          value(std::move(child), name, path.empty() ? name : fmt::format("{}.{}", path, name));
      if (!member) return member.error();
      result[name] = *std::move(member);
    }
    return result;
  }

 private:
  /// `name` is empty for an entry of a list.
  Result<Json> value(Json node, const std::string& name, const std::string& path) const {
    if (node.is_string()) {
      if (node.get_ref<const std::string&>().empty() && lists_.contains(name)) return Json::array();
      return node;
    }
    if (form_ == ListForm::bare) {
      const bool indexed = index_of(node.begin().key()) != 0;
      return indexed ? list(std::move(node), path) : structure(std::move(node), path);
    }
    const std::string first = node.begin().key();
    if (node.size() == 1 && node.front().is_object()) {
      if (first == "member") return list(std::move(node.front()), path + ".member");
      if (first == "entry") return map(std::move(node.front()), path + ".entry");
    }
    return structure(std::move(node), path);
  }

  Result<Json> list(Json node, const std::string& path) const {
    Json result = Json::array();
    result.get_ref<Json::array_t&>().resize(node.size());
    for (auto& [key, child] : node.items()) {
      const std::size_t index = index_of(key);
      if (index == 0 || index > node.size()) {
        return malformed(fmt::format(
            "the list {} has {} entries, one of them numbered {}; they count from 1 without holes",
            shown(path), node.size(), shown(key)));
      }
      auto entry = value(std::move(child), "", fmt::format("{}.{}", path, key));
      if (!entry) return entry.error();
      result[index - 1] = *std::move(entry);
    }
    return result;
  }

  Result<Json> map(Json node, const std::string& path) const {
    auto entries = list(std::move(node), path);
    if (!entries) return entries.error();
    Json result = Json::object();
    for (const Json& entry : *entries) {
      const bool complete = entry.is_object() && entry.size() == 2 && entry.contains("value") &&
                            entry.contains("key") && entry["key"].is_string();
      if (!complete) {
        return malformed("each entry of the map " + shown(path) + " has a key and a value");
      }
      if (!result.emplace(entry["key"].get<std::string>(), entry["value"]).second) {
        return malformed("a key stands twice in the map " + shown(path));
      }
    }
    return result;
  }

  ListForm form_;
  const ListNames& lists_;
};

}  // namespace

Result<Pairs> parse_pairs(std::string_view text) {
  Pairs pairs;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view raw = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (raw.empty()) continue;
    if (pairs.size() == query_pairs_most) {
      return malformed(fmt::format("the request has more than {} parameters", query_pairs_most));
    }
    auto pair = parse_pair(raw);
    if (!pair) return pair.error();
    pairs.push_back(*std::move(pair));
  }
  std::vector<std::string_view> names;
  for (const auto& [name, value] : pairs) names.push_back(name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) return malformed("the parameter " + shown(*twice) + " stands twice");
  return pairs;
}

const std::string* find(const Pairs& pairs, std::string_view name) {
  const auto found = std::find_if(pairs.begin(), pairs.end(),
                                  [name](const auto& pair) { return pair.first == name; });
  return found == pairs.end() ? nullptr : &found->second;
}

Result<Json> nest(const Pairs& pairs, ListForm form, const ListNames& lists) {
  Json tree = Json::object();
  for (const auto& [name, value] : pairs) {
    if (concerns_the_call(name)) continue;
    if (const auto grown = grow(tree, name, value); !grown) return grown.error();
  }
  return Nesting(form, lists).structure(std::move(tree), "");
}

}  // namespace cutover::api::wire

#include "containers/tags.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cutover::containers {

namespace {

Error refusal(std::string where, std::string message) {
  return {"InvalidParameterException", std::move(where), std::move(message)};
}

auto with_key(Tags& tags, std::string_view key) {
  return std::find_if(tags.begin(), tags.end(),
                      [key](const NamedValue& tag) { return tag.first == key; });
}

}  // namespace

Result<void> check_tags(const Tags& tags) {
  if (tags.size() > tags_max) {
    return refusal("/tags", fmt::format("found {} tags; allowed for a resource are at most {}",
                                        tags.size(), tags_max));
  }
  Tags seen;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const auto& [key, value] = tags[i];
    const std::string where = fmt::format("/tags/{}", i);
    if (key.empty() || key.size() > tag_key_length_max) {
      return refusal(where + "/key",
                     fmt::format("found a key of {} characters; allowed are 1 to {}", key.size(),
                                 tag_key_length_max));
    }
    if (value.size() > tag_value_length_max) {
      return refusal(where + "/value",
                     fmt::format("found a value of {} characters; allowed are at most {}",
                                 value.size(), tag_value_length_max));
    }
    if (key.starts_with("aws:")) {
      return refusal(where + "/key",
                     fmt::format("found {}; keys that begin with aws: are AWS's own", key));
    }
    if (with_key(seen, key) != seen.end()) {
      return refusal(where + "/key", fmt::format("found {} a second time; keys differ", key));
    }
    seen.push_back(tags[i]);
  }
  return {};
}

Result<Tags> with_tags(Tags tags, const Tags& added) {
  if (auto checked = check_tags(added); !checked) return checked.error();
  for (const NamedValue& tag : added) {
    const auto found = with_key(tags, tag.first);
    if (found == tags.end()) {
      tags.push_back(tag);
    } else {
      found->second = tag.second;
    }
  }
  if (auto checked = check_tags(tags); !checked) return checked.error();
  return tags;
}

Tags without_tags(Tags tags, const std::vector<std::string>& keys) {
  std::erase_if(tags, [&keys](const NamedValue& tag) {
    return std::find(keys.begin(), keys.end(), tag.first) != keys.end();
  });
  return tags;
}

}  // namespace cutover::containers

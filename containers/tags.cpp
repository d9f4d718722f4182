#include "containers/tags.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cutover::containers {

namespace {

constexpr std::string_view own_prefix = "aws:";

Error refusal(std::string where, std::string message) {
  return {"InvalidParameterException", std::move(where), std::move(message)};
}

auto with_key(Tags& tags, std::string_view key) {
  return std::find_if(tags.begin(), tags.end(),
                      [key](const NamedValue& tag) { return tag.first == key; });
}

Result<void> check_count(const Tags& tags) {
  const auto counted =
      static_cast<std::size_t>(std::count_if(tags.begin(), tags.end(), [](const NamedValue& tag) {
        return !tag.first.starts_with(own_prefix);
      }));
  if (counted <= tags_max) return {};
  return refusal("/tags", fmt::format("found {} tags; allowed for a resource are at most {}",
                                      counted, tags_max));
}

}  // namespace

Result<void> check_tags(const Tags& tags) {
  if (auto checked = check_count(tags); !checked) return checked;
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
    if (key.starts_with(own_prefix)) {
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
  if (auto checked = check_count(tags); !checked) return checked.error();
  return tags;
}

void add_managed_tags(Tags& tags, std::string_view cluster, std::string_view service) {
  tags.emplace_back("aws:ecs:clusterName", cluster);
  if (!service.empty()) tags.emplace_back("aws:ecs:serviceName", service);
}

Tags without_tags(Tags tags, const std::vector<std::string>& keys) {
  std::erase_if(tags, [&keys](const NamedValue& tag) {
    return std::find(keys.begin(), keys.end(), tag.first) != keys.end();
  });
  return tags;
}

}  // namespace cutover::containers

#include "cutover/api/ec2/input.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cutover::api::ec2 {

namespace {

constexpr std::int64_t results_least = 5;
constexpr std::int64_t results_most = 1000;

/// `*` and `?` as in EC2's filters; a backslash takes the next character as it is. The text is
/// walked once per star at most: filters are short.
bool wildcard_match(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::optional<std::pair<std::size_t, std::size_t>> star;
  while (t < text.size()) {
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    const std::size_t at = escaped ? p + 1 : p;
    if (p < pattern.size() && !escaped && pattern[p] == '*') {
      star = std::pair(++p, t);
    } else if (p < pattern.size() && (pattern[at] == text[t] || (!escaped && pattern[at] == '?'))) {
      p = at + 1;
      ++t;
    } else if (star) {
      p = star->first;
      t = ++star->second;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool any_matches(const std::vector<std::string>& patterns, const std::vector<std::string>& values) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return std::any_of(values.begin(), values.end(),
                       [&](const std::string& value) { return wildcard_match(pattern, value); });
  });
}

const std::vector<std::string>* find_fact(const Facts& facts, std::string_view name) {
  const auto fact = std::find_if(facts.begin(), facts.end(),
                                 [name](const auto& one) { return one.first == name; });
  return fact == facts.end() ? nullptr : &fact->second;
}

/// A list of objects, each read by `read(Input&)`.
template <class Read>
void each_entry(Input& input, std::string_view name, Read read) {
  const auto* list = input.reader().array(name);
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    Input entry((*list)[i], fmt::format("{}/{}", input.reader().pointer_to(name), i));
    read(entry);
    if (const auto end = entry.finish(); !end) return input.fail(end.error());
  }
}

Result<void> check_tag(const std::string& key, const std::string& value) {
  // Amazon EC2 user guide: tag restrictions.
  constexpr std::size_t key_most = 127;
  constexpr std::size_t value_most = 255;
  if (key.empty() || key.size() > key_most || value.size() > value_most) {
    return Error{
        "InvalidParameterValue", "",
        fmt::format("Tag keys have 1-{} characters, tag values up to {}", key_most, value_most)};
  }
  if (key.starts_with("aws:")) {
    return Error{"InvalidParameterValue", "",
                 "Tag keys starting with 'aws:' are reserved for internal use"};
  }
  return {};
}

}  // namespace

std::string Input::required(std::string_view name) {
  if (!reader_.has(name)) {
    reader_.fail(Error{"MissingParameter", "",
                       fmt::format("The request must contain the parameter {}", name)});
  }
  return reader_.optional_string(name).value_or("");
}

void Input::only_off(std::string_view name) {
  if (!flag(name).value_or(false)) return;
  fail({"UnsupportedOperation", "",
        fmt::format("The parameter {} is not supported here; allowed is false", name)});
}

std::optional<bool> Input::attribute(std::string_view name) {
  const auto* object = reader_.object(name);
  if (object == nullptr) return std::nullopt;
  JsonReader inner(*object, reader_.pointer_to(name), Numbers::strings_allowed);
  const auto value = inner.optional_boolean("Value");
  if (const auto end = inner.finish(); !end) reader_.fail(end.error());
  return value;
}

Result<void> Input::finish() {
  const bool dry_run = reader_.optional_boolean("DryRun").value_or(false);
  const auto end = reader_.finish();
  if (!end) {
    Error error = end.error();
    if (error.code == "UnknownMember") {
      return Error{"UnknownParameter", "",
                   fmt::format("The parameter {} is not recognized",
                               error.where.substr(error.where.rfind('/') + 1))};
    }
    if (error.code == "ValidationError") error.code = "InvalidParameterValue";
    return error;
  }
  if (dry_run) {
    return Error{"DryRunOperation", "", "Request would have succeeded, but DryRun flag is set."};
  }
  return {};
}

Tags read_tags(Input& input) {
  Tags tags;
  each_entry(input, "Tag", [&](Input& entry) {
    const std::string key = entry.required("Key");
    const std::string value = entry.text("Value").value_or("");
    if (const auto good = check_tag(key, value); !good) return entry.fail(good.error());
    tags[key] = value;
  });
  return tags;
}

Tags read_tag_specifications(Input& input, std::string_view type) {
  Tags tags;
  each_entry(input, "TagSpecification", [&](Input& entry) {
    const std::string given = entry.required("ResourceType");
    if (entry.ok() && given != type) {
      entry.fail(Error{"InvalidParameterValue", "",
                       fmt::format("'{}' is not a valid taggable resource type for this operation, "
                                   "which takes '{}'.",
                                   given, type)});
    }
    tags.merge(read_tags(entry));
  });
  return tags;
}

Query read_query(Input& input, std::string_view ids) {
  Query query;
  query.ids = input.texts(ids);
  each_entry(input, "Filter", [&](Input& entry) {
    std::string name = entry.required("Name");
    query.filters.emplace_back(std::move(name), entry.texts("Value"));
  });
  const auto most = input.integer("MaxResults", results_least, results_most);
  if (most) query.most = static_cast<std::size_t>(*most);
  query.token = input.text("NextToken").value_or("");
  return query;
}

Result<void> check_filters(const Query& query, const Facts& facts) {
  for (const auto& [name, patterns] : query.filters) {
    if (name.starts_with("tag:") || name == "tag-key" || find_fact(facts, name)) continue;
    return Error{"InvalidParameterValue", "", fmt::format("The filter '{}' is invalid", name)};
  }
  return {};
}

bool matches(const Query& query, const Facts& facts, const Tags& tags) {
  return std::all_of(query.filters.begin(), query.filters.end(), [&](const auto& filter) {
    const auto& [name, patterns] = filter;
    if (const auto* values = find_fact(facts, name)) return any_matches(patterns, *values);
    std::vector<std::string> values;
    for (const auto& [key, value] : tags) {
      if (name == "tag-key") values.push_back(key);
      if (name == "tag:" + key) values.push_back(value);
    }
    return any_matches(patterns, values);
  });
}

Result<std::pair<std::size_t, std::size_t>> page_of(const Query& query,
                                                    const std::vector<std::string>& ids) {
  std::size_t first = 0;
  if (!query.token.empty()) {
    const auto found = std::find(ids.begin(), ids.end(), query.token);
    if (found == ids.end()) {
      return Error{"InvalidNextToken", "", fmt::format("The token '{}' is invalid.", query.token)};
    }
    first = static_cast<std::size_t>(found - ids.begin());
  }
  return std::pair(first, std::min(ids.size() - first, query.most.value_or(ids.size())));
}

Json tag_set(const Tags& tags) {
  Json set = Json::array();
  for (const auto& [key, value] : tags) set.push_back({{"key", key}, {"value", value}});
  return set;
}

Json done() { return {{"return", true}}; }

Error vpc_not_found(const std::string& id) {
  return {"InvalidVpcID.NotFound", "", fmt::format("The vpc ID '{}' does not exist", id)};
}

Error subnet_not_found(const std::string& id) {
  return {"InvalidSubnetID.NotFound", "", fmt::format("The subnet ID '{}' does not exist", id)};
}

Error group_not_found(const std::string& id) {
  return {"InvalidGroup.NotFound", "", fmt::format("The security group '{}' does not exist", id)};
}

Error instance_not_found(const std::string& id) {
  return {"InvalidInstanceID.NotFound", "", fmt::format("The instance ID '{}' does not exist", id)};
}

}  // namespace cutover::api::ec2

#include "cutover/stack/condition_json.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "cutover/stack/json_entries.hpp"
#include "lb/base/json.hpp"

namespace cutover::stack {

namespace {

using nlohmann::json;

/// Each field with its config member.
struct FieldName {
  std::string_view field;
  const char* config;
};

/// In the order of rules::Condition's alternatives.
constexpr std::array<FieldName, std::variant_size_v<rules::Condition>> names{
    FieldName{"path-pattern", "PathPatternConfig"},
    FieldName{"host-header", "HostHeaderConfig"},
    FieldName{"http-header", "HttpHeaderConfig"},
    FieldName{"http-request-method", "HttpRequestMethodConfig"},
    FieldName{"query-string", "QueryStringConfig"},
    FieldName{"source-ip", "SourceIpConfig"},
};

constexpr auto fields = [] {
  std::array<std::string_view, names.size()> list;
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = names[i].field;
  return list;
}();

using Strings = std::vector<std::string>;

/// What a condition on a text is compared with. Which of the two it has, and how many, is checked
/// with the rule.
struct Texts {
  Strings values;
  Strings regex_values;
  friend bool operator==(const Texts&, const Texts&) = default;
};

Texts read_texts(JsonReader& reader) {
  if (!reader.has("RegexValues")) require(reader, "Values");
  Texts texts;
  texts.values = reader.strings("Values");
  texts.regex_values = reader.strings("RegexValues");
  return texts;
}

/// The config object, which `read(JsonReader&)` reads.
template <class Read>
auto read_config(JsonReader& reader, const char* key, Read read)
    -> std::optional<decltype(read(reader))> {
  const json* object = reader.object(key);
  if (!object) return std::nullopt;
  JsonReader config(*object, reader.pointer_to(key));
  auto value = read(config);
  if (const auto end = config.finish(); !end) reader.fail(end.error());
  return value;
}

/// For the fields that existed before there were configs.
Texts read_texts_of_old_field(JsonReader& reader, const char* config_key) {
  const auto configured = read_config(reader, config_key, read_texts);
  const bool has_old = reader.has("Values") || reader.has("RegexValues");
  Texts old{reader.strings("Values"), reader.strings("RegexValues")};
  if (configured) {
    if (has_old && old != *configured) {
      reader.fail("Values", fmt::format("differs from {}; give one of them", config_key));
    }
    return *configured;
  }
  if (!has_old) require(reader, "Values");
  if (old.values.size() > 1) {
    reader.fail("Values", fmt::format("found {} values; allowed is 1, {}/Values takes several",
                                      old.values.size(), config_key));
  }
  return old;
}

rules::HttpHeader read_header(JsonReader& reader) {
  rules::HttpHeader header;
  header.name = reader.string("HttpHeaderName");
  auto texts = read_texts(reader);
  header.values = std::move(texts.values);
  header.regex_values = std::move(texts.regex_values);
  return header;
}

Strings read_values(JsonReader& reader) {
  require(reader, "Values");
  return reader.strings("Values");
}

Result<rules::QueryString::Pair> parse_pair(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  rules::QueryString::Pair pair;
  pair.key = reader.optional_string("Key");
  pair.value = reader.string("Value");
  if (const auto end = reader.finish(); !end) return end.error();
  return pair;
}

rules::QueryString read_query(JsonReader& reader) {
  require(reader, "Values");
  return {read_entries<rules::QueryString::Pair>(reader, "Values", parse_pair)};
}

rules::Condition read_by_field(JsonReader& reader, std::size_t field) {
  const char* const config = names[field].config;
  if (field <= 1) {
    auto texts = read_texts_of_old_field(reader, config);
    if (field == 0) {
      return rules::PathPattern{std::move(texts.values), std::move(texts.regex_values)};
    }
    return rules::HostHeader{std::move(texts.values), std::move(texts.regex_values)};
  }
  for (const std::string_view old : {"Values", "RegexValues"}) {
    if (!reader.has(old)) continue;
    reader.fail(old, fmt::format("is for host-header and path-pattern only; {} takes {}/{}",
                                 names[field].field, config, old));
  }
  require(reader, config);
  switch (field) {
    case 2:
      return read_config(reader, config, read_header).value_or(rules::HttpHeader{});
    case 3:
      return rules::HttpRequestMethod{read_config(reader, config, read_values).value_or(Strings{})};
    case 4:
      return read_config(reader, config, read_query).value_or(rules::QueryString{});
    default:
      return rules::SourceIp{read_config(reader, config, read_values).value_or(Strings{})};
  }
}

Result<rules::Condition> parse_condition(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  const std::string field = reader.one_of("Field", fields);
  // Without a field nothing else can be judged.
  if (!reader.ok()) return reader.finish().error();
  std::size_t index = 0;
  while (names[index].field != field) ++index;
  rules::Condition condition = read_by_field(reader, index);
  if (const auto end = reader.finish(); !end) return end.error();
  return condition;
}

template <class Kind>
json texts_json(const Kind& kind) {
  // Valid conditions have one of the two.
  if (kind.regex_values.empty()) return {{"Values", kind.values}};
  return {{"RegexValues", kind.regex_values}};
}

json config_json(const rules::PathPattern& path) { return texts_json(path); }
json config_json(const rules::HostHeader& host) { return texts_json(host); }
json config_json(const rules::HttpHeader& header) {
  json config = texts_json(header);
  config["HttpHeaderName"] = header.name;
  return config;
}
json config_json(const rules::HttpRequestMethod& method) { return {{"Values", method.values}}; }
json config_json(const rules::SourceIp& source) { return {{"Values", source.values}}; }
json config_json(const rules::QueryString& query) {
  json values = json::array();
  for (const auto& pair : query.values) {
    json& entry = values.emplace_back(json{{"Value", pair.value}});
    if (pair.key) entry["Key"] = *pair.key;
  }
  return {{"Values", std::move(values)}};
}

}  // namespace

Result<std::vector<rules::Condition>> parse_conditions(const json& list, std::string pointer) {
  return parse_entries<rules::Condition>(list, pointer, parse_condition);
}

json to_json(const rules::Condition& condition) {
  const FieldName& name = names[condition.index()];
  json config = std::visit([](const auto& kind) { return config_json(kind); }, condition);
  json object = condition.index() <= 1 ? config : json::object();
  object["Field"] = name.field;
  object[name.config] = std::move(config);
  return object;
}

}  // namespace cutover::stack

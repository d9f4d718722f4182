#include "cutover/api/elbv2/shape.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "cutover/api/errors.hpp"
#include "lb/base/json.hpp"

namespace cutover::api::elbv2 {

namespace {

using nlohmann::json;

/// Values are shown in errors up to this length.
constexpr std::size_t shown_most = 200;

std::string shown(const json& value) {
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.size() > shown_most) text = text.substr(0, shown_most) + "…";
  return text;
}

/// `value` as it is shown: quoted, or null.
Error broken_as(const std::string& pointer, const std::string& value, std::string_view constraint) {
  return {"ValidationError", "",
          fmt::format("1 validation error detected: Value {} at '{}' failed to satisfy constraint: "
                      "{}",
                      value, member_path(pointer), constraint)};
}

Error broken(const std::string& pointer, const json& value, std::string_view constraint) {
  return broken_as(pointer, fmt::format("'{}'", shown(value)), constraint);
}

Result<json> as_text(const Shape& shape, const json& value, const std::string& pointer) {
  if (!value.is_string()) return broken(pointer, value, "Member must be a string");
  const auto& text = value.get_ref<const std::string&>();
  if (!shape.words.empty() &&
      std::find(shape.words.begin(), shape.words.end(), text) == shape.words.end()) {
    return broken(
        pointer, value,
        fmt::format("Member must satisfy enum value set: [{}]", fmt::join(shape.words, ", ")));
  }
  const auto length = static_cast<std::int64_t>(text.size());
  if (length < shape.least) {
    return broken(pointer, value,
                  fmt::format("Member must have length greater than or equal to {}", shape.least));
  }
  if (length > shape.most) {
    return broken(pointer, value,
                  fmt::format("Member must have length less than or equal to {}", shape.most));
  }
  return value;
}

std::optional<std::int64_t> whole_number(const json& value) {
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<json> as_number(const Shape& shape, const json& value, const std::string& pointer) {
  const auto number = whole_number(value);
  if (!number) return broken(pointer, value, "Member must be an integer");
  if (*number < shape.least) {
    return broken(pointer, value,
                  fmt::format("Member must have value greater than or equal to {}", shape.least));
  }
  if (*number > shape.most) {
    return broken(pointer, value,
                  fmt::format("Member must have value less than or equal to {}", shape.most));
  }
  return json(*number);
}

Result<json> as_flag(const json& value, const std::string& pointer) {
  if (value.is_boolean()) return value;
  if (value == "true") return json(true);
  if (value == "false") return json(false);
  return broken(pointer, value, "Member must be a boolean: true or false");
}

Result<json> as_shape(const Shape& shape, const json& value, const std::string& pointer);

Result<json> as_list(const Shape& shape, const json& value, const std::string& pointer) {
  if (!value.is_array()) return broken(pointer, value, "Member must be a list");
  const auto size = static_cast<std::int64_t>(value.size());
  if (size < shape.least) {
    return broken_as(
        pointer, "'[]'",
        fmt::format("Member must have length greater than or equal to {}", shape.least));
  }
  if (size > shape.most) {
    return broken_as(pointer, fmt::format("'[{} members]'", size),
                     fmt::format("Member must have length less than or equal to {}", shape.most));
  }
  json result = json::array();
  for (std::size_t i = 0; i < value.size(); ++i) {
    auto element = as_shape(*shape.element, value[i], fmt::format("{}/{}", pointer, i));
    if (!element) return element.error();
    result.push_back(*std::move(element));
  }
  return result;
}

Error unknown_member(const Shape& shape, const std::string& pointer, const std::string& name) {
  std::vector<std::string_view> names;
  for (const Member& member : shape.members) {
    if (member.shape.kind != Shape::Kind::refused) names.push_back(member.name);
  }
  std::string message = fmt::format("Unknown parameter '{}'; allowed are {}",
                                    pointer.empty() ? name : member_path(pointer) + "." + name,
                                    fmt::join(names, ", "));
  if (const auto meant = closest_name(name, names)) {
    message += fmt::format("; did you mean '{}'?", *meant);
  }
  return {"ValidationError", pointer + "/" + name, std::move(message)};
}

bool is_empty_text(const json& value) {
  return value.is_string() && value.get_ref<const std::string&>().empty();
}

Result<json> as_structure(const Shape& shape, const json& value, const std::string& pointer) {
  if (!value.is_object()) return broken(pointer, value, "Member must be a structure");
  json result = json::object();
  for (const auto& [name, given] : value.items()) {
    const auto member =
        std::find_if(shape.members.begin(), shape.members.end(),
                     [&name = name](const Member& one) { return one.name == name; });
    if (member == shape.members.end()) return unknown_member(shape, pointer, name);
    // Terraform writes words that nobody gave as empty ones.
    if (!member->required && !member->shape.words.empty() && is_empty_text(given)) continue;
    auto read = as_shape(member->shape, given, fmt::format("{}/{}", pointer, name));
    if (!read) return read.error();
    result[name] = *std::move(read);
  }
  for (const Member& member : shape.members) {
    if (!member.required || result.contains(member.name)) continue;
    return broken_as(fmt::format("{}/{}", pointer, member.name), "null", "Member must not be null");
  }
  return result;
}

Result<json> as_shape(const Shape& shape, const json& value, const std::string& pointer) {
  switch (shape.kind) {
    case Shape::Kind::text:
      return as_text(shape, value, pointer);
    case Shape::Kind::number:
      return as_number(shape, value, pointer);
    case Shape::Kind::flag:
      return as_flag(value, pointer);
    case Shape::Kind::list:
      return as_list(shape, value, pointer);
    case Shape::Kind::unread:
      return value;
    case Shape::Kind::refused:
      return unsupported(fmt::format("The parameter {} is", member_path(pointer)));
    case Shape::Kind::structure:
      break;
  }
  return as_structure(shape, value, pointer);
}

}  // namespace

Shape text(std::int64_t least, std::int64_t most) {
  return {Shape::Kind::text, least, most, {}, nullptr, {}};
}

Shape word(std::vector<std::string_view> words) {
  return {Shape::Kind::text, 0, INT32_MAX, std::move(words), nullptr, {}};
}

Shape number(std::int64_t least, std::int64_t most) {
  return {Shape::Kind::number, least, most, {}, nullptr, {}};
}

Shape flag() { return {Shape::Kind::flag, 0, 0, {}, nullptr, {}}; }

Shape list(Shape element, std::int64_t least, std::int64_t most) {
  return {
      Shape::Kind::list, least, most, {}, std::make_shared<const Shape>(std::move(element)), {}};
}

Shape structure(std::vector<Member> members) {
  return {Shape::Kind::structure, 0, 0, {}, nullptr, std::move(members)};
}

Shape unread() { return {Shape::Kind::unread, 0, 0, {}, nullptr, {}}; }

Shape refused() { return {Shape::Kind::refused, 0, 0, {}, nullptr, {}}; }

Member required(std::string_view name, Shape shape) { return {name, std::move(shape), true}; }

Member optional(std::string_view name, Shape shape) { return {name, std::move(shape), false}; }

Result<json> typed(const Shape& shape, const json& given) { return as_shape(shape, given, ""); }

}  // namespace cutover::api::elbv2

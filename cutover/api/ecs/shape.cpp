#include "cutover/api/ecs/shape.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <stdexcept>

#include "lb/base/json.hpp"

namespace cutover::api::ecs {

namespace {

using Json = nlohmann::json;

Error not_serializable(std::string message) {
  return {"SerializationException", "", std::move(message)};
}

Error invalid(std::string where, std::string message) {
  return {"InvalidParameterException", std::move(where), std::move(message)};
}

/// What AWS's reader calls the token that it met (unverified but for STRING_VALUE).
std::string_view token_of(const Json& value) {
  if (value.is_string()) return "STRING_VALUE";
  if (value.is_number()) return "NUMBER_VALUE";
  if (value.is_null()) return "NULL_VALUE";
  return value.get<bool>() ? "TRUE_VALUE" : "FALSE_VALUE";
}

/// "taskDefinition" -> "TaskDefinition", as AWS's texts begin with it.
std::string capitalised(std::string name) {
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}  // namespace

/// Recursive descent over a shape's text.
class Shape::Parser {
 public:
  Parser(std::string_view text, const Named& named) : text_(text), named_(named) {}

  Shape whole() {
    Shape shape = read();
    if (next() != '\0') fail("the end");
    return shape;
  }

 private:
  [[noreturn]] void fail(std::string_view expected) const {
    throw std::invalid_argument(
        fmt::format("shape \"{}\": {} expected at {}", text_, expected, at_));
  }

  /// The next character that is no space, without taking it; 0 at the end.
  char next() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(char c) {
    if (next() != c) return false;
    ++at_;
    return true;
  }

  void need(char c) {
    if (!take(c)) fail(std::string_view(&c, 1));
  }

  /// Up to one of `ends`, which is not taken.
  std::string_view word(std::string_view ends) {
    next();
    const std::size_t from = at_;
    at_ = std::min(text_.find_first_of(ends, at_), text_.size());
    if (at_ == from) fail("a word");
    return text_.substr(from, at_ - from);
  }

  Shape read() {
    Shape shape;
    if (take('@')) {
      const auto found = named_.find(word(",}]>( "));
      if (found == named_.end()) fail("a named shape");
      shape = found->second;
    } else if (take('[')) {
      shape = read_container(Type::list, ']');
    } else if (take('<')) {
      shape = read_container(Type::map, '>');
    } else if (take('{')) {
      shape = read_structure();
    } else {
      shape.type_ = read_scalar();
    }
    shape.convertible_ = take('~');
    if (take('(')) read_limits(shape);
    return shape;
  }

  Shape read_container(Type type, char end) {
    Shape shape;
    shape.type_ = type;
    shape.element_ = std::make_shared<const Shape>(read());
    need(end);
    return shape;
  }

  Shape read_structure() {
    Shape shape;
    shape.type_ = Type::structure;
    while (!take('}')) {
      if (take('*')) {
        shape.open_ = true;
        continue;
      }
      Member member;
      member.name = word("!:");
      member.required = take('!');
      need(':');
      member.shape = read();
      shape.members_.push_back(std::move(member));
      if (next() != '}') need(',');
    }
    return shape;
  }

  Type read_scalar() {
    constexpr std::string_view letters = "sildbt";
    const std::size_t kind = letters.find(next());
    if (kind == std::string_view::npos) fail("a type");
    ++at_;
    return static_cast<Type>(kind);
  }

  void read_limits(Shape& shape) {
    const std::string_view limits = word(")");
    need(')');
    const std::size_t dots = limits.find("..");
    if (dots == std::string_view::npos) {
      for (std::size_t from = 0; from <= limits.size();) {
        const std::size_t end = std::min(limits.find('|', from), limits.size());
        shape.words_.emplace_back(limits.substr(from, end - from));
        from = end + 1;
      }
      return;
    }
    shape.least_ = whole_number(std::string(limits.substr(0, dots)));
    shape.most_ = whole_number(std::string(limits.substr(dots + 2)));
  }

  std::string_view text_;
  const Named& named_;
  std::size_t at_ = 0;
};

Shape Shape::parse(std::string_view text, const Named& named) {
  return Parser(text, named).whole();
}

Result<void> Shape::check(Json& value, Strings strings) const {
  if (auto typed = check_type(value, strings); !typed) return typed.error();
  return check_value(value, "");
}

/// Both "256" and "true" become what they spell.
bool Shape::convert(Json& value) const {
  const std::string& text = value.get_ref<const std::string&>();
  if (type_ == Type::boolean && (text == "true" || text == "false")) {
    value = text == "true";
    return true;
  }
  const auto number = type_ == Type::integer ? whole_number(text) : std::nullopt;
  if (!number) return false;
  value = *number;
  return true;
}

Result<void> Shape::check_scalar(Json& value, Strings strings) const {
  constexpr std::array<std::string_view, 6> names{"String", "Integer", "Long",
                                                  "Double", "Boolean", "Timestamp"};
  // The words for lists and structures are Coral's, AWS's own framework (unverified for ECS).
  if (value.is_array()) return not_serializable("Start of list found where not expected.");
  if (value.is_object()) {
    return not_serializable("Start of structure or map found where not expected.");
  }
  if (value.is_string() && type_ != Type::string && convertible_ && strings == Strings::converted &&
      convert(value)) {
    return {};
  }
  const bool fits = type_ == Type::string    ? value.is_string()
                    : type_ == Type::boolean ? value.is_boolean()
                                             : value.is_number();
  if (!fits) {
    return not_serializable(fmt::format("{} cannot be converted to {}", token_of(value),
                                        names[static_cast<std::size_t>(type_)]));
  }
  if (type_ != Type::integer && type_ != Type::long_integer) return {};
  const bool in_range =
      value.is_number_integer() &&
      (type_ == Type::long_integer ||
       (!value.is_number_unsigned() || value.get<std::uint64_t>() <= std::uint64_t{1} << 40));
  const std::int64_t number = in_range ? value.get<std::int64_t>() : 0;
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  if (in_range && (type_ == Type::long_integer || (number <= most && number >= -most - 1))) {
    return {};
  }
  return not_serializable(fmt::format("NUMBER_VALUE {} cannot be converted to {}", value.dump(),
                                      names[static_cast<std::size_t>(type_)]));
}

Result<void> Shape::check_type(Json& value, Strings strings) const {
  if (type_ != Type::list && type_ != Type::map && type_ != Type::structure) {
    return check_scalar(value, strings);
  }
  const bool fits = type_ == Type::list ? value.is_array() : value.is_object();
  if (!fits) {
    return not_serializable(type_ == Type::list ? "Expected list or null"
                                                : "Expected structure or null");
  }
  if (type_ != Type::structure) {
    for (Json& child : value) {
      if (auto typed = element_->check_type(child, strings); !typed) return typed;
    }
    return {};
  }
  for (const Member& member : members_) {
    const auto found = value.find(member.name);
    if (found == value.end()) continue;
    if (auto typed = member.shape.check_type(*found, strings); !typed) return typed;
  }
  return {};
}

Result<void> Shape::check_range(std::int64_t found, std::string_view of_what,
                                const std::string& pointer) const {
  if ((!least_ || found >= *least_) && (!most_ || found <= *most_)) return {};
  const std::string allowed = !least_  ? fmt::format("at most {}", *most_)
                              : !most_ ? fmt::format("at least {}", *least_)
                                       : fmt::format("{} to {}", *least_, *most_);
  return invalid(pointer, fmt::format("found {}{}; allowed is {}", found, of_what, allowed));
}

Result<void> Shape::check_value(const Json& value, const std::string& pointer) const {
  switch (type_) {
    case Type::structure:
      return check_members(value, pointer);
    case Type::list:
      if (auto fits = check_range(static_cast<std::int64_t>(value.size()), " entries", pointer);
          !fits) {
        return fits;
      }
      for (std::size_t i = 0; i < value.size(); ++i) {
        auto checked = element_->check_value(value[i], fmt::format("{}/{}", pointer, i));
        if (!checked) return checked;
      }
      return {};
    case Type::integer:
    case Type::long_integer:
      return check_range(value.get<std::int64_t>(), "", pointer);
    case Type::string: {
      const auto& text = value.get_ref<const std::string&>();
      if (words_.empty()) {
        return check_range(static_cast<std::int64_t>(text.size()), " characters", pointer);
      }
      if (std::find(words_.begin(), words_.end(), text) != words_.end()) return {};
      return invalid(pointer,
                     fmt::format("found {}; allowed {} {}", Json(text).dump(),
                                 words_.size() == 1 ? "is" : "are", fmt::join(words_, ", ")));
    }
    default:
      return {};
  }
}

Result<void> Shape::check_members(const Json& value, const std::string& pointer) const {
  std::vector<std::string_view> names;
  for (const Member& member : members_) {
    names.push_back(member.name);
    const auto found = value.find(member.name);
    const bool blank = found == value.end() || (found->is_string() && *found == "") ||
                       (found->is_array() && found->empty());
    // AWS's texts ("TaskDefinition can not be blank.", "Tasks cannot be empty."); that all members
    // follow these two forms is unverified.
    if (blank && member.required) {
      return invalid("", fmt::format("{} {}", capitalised(member.name),
                                     member.shape.type_ == Type::list ? "cannot be empty."
                                                                      : "can not be blank."));
    }
    if (found == value.end()) continue;
    auto checked = member.shape.check_value(*found, pointer + "/" + member.name);
    if (!checked) return checked;
  }
  if (open_) return {};
  for (const auto& [name, ignored] : value.items()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const auto close = closest_name(name, names);
    return invalid(pointer + "/" + name,
                   fmt::format("no parameter of this name is known{}",
                               close ? fmt::format("; did you mean {}?", *close) : ""));
  }
  return {};
}

}  // namespace cutover::api::ecs

#include "tests/conformance/holes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace cutover::conformance {

namespace {

/// What a hole takes: a form of fixed length, in which 9 stands for a digit, h for a hexadecimal
/// one and a for a letter; or a run of bytes of a sort.
struct Kind {
  std::string_view name;
  std::string_view form;
  bool (*takes)(char) = nullptr;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_in_token(char c) {
  return c > ' ' && c < '\x7f' && std::string_view(",;\"").find(c) == std::string_view::npos;
}
bool is_in_line(char c) { return c != '\r' && c != '\n'; }

constexpr std::array kinds{
    Kind{"date", "aaa, 99 aaa 9999 99:99:99 GMT"},
    Kind{"time", "9999-99-99T99:99:99.999999Z"},
    Kind{"trace-id", "1-hhhhhhhh-hhhhhhhhhhhhhhhhhhhhhhhh"},
    Kind{"hex", "", is_hex},
    Kind{"number", "", is_digit},
    Kind{"seconds", "", [](char c) { return is_digit(c) || c == '.'; }},
    Kind{"token", "", is_in_token},
    Kind{"any", "", is_in_line},
    Kind{"text", "", [](char) { return true; }},
};

bool has_form(std::string_view form, std::string_view text) {
  return text.size() == form.size() &&
         std::equal(form.begin(), form.end(), text.begin(), [](char wanted, char c) {
           switch (wanted) {
             case '9':
               return is_digit(c);
             case 'h':
               return is_hex(c);
             case 'a':
               return is_letter(c);
             default:
               return wanted == c;
           }
         });
}

struct Piece {
  std::string literal;
  const Kind* kind = nullptr;  ///< Set for a hole.
  std::string name;            ///< What the hole captures into, if anything.
};

const Kind* find_kind(std::string_view name) {
  const auto* const found = std::ranges::find(kinds, name, &Kind::name);
  return found == kinds.end() ? nullptr : &*found;
}

/// "x*300" -> 300 times x.
std::optional<std::string> repetition(std::string_view inside) {
  const auto star = inside.rfind('*');
  if (star == std::string_view::npos || star == 0) return std::nullopt;
  std::size_t times = 0;
  const auto* const end = inside.data() + inside.size();
  const auto read = std::from_chars(inside.data() + star + 1, end, times);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  std::string text;
  text.reserve(times * star);
  for (std::size_t i = 0; i < times; ++i) text += inside.substr(0, star);
  return text;
}

Piece hole(std::string_view inside, const Words& words) {
  if (auto repeated = repetition(inside)) return {*std::move(repeated), nullptr, {}};
  const auto equals = inside.find('=');
  if (equals != std::string_view::npos) {
    const auto name = inside.substr(0, equals);
    if (const Kind* kind = find_kind(inside.substr(equals + 1))) {
      return {{}, kind, std::string(name)};
    }
  }
  if (const auto known = words.find(inside); known != words.end()) {
    return {known->second, nullptr, {}};
  }
  if (const Kind* kind = find_kind(inside)) return {{}, kind, {}};
  throw Failure(fmt::format("the case names ${{{}}}, which stands for nothing", inside));
}

std::vector<Piece> pieces(std::string_view text, const Words& words) {
  std::vector<Piece> all;
  while (!text.empty()) {
    const auto begin = text.find("${");
    const auto end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) {
      all.push_back({std::string(text), nullptr, {}});
      break;
    }
    if (begin > 0) all.push_back({std::string(text.substr(0, begin)), nullptr, {}});
    all.push_back(hole(text.substr(begin + 2, end - begin - 2), words));
    text.remove_prefix(end + 1);
  }
  return all;
}

bool match(const std::vector<Piece>& all, std::size_t at, std::string_view actual, Words& found) {
  if (at == all.size()) return actual.empty();
  const Piece& piece = all[at];
  if (piece.kind == nullptr) {
    return actual.starts_with(piece.literal) &&
           match(all, at + 1, actual.substr(piece.literal.size()), found);
  }
  const auto go_on = [&](std::size_t length) {
    if (!match(all, at + 1, actual.substr(length), found)) return false;
    if (!piece.name.empty()) found[piece.name] = std::string(actual.substr(0, length));
    return true;
  };
  const auto form = piece.kind->form;
  if (!form.empty()) return has_form(form, actual.substr(0, form.size())) && go_on(form.size());
  std::size_t most = 0;
  while (most < actual.size() && piece.kind->takes(actual[most])) ++most;
  if (at + 1 == all.size()) return most == actual.size() && go_on(most);
  for (std::size_t length = most + 1; length-- > 0;) {
    if (go_on(length)) return true;
  }
  return false;
}

}  // namespace

std::string filled(std::string_view text, const Words& words) {
  std::string out;
  for (const Piece& piece : pieces(text, words)) {
    if (piece.kind != nullptr) {
      throw Failure(fmt::format("\"{}\" is to be sent and can't have a hole", text));
    }
    out += piece.literal;
  }
  return out;
}

bool matches(std::string_view text, std::string_view actual, Words& words) {
  Words found;
  if (!match(pieces(text, words), 0, actual, found)) return false;
  for (auto& [name, value] : found) words[name] = std::move(value);
  return true;
}

bool is_literal(std::string_view text, const Words& words) {
  return std::ranges::all_of(pieces(text, words), [](const Piece& p) { return !p.kind; });
}

std::string visible(std::string_view bytes) {
  constexpr std::size_t shown_most = 2000;
  std::string out;
  for (const char c : bytes.substr(0, shown_most)) {
    if (c == '\n') {
      out += "\\n\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c < ' ' || c == '\x7f') {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  if (bytes.size() > shown_most) out += fmt::format("… and {} more", bytes.size() - shown_most);
  return out;
}

}  // namespace cutover::conformance

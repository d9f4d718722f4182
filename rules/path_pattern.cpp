#include "rules/path_pattern.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "rules/visible_text.hpp"

namespace cutover::rules {

namespace {

constexpr bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// RFC 3986 section 2.3: these mean the same encoded or not.
constexpr bool is_unreserved(char c) {
  return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Writes `path` into `out` with encoded unreserved characters decoded; gives the length.
std::size_t decode_unreserved(std::string_view path, char* out) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    char character = path[i];
    if (character == '%' && path.size() - i > 2) {
      const int high = hex_value(path[i + 1]);
      const int low = hex_value(path[i + 2]);
      const char decoded = static_cast<char>(high * 16 + low);
      if (high >= 0 && low >= 0 && is_unreserved(decoded)) {
        character = decoded;
        i += 2;
      }
    }
    out[length++] = character;
  }
  return length;
}

/// RFC 3986 section 5.2.4 for a path that begins with `/`, in place; gives the new length.
std::size_t remove_dot_segments(char* path, std::size_t length) {
  std::size_t written = 0;
  for (std::size_t begin = 0; begin < length;) {
    const char* slash = std::find(path + begin + 1, path + length, '/');
    const auto end = static_cast<std::size_t>(slash - path);
    const std::string_view segment(path + begin + 1, end - begin - 1);
    const bool parent = segment == "..";
    if (parent) {
      while (written > 0 && path[--written] != '/') continue;
    }
    if (!parent && segment != ".") {
      std::memmove(path + written, path + begin, end - begin);
      written += end - begin;
    } else if (end == length) {
      path[written++] = '/';  // What `/a/..` and `/a/.` leave is a directory.
    }
    begin = end;
  }
  return written;
}

}  // namespace

Result<void> validate_path_pattern(std::string_view value) {
  constexpr std::string_view others = "_-.$/~\"'@:+&*?";
  for (const char character : value) {
    if (is_alphanumeric(character) || others.find(character) != std::string_view::npos) continue;
    return Error{"ValidationError", "",
                 "The 'path-pattern' value " + quoted(value) + " has the character " +
                     quoted({&character, 1}) +
                     "; allowed are A-Z, a-z, 0-9, _ - . $ / ~ \" ' @ : + & and the wildcards * ?"};
  }
  return {};
}

bool is_plain_path(std::string_view path) {
  // Two loops without branches, so that the compiler can take many bytes at a time.
  unsigned char odd = path.empty() ? 1 : 0;
  for (const char character : path) {
    const auto byte = static_cast<signed char>(character);
    odd |= static_cast<unsigned char>(static_cast<unsigned char>(byte < 0x20) |
                                      static_cast<unsigned char>(byte == 0x7f) |
                                      static_cast<unsigned char>(byte == '%'));
  }
  for (std::size_t i = 1; i < path.size(); ++i) {
    odd |= static_cast<unsigned char>(static_cast<unsigned char>(path[i - 1] == '/') &
                                      static_cast<unsigned char>(path[i] == '.'));
  }
  return odd == 0;
}

std::string_view normalised_path(std::string_view path, std::span<char> buffer) {
  if (path.empty()) return "/";
  if (path.size() > normalised_path_most) return path;
  assert(buffer.size() >= path.size());
  std::size_t length = decode_unreserved(path, buffer.data());
  if (buffer[0] == '/') length = remove_dot_segments(buffer.data(), length);
  return {buffer.data(), length};
}

}  // namespace cutover::rules

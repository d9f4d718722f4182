#include "cutover/api/ecs/paging.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace cutover::api::ecs {

namespace {

/// Opaque on its way through the client: where the next page begins, twice over.
struct Token {
  std::size_t index = 0;
  std::string key;
};

constexpr char separator = ' ';
constexpr std::size_t token_length_most = 4096;

std::string to_text(const Token& token) {
  std::string text;
  for (const char c : fmt::format("{}{}{}", token.index, separator, token.key)) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return text;
}

std::optional<std::string> unhex(std::string_view text) {
  if (text.size() % 2 != 0 || text.size() > token_length_most) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned value = 0;
    const char* end = text.data() + i + 2;
    const auto [stop, error] = std::from_chars(text.data() + i, end, value, 16);
    if (error != std::errc{} || stop != end) return std::nullopt;
    bytes += static_cast<char>(value);
  }
  return bytes;
}

std::optional<Token> parse_token(std::string_view text) {
  const auto bytes = unhex(text);
  if (!bytes) return std::nullopt;
  const std::size_t space = bytes->find(separator);
  if (space == std::string::npos) return std::nullopt;
  Token token{0, bytes->substr(space + 1)};
  const char* end = bytes->data() + space;
  const auto [stop, error] = std::from_chars(bytes->data(), end, token.index);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return token;
}

std::size_t position_of(const Token& token, const std::vector<std::string>& keys) {
  if (token.index < keys.size() && keys[token.index] == token.key) return token.index;
  const auto found = std::find(keys.begin(), keys.end(), token.key);
  if (found != keys.end()) return static_cast<std::size_t>(found - keys.begin());
  return std::min(token.index, keys.size());
}

}  // namespace

Result<Page> page_of(const std::vector<std::string>& keys, const nlohmann::json& input,
                     std::size_t size_default) {
  Page page;
  const std::string token = input.value("nextToken", "");
  if (!token.empty()) {
    const auto parsed = parse_token(token);
    if (!parsed) return Error{"InvalidParameterException", "", "Invalid token"};
    page.from = position_of(*parsed, keys);
  }
  const auto size = input.value("maxResults", size_default);
  page.to = std::min(page.from + size, keys.size());
  if (page.to < keys.size()) page.next_token = to_text({page.to, keys[page.to]});
  return page;
}

Result<nlohmann::ordered_json> answer_page(std::string_view member,
                                           const std::vector<std::string>& arns,
                                           const nlohmann::json& input, std::size_t size_default) {
  const auto page = page_of(arns, input, size_default);
  if (!page) return page.error();
  const auto from = arns.begin() + static_cast<std::ptrdiff_t>(page->from);
  const auto to = arns.begin() + static_cast<std::ptrdiff_t>(page->to);
  nlohmann::ordered_json answer;
  answer[std::string(member)] = std::vector<std::string>(from, to);
  if (!page->next_token.empty()) answer["nextToken"] = page->next_token;
  return answer;
}

}  // namespace cutover::api::ecs

#include "containers/apps/forum.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <nlohmann/json.hpp>

#include "containers/apps/forum_data.hpp"

namespace cutover::containers::apps {

namespace {

using Json = nlohmann::ordered_json;  // Members keep the order in which the forum prints them.
using Replies = std::vector<std::pair<std::int64_t, Reply>>;

constexpr std::string_view text_headers = "Content-Type: text/plain; charset=utf-8\r\n";
constexpr std::string_view json_headers = "Content-Type: application/json; charset=utf-8\r\n";
constexpr std::string_view allow_headers = "Allow: HEAD, GET\r\n";

Json to_json(const User& user) {
  return {{"id", user.id}, {"username", user.username}, {"name", user.name}, {"bio", user.bio}};
}

Json to_json(const Thread& thread) {
  return {{"id", thread.id}, {"title", thread.title}, {"createdBy", thread.created_by}};
}

Json to_json(const Post& post) {
  return {{"thread", post.thread}, {"text", post.text}, {"user", post.user}};
}

Reply text(int status, std::string_view reason, std::string_view body,
           std::string_view more_headers = {}) {
  return {status, reason, std::string(more_headers).append(text_headers), std::string(body)};
}

Reply json(const Json& value) { return {200, "OK", std::string(json_headers), value.dump()}; }

/// Koa turns an absent body into 204 and drops Content-Type: that is how an unknown id is answered.
Reply no_content(std::string_view headers = {}) {
  return {204, "No Content", std::string(headers), {}};
}

template <class Rows>
Reply every(const Rows& rows) {
  auto list = Json::array();
  for (const auto& row : rows) list.push_back(to_json(row));
  return json(list);
}

template <class Rows>
Replies each_by_id(const Rows& rows) {
  Replies replies;
  for (const auto& row : rows) replies.emplace_back(row.id, json(to_json(row)));
  return replies;
}

/// One list of posts per id in use, told apart by a member of Post (its thread or its user).
Replies posts_by(int Post::*key) {
  Replies replies;
  for (const auto& first : forum_posts) {
    const int id = first.*key;
    if (std::any_of(replies.begin(), replies.end(),
                    [id](auto& known) { return known.first == id; }))
      continue;
    auto list = Json::array();
    for (const auto& post : forum_posts) {
      if (post.*key == id) list.push_back(to_json(post));
    }
    replies.emplace_back(id, json(list));
  }
  return replies;
}

/// Who serves a page. The monolith serves them all.
constexpr std::string_view everyone;

struct PageRow {
  std::string_view service;
  std::string_view path;
  bool takes_id;
  Replies (*by_id)();
  Reply (*otherwise)();
};

constexpr auto no_ids = []() -> Replies { return {}; };

constexpr std::array<PageRow, 9> page_rows{{
    {everyone, "/", false, no_ids, [] { return text(200, "OK", "Ready to receive requests"); }},
    {everyone, "/api", false, no_ids,
     [] { return text(200, "OK", "API ready to receive requests"); }},
    {"users", "/api/users", false, no_ids, [] { return every(forum_users); }},
    {"users", "/api/users/", true, [] { return each_by_id(forum_users); },
     [] { return no_content(); }},
    {"threads", "/api/threads", false, no_ids, [] { return every(forum_threads); }},
    {"threads", "/api/threads/", true, [] { return each_by_id(forum_threads); },
     [] { return no_content(); }},
    {"posts", "/api/posts", false, no_ids, [] { return every(forum_posts); }},
    {"posts", "/api/posts/in-thread/", true, [] { return posts_by(&Post::thread); },
     [] { return json(Json::array()); }},
    {"posts", "/api/posts/by-user/", true, [] { return posts_by(&Post::user); },
     [] { return json(Json::array()); }},
}};

/// What the router knows; a method that is not among these is 501 on any path.
constexpr std::array<std::string_view, 7> known_methods{"GET",   "HEAD",   "POST",   "PUT",
                                                        "PATCH", "DELETE", "OPTIONS"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with(std::string_view path, std::string_view lower_case_start) {
  if (path.size() < lower_case_start.size()) return false;
  return std::equal(lower_case_start.begin(), lower_case_start.end(), path.begin(),
                    [](char expected, char found) { return expected == lower(found); });
}

/// "/api/users?x=1" and "http://host/api/users" -> "/api/users".
std::string_view path_of(std::string_view target) {
  if (starts_with(target, "http://")) {
    target.remove_prefix(7);
    const auto slash = target.find('/');
    target = slash == target.npos ? "/" : target.substr(slash);
  }
  return target.substr(0, target.find_first_of("?#"));
}

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (lower(c) >= 'a' && lower(c) <= 'f') return lower(c) - 'a' + 10;
  return std::nullopt;
}

/// The id in a path segment, percent-decoded. Only its start counts, so a fixed buffer will do; as
/// in decodeURIComponent(), a bad escape leaves the whole segment as it is.
std::optional<std::int64_t> id_of(std::string_view segment) {
  std::array<char, 64> decoded;
  std::size_t size = 0;
  for (std::size_t i = 0; i < segment.size() && size < decoded.size(); ++i) {
    char c = segment[i];
    if (c == '%') {
      const auto high = i + 1 < segment.size() ? hex_digit(segment[i + 1]) : std::nullopt;
      const auto low = i + 2 < segment.size() ? hex_digit(segment[i + 2]) : std::nullopt;
      if (!high || !low) return parse_int(segment);
      c = static_cast<char>(*high * 16 + *low);
      i += 2;
    }
    decoded[size++] = c;
  }
  return parse_int({decoded.data(), size});
}

}  // namespace

Forum::Forum(std::string_view app)
    : not_found_(text(404, "Not Found", "Not Found")),
      options_(no_content(allow_headers)),
      method_not_allowed_(text(405, "Method Not Allowed", "Method Not Allowed", allow_headers)),
      not_implemented_(text(501, "Not Implemented", "Not Implemented")),
      not_implemented_here_(text(501, "Not Implemented", "Not Implemented", allow_headers)) {
  assert(std::count(forum_app_names.begin(), forum_app_names.end(), app) == 1);
  for (const auto& row : page_rows) {
    if (app == "api" || row.service == everyone || row.service == app)
      pages_.push_back({row.path, row.takes_id, row.by_id(), row.otherwise()});
  }
}

const Reply* Forum::find_page(std::string_view path) const noexcept {
  // "/" is a page and "//" is none, so a slash is taken off only what has a segment before it.
  if (path.size() > 2 && path.back() == '/') path.remove_suffix(1);
  for (const auto& page : pages_) {
    const bool fits = page.takes_id ? path.size() > page.path.size()  //
                                    : path.size() == page.path.size();
    if (!fits || !starts_with(path, page.path)) continue;
    if (!page.takes_id) return &page.otherwise;
    const auto segment = path.substr(page.path.size());
    if (segment.find('/') != segment.npos) continue;
    const auto id = id_of(segment);
    for (const auto& [known, reply] : page.by_id) {
      if (known == id) return &reply;
    }
    return &page.otherwise;
  }
  return nullptr;
}

const Reply& Forum::find(std::string_view method, std::string_view target) const noexcept {
  const Reply* const page = find_page(path_of(target));
  if (method == "GET" || method == "HEAD") return page ? *page : not_found_;
  const bool known =
      std::find(known_methods.begin(), known_methods.end(), method) != known_methods.end();
  if (!known) return page ? not_implemented_here_ : not_implemented_;
  if (!page) return not_found_;
  return method == "OPTIONS" ? options_ : method_not_allowed_;
}

std::optional<std::int64_t> parse_int(std::string_view text) noexcept {
  const auto start = text.find_first_not_of(" \t\n\v\f\r");
  if (start == text.npos) return std::nullopt;
  text.remove_prefix(start);
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  int base = 10;
  if (starts_with(text, "0x")) {
    base = 16;
    text.remove_prefix(2);
  }
  // No id is this large: digits beyond it cannot make two ids equal.
  constexpr std::int64_t most = 1'000'000'000'000'000;
  std::optional<std::int64_t> value;
  for (const char c : text) {
    const auto digit = hex_digit(c);
    if (!digit || *digit >= base) break;
    value = std::min(most, value.value_or(0) * base + *digit);
  }
  if (value && negative) return -*value;
  return value;
}

}  // namespace cutover::containers::apps

#pragma once

// The forum's pages: which path answers what, for the monolith and for each service that it is
// split into. Every answer is built once, so the monolith and the services give the same bytes.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cutover::containers::apps {

/// The monolith and its three services.
inline constexpr std::array<std::string_view, 4> forum_app_names{"api", "posts", "threads",
                                                                 "users"};

/// The status line and headers of an answer, and its body, all complete.
struct Reply {
  int status = 200;
  std::string_view reason = "OK";
  std::string headers;
  std::string body;
};

/// Answers as Koa's router does: paths match without regard to case, with or without one slash at
/// the end; the query is not looked at; a known path met with a method it lacks is a 405.
/// Immutable once built, so any thread may ask it.
class Forum {
 public:
  /// `app` is one of forum_app_names.
  explicit Forum(std::string_view app);

  /// Lives as long as the forum. Allocates nothing.
  const Reply& find(std::string_view method, std::string_view target) const noexcept;

 private:
  struct Page {
    std::string_view path;  ///< In lower case. Without the id: "/api/users/".
    bool takes_id = false;
    /// The answer by id; a page without one has its single answer in `otherwise`.
    std::vector<std::pair<std::int64_t, Reply>> by_id;
    Reply otherwise;
  };

  const Reply* find_page(std::string_view path) const noexcept;

  std::vector<Page> pages_;
  Reply not_found_;
  Reply options_;
  Reply method_not_allowed_;
  Reply not_implemented_;
  Reply not_implemented_here_;
};

/// JavaScript's parseInt() without a radix: leading white space, a sign, 0x for hexadecimal, then
/// digits; what follows them is ignored ("1abc" is 1). Nothing when there is no digit.
std::optional<std::int64_t> parse_int(std::string_view text) noexcept;

}  // namespace cutover::containers::apps

#pragma once

// ALB's stickiness cookies in header fields: found in requests, written to responses, and the
// application's own cookie noticed in a target's response (ALB user guide, "Sticky sessions").

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "lb/targets/sticky_cookie.hpp"

namespace cutover::lb::targets {

/// What a client's Cookie fields hold of stickiness, as views into them. Names are matched exactly
/// (case too), values taken as they stand; of equal names the first counts.
class StickyCookies {
 public:
  /// Adds one Cookie field's value. `app_cookie_name` is the application's cookie; empty: none.
  void read(std::string_view cookie_field, std::string_view app_cookie_name = {});

  /// AWSALBCORS if it was sent, else AWSALB; empty when neither was.
  std::string_view lb_cookie() const { return cors_.empty() ? plain_ : cors_; }
  /// AWSALBTGCORS if it was sent, else AWSALBTG.
  std::string_view target_group() const { return group_cors_.empty() ? group_plain_ : group_cors_; }
  /// The application's cookie was sent.
  bool has_app_cookie() const { return has_app_cookie_; }
  /// AWSALBAPP-0 to -3 joined; empty unless they amount to a sealed value's length.
  std::optional<SealedText> app_cookie() const;

 private:
  std::string_view plain_;
  std::string_view cors_;
  std::string_view group_plain_;
  std::string_view group_cors_;
  std::array<std::string_view, 4> app_shards_;
  bool has_app_cookie_ = false;
};

/// How long browsers are told to keep ALB's cookies, whatever duration is configured.
inline constexpr std::chrono::days sticky_browser_life{7};

/// Appends the `Set-Cookie: …\r\n` lines of one cookie: AWSALB and AWSALBCORS, AWSALBTG and
/// AWSALBTGCORS, or AWSALBAPP-0. `expires` is the HTTP date of now + sticky_browser_life; `secure`
/// says that the client came over HTTPS.
void append_set_cookie(std::string& out, Sticky::Kind kind, std::string_view value,
                       std::string_view expires, bool secure = false);

/// Whether a target's Set-Cookie field sets the cookie `name` (matched exactly).
bool sets_cookie(std::string_view set_cookie_field, std::string_view name);

}  // namespace cutover::lb::targets

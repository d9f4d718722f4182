#pragma once

// The values of ALB's stickiness cookies: what a client is stuck to and until when, encrypted and
// authenticated (AES-256-GCM), in ALB's length of 128 base64 characters (ALB user guide, "Sticky
// sessions"). Only whoever has the key can read or make one.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "lb/base/clock.hpp"
#include "lb/base/random.hpp"

namespace cutover::lb::targets {

/// What one cookie says.
struct Sticky {
  /// By cookie: AWSALB, AWSALBAPP, AWSALBTG. A value of one is no value of another.
  enum class Kind : std::uint8_t { lb_cookie = 1, app_cookie = 2, target_group = 3 };
  Kind kind = Kind::lb_cookie;
  std::uint32_t group = 0;   ///< The target group's slot.
  std::uint32_t target = 0;  ///< The target's slot; 0 with target_group.
  /// Not honoured from this second on: the browser's own expiry is always 7 days.
  std::chrono::sys_seconds expires{};
  friend bool operator==(const Sticky&, const Sticky&) = default;
};

/// Secret: whoever knows it can make cookies. All nodes of a load balancer share one.
using CookieKey = std::array<unsigned char, 32>;
inline constexpr std::size_t sealed_size = 128;
using SealedText = std::array<char, sealed_size>;
inline std::string_view view(const SealedText& text) { return {text.data(), text.size()}; }

/// Seals and opens with contexts of its own that are made once: neither allocates. One thread.
class CookieSealer {
 public:
  explicit CookieSealer(const CookieKey& key);
  ~CookieSealer();
  CookieSealer(CookieSealer&&) noexcept;
  CookieSealer& operator=(CookieSealer&&) noexcept;

  /// `random` gives the nonce: two calls never give the same text.
  SealedText seal(const Sticky& sticky, Random& random);
  /// Empty for whatever this key did not seal: another length, another key, a changed or
  /// URL-encoded character. Whether it has expired, and its kind, are the caller's to check (see
  /// honoured()).
  std::optional<Sticky> open(std::string_view text);
  /// open(), for a cookie of this kind that has not expired at `now`.
  std::optional<Sticky> honoured(std::string_view text, Sticky::Kind kind, WallTime now);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace cutover::lb::targets

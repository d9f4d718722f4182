#pragma once

// A rule's transforms, compiled: `host-header-rewrite` and `url-rewrite` change what a target is
// sent, after the rule was chosen (ALB user guide: Transforms for listener rules). Never change
// which rule applies.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rules/regex.hpp"
#include "rules/rule.hpp"

namespace cutover::rules {

/// How a request's transforms ended: the access log's request_transform_status. ALB has four more
/// words, for regexes that do not compile; here validate() refuses those.
enum class TransformStatus : std::uint8_t {
  none,              ///< There are none, or none matched: the request stays as it is.
  success,           ///< Something was rewritten.
  buffer_too_small,  ///< The result is longer than transformed_length_most.
  invalid_host,      ///< The new host is no `host[:port]`.
  invalid_path,      ///< The new URI is no path, or has characters that none may have.
};

/// "TransformSuccess", …; "-" for none.
std::string_view to_string(TransformStatus status);
/// The client is answered 500 and no target sees the request.
constexpr bool is_failure(TransformStatus status) { return status > TransformStatus::success; }

/// A host or URI that a transform makes: ALB's limit for a whole request line.
inline constexpr std::size_t transformed_length_most = 16 * 1024;

/// Immutable after construction; any number of threads may apply it.
class CompiledTransforms {
 public:
  /// The rule must be valid (validate()).
  explicit CompiledTransforms(const Rule& rule);

  /// The rule has none: apply() would only ever give none.
  bool empty() const { return !host_ && !url_; }

  /// `host` is the Host header's value, port allowed, `path_and_query` the request target as
  /// received ("/a?b=c"). Both new strings are cleared, then set to what changes: one left empty
  /// means its part stays as it was. After a failure both are empty.
  TransformStatus apply(std::string_view host, std::string_view path_and_query,
                        std::string& new_host, std::string& new_uri) const;

 private:
  struct Compiled {
    Compiled(const Rewrite& rewrite, LetterCase letter_case)
        : regex(rewrite.regex, letter_case), replace(rewrite.replace) {}
    Regex regex;
    std::string replace;
  };
  static bool rewrite(const Compiled& compiled, std::string_view text, std::string& out);

  std::optional<Compiled> host_;
  std::optional<Compiled> url_;
};

}  // namespace cutover::rules

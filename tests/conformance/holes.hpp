#pragma once

// The text of conformance cases: plain bytes with holes. `${date}` stands for whatever looks like a
// date, `${cookie=token}` for a token that gets the name cookie from then on, `${cookie}` for what
// that was, `${x*300}` for 300 times x.

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cutover::conformance {

/// What a case says did not happen; its text shows what happened instead. Also a case that can't be
/// read. Ends the case.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What names stand for, by name: targets' addresses from the start, then whatever a case captures.
using Words = std::map<std::string, std::string, std::less<>>;

/// `text` with its names and repetitions put in, to be sent. Throws a Failure for an unknown name.
std::string filled(std::string_view text, const Words& words);

/// Whether all of `actual` is what `text` describes. Then what the holes captured is in `words`.
///
/// Kinds of holes: date (HTTP's), time (ISO 8601 with microseconds), trace-id (1-<8 hex>-<24 hex>),
/// hex, number, seconds (with 3 decimals), token (no blank, comma, semicolon, quote), any (within
/// one line), text (across lines).
bool matches(std::string_view text, std::string_view actual, Words& words);

/// The text has no hole left once names and repetitions are put in.
bool is_literal(std::string_view text, const Words& words);

/// With line ends and bytes that don't print made visible, one line of bytes per line.
std::string visible(std::string_view bytes);

}  // namespace cutover::conformance

#pragma once

// HTTP messages as conformance cases write them: a list of lines, the head's first, then, after an
// empty line, the body.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/holes.hpp"

namespace cutover::conformance {

using Lines = std::vector<std::string>;

/// The bytes of a message to be sent. Lines end in CRLF; so does the head, by an empty line that
/// need not be written when no body follows. Body lines have CRLF between them.
std::string message_bytes(const Lines& lines, const Words& words);

/// What came of looking for a message at the front of some bytes.
struct Taken {
  /// How many bytes the message has; empty while more are needed to say.
  std::optional<std::size_t> size;
  std::string problem;  ///< How it differs from what was expected; empty when it does not.
};

/// Looks for the message that `expected` describes at the front of `bytes`. The first line has to
/// match; header lines match in any order, except among those of one name, and none may be missing
/// or left over. Special lines:
///   "..."            other header lines may be there too, and, without a body line, any body;
///   "without: A, B"  no header line of these names, in any case, may be there.
/// After an empty line: the body, raw; without one there must be none. A body without holes may be
/// the beginning of one that is still under way. `to_head`: a response that has no body whatever
/// its head says; `ended`: no more bytes come.
Taken take_message(const Lines& expected, std::string_view bytes, bool to_head, bool ended,
                   Words& words);

}  // namespace cutover::conformance

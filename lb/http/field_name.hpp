#pragma once

// Header names: which of them the proxy treats specially, and which only look like the two that
// decide where a message ends.

#include <cstdint>
#include <cstring>
#include <string_view>

#include "lb/http/request_head.hpp"

namespace cutover::lb::http {

/// The header by its name, in any case. All of `Proxy-*` counts as Known::proxy_connection: these
/// speak to the next proxy only.
Known recognise(std::string_view name);

/// Whether `name` differs from Transfer-Encoding or Content-Length at most in case, in characters
/// that aren't letters, and in letters that some software folds to ASCII (dotless i, long s). True
/// for the two themselves too.
bool reads_as_framing(std::string_view name);

}  // namespace cutover::lb::http

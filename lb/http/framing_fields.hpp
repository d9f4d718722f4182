#pragma once

// What the Content-Length and Transfer-Encoding lines of one message say when taken together.

#include <cstdint>
#include <string_view>

#include "lb/http/grammar.hpp"

namespace cutover::lb::http {

/// All Content-Length lines of a message.
struct ContentLengths {
  unsigned count = 0;
  bool bad = false;        ///< One isn't a plain decimal number below 2^64.
  bool different = false;  ///< Two good ones disagree.
  std::uint64_t value = 0;

  void add(std::string_view text) {
    const auto number = parse_decimal(text);
    if (!number) {
      bad = true;
    } else if (count > 0 && !bad && *number != value) {
      different = true;
    } else {
      value = *number;
    }
    ++count;
  }
  bool usable() const { return count > 0 && !bad && !different; }
};

/// All Transfer-Encoding lines of a message.
struct TransferCodings {
  unsigned count = 0;        ///< Lines.
  unsigned chunked = 0;      ///< How often `chunked` stands there.
  bool identity = false;     ///< `identity`, which means no coding at all.
  bool unsupported = false;  ///< A registered coding that ALB doesn't take: gzip, deflate, …
  bool bad = false;          ///< An unknown word, none at all, or something after `chunked`.

  void add(std::string_view list) {
    ++count;
    bool some = false;
    for_each_element(list, [&](std::string_view coding) {
      some = true;
      add_coding(coding);
    });
    if (!some) bad = true;
  }
  /// The body is chunked and nothing else was done to it.
  bool only_chunked() const { return chunked == 1 && !unsupported && !bad; }
  /// There is none in effect.
  bool only_identity() const { return identity && chunked == 0 && !unsupported && !bad; }

 private:
  void add_coding(std::string_view coding) {
    if (equals_ignore_case(coding, "chunked")) {
      ++chunked;
      return;
    }
    // Another coding after `chunked`: where the body ends would be anyone's guess.
    if (chunked > 0) bad = true;
    if (equals_ignore_case(coding, "identity")) {
      identity = true;
    } else if (is_registered(coding)) {
      unsupported = true;
    } else {
      bad = true;
    }
  }
  /// RFC 9112 §7.2 and the transfer coding registry.
  static bool is_registered(std::string_view coding) {
    for (const std::string_view name : {"gzip", "deflate", "compress", "x-gzip", "x-compress"}) {
      if (equals_ignore_case(coding, name)) return true;
    }
    return false;
  }
};

}  // namespace cutover::lb::http

#pragma once

// Reads a request as the strictest of servers would: nothing but RFC 9112's grammar, without any
// leniency, and written without the proxy's own scanner. What the proxy sends must pass here and
// end where the proxy thinks that it ends.

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cutover::lb::http {

struct StrictRequest {
  std::size_t head_length = 0;
  bool chunked = false;
  std::optional<std::uint64_t> content_length;
};

class StrictReader {
 public:
  /// Nothing when `bytes` don't start with a request that has one reading.
  static std::optional<StrictRequest> read(std::string_view bytes) {
    StrictReader reader(bytes);
    std::string_view line;
    if (!reader.next_line(line) || !reader.request_line(line)) return std::nullopt;
    for (;;) {
      if (!reader.next_line(line)) return std::nullopt;
      if (line.empty()) break;
      if (!reader.header(line)) return std::nullopt;
    }
    const bool framed_twice = reader.found_.chunked && reader.found_.content_length;
    if (framed_twice || reader.hosts_ != 1) return std::nullopt;
    reader.found_.head_length = bytes.size() - reader.rest_.size();
    return reader.found_;
  }

 private:
  explicit StrictReader(std::string_view bytes) : rest_(bytes) {}

  /// Up to CR LF, which are the only CR and LF that may occur. No NUL.
  bool next_line(std::string_view& line) {
    const std::size_t end = rest_.find_first_of(std::string_view("\r\n\0", 3));
    if (end == std::string_view::npos || rest_.substr(end, 2) != "\r\n") return false;
    line = rest_.substr(0, end);
    rest_.remove_prefix(end + 2);
    return true;
  }

  static bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
             marks.find(c) != std::string_view::npos;
    });
  }

  static bool request_line(std::string_view line) {
    return is_token(line.substr(0, line.find(' '))) && line.ends_with(" HTTP/1.1");
  }

  bool header(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    if (line.front() == ' ' || line.front() == '\t') return false;
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    const std::size_t end = line.find_last_not_of(" \t") + 1;
    const std::string value(begin == std::string_view::npos ? "" : line.substr(begin, end - begin));
    // Some servers cut blanks off a name's end: no name of weight may come with them.
    const std::string cut = name.substr(0, name.find_last_not_of(" \t") + 1);
    const bool framing = cut == "content-length" || cut == "transfer-encoding" || cut == "host";
    if (framing && cut != name) return false;
    if (name == "host") ++hosts_;
    if (name == "content-length") return content_length(value);
    if (name == "transfer-encoding") return transfer_encoding(value);
    return true;
  }

  bool content_length(const std::string& value) {
    const bool digits =
        !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
    if (!digits || value.size() > 20 || found_.content_length) return false;
    if (value.size() > 1 && value.front() == '0') return false;  // octal?
    found_.content_length = std::stoull(value);
    return true;
  }

  bool transfer_encoding(const std::string& value) {
    if (found_.chunked || value != "chunked") return false;
    found_.chunked = true;
    return true;
  }

  std::string_view rest_;
  StrictRequest found_;
  unsigned hosts_ = 0;
};

}  // namespace cutover::lb::http

#include "tests/lb/http/render.hpp"

namespace cutover::lb::http {
namespace {

void add_headers(const std::vector<HeaderLine>& headers, std::string& text) {
  for (const HeaderLine& header : headers) {
    text.append(" ").append(header.name).append(":").append(header.value);
    if (header.known != Known::other) text += '*';
  }
}

void add_word(bool holds, std::string_view word, std::string& words) {
  if (!holds) return;
  if (!words.empty()) words += ' ';
  words += word;
}

std::string bracketed(const std::string& words) { return words.empty() ? "" : " [" + words + "]"; }

}  // namespace

std::string_view to_string(ScanStatus status) {
  switch (status) {
    case ScanStatus::incomplete:
      return "incomplete";
    case ScanStatus::complete:
      return "complete";
    case ScanStatus::line_too_long:
      return "line_too_long";
    case ScanStatus::headers_too_large:
      return "headers_too_large";
  }
  return "?";
}

std::string_view to_string(ResponseScanStatus status) {
  switch (status) {
    case ResponseScanStatus::incomplete:
      return "incomplete";
    case ResponseScanStatus::complete:
      return "complete";
    case ResponseScanStatus::malformed:
      return "malformed";
    case ResponseScanStatus::too_large:
      return "too_large";
  }
  return "?";
}

std::string render(const RequestHead& head) {
  std::string text(head.method);
  text.append(" ").append(head.path);
  if (head.has_query) text.append("?").append(head.query);
  text.append(" ").append(head.version.empty() ? "-" : head.version);
  add_headers(head.headers, text);
  std::string words;
  add_word(!head.absolute_authority.empty(), "authority=" + std::string(head.absolute_authority),
           words);
  add_word(head.content_length.has_value(),
           "length=" + std::to_string(head.content_length.value_or(0)), words);
  add_word(head.chunked, "chunked", words);
  add_word(head.connection_close, "close", words);
  add_word(head.connection_keep_alive, "keep-alive", words);
  add_word(head.connection_upgrade, "upgrade", words);
  add_word(head.expect_continue, "continue", words);
  add_word(head.bare_lf, "bare-lf", words);
  add_word(head.extra_spaces, "extra-spaces", words);
  add_word(!head.plain, "odd", words);
  return text + bracketed(words);
}

std::string render(const ResponseHead& head) {
  std::string text = "1." + std::to_string(head.minor_version) + " " + std::to_string(head.status) +
                     " '" + std::string(head.reason) + "'";
  add_headers(head.headers, text);
  std::string words;
  add_word(head.content_length.has_value(),
           "length=" + std::to_string(head.content_length.value_or(0)), words);
  add_word(head.chunked, "chunked", words);
  add_word(head.connection_close, "close", words);
  add_word(head.connection_keep_alive, "keep-alive", words);
  add_word(head.has_date, "date", words);
  return text + bracketed(words);
}

std::string scanned_request(std::string_view bytes) {
  RequestHead head;
  const ScanStatus status = scan_request_head(bytes, 0, head);
  return status == ScanStatus::complete ? render(head) : std::string(to_string(status));
}

std::string scanned_response(std::string_view bytes) {
  ResponseHead head;
  const ResponseScanStatus status = scan_response_head(bytes, 0, head);
  return status == ResponseScanStatus::complete ? render(head) : std::string(to_string(status));
}

}  // namespace cutover::lb::http

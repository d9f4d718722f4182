#include "lb/http/request_head.hpp"

#include <algorithm>
#include <cstring>

#include "lb/http/byte_scan.hpp"
#include "lb/http/field_name.hpp"
#include "lb/http/framing_fields.hpp"
#include "lb/http/grammar.hpp"
#include "lb/http/message_head.hpp"

namespace cutover::lb::http {
namespace {

/// Empty lines before the request line are skipped up to this many bytes; a further one is taken
/// for the request line itself.
constexpr std::size_t leading_blank_bytes_most = 64;

const char* find_lf(const char* from, const char* end) {
  const auto* lf = std::memchr(from, '\n', static_cast<std::size_t>(end - from));
  return static_cast<const char*>(lf);
}

const char* skip_leading_blank_lines(std::string_view bytes) {
  std::size_t at = 0;
  const std::size_t most = std::min(bytes.size(), leading_blank_bytes_most);
  for (;;) {
    if (at < most && bytes[at] == '\n') {
      at += 1;
    } else if (at + 1 < most && bytes[at] == '\r' && bytes[at + 1] == '\n') {
      at += 2;
    } else {
      return bytes.data() + at;
    }
  }
}

/// Where a line that stops before its LF, or is unfinished, ends for the limits: they don't count
/// the CR, which may be all that an unfinished line has of its line end.
const char* before_cr(const char* line, const char* stop) {
  return line != stop && stop[-1] == '\r' ? stop - 1 : stop;
}

/// `line_end` is where the line's own bytes end. The final empty line doesn't count.
bool headers_too_large(const char* headers, const char* line, const char* line_end) {
  return between(line, line_end).size() > header_bytes_most ||
         (line != line_end && between(headers, line_end).size() > request_headers_bytes_most);
}

bool request_line_too_long(const char* line, const char* line_end) {
  return between(line, line_end).size() > request_line_bytes_most;
}

enum class Glance : std::uint8_t { incomplete, scan, line_too_long, headers_too_large };

/// Checks only what is new since `searched` against the limits, and whether a scan of the whole
/// could find the head's end now.
Glance glance(std::string_view bytes, std::size_t searched) {
  const char* const end = bytes.data() + bytes.size();
  const char* const fresh = bytes.data() + std::min(searched, bytes.size());
  const char* const request_line = skip_leading_blank_lines(bytes);
  const char* const request_lf = find_lf(request_line, end);
  if (request_lf == nullptr) {
    const bool too_long = request_line_too_long(request_line, before_cr(request_line, end));
    return too_long ? Glance::line_too_long : Glance::incomplete;
  }
  if (request_lf >= fresh) return Glance::scan;
  const char* const headers = request_lf + 1;
  const auto* line =
      static_cast<const char*>(memrchr(headers, '\n', static_cast<std::size_t>(fresh - headers)));
  line = line == nullptr ? headers : line + 1;
  for (;;) {
    const char* const lf = find_lf(std::max(line, fresh), end);
    const char* const line_end = before_cr(line, lf == nullptr ? end : lf);
    if (headers_too_large(headers, line, line_end)) return Glance::headers_too_large;
    if (lf == nullptr) return Glance::incomplete;
    if (line_end == line) return Glance::scan;
    line = lf + 1;
  }
}

class RequestScanner {
 public:
  RequestScanner(std::string_view bytes, RequestHead& head)
      : begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()), head_(head) {}

  ScanStatus scan() {
    reset(head_);
    at_ = skip_leading_blank_lines(between(begin_, end_));
    const ScanStatus status = request_line();
    if (status != ScanStatus::complete) return status;
    if (!head_.version.empty()) {
      const ScanStatus headers_status = header_lines();
      if (headers_status != ScanStatus::complete) return headers_status;
    }
    head_.length = static_cast<std::size_t>(at_ - begin_);
    judge_framing();
    return ScanStatus::complete;
  }

 private:
  ScanStatus request_line() {
    const char* stop = find_value_stop(at_, end_);
    if (end_ - stop < 2 || stop[0] != '\r' || stop[1] != '\n') {
      stop = find_lf(stop, end_);
      if (stop == nullptr) {
        return request_line_too_long(at_, before_cr(at_, end_)) ? ScanStatus::line_too_long
                                                                : ScanStatus::incomplete;
      }
      head_.plain = false;
      if (stop != at_ && stop[-1] == '\r') {
        --stop;
      } else {
        head_.bare_lf = true;
      }
    }
    const std::string_view line = between(at_, stop);
    if (request_line_too_long(at_, stop)) return ScanStatus::line_too_long;
    at_ = stop + (*stop == '\r' ? 2 : 1);
    split_request_line(line);
    return ScanStatus::complete;
  }

  void split_request_line(std::string_view line) {
    constexpr std::string_view usual_end = " HTTP/1.1";
    const std::size_t space = std::min(line.find(' '), line.size());
    head_.method = line.substr(0, space);
    if (line.size() > space + 1 + usual_end.size() && line.ends_with(usual_end)) {
      head_.version = line.substr(line.size() - usual_end.size() + 1);
      head_.target = line.substr(space + 1, line.size() - usual_end.size() - space - 1);
      trim_target();
    } else {
      split_unusual(line.substr(std::min(space + 1, line.size())));
    }
    if (!is_token(head_.method)) head_.plain = false;
    split_target();
  }

  /// `rest`: what follows the method and its space.
  void split_unusual(std::string_view rest) {
    while (!rest.empty() && rest.back() == ' ') {
      rest.remove_suffix(1);
      head_.extra_spaces = true;
    }
    const std::size_t space = rest.rfind(' ');
    if (space != std::string_view::npos) {
      head_.version = rest.substr(space + 1);
      head_.target = rest.substr(0, space);
    } else if (rest.starts_with("HTTP/")) {
      head_.version = rest;  // "GET HTTP/1.1": the URI is missing
    } else {
      head_.target = rest;
    }
    trim_target();
    const std::string_view version = head_.version;
    const bool one_digit = version.size() == 8 && version.starts_with("HTTP/1.");
    head_.minor_version = one_digit && is_digit(version[7]) ? version[7] - '0' : -1;
    if (head_.minor_version < 0 || head_.minor_version > 1) head_.plain = false;
  }

  void trim_target() {
    std::string_view& target = head_.target;
    while (!target.empty() && target.front() == ' ') {
      target.remove_prefix(1);
      head_.extra_spaces = true;
    }
    while (!target.empty() && target.back() == ' ') {
      target.remove_suffix(1);
      head_.extra_spaces = true;
    }
    if (head_.extra_spaces || target.empty()) head_.plain = false;
  }

  void split_target() {
    std::string_view rest = head_.target;
    if (rest.find(' ') != std::string_view::npos || rest.find('\t') != std::string_view::npos) {
      head_.plain = false;
    }
    if (!rest.empty() && rest.front() != '/') rest = after_authority(rest);
    const std::size_t question = rest.find('?');
    head_.path = rest.substr(0, question);
    if (question != std::string_view::npos) {
      head_.has_query = true;
      head_.query = rest.substr(question + 1);
    }
    // "http://host?x" asks for "/": the last slash before the authority serves as that path.
    if (head_.path.empty() && !head_.absolute_authority.empty()) {
      head_.path = head_.target.substr(head_.target.find("//") + 1, 1);
    }
  }

  /// Path and query of an absolute-form target (RFC 9112 §3.2.2), whose authority is noted.
  std::string_view after_authority(std::string_view target) {
    std::size_t scheme = 0;
    for (const std::string_view start : {"http://", "https://"}) {
      if (equals_ignore_case(target.substr(0, start.size()), start)) scheme = start.size();
    }
    if (scheme == 0) return target;
    const std::string_view rest = target.substr(scheme);
    const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
    std::string_view authority = rest.substr(0, authority_end);
    authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 is 0
    head_.absolute_authority = authority;
    return rest.substr(authority_end);
  }

  ScanStatus header_lines() {
    headers_ = at_;
    for (;;) {
      if (at_ == end_) return ScanStatus::incomplete;
      if (*at_ == '\n' || (*at_ == '\r' && end_ - at_ > 1 && at_[1] == '\n')) return finish();
      HeaderLine& header = head_.headers.emplace_back();
      const char* line_end = usual_line(header);
      if (line_end == nullptr) line_end = unusual_line(header);
      const char* const counted_end = line_end == nullptr ? before_cr(at_, end_) : line_end;
      if (headers_too_large(headers_, at_, counted_end)) return ScanStatus::headers_too_large;
      if (line_end == nullptr) return ScanStatus::incomplete;
      at_ = line_end + (*line_end == '\r' ? 2 : 1);
      if (head_.headers.size() > header_count_most) return too_many_lines();
      note(header);
    }
  }

  ScanStatus finish() {
    if (*at_ == '\n') head_.bare_lf = true;
    at_ += *at_ == '\r' ? 2 : 1;
    if (head_.bare_lf) head_.plain = false;
    return ScanStatus::complete;
  }

  /// The number of lines counts once the head is complete, so that it does not matter in which
  /// pieces it came.
  ScanStatus too_many_lines() const {
    for (const char* line = at_;;) {
      const char* const lf = find_lf(line, end_);
      const char* const line_end = before_cr(line, lf == nullptr ? end_ : lf);
      if (headers_too_large(headers_, line, line_end)) break;
      if (lf == nullptr) return ScanStatus::incomplete;
      if (line_end == line) break;
      line = lf + 1;
    }
    return ScanStatus::headers_too_large;
  }

  /// A line `name: value CR LF` of plain bytes. Gives the place of its CR, or null when it is not
  /// such a line (or not all of one).
  const char* usual_line(HeaderLine& header) {
    if (is_blank(*at_)) return nullptr;
    bool odd_name = false;
    const char* const colon = find_name_stop(at_, end_, odd_name);
    if (colon == end_ || *colon != ':' || colon == at_ || is_blank(colon[-1])) return nullptr;
    const char* value = colon + 1;
    while (value != end_ && is_blank(*value)) ++value;
    const char* const stop = find_value_stop(value, end_);
    if (end_ - stop < 2 || stop[0] != '\r' || stop[1] != '\n') return nullptr;
    const char* value_end = stop;
    while (value_end != value && is_blank(value_end[-1])) --value_end;
    header.name = between(at_, colon);
    header.value = between(value, value_end);
    header.line = between(at_, stop);
    header.known = recognise(header.name);
    head_.invalid_names += odd_name ? 1 : 0;
    return stop;
  }

  /// Any other line. Gives its CR, or its LF when that stands alone, or null when the line is
  /// unfinished.
  const char* unusual_line(HeaderLine& header) {
    const char* const lf = find_lf(at_, end_);
    if (lf == nullptr) return nullptr;
    const char* line_end = lf;
    if (lf != at_ && lf[-1] == '\r') {
      --line_end;
    } else {
      head_.bare_lf = true;
    }
    head_.plain = false;
    header.line = between(at_, line_end);
    const std::size_t colon = std::min(header.line.find(':'), header.line.size());
    header.name = header.line.substr(0, colon);
    header.value = trim(header.line.substr(std::min(colon + 1, header.line.size())));
    if (!header.line.empty() && is_blank(header.line.front())) {
      while (!header.name.empty() && is_blank(header.name.front())) header.name.remove_prefix(1);
    } else if (colon != header.line.size()) {
      header.known = recognise(header.name);
    }
    if (!is_valid_name(header.name)) ++head_.invalid_names;
    return line_end;
  }

  void note(const HeaderLine& header) {
    switch (header.known) {
      case Known::other:
        if (header.name.size() >= 13 && reads_as_framing(header.name)) head_.plain = false;
        break;
      case Known::host:
        if (!host_seen_) head_.host = header.value;
        host_seen_ = true;
        break;
      case Known::connection:
        note_connection(header.value, head_);
        break;
      case Known::transfer_encoding:
        codings_.add(header.value);
        break;
      case Known::content_length:
        lengths_.add(header.value);
        break;
      case Known::expect:
        // RFC 9110 §10.1.1: an expectation of HTTP/1.0 is to be ignored.
        head_.expect_continue |=
            head_.minor_version != 0 && equals_ignore_case(header.value, "100-continue");
        break;
      case Known::x_forwarded_for:
        for_each_element(header.value, [&](std::string_view) { ++head_.forwarded_for_addresses; });
        break;
      case Known::x_amzn_trace_id:
        if (head_.trace_id.empty()) head_.trace_id = header.value;
        break;
      case Known::user_agent:
        if (head_.user_agent.empty()) head_.user_agent = header.value;
        break;
      default:
        break;
    }
  }

  void judge_framing() {
    if (lengths_.usable()) head_.content_length = lengths_.value;
    head_.chunked = codings_.only_chunked();
    if (lengths_.count + codings_.count == 0) return;
    const bool plain_length = lengths_.count == 1 && lengths_.usable() && codings_.count == 0;
    const bool plain_chunked = lengths_.count == 0 && codings_.count == 1 && head_.chunked &&
                               !codings_.identity && head_.minor_version >= 1;
    const bool get = head_.method == "GET" || head_.method == "HEAD";
    if (get || !(plain_length || plain_chunked)) head_.plain = false;
  }

  const char* begin_;
  const char* at_;  ///< The current line's start.
  const char* end_;
  const char* headers_ = nullptr;  ///< The first header line's start.
  RequestHead& head_;
  bool host_seen_ = false;
  ContentLengths lengths_;
  TransferCodings codings_;
};

}  // namespace

ScanStatus scan_request_head(std::string_view bytes, std::size_t searched, RequestHead& head) {
  if (searched > 0) {
    switch (glance(bytes, searched)) {
      case Glance::incomplete:
        return ScanStatus::incomplete;
      case Glance::line_too_long:
        return ScanStatus::line_too_long;
      case Glance::headers_too_large:
        return ScanStatus::headers_too_large;
      case Glance::scan:
        break;
    }
  }
  return RequestScanner(bytes, head).scan();
}

}  // namespace cutover::lb::http

#include "lb/http/classification.hpp"

#include <array>

#include "lb/http/field_name.hpp"
#include "lb/http/framing_fields.hpp"
#include "lb/http/grammar.hpp"

namespace cutover::lb::http {
namespace {

constexpr unsigned forwarded_for_addresses_most = 30;

bool is_not_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

bool has_one_of(std::string_view text, std::string_view characters) {
  return text.find_first_of(characters) != std::string_view::npos;
}

constexpr std::string_view nul_cr_lf("\0\r\n", 3);

bool is_well_formed(std::string_view version) {
  return version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
         version[6] == '.' && is_digit(version[7]);
}

bool is_version_0_9(std::string_view version) { return version.empty() || version == "HTTP/0.9"; }

class Classifier {
 public:
  explicit Classifier(const RequestHead& head) : head_(head) {}

  Classification classify() {
    method();
    target();
    version();
    std::string_view folded_name;  // of the header that a continuation belongs to
    for (const HeaderLine& header : head_.headers) {
      header_line(header, folded_name);
      if (!is_continuation(header)) folded_name = header.name;
    }
    framing();
    if (head_.bare_lf) note(Tier::acceptable, "NonCrLfLineTermination");
    return found_;
  }

 private:
  /// The most severe tier wins; at that tier the first reason stays.
  void note(Tier tier, std::string_view reason) {
    if (tier > found_.tier) found_ = {tier, reason};
  }

  void method() {
    if (!is_token(head_.method)) note(Tier::severe, "BadMethod");
  }

  void target() {
    if (has_one_of(head_.target, nul_cr_lf)) note(Tier::severe, "BadUri");
    if (head_.target.empty()) note(Tier::ambiguous, "MissingUri");
    for (const char c : head_.target) {
      if (is_control(c)) note(Tier::ambiguous, "AmbiguousUri");
      if (c == ' ') note(Tier::acceptable, "SpaceInUri");
    }
  }

  void version() {
    if (head_.minor_version < 0 && !is_version_0_9(head_.version)) {
      note(Tier::severe, "BadVersion");
    }
    if (head_.minor_version < 0 || head_.minor_version > 1 || head_.extra_spaces) {
      note(Tier::acceptable, "NonCompliantVersion");
    }
  }

  void header_line(const HeaderLine& header, std::string_view folded_name) {
    if (has_one_of(header.line, nul_cr_lf)) note(Tier::severe, "BadHeader");
    if (trim(header.name).empty()) {
      note(Tier::ambiguous, "EmptyHeader");
    } else if (is_continuation(header)) {
      if (!equals_ignore_case(folded_name, "content-type")) {
        note(Tier::ambiguous, "MultilineHeader");
      }
    } else if (header.name.size() == header.line.size()) {
      note(Tier::ambiguous, "MissingHeaderColon");
    }
    framing_line(header);
    for (const char c : header.name) {
      if (is_control(c) || is_not_ascii(c)) note(Tier::acceptable, "NonCompliantHeader");
    }
    for (const char c : header.value) {
      const bool strange = (is_control(c) && c != '\t') || is_not_ascii(c);
      if (strange) note(Tier::acceptable, "NonCompliantHeader");
    }
  }

  static bool is_continuation(const HeaderLine& header) {
    return !header.line.empty() && is_blank(header.line.front());
  }

  void framing_line(const HeaderLine& header) {
    if (header.known == Known::content_length) {
      lengths_.add(header.value);
    } else if (header.known == Known::transfer_encoding) {
      codings_.add(header.value);
    } else if (header.known == Known::other && reads_as_framing(header.name)) {
      (resembles_length(header.name) ? suspicious_length_ : suspicious_coding_) = true;
      note(Tier::ambiguous, "SuspiciousHeader");
    }
  }

  /// The first letter of a name that reads as a framing header is a C or a T.
  static bool resembles_length(std::string_view name) {
    const std::size_t first = name.find_first_of("CcTt");
    return first != std::string_view::npos && lower(name[first]) == 'c';
  }

  void framing() {
    if (lengths_.bad) note(Tier::severe, "BadContentLength");
    if (lengths_.different) note(Tier::severe, "MultipleContentLength");
    if (codings_.chunked > 1) note(Tier::severe, "MultipleTransferEncodingChunked");
    if (codings_.bad) note(Tier::severe, "BadTransferEncoding");
    const bool length = lengths_.count > 0 || suspicious_length_;
    const bool coding = codings_.count > 0 || suspicious_coding_;
    if (length && coding) {
      const bool suspicious = suspicious_length_ || suspicious_coding_;
      if (suspicious) note(Tier::severe, "SuspiciousTeClPresent");
      note(Tier::ambiguous, "BothTeClPresent");
    }
    if (lengths_.count > 1) note(Tier::ambiguous, "DuplicateContentLength");
    undefined_semantics();
  }

  void undefined_semantics() {
    const bool get = head_.method == "GET" || head_.method == "HEAD";
    const bool old = head_.minor_version == 0 || is_version_0_9(head_.version);
    if (lengths_.count > 0 && is_version_0_9(head_.version)) {
      note(Tier::ambiguous, "UndefinedContentLengthSemantics");
    }
    if (lengths_.usable() && get) {
      if (lengths_.value > 0) {
        note(Tier::ambiguous, "UndefinedContentLengthSemantics");
      } else {
        note(Tier::acceptable, "GetHeadZeroContentLength");
      }
    }
    if (codings_.count > 0 && (get || old)) {
      note(Tier::ambiguous, "UndefinedTransferEncodingSemantics");
    }
  }

  const RequestHead& head_;
  Classification found_;
  ContentLengths lengths_;
  TransferCodings codings_;
  bool suspicious_length_ = false;
  bool suspicious_coding_ = false;
};

bool is_blocked(Tier tier, DesyncMode mode) {
  switch (mode) {
    case DesyncMode::monitor:
      return false;
    case DesyncMode::defensive:
      return tier == Tier::severe;
    case DesyncMode::strictest:
      return tier != Tier::compliant;
  }
  return true;
}

/// Whether a Severe request means one thing once the lines that gave offence are left out.
bool has_one_meaning(const RequestHead& head) {
  if (!is_token(head.method) || has_one_of(head.target, nul_cr_lf)) return false;
  ContentLengths lengths;
  TransferCodings codings;
  for (const HeaderLine& header : head.headers) {
    if (header.known != Known::other && has_one_of(header.line, nul_cr_lf)) return false;
    if (header.known == Known::content_length) lengths.add(header.value);
    if (header.known == Known::transfer_encoding) codings.add(header.value);
  }
  if (codings.count > 0 && !codings.only_identity()) return codings.only_chunked();
  return lengths.count == 0 || lengths.usable();
}

/// A registered coding that ALB doesn't take, and no other fault.
bool has_unsupported_coding(const RequestHead& head) {
  if (head.plain) return false;
  TransferCodings codings;
  for (const HeaderLine& header : head.headers) {
    if (header.known == Known::transfer_encoding) codings.add(header.value);
  }
  return codings.unsupported;
}

/// RFC 9112 §3.2: a Host that can't be one is a bad request. Not a check of the name; what is left
/// out here would end or disguise a host in a URL.
constexpr std::array<bool, 256> host_chars() {
  std::array<bool, 256> table{};
  for (std::size_t c = '!'; c <= '~'; ++c) table[c] = true;
  for (const char c : std::string_view("/\\?#@<>\"")) table[static_cast<unsigned char>(c)] = false;
  return table;
}
constexpr std::array<bool, 256> host_char_table = host_chars();

bool is_possible_host(std::string_view host) {
  for (const char c : host) {
    if (!host_char_table[static_cast<unsigned char>(c)]) return false;
  }
  return !host.empty() && host.front() != ':';
}

/// RFC 9112 §3.2 would have several refused; ALB takes the first.
bool has_good_host(const RequestHead& head) {
  const bool may_be_missing = head.minor_version == 0 && head.host.empty();
  if (!may_be_missing && !is_possible_host(head.host)) return false;
  return head.absolute_authority.empty() || is_possible_host(head.absolute_authority);
}

bool has_good_target(const RequestHead& head) {
  if (head.target.starts_with('/')) return true;
  if (head.target == "*") return head.method == "OPTIONS";
  return !head.absolute_authority.empty();
}

Admission refuse(int status, Cause cause, bool close_after = true) {
  return {.refused_status = status, .cause = cause, .close_after = close_after};
}

}  // namespace

std::string_view to_string(Tier tier) {
  switch (tier) {
    case Tier::compliant:
      return "Compliant";
    case Tier::acceptable:
      return "Acceptable";
    case Tier::ambiguous:
      return "Ambiguous";
    case Tier::severe:
      return "Severe";
  }
  return {};
}

Classification classify(const RequestHead& head) {
  if (head.plain) return {};
  return Classifier(head).classify();
}

Classification classify_cut_off(std::string_view bytes) {
  const bool line_ended = bytes.ends_with('\n');
  return {Tier::ambiguous, line_ended ? "MissingLastEmptyLine" : "PartialHeaderLine"};
}

Admission admit(const RequestHead& head, const Classification& classification, DesyncMode mode) {
  const Tier tier = classification.tier;
  if (tier != Tier::compliant && classification.reason != "BadVersion") {
    const bool refused = is_blocked(tier, mode) || (tier == Tier::severe && !has_one_meaning(head));
    if (refused) return refuse(400, Cause::malformed_request);
  }
  if (head.minor_version < 0) {
    const bool known =
        !head.target.empty() && (is_well_formed(head.version) || is_version_0_9(head.version));
    return known ? refuse(505, Cause::unsupported_version) : refuse(400, Cause::malformed_request);
  }
  if (has_unsupported_coding(head)) return refuse(501, Cause::unsupported_encoding);
  if (head.connection_options > connection_options_most) {
    return refuse(400, Cause::headers_too_large);
  }
  if (head.method == "CONNECT") return refuse(400, Cause::malformed_request);
  if (!has_good_target(head) || !has_good_host(head)) {
    return refuse(400, Cause::malformed_request);
  }
  const bool ambiguous = tier == Tier::ambiguous && mode == DesyncMode::defensive;
  const bool body_follows = head.chunked || head.content_length.value_or(0) > 0;
  const bool close_after = ambiguous || body_follows;
  if (head.method == "TRACE") return refuse(405, Cause::method_not_allowed, close_after);
  if (head.forwarded_for_addresses > forwarded_for_addresses_most) {
    return refuse(463, Cause::too_many_forwarded_for, close_after);
  }
  return {.refused_status = 0, .cause = Cause::none, .close_after = ambiguous};
}

bool is_upgrade_request(const RequestHead& head) {
  if (!head.connection_upgrade || head.minor_version < 1 || head.method != "GET") return false;
  if (head.chunked || head.content_length.value_or(0) > 0) return false;
  bool websocket = false;
  for (const HeaderLine& header : head.headers) {
    if (header.known != Known::upgrade) continue;
    for_each_element(header.value, [&](std::string_view protocol) {
      websocket |= equals_ignore_case(protocol, "websocket");
    });
  }
  return websocket;
}

}  // namespace cutover::lb::http

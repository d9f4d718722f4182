#include "lb/http/rewrite.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "lb/http/field_name.hpp"
#include "lb/http/grammar.hpp"
#include "lb/http/message_head.hpp"
#include "lb/http/output.hpp"

namespace cutover::lb::http {
namespace {

/// More than all literal text, numbers and ports that a rewritten head can hold.
constexpr std::size_t own_bytes_most = 512;
/// Above this the incoming X-Amzn-Trace-Id is replaced (ALB user guide: Request tracing).
constexpr std::size_t headers_with_trace_id_most = 7 * 1024;

class RequestRewriter {
 public:
  RequestRewriter(const RequestHead& head, const ForwardingContext& context, Output& output)
      : head_(head),
        context_(context),
        output_(output),
        drops_invalid_(head.invalid_names > 0 && context.handling.drop_invalid_header_fields) {}

  void request_line() {
    output_.put(head_.method);
    output_.put(' ');
    if (!context_.transformed_uri.empty()) {
      output_.put(context_.transformed_uri);
    } else if (head_.absolute_authority.empty()) {
      output_.put(head_.target);
    } else {
      origin_form();
    }
    output_.put(" HTTP/1.1\r\n");
  }

  /// Proto and Port as the client sent them are replaced: ALB's documentation doesn't say so, but
  /// it has the two tell how the client came.
  void forwarded_headers() {
    if (context_.handling.forwarded_for == ForwardedForMode::append) {
      output_.put("X-Forwarded-For: ");
      if (head_.forwarded_for_addresses > 0) earlier_forwarded_for();
      forwarded_for_peer();
      output_.put("\r\n");
    }
    output_.put("X-Forwarded-Proto: http\r\nX-Forwarded-Port: ");
    output_.put(context_.listener_port_text);
    output_.put("\r\n");
  }

  /// ALB user guide: Host header preservation.
  void host_header() {
    if (!context_.transformed_host.empty()) {
      put_host(context_.transformed_host);
    } else if (context_.handling.preserve_host_header && !head_.host.empty()) {
      preserved_hosts();
    } else {
      rewritten_host();
    }
  }

  /// The value's place in the output.
  void trace_id_header(std::size_t& begin, std::size_t& end) {
    output_.put("X-Amzn-Trace-Id: ");
    begin = output_.position();
    trace_id_value();
    end = output_.position();
    output_.put("\r\n");
  }

  void other_headers() {
    LineRun run(output_);
    const bool all_pass = head_.plain && !drops_invalid_ && head_.connection_options == 0;
    bool length_sent = head_.chunked;  // RFC 9112 §6.3: Transfer-Encoding overrides the length
    for (const HeaderLine& header : head_.headers) {
      switch (header.known) {
        case Known::other:
          if (all_pass) {
            run.add(header.line);
          } else {
            unknown(header, run);
          }
          break;
        case Known::user_agent:
        case Known::server:
        case Known::date:
          if (!is_dropped_by_connection(header.name)) run.add(header.line);
          break;
        case Known::content_length:
          if (!length_sent) content_length(header, run);
          length_sent = true;
          break;
        case Known::x_forwarded_for:
          if (context_.handling.forwarded_for == ForwardedForMode::preserve) run.add(header.line);
          break;
        default:
          break;  // hop-by-hop, or written by the load balancer itself
      }
    }
    run.flush();
    if (head_.chunked) output_.put("Transfer-Encoding: chunked\r\n");
    if (context_.upgrade) output_.put("Connection: Upgrade\r\nUpgrade: websocket\r\n");
  }

 private:
  void put_host(std::string_view value) {
    output_.put("Host: ");
    output_.put(value);
    output_.put("\r\n");
  }

  /// All of several, unchanged, and also beside an absolute target.
  void preserved_hosts() {
    for (const HeaderLine& header : head_.headers) {
      if (header.known == Known::host) put_host(header.value);
    }
  }

  void rewritten_host() {
    std::string_view host = head_.host;
    if (!head_.absolute_authority.empty()) host = head_.absolute_authority;
    if (host.empty()) host = context_.dns_name;
    std::string_view port;
    if (const std::size_t colon = host.rfind(':');
        colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
      port = host.substr(colon + 1);
      host = host.substr(0, colon);
    }
    output_.put("Host: ");
    for (const char c : host) output_.put(lower(c));
    host_port(port);
    output_.put("\r\n");
  }

  void origin_form() {
    // RFC 9112 §3.2.4: OPTIONS for the authority as a whole.
    const bool no_path = head_.path.data() < head_.absolute_authority.data();
    if (no_path && !head_.has_query && head_.method == "OPTIONS") {
      output_.put('*');
      return;
    }
    output_.put(head_.path);
    if (!head_.has_query) return;
    output_.put('?');
    output_.put(head_.query);
  }

  void earlier_forwarded_for() {
    for (const HeaderLine& header : head_.headers) {
      if (header.known != Known::x_forwarded_for || header.value.empty()) continue;
      output_.put(header.value);
      output_.put(", ");
    }
  }

  void forwarded_for_peer() {
    const bool with_port = context_.handling.client_port_in_forwarded_for;
    const bool bracketed = with_port && context_.peer_address.find(':') != std::string_view::npos;
    if (bracketed) output_.put('[');
    output_.put(context_.peer_address);
    if (bracketed) output_.put(']');
    if (!with_port) return;
    std::array<char, 5> digits{};
    const char* const end =
        std::to_chars(digits.data(), digits.data() + digits.size(), context_.peer_port).ptr;
    output_.put(':');
    output_.put({digits.data(), static_cast<std::size_t>(end - digits.data())});
  }

  void host_port(std::string_view port) {
    const auto number = parse_decimal(port);
    const bool own_port =
        number && (*number == context_.listener_port || *number == context_.bound_port);
    if (context_.listener_port == 80 || context_.listener_port == 443) {
      if (port.empty() || own_port || port == "80" || port == "443") return;
    } else if (port.empty() || own_port) {
      port = context_.listener_port_text;
    }
    output_.put(':');
    output_.put(port);
  }

  std::size_t header_bytes() const {
    if (head_.headers.empty()) return 0;
    const std::string_view last = head_.headers.back().line;
    return static_cast<std::size_t>(last.data() + last.size() - head_.headers.front().line.data());
  }

  void trace_id_value() {
    if (head_.trace_id.empty() || header_bytes() > headers_with_trace_id_most) {
      put_field("Root=", context_.trace_id);
      return;
    }
    bool continues_a_trace = false;
    for_each_trace_field([&](std::string_view field) {
      continues_a_trace |= is_trace_field(field, "root=") || is_trace_field(field, "self=");
    });
    put_field(continues_a_trace ? "Self=" : "Root=", context_.trace_id);
    for_each_trace_field([&](std::string_view field) {
      if (!is_trace_field(field, "self=")) put_field(";", field);
    });
  }

  template <class Visit>
  void for_each_trace_field(Visit visit) {
    for (std::string_view rest = head_.trace_id; !rest.empty();) {
      const std::size_t semicolon = std::min(rest.find(';'), rest.size());
      const std::string_view field = trim(rest.substr(0, semicolon));
      if (!field.empty()) visit(field);
      rest.remove_prefix(std::min(semicolon + 1, rest.size()));
    }
  }

  static bool is_trace_field(std::string_view field, std::string_view name) {
    return equals_ignore_case(field.substr(0, name.size()), name);
  }

  void put_field(std::string_view prefix, std::string_view text) {
    output_.put(prefix);
    output_.put(text);
  }

  bool is_dropped_by_connection(std::string_view name) const {
    return head_.connection_options > 0 && is_named_by_connection(head_.headers, name);
  }

  /// `name: value`, not resembling anything that must not pass. A token that resembles a framing
  /// header passes only where the target's connection is closed afterwards: not in monitor mode.
  bool is_regular(const HeaderLine& header) const {
    const std::string_view name = header.name;
    const bool has_colon = name.size() < header.line.size();
    if (name.empty() || !has_colon || is_blank(header.line.front()) || is_blank(name.back())) {
      return false;
    }
    if (!reads_as_framing(name)) return !breaks_lines(header);
    return is_token(name) && !monitors() && !breaks_lines(header);
  }

  bool monitors() const { return context_.handling.desync_mode == DesyncMode::monitor; }

  /// Monitor mode lets requests with such headers in; the headers themselves stay out.
  static bool breaks_lines(const HeaderLine& header) {
    return header.line.find_first_of(std::string_view("\0\r", 2)) != std::string_view::npos;
  }

  void unknown(const HeaderLine& header, LineRun& run) {
    if (drops_invalid_ && !is_valid_name(header.name)) return;
    if (!head_.plain && !is_regular(header)) {
      irregular(header, run);
    } else if (!is_dropped_by_connection(header.name)) {
      run.add(header.line);
    }
  }

  /// Continuations and lines without colon are passed on as headers of their own, with a colon
  /// (ALB user guide: multi-line headers); unless a target could take the result for one that the
  /// load balancer answers for. Some take `Host : a` for a Host.
  void irregular(const HeaderLine& header, LineRun& run) {
    run.flush();
    const std::string_view name = trim(header.name);
    if (name.empty() || recognise(name) != Known::other || reads_as_framing(name)) return;
    if (breaks_lines(header) || is_dropped_by_connection(name)) return;
    const std::string_view line = trim(header.line);
    output_.put(line);
    if (line.find(':') == std::string_view::npos) output_.put(':');
    output_.put("\r\n");
  }

  /// Leading zeros go: who reads them as octal would see another length.
  void content_length(const HeaderLine& header, LineRun& run) {
    if (header.value.size() == 1 || !header.value.starts_with('0')) {
      run.add(header.line);
      return;
    }
    run.flush();
    const std::size_t zeros =
        std::min(header.value.find_first_not_of('0'), header.value.size() - 1);
    output_.put(header.name);
    output_.put(": ");
    output_.put(header.value.substr(zeros));
    output_.put("\r\n");
  }

  const RequestHead& head_;
  const ForwardingContext& context_;
  Output& output_;
  bool drops_invalid_;
};

}  // namespace

void append_request_head(const RequestHead& head, const ForwardingContext& context,
                         std::string& out, std::string_view& trace_id_out) {
  std::size_t trace_id_begin = 0;
  std::size_t trace_id_end = 0;
  {
    // Each line can grow by a CR and a colon.
    const std::size_t most = head.length + 2 * head.headers.size() + own_bytes_most +
                             context.peer_address.size() + context.dns_name.size() +
                             context.transformed_uri.size() + context.transformed_host.size();
    Output output(out, most);
    RequestRewriter rewriter(head, context, output);
    rewriter.request_line();
    rewriter.forwarded_headers();
    rewriter.host_header();
    rewriter.trace_id_header(trace_id_begin, trace_id_end);
    rewriter.other_headers();
    output.put("\r\n");
  }
  trace_id_out = std::string_view(out).substr(trace_id_begin, trace_id_end - trace_id_begin);
}

}  // namespace cutover::lb::http

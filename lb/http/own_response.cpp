#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "lb/http/grammar.hpp"
#include "lb/http/rewrite.hpp"

namespace cutover::lb::http {
namespace {

/// As nginx words them, whose pages ALB's resemble; for fixed responses the registered ones too.
/// Seen on ALB are those of 400, 502 and 503; the others are by analogy, and 460, 463, 464, 561 and
/// 562, for which there is no analogy, have none.
constexpr std::pair<int, std::string_view> phrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Time-out"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Request Entity Too Large"},
    {414, "Request-URI Too Large"},
    {415, "Unsupported Media Type"},
    {416, "Requested Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {418, "I'm a teapot"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Entity"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Temporarily Unavailable"},
    {504, "Gateway Time-out"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
    {511, "Network Authentication Required"},
};

/// ALB's HTML page, without allocating: its three constant parts with the title between them.
struct Page {
  static constexpr std::string_view before = "<html>\r\n<head><title>";
  static constexpr std::string_view between = "</title></head>\r\n<body>\r\n<center><h1>";
  static constexpr std::string_view after = "</h1></center>\r\n</body>\r\n</html>\r\n";

  Page(int status, std::string_view phrase) {
    const auto end = phrase.empty() ? fmt::format_to(text.begin(), "{}", status)
                                    : fmt::format_to(text.begin(), "{} {}", status, phrase);
    title = {text.data(), static_cast<std::size_t>(end - text.begin())};
  }
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  std::size_t size() const {
    return before.size() + between.size() + after.size() + 2 * title.size();
  }
  void append_to(std::string& out) const {
    out.append(before).append(title).append(between).append(title).append(after);
  }

  std::array<char, 64> text;  ///< Longer than every phrase of the table, and a number.
  std::string_view title;
};

void append_field(std::string_view name, std::string_view value, std::string& out) {
  if (value.empty()) return;
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_content_type(const OwnResponse& response, std::string& out) {
  const std::string_view type = response.fixed_response ? response.content_type : "text/html";
  if (type.empty()) return;
  out.append("Content-Type: ").append(type);
  const bool has_parameter = type.find(';') != std::string_view::npos;
  if (response.fixed_response && !has_parameter) out.append("; charset=utf-8");
  out.append("\r\n");
}

/// `template_text` with the keywords of redirects replaced; an unknown keyword stays as it is.
void append_expanded(std::string_view template_text, const RedirectSource& source,
                     std::string& out) {
  std::string_view path = source.path;
  if (path.starts_with('/')) path.remove_prefix(1);
  const fmt::format_int port(source.port);
  const std::pair<std::string_view, std::string_view> keywords[] = {
      {"#{protocol}", source.protocol},        {"#{host}", source.host},   {"#{path}", path},
      {"#{port}", {port.data(), port.size()}}, {"#{query}", source.query},
  };
  while (!template_text.empty()) {
    const std::size_t plain = std::min(template_text.find("#{"), template_text.size());
    out.append(template_text.substr(0, plain));
    template_text.remove_prefix(plain);
    if (template_text.empty()) return;
    std::string_view replaced = template_text.substr(0, 2);
    std::string_view replacement = replaced;
    for (const auto& [keyword, value] : keywords) {
      if (!template_text.starts_with(keyword)) continue;
      replaced = keyword;
      replacement = value;
    }
    out.append(replacement);
    template_text.remove_prefix(replaced.size());
  }
}

}  // namespace

std::string_view reason_phrase(int status) {
  for (const auto& [code, phrase] : phrases) {
    if (code == status) return phrase;
  }
  return {};
}

void append_own_response(const OwnResponse& response, std::string& out) {
  const std::string_view phrase = reason_phrase(response.status);
  const Page page(response.status, phrase);
  const bool never_a_body = response.status == 204;  // RFC 9110 §15.3.5, §8.6

  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status, phrase);
  const ResponseHandling* const handling = response.handling;
  if (handling == nullptr || handling->server_header) out.append("Server: awselb/2.0\r\n");
  append_field("Date", response.date, out);
  if (!never_a_body) {
    append_content_type(response, out);
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n",
                   response.fixed_response ? response.body.size() : page.size());
  }
  append_field("Connection", response.keep_alive ? "keep-alive" : "close", out);
  append_field("Location", response.location, out);
  append_field("Allow", response.allow, out);
  if (handling != nullptr) out.append(handling->inserted_lines);
  out.append(response.extra_lines);
  append_field("X-Cutover-Target-Group", response.label, out);
  out.append("\r\n");
  if (never_a_body || response.head_only) return;
  if (response.fixed_response) {
    out.append(response.body);
  } else {
    page.append_to(out);
  }
}

void append_location(std::string_view protocol, std::string_view host, std::string_view port,
                     std::string_view path, std::string_view query, const RedirectSource& source,
                     std::string& out) {
  const std::size_t scheme = out.size();
  append_expanded(protocol, source, out);
  for (std::size_t i = scheme; i < out.size(); ++i) out[i] = lower(out[i]);
  out.append("://");
  append_expanded(host, source, out);
  out.push_back(':');
  append_expanded(port, source, out);
  append_expanded(path, source, out);
  const std::size_t question = out.size();
  out.push_back('?');
  append_expanded(query, source, out);
  if (out.size() == question + 1) out.pop_back();
}

}  // namespace cutover::lb::http

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "lb/observe/access_log.hpp"

namespace cutover::lb {

namespace {

constexpr std::size_t user_agent_most = 8 * 1024;

/// Which bytes stand for themselves between quotes.
constexpr std::array<bool, 256> plain_bytes = [] {
  std::array<bool, 256> plain{};
  for (unsigned c = ' '; c <= '~'; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

bool is_plain(char c) { return plain_bytes[static_cast<unsigned char>(c)]; }

void append_escaped(std::string_view text, std::string& out) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  for (auto it = text.begin(); it != text.end();) {
    const auto stop = std::find_if_not(it, text.end(), is_plain);
    out.append(it, stop);
    it = stop;
    for (; it != text.end() && !is_plain(*it); ++it) {
      const auto byte = static_cast<unsigned char>(*it);
      const char escape[] = {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
      out.append(escape, sizeof escape);
    }
  }
}

void append_or_dash(std::string_view text, std::string& out) {
  out.append(text.empty() ? "-" : text);
}

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  append_escaped(text.empty() ? "-" : text, out);
  out += '"';
}

template <class Integer>
void append_number(Integer number, std::string& out) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

/// `digits` decimal digits of `number`, with leading zeros.
void append_padded(std::uint64_t number, int digits, std::string& out) {
  const std::size_t end = out.size() + static_cast<std::size_t>(digits);
  out.resize(end);
  for (std::size_t i = 1; i <= static_cast<std::size_t>(digits); ++i, number /= 10) {
    out[end - i] = static_cast<char>('0' + number % 10);
  }
}

/// "2018-07-02T22:23:00.186641Z"
void append_time(WallTime time, std::string& out) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto micros = static_cast<std::uint64_t>((time - day).count());
  const std::uint64_t seconds = micros / 1'000'000;
  append_padded(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4, out);
  out += '-';
  append_padded(static_cast<unsigned>(date.month()), 2, out);
  out += '-';
  append_padded(static_cast<unsigned>(date.day()), 2, out);
  out += 'T';
  append_padded(seconds / 3600, 2, out);
  out += ':';
  append_padded(seconds / 60 % 60, 2, out);
  out += ':';
  append_padded(seconds % 60, 2, out);
  out += '.';
  append_padded(micros % 1'000'000, 6, out);
  out += 'Z';
}

/// Seconds with three decimals; "-1" for a time that was not taken.
void append_seconds(Duration duration, std::string& out) {
  if (duration < Duration::zero()) {
    out += "-1";
    return;
  }
  const auto millis = static_cast<std::uint64_t>((duration.count() + 500'000) / 1'000'000);
  append_number(millis / 1000, out);
  out += '.';
  append_padded(millis % 1000, 3, out);
}

void append_status(int status, std::string& out) {
  if (status == 0) {
    out += '-';
  } else {
    append_number(status, out);
  }
}

/// "demo" of "app/demo/50dc6c495c0c9188".
std::string_view name_of(std::string_view load_balancer) {
  const std::size_t first = load_balancer.find('/');
  if (first == std::string_view::npos) return load_balancer;
  const std::string_view rest = load_balancer.substr(first + 1);
  return rest.substr(0, rest.find('/'));
}

/// "GET http://www.example.com:80/ HTTP/1.1", parts that are not known being "-".
void append_request_line(const LogEntry& entry, std::string& out) {
  const bool plain_text = entry.type == "http" || entry.type == "ws";
  out += '"';
  append_escaped(entry.method.empty() ? "-" : entry.method, out);
  out += plain_text ? " http://" : " https://";
  append_escaped(entry.host.empty() ? name_of(entry.load_balancer) : entry.host, out);
  out += ':';
  append_number(entry.listener_port, out);
  append_escaped(entry.uri.empty() ? "-" : entry.uri, out);
  out += ' ';
  append_escaped(entry.version.empty() ? "-" : entry.version, out);
  out += '"';
}

/// Fields 1 to 12: who, when, how long, with what outcome.
void append_exchange(const LogEntry& entry, std::string& out) {
  out += entry.type;
  out += ' ';
  append_time(entry.time, out);
  for (const auto& text : {entry.load_balancer, entry.client, entry.target}) {
    out += ' ';
    append_or_dash(text, out);
  }
  for (const Duration duration :
       {entry.request_processing, entry.target_processing, entry.response_processing}) {
    out += ' ';
    append_seconds(duration, out);
  }
  for (const int status : {entry.elb_status, entry.target_status}) {
    out += ' ';
    append_status(status, out);
  }
  for (const std::uint64_t bytes : {entry.received_bytes, entry.sent_bytes}) {
    out += ' ';
    append_number(bytes, out);
  }
}

/// Fields 13 to 20: what was asked, and how it was secured (not at all).
void append_request(const LogEntry& entry, std::string& out) {
  append_request_line(entry, out);
  out += ' ';
  append_quoted(entry.user_agent.substr(0, user_agent_most), out);
  out += " - - ";
  append_or_dash(entry.target_group_arn, out);
  out += ' ';
  append_quoted(entry.trace_id, out);
  out += R"( "-" "-")";
}

/// Fields 21 to 34: what the rules made of it.
void append_handling(const LogEntry& entry, std::string& out) {
  if (entry.matched_rule_priority < -1) {
    out += '-';
  } else {
    append_number(entry.matched_rule_priority, out);
  }
  out += ' ';
  append_time(entry.creation_time, out);
  for (const auto& text : {entry.actions, entry.redirect_url, entry.error_reason, entry.target}) {
    out += ' ';
    append_quoted(text, out);
  }
  out += " \"";
  append_status(entry.target_status, out);
  out += "\" ";
  append_quoted(entry.classification, out);
  out += ' ';
  append_quoted(entry.classification_reason, out);
  out += ' ';
  append_or_dash(entry.connection_trace_id, out);
  for (const auto& text : {entry.transformed_host, entry.transformed_uri, entry.transform_status}) {
    out += ' ';
    append_quoted(text, out);
  }
  out += ' ';
  append_or_dash(entry.node_address, out);
}

}  // namespace

void append_log_line(const LogEntry& entry, std::string& out) {
  append_exchange(entry, out);
  out += ' ';
  append_request(entry, out);
  out += ' ';
  append_handling(entry, out);
  out += '\n';
}

}  // namespace cutover::lb

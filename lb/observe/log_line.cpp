#include "lb/observe/access_log.hpp"
#include "lb/observe/log_text.hpp"

namespace cutover::lb {

namespace {

constexpr std::size_t user_agent_most = 8 * 1024;

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

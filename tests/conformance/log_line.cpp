#include "tests/conformance/log_line.hpp"

#include <fmt/format.h>

#include <array>

#include "tests/conformance/holes.hpp"

namespace cutover::conformance {

namespace {

struct Field {
  std::string_view name;
  bool quoted = false;
};

constexpr std::array fields{Field{"type"},
                            Field{"time"},
                            Field{"elb"},
                            Field{"client:port"},
                            Field{"target:port"},
                            Field{"request_processing_time"},
                            Field{"target_processing_time"},
                            Field{"response_processing_time"},
                            Field{"elb_status_code"},
                            Field{"target_status_code"},
                            Field{"received_bytes"},
                            Field{"sent_bytes"},
                            Field{"request_line", true},
                            Field{"user_agent", true},
                            Field{"ssl_cipher"},
                            Field{"ssl_protocol"},
                            Field{"target_group_arn"},
                            Field{"trace_id", true},
                            Field{"domain_name", true},
                            Field{"chosen_cert_arn", true},
                            Field{"matched_rule_priority"},
                            Field{"request_creation_time"},
                            Field{"actions_executed", true},
                            Field{"redirect_url", true},
                            Field{"error_reason", true},
                            Field{"target:port_list", true},
                            Field{"target_status_code_list", true},
                            Field{"classification", true},
                            Field{"classification_reason", true},
                            Field{"conn_trace_id"},
                            Field{"transformed_host", true},
                            Field{"transformed_uri", true},
                            Field{"request_transform_status", true},
                            Field{"ip_address"}};

}  // namespace

std::map<std::string, std::string> read_log_line(std::string_view line) {
  std::map<std::string, std::string> read;
  std::string_view rest = line;
  for (const Field& field : fields) {
    if (rest.starts_with('"') != field.quoted) {
      throw Failure(
          fmt::format("the log line's {} is missing or wrongly quoted:\n{}", field.name, line));
    }
    if (field.quoted) rest.remove_prefix(1);
    const auto end = rest.find(field.quoted ? '"' : ' ');
    read[std::string(field.name)] = std::string(rest.substr(0, end));
    rest.remove_prefix(std::min(rest.size(), end == std::string_view::npos ? end : end + 1));
    if (field.quoted && rest.starts_with(' ')) rest.remove_prefix(1);
  }
  if (!rest.empty()) throw Failure(fmt::format("the log line has too many fields:\n{}", line));
  return read;
}

}  // namespace cutover::conformance

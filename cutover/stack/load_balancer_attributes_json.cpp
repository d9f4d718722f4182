#include "cutover/stack/load_balancer_attributes_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "cutover/stack/attribute_lists.hpp"
#include "cutover/stack/attributes.hpp"
#include "lb/http/grammar.hpp"

namespace cutover::stack {

namespace {

using lb::http::DesyncMode;
using lb::http::ForwardedForMode;
using std::chrono::seconds;

Attribute flag(std::string_view key, bool& value) {
  return stack::flag(key, [&value](bool found) { value = found; });
}

Attribute text(std::string_view key, std::string& value) {
  return stack::text(key, [&value](std::string found) { value = std::move(found); });
}

/// One of a few words, each with its meaning.
template <class Meaning, std::size_t N>
Attribute word(std::string_view key, const std::pair<std::string_view, Meaning> (&words)[N],
               Meaning& value) {
  std::vector<std::string> names;
  for (const auto& known : words) names.push_back(fmt::format("\"{}\"", known.first));
  return {key, fmt::format("{}", fmt::join(names, ", ")), [&words, &value](std::string_view found) {
            const auto* const known = std::find_if(std::begin(words), std::end(words),
                                                   [&](const auto& w) { return w.first == found; });
            if (known == std::end(words)) return false;
            value = known->second;
            return true;
          }};
}

constexpr std::pair<std::string_view, DesyncMode> desync_modes[] = {
    {"monitor", DesyncMode::monitor},
    {"defensive", DesyncMode::defensive},
    {"strictest", DesyncMode::strictest},
};

constexpr std::pair<std::string_view, ForwardedForMode> forwarded_for_modes[] = {
    {"append", ForwardedForMode::append},
    {"preserve", ForwardedForMode::preserve},
    {"remove", ForwardedForMode::remove},
};

/// Strict-Transport-Security as the keys spell it: strict_transport_security.
std::string key_word(std::string_view header) {
  std::string word(header);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c == '-' ? '_' : lb::http::lower(c); });
  return word;
}

void set_header(std::vector<lb::ResponseHeader>& headers, std::string_view name,
                std::string_view value) {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& header) { return header.name == name; });
  if (value.empty()) {
    if (found != headers.end()) headers.erase(found);
  } else if (found != headers.end()) {
    found->value = value;
  } else {
    headers.push_back({std::string(name), std::string(value)});
  }
}

Attribute header_value(std::string_view key, std::string_view name,
                       std::vector<lb::ResponseHeader>& headers) {
  return {key, "any text", [&headers, name](std::string_view found) {
            set_header(headers, name, found);
            return true;
          }};
}

/// Keys that rename headers with which a TLS listener tells targets about its client.
constexpr std::array<std::string_view, 8> tls_header_names{
    "routing.http.request.x_amzn_mtls_clientcert.header_name",
    "routing.http.request.x_amzn_mtls_clientcert_leaf.header_name",
    "routing.http.request.x_amzn_mtls_clientcert_subject.header_name",
    "routing.http.request.x_amzn_mtls_clientcert_issuer.header_name",
    "routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name",
    "routing.http.request.x_amzn_mtls_clientcert_validity.header_name",
    "routing.http.request.x_amzn_tls_version.header_name",
    "routing.http.request.x_amzn_tls_cipher_suite.header_name",
};

Attribute renamed_tls_header(std::string_view key) {
  return {key, "none, as these headers belong to HTTPS listeners",
          [](std::string_view found) { return found.empty(); }};
}

template <class Attributes>
void check(JsonReader& reader, std::string_view key, const Attributes& attributes) {
  if (!reader.ok()) return;
  const auto valid = lb::validate(attributes);
  if (valid) return;
  const Error& error = valid.error();
  reader.fail(
      Error{error.code, reader.pointer_to(key), fmt::format("{}: {}", error.where, error.message)});
}

}  // namespace

void read_load_balancer_attributes(JsonReader& reader, std::string_view key,
                                   lb::LoadBalancerAttributes& attributes) {
  auto& handling = attributes.handling;
  const std::array known{
      number("idle_timeout.timeout_seconds", 1, 4'000,
             [&](std::uint32_t value) { attributes.idle_timeout = seconds(value); }),
      number("client_keep_alive.seconds", 60, 604'800,
             [&](std::uint32_t value) { attributes.client_keep_alive = seconds(value); }),
      flag("deletion_protection.enabled", attributes.deletion_protection),
      word("routing.http.desync_mitigation_mode", desync_modes, handling.desync_mode),
      flag("routing.http.drop_invalid_header_fields.enabled", handling.drop_invalid_header_fields),
      flag("routing.http.preserve_host_header.enabled", handling.preserve_host_header),
      flag("routing.http.xff_client_port.enabled", handling.client_port_in_forwarded_for),
      word("routing.http.xff_header_processing.mode", forwarded_for_modes, handling.forwarded_for),
      only("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false"),
      only("routing.http2.enabled", "true"),
      only("waf.fail_open.enabled", "false"),
      only("load_balancing.cross_zone.enabled", "true"),
      flag("access_logs.s3.enabled", attributes.access_logs.enabled),
      text("access_logs.s3.bucket", attributes.access_logs.bucket),
      text("access_logs.s3.prefix", attributes.access_logs.prefix),
      flag("connection_logs.s3.enabled", attributes.connection_logs.enabled),
      text("connection_logs.s3.bucket", attributes.connection_logs.bucket),
      text("connection_logs.s3.prefix", attributes.connection_logs.prefix),
      only("health_check_logs.s3.enabled", "false"),
      only("health_check_logs.s3.bucket", ""),
      only("health_check_logs.s3.prefix", ""),
      only("ipv6.deny_all_igw_traffic", "false"),
      only("zonal_shift.config.enabled", "false"),
  };
  read_attributes(reader, key, known);
  check(reader, key, attributes);
}

void read_listener_attributes(JsonReader& reader, std::string_view key,
                              lb::ListenerAttributes& attributes) {
  std::vector<std::string> keys;  // that outlive the attributes that view them
  for (const std::string_view name : lb::insertable_response_headers()) {
    keys.push_back(fmt::format("routing.http.response.{}.header_value", key_word(name)));
  }
  std::vector<Attribute> known{
      flag("routing.http.response.server.enabled", attributes.server_header)};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    known.push_back(
        header_value(keys[i], lb::insertable_response_headers()[i], attributes.response_headers));
  }
  for (const std::string_view name : tls_header_names) known.push_back(renamed_tls_header(name));
  read_attributes(reader, key, known);
  check(reader, key, attributes);
}

namespace {

template <class Attributes, class Read>
Result<Attributes> laid_over(Attributes attributes, const nlohmann::json& list, std::string pointer,
                             Read read) {
  const nlohmann::json whole = {{"Attributes", list}};
  JsonReader reader(whole, pointer.substr(0, pointer.rfind('/')));
  read(reader, "Attributes", attributes);
  if (const auto end = reader.finish(); !end) return end.error();
  return attributes;
}

}  // namespace

Result<lb::LoadBalancerAttributes> changed(lb::LoadBalancerAttributes attributes,
                                           const nlohmann::json& list, std::string pointer) {
  return laid_over(std::move(attributes), list, std::move(pointer), read_load_balancer_attributes);
}

Result<lb::ListenerAttributes> changed(lb::ListenerAttributes attributes,
                                       const nlohmann::json& list, std::string pointer) {
  return laid_over(std::move(attributes), list, std::move(pointer), read_listener_attributes);
}

namespace {

template <class Meaning, std::size_t N>
std::string name_of(const std::pair<std::string_view, Meaning> (&words)[N], Meaning value) {
  const auto* const known = std::find_if(std::begin(words), std::end(words),
                                         [&](const auto& w) { return w.second == value; });
  return std::string(known->first);
}

std::string yes_or_no(bool value) { return value ? "true" : "false"; }

std::string in_seconds(Duration duration) {
  return std::to_string(std::chrono::duration_cast<seconds>(duration).count());
}

void add_log(AttributeList& list, const std::string& kind, const lb::LogDelivery& log) {
  list.emplace_back(kind + ".s3.enabled", yes_or_no(log.enabled));
  list.emplace_back(kind + ".s3.bucket", log.bucket);
  list.emplace_back(kind + ".s3.prefix", log.prefix);
}

}  // namespace

AttributeList attribute_list(const lb::LoadBalancerAttributes& attributes) {
  const auto& handling = attributes.handling;
  AttributeList list;
  add_log(list, "access_logs", attributes.access_logs);
  add_log(list, "connection_logs", attributes.connection_logs);
  add_log(list, "health_check_logs", {});
  const AttributeList rest{
      {"idle_timeout.timeout_seconds", in_seconds(attributes.idle_timeout)},
      {"client_keep_alive.seconds", in_seconds(attributes.client_keep_alive)},
      {"deletion_protection.enabled", yes_or_no(attributes.deletion_protection)},
      {"ipv6.deny_all_igw_traffic", "false"},
      {"load_balancing.cross_zone.enabled", "true"},
      {"routing.http.desync_mitigation_mode", name_of(desync_modes, handling.desync_mode)},
      {"routing.http.drop_invalid_header_fields.enabled",
       yes_or_no(handling.drop_invalid_header_fields)},
      {"routing.http.preserve_host_header.enabled", yes_or_no(handling.preserve_host_header)},
      {"routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false"},
      {"routing.http.xff_client_port.enabled", yes_or_no(handling.client_port_in_forwarded_for)},
      {"routing.http.xff_header_processing.mode",
       name_of(forwarded_for_modes, handling.forwarded_for)},
      {"routing.http2.enabled", "true"},
      {"waf.fail_open.enabled", "false"},
      {"zonal_shift.config.enabled", "false"},
  };
  list.insert(list.end(), rest.begin(), rest.end());
  return list;
}

AttributeList attribute_list(const lb::ListenerAttributes& attributes) {
  AttributeList list{{"routing.http.response.server.enabled", yes_or_no(attributes.server_header)}};
  for (const std::string_view name : lb::insertable_response_headers()) {
    const auto found =
        std::find_if(attributes.response_headers.begin(), attributes.response_headers.end(),
                     [&](const auto& header) { return header.name == name; });
    list.emplace_back(fmt::format("routing.http.response.{}.header_value", key_word(name)),
                      found == attributes.response_headers.end() ? "" : found->value);
  }
  return list;
}

}  // namespace cutover::stack

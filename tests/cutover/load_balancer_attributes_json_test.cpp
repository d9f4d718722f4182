#include "cutover/stack/load_balancer_attributes_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace cutover::stack {
namespace {

using lb::http::DesyncMode;
using lb::http::ForwardedForMode;
using std::chrono::seconds;
using List = std::vector<std::pair<std::string, std::string>>;

nlohmann::json document(const List& list) {
  auto attributes = nlohmann::json::array();
  for (const auto& [key, value] : list) attributes.push_back({{"Key", key}, {"Value", value}});
  return {{"Attributes", attributes}};
}

template <class Attributes>
Result<Attributes> read(const List& list, Attributes attributes,
                        void (*reads)(JsonReader&, std::string_view, Attributes&)) {
  const nlohmann::json value = document(list);
  JsonReader reader(value, "/LB");
  reads(reader, "Attributes", attributes);
  if (const auto end = reader.finish(); !end) return end.error();
  return attributes;
}

Result<lb::LoadBalancerAttributes> load_balancer(const List& list,
                                                 lb::LoadBalancerAttributes before = {}) {
  return read(list, std::move(before), read_load_balancer_attributes);
}

Result<lb::ListenerAttributes> listener(const List& list, lb::ListenerAttributes before = {}) {
  return read(list, std::move(before), read_listener_attributes);
}

std::string refusal(const auto& result) {
  return result.has_value() ? "accepted" : to_string(result.error());
}

TEST(LoadBalancerAttributes, AreReadFromTheirKeys) {
  const auto found = load_balancer({
      {"idle_timeout.timeout_seconds", "4000"},
      {"client_keep_alive.seconds", "60"},
      {"deletion_protection.enabled", "true"},
      {"routing.http.desync_mitigation_mode", "strictest"},
      {"routing.http.drop_invalid_header_fields.enabled", "true"},
      {"routing.http.preserve_host_header.enabled", "true"},
      {"routing.http.xff_client_port.enabled", "true"},
      {"routing.http.xff_header_processing.mode", "preserve"},
      {"access_logs.s3.enabled", "true"},
      {"access_logs.s3.bucket", "logs"},
      {"access_logs.s3.prefix", "demo"},
      {"connection_logs.s3.enabled", "true"},
      {"connection_logs.s3.bucket", "connections"},
  });
  ASSERT_TRUE(found) << refusal(found);
  lb::LoadBalancerAttributes expected;
  expected.idle_timeout = seconds(4'000);
  expected.client_keep_alive = seconds(60);
  expected.deletion_protection = true;
  expected.handling = {.desync_mode = DesyncMode::strictest,
                       .forwarded_for = ForwardedForMode::preserve,
                       .client_port_in_forwarded_for = true,
                       .drop_invalid_header_fields = true,
                       .preserve_host_header = true};
  expected.access_logs = {.enabled = true, .bucket = "logs", .prefix = "demo"};
  expected.connection_logs = {.enabled = true, .bucket = "connections", .prefix = ""};
  EXPECT_EQ(*found, expected);
}

TEST(LoadBalancerAttributes, KeepWhatIsNotNamed) {
  lb::LoadBalancerAttributes before;
  before.idle_timeout = seconds(5);
  before.handling.desync_mode = DesyncMode::monitor;
  const auto found = load_balancer({{"routing.http.xff_client_port.enabled", "true"}}, before);
  ASSERT_TRUE(found);
  before.handling.client_port_in_forwarded_for = true;
  EXPECT_EQ(*found, before);
}

TEST(LoadBalancerAttributes, TakeTheDefaultsOfWhatIsNotBuilt) {
  const List defaults{
      {"routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false"},
      {"routing.http2.enabled", "true"},
      {"waf.fail_open.enabled", "false"},
      {"load_balancing.cross_zone.enabled", "true"},
      {"health_check_logs.s3.enabled", "false"},
      {"ipv6.deny_all_igw_traffic", "false"},
      {"zonal_shift.config.enabled", "false"},
  };
  const auto found = load_balancer(defaults);
  ASSERT_TRUE(found) << refusal(found);
  EXPECT_EQ(*found, lb::LoadBalancerAttributes());
  for (const auto& [key, value] : defaults) {
    const std::string other = value == "true" ? "false" : "true";
    EXPECT_NE(refusal(load_balancer({{key, other}})).find(key), std::string::npos) << key;
  }
}

TEST(LoadBalancerAttributes, AreRefusedOutsideTheirRanges) {
  for (const auto& [key, value, words] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"idle_timeout.timeout_seconds", "0", "allowed is \"1\" to \"4000\""},
           {"idle_timeout.timeout_seconds", "4001", "allowed is \"1\" to \"4000\""},
           {"client_keep_alive.seconds", "59", "allowed is \"60\" to \"604800\""},
           {"routing.http.desync_mitigation_mode", "strict", "\"monitor\", \"defensive\""},
           {"routing.http.xff_header_processing.mode", "drop", "\"append\", \"preserve\""},
           {"routing.http.preserve_host_header.enabled", "yes", "\"true\" or \"false\""},
           {"access_logs.s3.enabled", "true", "access_logs.bucket: found none"},
           {"access_logs.s3.prefix", "a/AWSLogs", "AWSLogs"},
           {"tcp.idle_timeout.seconds", "350", "tcp.idle_timeout.seconds"},
       }) {
    const std::string message = refusal(load_balancer({{key, value}}));
    EXPECT_NE(message.find(words), std::string::npos) << message;
  }
}

TEST(ListenerAttributes, AddResponseHeaders) {
  const auto found = listener({
      {"routing.http.response.server.enabled", "false"},
      {"routing.http.response.strict_transport_security.header_value", "max-age=31536000"},
      {"routing.http.response.x_frame_options.header_value", "DENY"},
      {"routing.http.response.access_control_max_age.header_value", ""},
      {"routing.http.request.x_amzn_tls_version.header_name", ""},
  });
  ASSERT_TRUE(found) << refusal(found);
  const auto handling = lb::response_handling(*found);
  EXPECT_FALSE(handling.server_header);
  EXPECT_EQ(handling.inserted_lines,
            "Strict-Transport-Security: max-age=31536000\r\nX-Frame-Options: DENY\r\n");
  EXPECT_EQ(handling.overridden,
            (std::vector<std::string>{"strict-transport-security", "x-frame-options"}));
}

TEST(ListenerAttributes, KnowTenResponseHeaders) {
  List all;
  for (const auto* word :
       {"strict_transport_security", "access_control_allow_origin", "access_control_allow_methods",
        "access_control_allow_headers", "access_control_allow_credentials",
        "access_control_expose_headers", "access_control_max_age", "content_security_policy",
        "x_content_type_options", "x_frame_options"}) {
    all.emplace_back("routing.http.response." + std::string(word) + ".header_value", "x");
  }
  const auto found = listener(all);
  ASSERT_TRUE(found) << refusal(found);
  EXPECT_EQ(found->response_headers.size(), 10U);
}

TEST(ListenerAttributes, AnEmptyValueTakesAHeaderOut) {
  lb::ListenerAttributes before;
  before.response_headers = {{"X-Frame-Options", "DENY"}, {"Access-Control-Max-Age", "5"}};
  const auto found = listener({{"routing.http.response.x_frame_options.header_value", ""}}, before);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->response_headers,
            (std::vector<lb::ResponseHeader>{{"Access-Control-Max-Age", "5"}}));
}

TEST(ListenerAttributes, AreRefusedWhenTheyCouldNotBeSent) {
  const std::string frame = "routing.http.response.x_frame_options.header_value";
  for (const std::string& value : {std::string("a\r\nSet-Cookie: b"), std::string(1025, 'x'),
                                   std::string(" a"), std::string("\xc3\xa9")}) {
    EXPECT_NE(refusal(listener({{frame, value}})).find("X-Frame-Options"), std::string::npos)
        << value;
  }
  EXPECT_NE(refusal(listener({{"routing.http.request.x_amzn_tls_version.header_name", "X"}}))
                .find("HTTPS"),
            std::string::npos);
}

}  // namespace
}  // namespace cutover::stack

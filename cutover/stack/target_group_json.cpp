#include "cutover/stack/target_group_json.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/ip/address.hpp>

#include "cutover/stack/attributes.hpp"
#include "cutover/stack/json_entries.hpp"
#include "cutover/stack/tags_json.hpp"
#include "lb/base/json.hpp"

namespace cutover::stack {

namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr std::array<std::string_view, 1> protocols{"HTTP"};
constexpr std::array<std::string_view, 1> protocol_versions{"HTTP1"};
constexpr std::array<std::string_view, 2> target_types{"instance", "ip"};
constexpr std::array<std::string_view, 1> address_types{"ipv4"};

std::optional<Duration> read_seconds(JsonReader& reader, std::string_view key, std::int64_t least,
                                     std::int64_t most) {
  const auto value = reader.optional_integer(key, least, most);
  if (!value) return std::nullopt;
  return seconds(*value);
}

std::optional<std::uint32_t> read_count(JsonReader& reader, std::string_view key,
                                        std::int64_t least, std::int64_t most) {
  const auto value = reader.optional_integer(key, least, most);
  if (!value) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

void read_health_check_port(JsonReader& reader, TargetGroupSettings& settings) {
  constexpr std::string_view key = "HealthCheckPort";
  const auto text = reader.optional_string(key);
  if (!text) return;
  if (*text == "traffic-port") {
    settings.health_check_port.emplace(std::nullopt);
    return;
  }
  const auto take = number(key, 1, 65'535, [&](std::uint32_t port) {
    settings.health_check_port.emplace(static_cast<std::uint16_t>(port));
  });
  if (take.take(*text)) return;
  reader.fail(key,
              fmt::format("found \"{}\"; allowed is \"traffic-port\" or {}", *text, take.allowed));
}

void read_matcher(JsonReader& reader, TargetGroupSettings& settings) {
  const json* object = reader.object("Matcher");
  if (!object) return;
  JsonReader matcher(*object, reader.pointer_to("Matcher"));
  settings.matcher =
      read_name<lb::targets::CodeMatcher>(matcher, "HttpCode", lb::targets::parse_code_matcher);
  if (const auto end = matcher.finish(); !end) reader.fail(end.error());
}

/// The members that CreateTargetGroup and ModifyTargetGroup have in common.
TargetGroupSettings read_health_check(JsonReader& reader) {
  TargetGroupSettings settings;
  reader.optional_one_of("HealthCheckProtocol", protocols);
  if (!reader.optional_boolean("HealthCheckEnabled").value_or(true)) {
    reader.fail("HealthCheckEnabled", "found false; health checks of HTTP targets are always on");
  }
  read_health_check_port(reader, settings);
  settings.health_check_path = reader.optional_string("HealthCheckPath");
  settings.health_check_interval = read_seconds(reader, "HealthCheckIntervalSeconds", 5, 300);
  settings.health_check_timeout = read_seconds(reader, "HealthCheckTimeoutSeconds", 2, 120);
  settings.healthy_threshold = read_count(reader, "HealthyThresholdCount", 2, 10);
  settings.unhealthy_threshold = read_count(reader, "UnhealthyThresholdCount", 2, 10);
  read_matcher(reader, settings);
  return settings;
}

/// Group health thresholds (ALB user guide, "Target group health").
void add_thresholds(std::vector<Attribute>& known, TargetGroupSettings& settings) {
  constexpr auto most = static_cast<std::uint32_t>(lb::targets::Quotas{}.targets_per_group);
  const auto into = [](auto& place) {
    return [&place](std::optional<std::uint32_t> value) { place.emplace(value); };
  };
  known.push_back(
      number("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", 1, most,
             [&](std::uint32_t value) { settings.minimum_healthy_count = value; }));
  known.push_back(number_or_off(
      "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", 1, 100,
      into(settings.minimum_healthy_percentage)));
  known.push_back(number_or_off("target_group_health.dns_failover.minimum_healthy_targets.count", 1,
                                most, into(settings.dns_minimum_healthy_count)));
  known.push_back(
      number_or_off("target_group_health.dns_failover.minimum_healthy_targets.percentage", 1, 100,
                    into(settings.dns_minimum_healthy_percentage)));
}

/// How targets are picked (ALB user guide, "Routing algorithms", "Slow start mode").
void add_balancing(std::vector<Attribute>& known, TargetGroupSettings& settings) {
  using lb::targets::Algorithm;
  known.push_back(
      word<Algorithm>("load_balancing.algorithm.type",
                      {{"round_robin", Algorithm::round_robin},
                       {"least_outstanding_requests", Algorithm::least_outstanding_requests},
                       {"weighted_random", Algorithm::weighted_random}},
                      [&](Algorithm value) { settings.algorithm = value; }));
  known.push_back(flag(
      "load_balancing.algorithm.anomaly_mitigation",
      [&](bool value) { settings.anomaly_mitigation = value; }, "on", "off"));
  known.push_back(number_or_zero("slow_start.duration_seconds", 30, 900, [&](std::uint32_t value) {
    settings.slow_start = seconds(value);
  }));
  // An ALB's own setting is always on, so both words mean the same: every node uses all targets.
  known.push_back(word<bool>("load_balancing.cross_zone.enabled",
                             {{"use_load_balancer_configuration", true}, {"true", true}},
                             [](bool) {}));
}

/// ALB user guide, "Sticky sessions".
void add_stickiness(std::vector<Attribute>& known, TargetGroupSettings& settings) {
  using Type = lb::targets::Stickiness::Type;
  known.push_back(
      flag("stickiness.enabled", [&](bool value) { settings.stickiness_enabled = value; }));
  known.push_back(word<Type>("stickiness.type",
                             {{"lb_cookie", Type::lb_cookie}, {"app_cookie", Type::app_cookie}},
                             [&](Type value) { settings.stickiness_type = value; }));
  known.push_back(
      number("stickiness.lb_cookie.duration_seconds", 1, 604'800,
             [&](std::uint32_t value) { settings.lb_cookie_duration = seconds(value); }));
  known.push_back(
      number("stickiness.app_cookie.duration_seconds", 1, 604'800,
             [&](std::uint32_t value) { settings.app_cookie_duration = seconds(value); }));
  known.push_back(text("stickiness.app_cookie.cookie_name",
                       [&](std::string value) { settings.app_cookie_name = std::move(value); }));
}

void read_group_attributes(JsonReader& reader, TargetGroupSettings& settings) {
  std::vector<Attribute> known{
      number("deregistration_delay.timeout_seconds", 0, 3'600,
             [&](std::uint32_t value) { settings.deregistration_delay = seconds(value); }),
      // Of Lambda targets, which there are none of.
      only("lambda.multi_value_headers.enabled", "false")};
  add_thresholds(known, settings);
  add_balancing(known, settings);
  add_stickiness(known, settings);
  read_attributes(reader, "Attributes", known);
}

void read_create(JsonReader& reader, CreateTargetGroup& operation) {
  auto& [spec, kind, tags, id] = operation;
  spec.name = reader.string("Name");
  reader.one_of("Protocol", protocols);
  reader.optional_one_of("ProtocolVersion", protocol_versions);
  spec.port = static_cast<std::uint16_t>(reader.integer("Port", 1, 65'535));
  kind.target_type = reader.optional_one_of("TargetType", target_types).value_or(kind.target_type);
  reader.optional_one_of("IpAddressType", address_types);
  kind.vpc = reader.optional_string("VpcId").value_or("");
  tags = read_tags(reader, "Tags");
  spec = changed(spec, read_health_check(reader));
}

/// Whatever ranges did not show: names, the path's form, timeout below interval.
Result<void> check(const json& value, const std::string& pointer,
                   const lb::targets::TargetGroupSpec& spec) {
  const auto valid = lb::targets::validate(spec);
  if (valid) return {};
  Error error = valid.error();
  error.where = pointer + written_place(value, error.where);
  return error;
}

/// "i-" and hexadecimal digits, 8 or 17 of them.
bool is_instance_id(std::string_view id) {
  if (!id.starts_with("i-")) return false;
  const std::string_view digits = id.substr(2);
  return (digits.size() == 8 || digits.size() == 17) &&
         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<TargetEntry> parse_target(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  TargetEntry target;
  target.id = reader.string("Id");
  boost::system::error_code not_an_address;
  boost::asio::ip::make_address(target.id, not_an_address);
  if (reader.ok() && not_an_address && !is_instance_id(target.id)) {
    reader.fail("Id", fmt::format("found \"{}\"; an IP address is required, as in \"127.0.0.1\", "
                                  "or an instance's id",
                                  target.id));
  }
  const auto port = reader.optional_integer("Port", 1, 65'535);
  if (port) target.port = static_cast<std::uint16_t>(*port);
  target.availability_zone = reader.optional_string("AvailabilityZone").value_or("");
  if (const auto end = reader.finish(); !end) return end.error();
  return target;
}

/// RegisterTargets and DeregisterTargets take the same.
template <class Operation>
Result<Operation> parse_targets(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  Operation operation;
  operation.target_group = reader.string("TargetGroupArn");
  require(reader, "Targets");
  operation.targets = read_entries<TargetEntry>(reader, "Targets", parse_target);
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

}  // namespace

Result<CreateTargetGroup> parse_create_target_group(const json& value, std::string pointer) {
  JsonReader reader(value, pointer);
  CreateTargetGroup operation;
  read_create(reader, operation);
  if (const auto end = reader.finish(); !end) return end.error();
  if (const auto valid = check(value, pointer, operation.spec); !valid) return valid.error();
  return operation;
}

Result<TargetGroupEntry> parse_target_group_entry(const json& value, std::string pointer) {
  JsonReader reader(value, pointer);
  TargetGroupEntry entry;
  TargetGroupSettings attributes;
  read_create(reader, entry.create);
  entry.create.id = read_id(reader, "Id");
  read_group_attributes(reader, attributes);
  entry.create.spec = changed(entry.create.spec, attributes);
  entry.targets = read_entries<TargetEntry>(reader, "Targets", parse_target);
  if (const auto end = reader.finish(); !end) return end.error();
  if (const auto valid = check(value, pointer, entry.create.spec); !valid) return valid.error();
  return entry;
}

Result<ModifyTargetGroup> parse_modify_target_group(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  ModifyTargetGroup operation;
  operation.target_group = reader.string("TargetGroupArn");
  operation.settings = read_health_check(reader);
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<ModifyTargetGroupAttributes> parse_modify_target_group_attributes(const json& value,
                                                                         std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  ModifyTargetGroupAttributes operation;
  operation.target_group = reader.string("TargetGroupArn");
  require(reader, "Attributes");
  read_group_attributes(reader, operation.settings);
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<DeleteTargetGroup> parse_delete_target_group(const json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  DeleteTargetGroup operation{reader.string("TargetGroupArn")};
  if (const auto end = reader.finish(); !end) return end.error();
  return operation;
}

Result<RegisterTargets> parse_register_targets(const json& value, std::string pointer) {
  return parse_targets<RegisterTargets>(value, std::move(pointer));
}

Result<DeregisterTargets> parse_deregister_targets(const json& value, std::string pointer) {
  return parse_targets<DeregisterTargets>(value, std::move(pointer));
}

}  // namespace cutover::stack

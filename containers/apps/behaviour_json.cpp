#include "containers/apps/behaviour_json.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "containers/apps/behaviour.hpp"
#include "lb/base/duration.hpp"
#include "lb/base/json.hpp"

namespace cutover::containers::apps {

namespace {

constexpr Duration start_up_most = std::chrono::hours(1);
constexpr std::array<std::string_view, 4> shape_names{"constant", "uniform", "exponential",
                                                      "lognormal"};

Result<Duration> read_duration(const nlohmann::json& value, Duration least, Duration most) {
  if (!value.is_string())
    return Error{
        "ValidationError", "",
        fmt::format("found {}; allowed is a duration as text, such as \"5ms\"", describe(value))};
  auto duration = parse_duration(value.get_ref<const std::string&>());
  if (!duration) return duration;
  if (*duration < least || *duration > most)
    return Error{"ValidationError", "",
                 fmt::format("found {}; allowed is {} to {}", format_duration(*duration),
                             format_duration(least), format_duration(most))};
  return duration;
}

/// A required member of a latency. Zero when it is bad; the reader then has the problem.
Duration latency_member(JsonReader& reader, std::string_view key) {
  const auto* value = reader.member(key);
  if (!value) {
    reader.fail(Error{"ValidationError", reader.pointer(),
                      fmt::format("the member \"{}\" is missing", key)});
    return Duration::zero();
  }
  auto duration = read_duration(*value, std::chrono::nanoseconds(1), latency_most);
  if (duration) return *duration;
  reader.fail(at(reader.pointer_to(key), duration.error()));
  return Duration::zero();
}

Result<Latency> parse_percentiles(const nlohmann::json& value, std::string pointer,
                                  Latency::Shape shape) {
  JsonReader reader(value, std::move(pointer));
  Latency latency{shape, latency_member(reader, "p50")};
  if (shape == Latency::Shape::lognormal) {
    latency.high = latency_member(reader, "p99");
    if (reader.ok() && latency.high < latency.low)
      reader.fail("p99", fmt::format("found {}; allowed is p50 ({}) or more",
                                     format_duration(latency.high), format_duration(latency.low)));
  }
  if (auto done = reader.finish(); !done) return done.error();
  return latency;
}

Result<Latency> parse_constant(const nlohmann::json& value, std::string pointer) {
  auto duration = read_duration(value, Duration::zero(), latency_most);
  if (!duration) return at(std::move(pointer), duration.error());
  return Latency{Latency::Shape::constant, *duration};
}

Result<Latency> parse_uniform(const nlohmann::json& value, std::string pointer) {
  if (!value.is_array() || value.size() != 2)
    return Error{"ValidationError", std::move(pointer),
                 fmt::format("found {}; allowed is a list of two durations, the least and the most",
                             describe(value))};
  Latency latency{Latency::Shape::uniform};
  for (std::size_t i = 0; i < 2; ++i) {
    auto duration = read_duration(value[i], i == 0 ? Duration::zero() : latency.low, latency_most);
    if (!duration) return at(fmt::format("{}/{}", pointer, i), duration.error());
    (i == 0 ? latency.low : latency.high) = *duration;
  }
  return latency;
}

Result<Latency> parse_latency(const nlohmann::json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  std::optional<Result<Latency>> latency;
  int shapes = 0;
  for (const auto name : shape_names) {
    const auto* member = reader.member(name);
    if (!member) continue;
    ++shapes;
    const auto place = reader.pointer_to(name);
    if (name == "constant") latency = parse_constant(*member, place);
    if (name == "uniform") latency = parse_uniform(*member, place);
    if (name == "exponential")
      latency = parse_percentiles(*member, place, Latency::Shape::exponential);
    if (name == "lognormal") latency = parse_percentiles(*member, place, Latency::Shape::lognormal);
  }
  if (auto done = reader.finish(); !done) return done.error();
  if (shapes != 1)
    return Error{"ValidationError", reader.pointer(),
                 fmt::format("found {} shapes; allowed is exactly one of {}", shapes,
                             fmt::join(shape_names, ", "))};
  return *latency;
}

nlohmann::ordered_json to_json(const Latency& latency) {
  const auto low = format_duration(latency.low);
  const auto high = format_duration(latency.high);
  switch (latency.shape) {
    case Latency::Shape::none:
      break;
    case Latency::Shape::constant:
      return {{"constant", low}};
    case Latency::Shape::uniform:
      return {{"uniform", {low, high}}};
    case Latency::Shape::exponential:
      return {{"exponential", {{"p50", low}}}};
    case Latency::Shape::lognormal:
      return {{"lognormal", {{"p50", low}, {"p99", high}}}};
  }
  return nullptr;
}

}  // namespace

Result<AppBehaviour> parse_behaviour(const nlohmann::json& value, std::string pointer) {
  JsonReader reader(value, std::move(pointer));
  AppBehaviour behaviour;
  if (const auto* member = reader.member("latency")) {
    auto latency = parse_latency(*member, reader.pointer_to("latency"));
    if (latency)
      behaviour.latency = *latency;
    else
      reader.fail(latency.error());
  }
  behaviour.error_rate = reader.optional_number("errorRate", 0, 1).value_or(0);
  if (const auto* member = reader.member("startUp")) {
    auto start_up = read_duration(*member, Duration::zero(), start_up_most);
    if (start_up)
      behaviour.start_up = *start_up;
    else
      reader.fail(at(reader.pointer_to("startUp"), start_up.error()));
  }
  const auto concurrency = reader.optional_integer("concurrencyLimit", 1, concurrency_limit_most);
  const auto backlog = reader.optional_integer("backlogLimit", 0, backlog_limit_most);
  if (concurrency) behaviour.concurrency_limit = static_cast<std::uint32_t>(*concurrency);
  if (backlog) behaviour.backlog_limit = static_cast<std::uint32_t>(*backlog);
  if (backlog && !concurrency && reader.ok())
    reader.fail("backlogLimit",
                "found without \"concurrencyLimit\"; nothing waits without a limit");
  if (auto done = reader.finish(); !done) return done.error();
  return behaviour;
}

std::string behaviour_to_json(const AppBehaviour& behaviour) {
  const AppBehaviour usual;
  auto json = nlohmann::ordered_json::object();
  if (behaviour.latency.shape != Latency::Shape::none) json["latency"] = to_json(behaviour.latency);
  if (behaviour.error_rate != usual.error_rate) json["errorRate"] = behaviour.error_rate;
  if (behaviour.start_up != usual.start_up) json["startUp"] = format_duration(behaviour.start_up);
  if (behaviour.concurrency_limit != usual.concurrency_limit) {
    json["concurrencyLimit"] = behaviour.concurrency_limit;
    json["backlogLimit"] = behaviour.backlog_limit;
  }
  return json.dump();
}

}  // namespace cutover::containers::apps

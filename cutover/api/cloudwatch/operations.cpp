#include "cutover/api/cloudwatch/operations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include "cutover/api/iso_time.hpp"
#include "lb/base/json.hpp"

namespace cutover::api::cloudwatch {

namespace {

using Json = nlohmann::ordered_json;
using Parameters = nlohmann::json;

constexpr std::string_view name_space = "AWS/ApplicationELB";

Error invalid(std::string message) { return {"InvalidParameterValue", "", std::move(message)}; }

/// The first problem of a reader, in CloudWatch's codes.
Result<void> finish(JsonReader& reader) {
  const auto end = reader.finish();
  if (end) return {};
  Error error = end.error();
  const bool missing = error.message.starts_with("the member");
  error.code = missing ? "MissingParameter" : "InvalidParameterValue";
  return error;
}

/// A JSON time is a number of seconds.
WallTime read_time(const Context& context, JsonReader& reader, std::string_view key) {
  if (context.protocol == Protocol::json) {
    constexpr double most = 1e10;
    const auto seconds = reader.optional_number(key, 0, most);
    if (reader.ok() && !seconds) reader.fail(key, fmt::format("the member \"{}\" is missing", key));
    const std::chrono::duration<double> since(seconds.value_or(0));
    return WallTime(std::chrono::duration_cast<WallTime::duration>(since));
  }
  const std::string text = reader.string(key);
  const auto time = parse_iso_time(text);
  if (reader.ok() && !time) {
    reader.fail(key,
                fmt::format("found \"{}\"; a time such as 2026-11-25T18:30:00Z is required", text));
  }
  return time.value_or(WallTime{});
}

Json time_json(const Context& context, WallTime time) {
  if (context.protocol == Protocol::query) return iso_time(time);
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

/// 60 s and multiples of it; shorter periods are for high-resolution metrics.
std::chrono::minutes read_period(JsonReader& reader) {
  constexpr std::int64_t most = 86'400;
  const std::int64_t seconds = reader.integer("Period", 1, most);
  if (reader.ok() && seconds % 60 != 0) {
    reader.fail("Period", fmt::format("found {}; allowed are multiples of 60", seconds));
  }
  return std::chrono::minutes(std::max<std::int64_t>(seconds / 60, 1));
}

/// What a metric is asked for by; no dimensions when they name something that nobody publishes.
struct Asked {
  std::string name_space;
  std::string name;
  std::optional<lb::MetricDimensions> dimensions;
  std::optional<std::string> unit;  ///< Only what is published in that unit.
};

std::optional<lb::MetricDimensions> read_dimensions(JsonReader& reader) {
  lb::MetricDimensions dimensions;
  bool known = true;
  const Parameters* list = reader.array("Dimensions");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    JsonReader entry((*list)[i], fmt::format("{}/{}", reader.pointer_to("Dimensions"), i));
    const std::string name = entry.string("Name");
    const std::string value = entry.string("Value");
    if (const auto end = entry.finish(); !end) reader.fail(end.error());
    if (name == "LoadBalancer") {
      dimensions.load_balancer = value;
    } else if (name == "TargetGroup") {
      dimensions.target_group = value;
    } else if (name == "AvailabilityZone") {
      dimensions.zone = value;
    } else {
      known = false;
    }
  }
  if (!known) return std::nullopt;
  return dimensions;
}

Asked read_metric_name(JsonReader& reader) {
  Asked asked;
  asked.name_space = reader.string("Namespace");
  asked.name = reader.string("MetricName");
  asked.dimensions = read_dimensions(reader);
  return asked;
}

std::map<WallTime, lb::MetricReading> readings(const Context& context, const Asked& asked,
                                               WallTime begin, WallTime end,
                                               std::chrono::minutes period) {
  if (asked.name_space != name_space || !asked.dimensions) return {};
  auto found = context.history.read(asked.name, *asked.dimensions, begin, end, period,
                                    context.present, context.now);
  std::erase_if(found,
                [&](const auto& one) { return asked.unit && *asked.unit != one.second.unit; });
  return found;
}

/// "p99.9" -> 0.999
std::optional<double> percentile_of(std::string_view statistic) {
  if (!statistic.starts_with('p')) return std::nullopt;
  statistic.remove_prefix(1);
  double percent = 0;
  const char* end = statistic.data() + statistic.size();
  const auto [read, error] = std::from_chars(statistic.data(), end, percent);
  if (statistic.empty() || error != std::errc() || read != end) return std::nullopt;
  if (percent < 0 || percent > 100) return std::nullopt;
  return percent / 100;
}

constexpr std::array<std::string_view, 5> statistics{"SampleCount", "Average", "Sum", "Minimum",
                                                     "Maximum"};

bool is_statistic(std::string_view name) {
  return std::find(statistics.begin(), statistics.end(), name) != statistics.end() ||
         percentile_of(name).has_value();
}

/// A percentile of what has none is no value.
std::optional<double> value_of(const lb::MetricReading& reading, std::string_view statistic) {
  if (statistic == "SampleCount") return reading.samples;
  if (statistic == "Average") return reading.sum / reading.samples;
  if (statistic == "Sum") return reading.sum;
  if (statistic == "Minimum") return reading.least;
  if (statistic == "Maximum") return reading.most;
  return reading.percentile(*percentile_of(statistic));
}

/// One entry of MetricDataQueries.
struct DataQuery {
  std::string id;
  std::string label;
  Asked metric;
  std::chrono::minutes period{1};
  std::string statistic;
  bool return_data = true;
};

void read_metric_stat(JsonReader& query, DataQuery& result) {
  const Parameters* stat = query.object("MetricStat");
  if (stat == nullptr) {
    if (query.ok())
      query.fail("MetricStat", "math expressions are not supported; give a MetricStat");
    return;
  }
  JsonReader reader(*stat, query.pointer_to("MetricStat"), Numbers::strings_allowed);
  result.period = read_period(reader);
  result.statistic = reader.string("Stat");
  const auto unit = reader.optional_string("Unit");
  if (reader.ok() && !is_statistic(result.statistic)) {
    reader.fail("Stat", fmt::format("found \"{}\"; allowed are {} and percentiles such as p99",
                                    result.statistic, fmt::join(statistics, ", ")));
  }
  const Parameters* metric = reader.object("Metric");
  if (metric != nullptr) {
    JsonReader inner(*metric, reader.pointer_to("Metric"));
    result.metric = read_metric_name(inner);
    result.metric.unit = unit;
    if (const auto end = inner.finish(); !end) reader.fail(end.error());
  } else if (reader.ok()) {
    reader.fail("Metric", "the member \"Metric\" is missing");
  }
  if (const auto end = reader.finish(); !end) query.fail(end.error());
}

DataQuery read_data_query(JsonReader& reader) {
  DataQuery query;
  query.id = reader.string("Id");
  query.label = reader.optional_string("Label").value_or("");
  query.return_data = reader.optional_boolean("ReturnData").value_or(true);
  read_metric_stat(reader, query);
  if (query.label.empty()) query.label = query.metric.name;
  return query;
}

Result<std::vector<DataQuery>> read_data_queries(JsonReader& reader) {
  // GetMetricData: at most 500 structures.
  constexpr std::size_t most = 500;
  std::vector<DataQuery> queries;
  std::set<std::string> ids;
  const Parameters* list = reader.array("MetricDataQueries");
  if (reader.ok() && (list == nullptr || list->empty() || list->size() > most)) {
    return Error{"ValidationError", "",
                 fmt::format("The parameter MetricDataQueries must have 1 to {} members", most)};
  }
  for (std::size_t i = 0; list != nullptr && i < list->size() && reader.ok(); ++i) {
    JsonReader entry((*list)[i], fmt::format("/MetricDataQueries/{}", i), Numbers::strings_allowed);
    DataQuery query = read_data_query(entry);
    if (const auto end = entry.finish(); !end) {
      reader.fail(end.error());
      break;
    }
    if (!ids.insert(query.id).second) {
      return Error{
          "ValidationError", "",
          fmt::format("The values for parameter id in MetricDataQueries are not unique: {}",
                      query.id)};
    }
    queries.push_back(std::move(query));
  }
  return queries;
}

Json rendered(const Context& context, const DataQuery& query,
              const std::map<WallTime, lb::MetricReading>& readings, bool ascending) {
  std::vector<std::pair<WallTime, double>> values;
  for (const auto& [time, reading] : readings) {
    const auto value = value_of(reading, query.statistic);
    if (value) values.emplace_back(time, *value);
  }
  if (!ascending) std::reverse(values.begin(), values.end());
  Json result = {{"Id", query.id},
                 {"Label", query.label},
                 {"Timestamps", Json::array()},
                 {"Values", Json::array()},
                 {"StatusCode", "Complete"}};
  for (const auto& [time, value] : values) {
    result["Timestamps"].push_back(time_json(context, time));
    result["Values"].push_back(value);
  }
  return result;
}

/// A map of one entry.
Json percentile_json(const Context& context, const std::string& percentile, double value) {
  if (context.protocol == Protocol::json) return {{percentile, value}};
  return {{"entry", {{"key", percentile}, {"value", value}}}};
}

/// A filter of ListMetrics; without a value any will do.
struct DimensionFilter {
  std::string name;
  std::optional<std::string> value;
};

std::vector<std::pair<std::string, std::string>> pairs_of(const lb::MetricDimensions& dimensions) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) pairs.emplace_back(name, value);
  };
  add("LoadBalancer", dimensions.load_balancer);
  add("TargetGroup", dimensions.target_group);
  add("AvailabilityZone", dimensions.zone);
  return pairs;
}

bool passes(const std::vector<DimensionFilter>& filters,
            const std::vector<std::pair<std::string, std::string>>& dimensions) {
  return std::all_of(filters.begin(), filters.end(), [&](const DimensionFilter& filter) {
    return std::any_of(dimensions.begin(), dimensions.end(), [&](const auto& dimension) {
      return dimension.first == filter.name &&
             filter.value.value_or(dimension.second) == dimension.second;
    });
  });
}

std::vector<DimensionFilter> read_filters(JsonReader& reader) {
  std::vector<DimensionFilter> filters;
  const Parameters* list = reader.array("Dimensions");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    JsonReader entry((*list)[i], fmt::format("/Dimensions/{}", i));
    std::string name = entry.string("Name");
    filters.push_back({std::move(name), entry.optional_string("Value")});
    if (const auto end = entry.finish(); !end) reader.fail(end.error());
  }
  return filters;
}

}  // namespace

Outcome get_metric_data(const Context& context) {
  JsonReader reader(context.call.parameters, "", Numbers::strings_allowed);
  const WallTime begin = read_time(context, reader, "StartTime");
  const WallTime end_time = read_time(context, reader, "EndTime");
  constexpr std::array<std::string_view, 2> orders{"TimestampDescending", "TimestampAscending"};
  const bool ascending = reader.optional_one_of("ScanBy", orders) == "TimestampAscending";
  const auto queries = read_data_queries(reader);
  if (!queries) return queries.error();
  if (const auto end = finish(reader); !end) return end.error();
  if (begin >= end_time) {
    return Error{"ValidationError", "", "The parameter EndTime must be greater than StartTime."};
  }
  Json results = Json::array();
  for (const DataQuery& query : *queries) {
    if (!query.return_data) continue;
    results.push_back(rendered(
        context, query, readings(context, query.metric, begin, end_time, query.period), ascending));
  }
  return Json{{"MetricDataResults", std::move(results)}, {"Messages", Json::array()}};
}

Outcome get_metric_statistics(const Context& context) {
  constexpr std::int64_t points_most = 1440;
  JsonReader reader(context.call.parameters, "", Numbers::strings_allowed);
  Asked asked = read_metric_name(reader);
  asked.unit = reader.optional_string("Unit");
  const WallTime begin = read_time(context, reader, "StartTime");
  const WallTime end_time = read_time(context, reader, "EndTime");
  const auto period = read_period(reader);
  const auto names = reader.strings("Statistics");
  const auto extended = reader.strings("ExtendedStatistics");
  if (const auto end = finish(reader); !end) return end.error();
  for (const std::string& name : names) {
    if (std::find(statistics.begin(), statistics.end(), name) != statistics.end()) continue;
    return invalid(fmt::format("The value {} for parameter Statistics is not supported.", name));
  }
  if (names.empty() == extended.empty()) {
    return Error{"InvalidParameterCombination", "",
                 "Exactly one of the parameters Statistics and ExtendedStatistics is required."};
  }
  if (extended.size() > 1 || (!extended.empty() && !percentile_of(extended.front()))) {
    return invalid("The parameter ExtendedStatistics takes one percentile here, such as p99.");
  }
  if (begin >= end_time) {
    return invalid("The parameter StartTime must be less than the parameter EndTime.");
  }
  if ((end_time - begin) / period > points_most) {
    return Error{
        "InvalidParameterCombination", "",
        fmt::format("You have requested up to {} datapoints, which exceeds the limit of {}.",
                    (end_time - begin) / period, points_most)};
  }
  Json points = Json::array();
  for (const auto& [time, reading] : readings(context, asked, begin, end_time, period)) {
    Json point = {{"Timestamp", time_json(context, time)}};
    for (const std::string& name : names) point[name] = *value_of(reading, name);
    if (!extended.empty()) {
      const auto value = value_of(reading, extended.front());
      if (!value) continue;
      point["ExtendedStatistics"] = percentile_json(context, extended.front(), *value);
    }
    point["Unit"] = reading.unit;
    points.push_back(std::move(point));
  }
  return Json{{"Label", asked.name}, {"Datapoints", std::move(points)}};
}

Outcome list_metrics(const Context& context) {
  constexpr std::size_t page_size = 500;
  constexpr std::array<std::string_view, 1> recently{"PT3H"};
  JsonReader reader(context.call.parameters, "", Numbers::strings_allowed);
  const auto space = reader.optional_string("Namespace");
  const auto name = reader.optional_string("MetricName");
  const auto filters = read_filters(reader);
  const auto skipped = reader.optional_integer("NextToken", 0, std::int64_t{1} << 32).value_or(0);
  // All that is kept is of the last three hours.
  reader.optional_one_of("RecentlyActive", recently);
  if (const auto end = finish(reader); !end) return end.error();
  Json metrics = Json::array();
  std::int64_t seen = 0;
  bool more = false;
  for (const auto& snapshot : context.present) {
    if (space.value_or(std::string(name_space)) != name_space || more) break;
    lb::each_metric(snapshot, [&](const char* metric, const lb::MetricDimensions& dimensions) {
      if (name && *name != metric) return true;
      const auto pairs = pairs_of(dimensions);
      if (!passes(filters, pairs) || seen++ < skipped) return true;
      more = metrics.size() == page_size;
      if (more) return false;
      Json list = Json::array();
      for (const auto& [key, value] : pairs) list.push_back({{"Name", key}, {"Value", value}});
      metrics.push_back(
          {{"Namespace", name_space}, {"MetricName", metric}, {"Dimensions", std::move(list)}});
      return true;
    });
  }
  Json answer = {{"Metrics", std::move(metrics)}};
  if (more) answer["NextToken"] = std::to_string(skipped + static_cast<std::int64_t>(page_size));
  return answer;
}

}  // namespace cutover::api::cloudwatch

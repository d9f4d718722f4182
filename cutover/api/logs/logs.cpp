#include "cutover/api/logs/logs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "cutover/api/errors.hpp"
#include "cutover/api/logs/filter_pattern.hpp"
#include "lb/base/json.hpp"

namespace cutover::api::logs {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t events_most = 10'000;
constexpr std::int64_t listed_most = 50;

struct Context {
  const Account& account;
  const Call& call;
  std::vector<Stream> streams;
};

std::int64_t millis(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

Result<void> finish(JsonReader& reader) {
  const auto end = reader.finish();
  if (!end) return with_code(end.error(), "InvalidParameterException");
  return {};
}

Error not_found(std::string_view kind) {
  return {"ResourceNotFoundException", "", fmt::format("The specified {} does not exist.", kind)};
}

/// A number that an earlier answer gave, behind its letter: "f/12".
std::optional<std::uint64_t> parse_token(std::string_view token, std::string_view prefix) {
  if (!token.starts_with(prefix)) return std::nullopt;
  token.remove_prefix(prefix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), number);
  if (token.empty() || error != std::errc() || end != token.data() + token.size()) {
    return std::nullopt;
  }
  return number;
}

Error bad_token() {
  return {"InvalidParameterException", "", "The specified nextToken is invalid."};
}

/// Times in milliseconds, the end excluded.
struct TimeRange {
  std::int64_t begin = std::numeric_limits<std::int64_t>::min();
  std::int64_t end = std::numeric_limits<std::int64_t>::max();

  bool holds(WallTime time) const { return begin <= millis(time) && millis(time) < end; }
};

TimeRange read_range(JsonReader& reader) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  TimeRange range;
  range.begin = reader.optional_integer("startTime", 0, most).value_or(range.begin);
  range.end = reader.optional_integer("endTime", 0, most).value_or(range.end);
  return range;
}

std::string group_arn(const Context& context, const std::string& group) {
  return fmt::format("arn:aws:logs:{}:{}:log-group:{}:*", context.call.region, context.account.id,
                     group);
}

std::int64_t stored_bytes(const containers::ContainerLog& log) {
  std::size_t bytes = 0;
  for (const auto& line : log.lines()) bytes += line.text.size();
  return static_cast<std::int64_t>(bytes);
}

/// A page of what stands in a list, the token being the position.
Outcome page_of(const char* name, std::vector<Json> items, const std::optional<std::string>& token,
                std::int64_t limit) {
  const auto first = token ? parse_token(*token, "p/") : std::optional<std::uint64_t>(0);
  if (!first) return bad_token();
  Json list = Json::array();
  std::size_t at = static_cast<std::size_t>(*first);
  for (; at < items.size() && list.size() < static_cast<std::size_t>(limit); ++at) {
    list.push_back(std::move(items[at]));
  }
  Json answer = {{name, std::move(list)}};
  if (at < items.size()) answer["nextToken"] = fmt::format("p/{}", at);
  return answer;
}

Outcome describe_log_groups(const Context& context) {
  JsonReader reader(context.call.parameters, "");
  const std::string prefix = reader.optional_string("logGroupNamePrefix").value_or("");
  const std::string part = reader.optional_string("logGroupNamePattern").value_or("");
  const auto token = reader.optional_string("nextToken");
  const auto limit = reader.optional_integer("limit", 1, listed_most).value_or(listed_most);
  if (const auto end = finish(reader); !end) return end.error();
  struct Group {
    WallTime created_at = WallTime::max();
    std::int64_t bytes = 0;
  };
  std::map<std::string, Group> groups;
  for (const Stream& stream : context.streams) {
    Group& group = groups[stream.group];
    group.created_at = std::min(group.created_at, stream.created_at);
    group.bytes += stored_bytes(*stream.log);
  }
  std::vector<Json> items;
  for (const auto& [name, group] : groups) {
    if (!name.starts_with(prefix) || name.find(part) == std::string::npos) continue;
    items.push_back({{"logGroupName", name},
                     {"creationTime", millis(group.created_at)},
                     {"metricFilterCount", 0},
                     {"arn", group_arn(context, name)},
                     {"storedBytes", group.bytes}});
  }
  return page_of("logGroups", std::move(items), token, limit);
}

/// The streams of a group; an error when there is no such group.
Result<std::vector<const Stream*>> streams_of(const Context& context, const std::string& group) {
  std::vector<const Stream*> found;
  for (const Stream& stream : context.streams) {
    if (stream.group == group) found.push_back(&stream);
  }
  if (found.empty()) return not_found("log group");
  return found;
}

Json described(const Context& context, const Stream& stream) {
  std::string arn = group_arn(context, stream.group);
  arn.pop_back();
  Json json = {{"logStreamName", stream.name},
               {"creationTime", millis(stream.created_at)},
               {"arn", arn + "log-stream:" + stream.name},
               {"storedBytes", 0}};
  const auto& lines = stream.log->lines();
  if (lines.empty()) return json;
  json["firstEventTimestamp"] = millis(lines.front().at);
  json["lastEventTimestamp"] = millis(lines.back().at);
  json["lastIngestionTime"] = millis(lines.back().at);
  return json;
}

Outcome describe_log_streams(const Context& context) {
  constexpr std::array<std::string_view, 2> orders{"LogStreamName", "LastEventTime"};
  JsonReader reader(context.call.parameters, "");
  const std::string group = reader.string("logGroupName");
  const std::string prefix = reader.optional_string("logStreamNamePrefix").value_or("");
  const bool by_time = reader.optional_one_of("orderBy", orders) == "LastEventTime";
  const bool descending = reader.optional_boolean("descending").value_or(false);
  const auto token = reader.optional_string("nextToken");
  const auto limit = reader.optional_integer("limit", 1, listed_most).value_or(listed_most);
  if (const auto end = finish(reader); !end) return end.error();
  auto streams = streams_of(context, group);
  if (!streams) return streams.error();
  const auto last = [](const Stream* stream) {
    const auto& lines = stream->log->lines();
    return lines.empty() ? stream->created_at : lines.back().at;
  };
  std::sort(streams->begin(), streams->end(), [&](const Stream* a, const Stream* b) {
    if (descending) std::swap(a, b);
    return by_time ? last(a) < last(b) : a->name < b->name;
  });
  std::vector<Json> items;
  for (const Stream* stream : *streams) {
    if (stream->name.starts_with(prefix)) items.push_back(described(context, *stream));
  }
  return page_of("logStreams", std::move(items), token, limit);
}

/// The lines with numbers in [first, last) that the range holds, at most `limit`: the first ones,
/// or the last ones.
std::vector<const containers::LogLine*> lines_between(const containers::ContainerLog& log,
                                                      std::uint64_t first, std::uint64_t last,
                                                      const TimeRange& range, std::size_t limit,
                                                      bool from_head) {
  std::vector<const containers::LogLine*> found;
  for (const auto& line : log.lines()) {
    if (line.number >= first && line.number < last && range.holds(line.at)) found.push_back(&line);
  }
  if (found.size() <= limit) return found;
  if (from_head) {
    found.resize(limit);
  } else {
    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(limit));
  }
  return found;
}

Outcome get_log_events(const Context& context) {
  JsonReader reader(context.call.parameters, "");
  const std::string group = reader.string("logGroupName");
  const std::string name = reader.string("logStreamName");
  const TimeRange range = read_range(reader);
  const auto token = reader.optional_string("nextToken");
  const auto limit = reader.optional_integer("limit", 1, events_most).value_or(events_most);
  bool from_head = reader.optional_boolean("startFromHead").value_or(false);
  if (const auto end = finish(reader); !end) return end.error();
  const auto streams = streams_of(context, group);
  if (!streams) return streams.error();
  const auto stream = std::find_if(streams->begin(), streams->end(),
                                   [&](const Stream* one) { return one->name == name; });
  if (stream == streams->end()) return not_found("log stream");
  const containers::ContainerLog& log = *(*stream)->log;
  // A forward token is the number of the next line, a backward token that of the first one shown.
  std::uint64_t first = 0;
  std::uint64_t last = log.forgotten() + log.lines().size();
  if (token) {
    const auto forward = parse_token(*token, "f/");
    const auto backward = parse_token(*token, "b/");
    if (!forward && !backward) return bad_token();
    from_head = forward.has_value();
    if (forward) first = *forward;
    if (backward) last = *backward;
  }
  const auto lines =
      lines_between(log, first, last, range, static_cast<std::size_t>(limit), from_head);
  Json events = Json::array();
  for (const auto* line : lines) {
    events.push_back({{"timestamp", millis(line->at)},
                      {"message", line->text},
                      {"ingestionTime", millis(line->at)}});
  }
  // At the end of a stream the same token comes back (GetLogEvents, nextForwardToken).
  const std::uint64_t next = lines.empty() ? (from_head ? first : last) : lines.back()->number + 1;
  const std::uint64_t before = lines.empty() ? (from_head ? first : last) : lines.front()->number;
  return Json{{"events", std::move(events)},
              {"nextForwardToken", fmt::format("f/{}", next)},
              {"nextBackwardToken", fmt::format("b/{}", before)}};
}

/// A line and where it stands.
struct Found {
  const Stream* stream;
  const containers::LogLine* line;
};

Json event_json(const Found& found) {
  return {{"logStreamName", found.stream->name},
          {"timestamp", millis(found.line->at)},
          {"message", found.line->text},
          {"ingestionTime", millis(found.line->at)},
          {"eventId", fmt::format("{}/{}", found.stream->name, found.line->number)}};
}

Outcome filter_log_events(const Context& context) {
  JsonReader reader(context.call.parameters, "");
  const std::string group = reader.string("logGroupName");
  const auto names = reader.strings("logStreamNames");
  const auto prefix = reader.optional_string("logStreamNamePrefix");
  const TimeRange range = read_range(reader);
  const auto pattern = FilterPattern::parse(reader.optional_string("filterPattern").value_or(""));
  const auto token = reader.optional_string("nextToken");
  const auto limit = reader.optional_integer("limit", 1, events_most).value_or(events_most);
  // Answers are interleaved always, as AWS's are by now.
  reader.optional_boolean("interleaved");
  if (const auto end = finish(reader); !end) return end.error();
  if (!pattern) return pattern.error();
  if (!names.empty() && prefix) {
    return Error{"InvalidParameterException", "",
                 "logStreamNamePrefix and logStreamNames cannot both be given"};
  }
  const auto streams = streams_of(context, group);
  if (!streams) return streams.error();
  std::vector<Found> found;
  for (const Stream* stream : *streams) {
    const bool named =
        names.empty() || std::find(names.begin(), names.end(), stream->name) != names.end();
    if (!named || !stream->name.starts_with(prefix.value_or(""))) continue;
    for (const auto& line : stream->log->lines()) {
      if (range.holds(line.at) && pattern->matches(line.text)) found.push_back({stream, &line});
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.line->at < b.line->at; });
  std::vector<Json> items;
  items.reserve(found.size());
  for (const Found& one : found) items.push_back(event_json(one));
  auto answer = page_of("events", std::move(items), token, limit);
  if (answer) (*answer)["searchedLogStreams"] = Json::array();
  return answer;
}

}  // namespace

Service service(const Account& account, Source source) {
  Service service;
  service.name = "logs";
  service.protocol = Protocol::json;
  service.version = "2014-03-28";
  service.target_prefix = "Logs_20140328";
  const auto add = [&](const char* name, Outcome (*operation)(const Context&)) {
    service.operations[name] = at_once([account, source, operation](const Call& call) {
      return operation({account, call, source(call.region)});
    });
  };
  add("DescribeLogGroups", describe_log_groups);
  add("DescribeLogStreams", describe_log_streams);
  add("GetLogEvents", get_log_events);
  add("FilterLogEvents", filter_log_events);
  return service;
}

}  // namespace cutover::api::logs

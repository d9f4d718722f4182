#include "containers/query_condition.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include "lb/base/json.hpp"

namespace cutover::containers {

namespace {

using Subject = QueryCondition::Subject;
using Comparison = QueryCondition::Comparison;

constexpr std::string_view attribute_prefix = "attribute:";
constexpr std::int64_t regex_memory_max = 1 << 20;

struct SubjectName {
  std::string_view name;
  Subject subject;
};

constexpr std::array<SubjectName, 5> subject_names{{
    {"agentConnected", Subject::agent_connected},
    {"ec2InstanceId", Subject::ec2_instance_id},
    {"registeredAt", Subject::registered_at},
    {"runningTasksCount", Subject::running_tasks_count},
    {"task:group", Subject::task_group},
}};

struct OperatorName {
  std::string_view symbol;
  std::string_view word;
  QueryCondition::Operator meaning;
};

constexpr std::array<OperatorName, 12> operator_names{{
    {"==", "equals", {Comparison::equal, false}},
    {"!=", "not_equals", {Comparison::equal, true}},
    {">", "greater_than", {Comparison::greater, false}},
    {">=", "greater_than_equal", {Comparison::greater_or_equal, false}},
    {"<", "less_than", {Comparison::less, false}},
    {"<=", "less_than_equal", {Comparison::less_or_equal, false}},
    {"exists", "exists", {Comparison::exists, false}},
    {"!exists", "not_exists", {Comparison::exists, true}},
    {"in", "in", {Comparison::in, false}},
    {"!in", "not_in", {Comparison::in, true}},
    {"=~", "matches", {Comparison::matches, false}},
    {"!~", "not_matches", {Comparison::matches, true}},
}};

Error refusal(std::string message) { return {"InvalidParameterException", "", std::move(message)}; }

bool orders(Comparison comparison) {
  return comparison == Comparison::greater || comparison == Comparison::greater_or_equal ||
         comparison == Comparison::less || comparison == Comparison::less_or_equal;
}

bool is_number(Subject subject) {
  return subject == Subject::registered_at || subject == Subject::running_tasks_count;
}

/// Which operators go with which subject (Cluster query language, "Subject").
bool takes(Subject subject, Comparison comparison) {
  if (subject == Subject::attribute || comparison == Comparison::equal) return true;
  if (is_number(subject)) return orders(comparison);
  return comparison == Comparison::in || comparison == Comparison::matches;
}

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// `text` has the shape of `pattern`, in which 0 stands for any digit.
bool has_shape(std::string_view text, std::string_view pattern) {
  return std::equal(text.begin(), text.end(), pattern.begin(), pattern.end(),
                    [](char c, char p) { return p == '0' ? c >= '0' && c <= '9' : c == p; });
}

int digits(std::string_view text, std::size_t at, std::size_t count) {
  int number = 0;
  std::from_chars(text.data() + at, text.data() + at + count, number);
  return number;
}

/// Seconds since 1970 of 2018-06-18, 2018-06-18T22:28:28, the same with Z or with +00:00.
std::optional<double> parse_date(std::string_view text) {
  constexpr std::string_view date_shape = "0000-00-00";
  constexpr std::string_view time_shape = "T00:00:00";
  using namespace std::chrono;
  if (!has_shape(text.substr(0, date_shape.size()), date_shape)) return std::nullopt;
  const year_month_day date{year(digits(text, 0, 4)),
                            month(static_cast<unsigned>(digits(text, 5, 2))),
                            day(static_cast<unsigned>(digits(text, 8, 2)))};
  if (!date.ok()) return std::nullopt;
  seconds moment = sys_days(date).time_since_epoch();
  text.remove_prefix(date_shape.size());
  if (text.empty()) return static_cast<double>(moment.count());
  if (!has_shape(text.substr(0, time_shape.size()), time_shape)) return std::nullopt;
  if (digits(text, 1, 2) > 23 || digits(text, 4, 2) > 59 || digits(text, 7, 2) > 59) {
    return std::nullopt;
  }
  moment += hours(digits(text, 1, 2)) + minutes(digits(text, 4, 2)) + seconds(digits(text, 7, 2));
  text.remove_prefix(time_shape.size());
  const bool ahead = has_shape(text, "+00:00");
  if (ahead || has_shape(text, "-00:00")) {
    const seconds offset = hours(digits(text, 1, 2)) + minutes(digits(text, 4, 2));
    moment += ahead ? -offset : offset;
  } else if (!text.empty() && text != "Z") {
    return std::nullopt;
  }
  return static_cast<double>(moment.count());
}

double seconds_of(WallTime moment) {
  return std::chrono::duration<double>(moment.time_since_epoch()).count();
}

}  // namespace

Result<QueryCondition> QueryCondition::about(std::string_view subject) {
  if (subject.starts_with(attribute_prefix) && subject.size() > attribute_prefix.size()) {
    return QueryCondition(Subject::attribute, std::string(subject.substr(attribute_prefix.size())));
  }
  std::vector<std::string_view> names{"attribute:<name>"};
  for (const SubjectName& each : subject_names) {
    if (each.name == subject) return QueryCondition(each.subject);
    names.push_back(each.name);
  }
  const auto close = closest_name(subject, names);
  return refusal(fmt::format("found \"{}\"; allowed as a subject are {}{}", subject,
                             fmt::join(names, ", "),
                             close ? fmt::format("; did you mean {}?", *close) : ""));
}

Result<void> QueryCondition::set_operator(std::string_view word) {
  std::vector<std::string_view> allowed;
  for (const OperatorName& each : operator_names) {
    if (!takes(subject_, each.meaning.comparison)) continue;
    allowed.push_back(each.symbol);
    if (word != each.symbol && word != each.word) continue;
    operator_ = each.meaning;
    return {};
  }
  return refusal(fmt::format("found \"{}\"; allowed as an operator here are {}", word,
                             fmt::join(allowed, ", ")));
}

Result<void> QueryCondition::set_arguments(std::vector<std::string> arguments) {
  arguments_ = std::move(arguments);
  if (operator_.comparison == Comparison::exists) return {};
  if (is_number(subject_)) {
    const bool date = subject_ == Subject::registered_at;
    const auto number = date ? parse_date(arguments_.front()) : parse_number(arguments_.front());
    if (!number) {
      return refusal(
          fmt::format("found \"{}\"; allowed is {}", arguments_.front(),
                      date ? "a date such as 2026-01-31 or 2026-01-31T22:28:28Z" : "a number"));
    }
    number_ = *number;
  }
  if (operator_.comparison == Comparison::matches) {
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_max_mem(regex_memory_max);
    const auto regex = std::make_shared<const re2::RE2>(arguments_.front(), options);
    if (!regex->ok()) {
      return refusal(fmt::format("found \"{}\", which is no regular expression: {}",
                                 arguments_.front(), regex->error()));
    }
    regex_ = regex;
  }
  return {};
}

bool QueryCondition::met_by_number(double value) const {
  switch (operator_.comparison) {
    case Comparison::greater:
      return value > number_;
    case Comparison::greater_or_equal:
      return value >= number_;
    case Comparison::less:
      return value < number_;
    case Comparison::less_or_equal:
      return value <= number_;
    default:
      return value == number_;
  }
}

bool QueryCondition::meets(std::string_view value) const {
  const Comparison comparison = operator_.comparison;
  if (comparison == Comparison::exists) return true;
  if (comparison == Comparison::matches) {
    return re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *regex_);
  }
  if (!orders(comparison)) {
    return std::find(arguments_.begin(), arguments_.end(), value) != arguments_.end();
  }
  // Numbers by their size, other values by their letters.
  const auto left = parse_number(value);
  const auto right = parse_number(arguments_.front());
  const int order = left && right ? (*left < *right   ? -1
                                     : *left > *right ? 1
                                                      : 0)
                                  : value.compare(arguments_.front());
  if (comparison == Comparison::greater) return order > 0;
  if (comparison == Comparison::greater_or_equal) return order >= 0;
  return comparison == Comparison::less ? order < 0 : order <= 0;
}

bool QueryCondition::positively_matches(const ContainerInstance& instance) const {
  switch (subject_) {
    case Subject::agent_connected:
      return meets(instance.agent_connected ? "true" : "false");
    case Subject::ec2_instance_id:
      return meets(instance.ec2_instance_id);
    case Subject::registered_at:
      return met_by_number(seconds_of(instance.registered_at));
    case Subject::running_tasks_count:
      return met_by_number(instance.tasks);
    case Subject::task_group:
      return std::any_of(instance.tasks_by_group.begin(), instance.tasks_by_group.end(),
                         [this](const auto& group) { return meets(group.first); });
    case Subject::attribute:
      break;
  }
  const auto value = instance.attribute(attribute_);
  return value && meets(*value);
}

bool QueryCondition::matches(const ContainerInstance& instance) const {
  return positively_matches(instance) != operator_.negated;
}

}  // namespace cutover::containers

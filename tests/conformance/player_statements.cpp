// What conformance cases say beside messages: target health, how requests spread, log lines,
// operations and their refusals.

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "lb/observe/metrics.hpp"
#include "tests/conformance/log_line.hpp"
#include "tests/conformance/player.hpp"

namespace cutover::conformance {

namespace {

using nlohmann::json;

std::string text_of(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string describe(const lb::targets::TargetHealth& health) {
  std::string text(lb::targets::to_string(health.state));
  if (!health.reason.empty()) text += " " + health.reason;
  if (!health.description.empty()) text += " (" + health.description + ")";
  return text;
}

/// "healthy", or ["unhealthy", "Target.Timeout"], or with the description as a third.
bool is_as(const lb::targets::TargetHealth& health, const json& expected) {
  if (expected.is_string()) return lb::targets::to_string(health.state) == expected;
  return lb::targets::to_string(health.state) == expected.at(0) &&
         health.reason == expected.at(1) &&
         (expected.size() < 3 || health.description == expected.at(2));
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace

void expect_refusal(const Result<void>& result, const json& expected) {
  if (result) throw Failure("it is accepted");
  const std::string text = to_string(result.error());
  if (result.error().code != expected.at("code") ||
      text.find(expected.at("says").get<std::string>()) == std::string::npos) {
    throw Failure("the error is: " + text);
  }
}

void Player::operation(const json& step) {
  std::string name;
  for (const auto& [key, value] : step.items()) {
    if (key != "refused") name = key;
  }
  const auto done = control_.apply(name, step.at(name));
  if (step.contains("refused")) {
    expect_refusal(done, step.at("refused"));
  } else if (!done) {
    throw Failure(to_string(done.error()));
  }
  world_->settle();
}

void Player::health(const json& expected, const std::string& group) {
  const std::string in = group.empty() ? control_.first_group() : group;
  for (const auto& [name, wanted] : expected.items()) {
    Result<lb::targets::TargetHealth> seen = lb::targets::TargetHealth{};
    const auto target = control_.target(name);
    const bool as_wanted = world_->settle_until([&, &how = wanted] {
      seen = world_->balancer().target_health(in, target);
      return seen && is_as(*seen, how);
    });
    if (!seen) throw Failure(to_string(seen.error()));
    if (!as_wanted) throw Failure(fmt::format("{} is {}", name, describe(*seen)));
  }
}

void Player::described(const json& expected, const std::string& group) {
  world_->settle();
  const auto all =
      world_->balancer().describe_target_health(group.empty() ? control_.first_group() : group);
  if (!all) throw Failure(to_string(all.error()));
  std::set<std::string> wanted;
  std::set<std::string> seen;
  for (const auto& each : expected) {
    const auto name = each.get<std::string>();
    const bool address = name.find(':') != std::string::npos;
    wanted.insert(address ? name : to_string(control_.target(name)));
  }
  for (const auto& each : *all) seen.insert(to_string(each.target));
  if (wanted != seen) throw Failure(fmt::format("described are {}", json(seen).dump()));
}

/// Sends one request, answers for whichever target it reaches, and gives that target's name, or the
/// status that the load balancer answered with by itself.
std::string Player::ask(const Party& asker, const Lines& request, const Lines& answer) {
  static const Lines anything{"${any}", "..."};
  send(asker, false, request);
  std::string reached;
  const auto look = [&] {
    const auto found = std::ranges::find_if(case_.targets, [&](const auto& name) {
      return find_unread({name, {}, false}) != nullptr;
    });
    if (found != case_.targets.end()) reached = *found;
    return !reached.empty() || !existing(asker).unread.empty();
  };
  if (!world_->settle_until(look)) throw Failure("nothing came of the request");
  if (!reached.empty()) {
    const Party target{reached, {}, false};
    expect(target, false, anything);
    send(target, false, answer);
    expect(asker, false, {"${any}", "..."});
  } else {
    expect(asker, false, {"HTTP/1.1 ${status=number} ${any}", "..."});
    reached = words_["status"];
  }
  if (existing(asker).ended()) clients_.erase(asker.name);
  return reached;
}

/// {"ask": request, "times": n, "spread": {"a": 5, "b": [3, 7], "503": 2}}: whoever is not named
/// got none. "unevenly": not all the same.
void Player::spread(const json& step) {
  const Lines request = step.at("ask").get<Lines>();
  const Lines answer = step.value("answer", Lines{"HTTP/1.1 200 OK", "Content-Length: 0"});
  const Party asker = party(step.value("by", "client"));
  const int times = step.value("times", 1);
  std::map<std::string, int> counts;
  for (int i = 0; i < times; ++i) ++counts[ask(asker, request, answer)];
  json expected = json::object();
  for (const auto& [name, wanted] : step.at("spread").items()) {
    expected[filled(name, words_)] = wanted;
  }
  bool right = true;
  for (const auto& [name, count] : counts) right &= expected.contains(name);
  for (const auto& [name, wanted] : expected.items()) {
    const int count = counts[name];
    const bool range = wanted.is_array();
    right &= count >= (range ? wanted.at(0) : wanted).get<int>() &&
             count <= (range ? wanted.at(1) : wanted).get<int>();
  }
  if (step.value("unevenly", false)) {
    right &=
        std::ranges::any_of(counts, [&](auto& c) { return c.second != counts.begin()->second; });
  }
  if (!right) throw Failure("the requests reached " + json(counts).dump());
}

/// CloudWatch's metrics since the start, of the load balancer or of one of its groups; the sum over
/// zones for those that are published by zone alone.
void Player::metrics(const json& expected, const std::string& group) {
  const auto read = [&](const std::string& name) {
    const auto all = json::parse(lb::to_cloudwatch_json(world_->balancer().metrics()));
    std::optional<double> whole;
    double of_zones = 0;
    for (const auto& metric : all.at("Metrics")) {
      if (metric.at("MetricName") != name) continue;
      std::map<std::string, std::string> dimensions;
      for (const auto& each : metric.at("Dimensions"))
        dimensions[each.at("Name")] = each.at("Value");
      const bool of_group = dimensions["TargetGroup"].starts_with("targetgroup/" + group + "/");
      if (group.empty() ? !dimensions["TargetGroup"].empty() : !of_group) continue;
      if (dimensions["LoadBalancer"].empty()) continue;
      const double value = metric.at(metric.contains("Sum") ? "Sum" : "Maximum");
      if (dimensions["AvailabilityZone"].empty()) {
        whole = value;
      } else {
        of_zones += value;
      }
    }
    return whole.value_or(of_zones);
  };
  for (const auto& [name, wanted] : expected.items()) {
    double value = 0;
    const bool as_wanted = world_->settle_until([&, &metric = name, &number = wanted] {
      value = read(metric);
      return value == number.get<double>();
    });
    if (!as_wanted) throw Failure(fmt::format("{} is {}", name, value));
  }
}

/// The next line of the access log.
void Player::log(const json& expected) {
  std::vector<std::string> lines;
  world_->advance(std::chrono::seconds(1));  // what is written at intervals gets written
  if (!world_->settle_until([&] {
        lines = lines_of(access_log_);
        return lines.size() > log_lines_taken_;
      })) {
    throw Failure("no line was logged");
  }
  const auto fields = read_log_line(lines[log_lines_taken_++]);
  for (const auto& [name, wanted] : expected.items()) {
    const auto field = fields.find(name);
    if (field == fields.end()) throw Failure("there is no log field " + name);
    if (!matches(text_of(wanted), field->second, words_)) {
      throw Failure(
          fmt::format("{} is \"{}\" in\n{}", name, field->second, lines[log_lines_taken_ - 1]));
    }
  }
}

}  // namespace cutover::conformance

#include "containers/deployment_configuration_json.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace cutover::containers {

namespace {

using nlohmann::json;
using std::chrono::minutes;

constexpr std::int64_t bake_time_longest = 1440;
constexpr std::int64_t maximum_percent_most = 200;
constexpr std::size_t hooks_max = 50;

/// Reads the optional object `key` by `read(JsonReader&)`.
template <class Read>
void read_object(JsonReader& reader, std::string_view key, Numbers numbers, Read read) {
  const json* value = reader.object(key);
  if (!value) return;
  JsonReader object(*value, reader.pointer_to(key), numbers);
  read(object);
  if (const auto end = object.finish(); !end) reader.fail(end.error());
}

/// A flag that has to be there.
bool required_flag(JsonReader& reader, std::string_view key) {
  if (!reader.has(key)) reader.fail(key, "found none; true or false is required");
  return reader.optional_boolean(key).value_or(false);
}

std::optional<std::uint32_t> read_percent(JsonReader& reader, std::string_view key,
                                          std::int64_t least, std::int64_t most) {
  const auto percent = reader.optional_integer(key, least, most);
  return percent ? std::optional(static_cast<std::uint32_t>(*percent)) : std::nullopt;
}

minutes read_minutes(JsonReader& reader, std::string_view key, std::int64_t most, minutes normal) {
  return minutes(reader.optional_integer(key, 0, most).value_or(normal.count()));
}

std::optional<DeploymentStrategy> read_strategy(JsonReader& reader) {
  constexpr std::array<std::string_view, 4> words{"ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"};
  const auto word = reader.optional_one_of("strategy", words);
  if (!word || word->empty()) return std::nullopt;
  for (const auto strategy :
       {DeploymentStrategy::blue_green, DeploymentStrategy::linear, DeploymentStrategy::canary}) {
    if (*word == to_string(strategy)) return strategy;
  }
  return DeploymentStrategy::rolling;
}

/// Only stages that take hooks: PRODUCTION_TRAFFIC_SHIFT and TEST_TRAFFIC_SHIFT no pausing ones.
std::vector<LifecycleStage> read_stages(JsonReader& hook, bool pauses) {
  std::vector<LifecycleStage> stages;
  for (const std::string& word : hook.strings("lifecycleStages")) {
    bool known = false;
    for (int i = 0; i <= static_cast<int>(LifecycleStage::clean_up); ++i) {
      const auto stage = static_cast<LifecycleStage>(i);
      const bool shifts = stage == LifecycleStage::test_traffic_shift ||
                          stage == LifecycleStage::production_traffic_shift;
      if (word != to_string(stage) || !takes_hooks(stage) || (pauses && shifts)) continue;
      stages.push_back(stage);
      known = true;
    }
    if (!known) {
      hook.fail("lifecycleStages",
                fmt::format("found {}; {} hooks take no such stage", describe(json(word)),
                            pauses ? "PAUSE" : "AWS_LAMBDA"));
    }
  }
  if (hook.ok() && stages.empty()) {
    hook.fail("lifecycleStages", "found no stage; at least one is required");
  }
  return stages;
}

void read_timeout(JsonReader& reader, LifecycleHook& hook, Numbers numbers) {
  const bool pauses = hook.target_type == LifecycleHook::TargetType::pause;
  const minutes longest = pauses ? pause_longest : stage_longest;
  hook.timeout = stage_longest;
  read_object(reader, "timeoutConfiguration", numbers, [&](JsonReader& timeout) {
    constexpr std::array<std::string_view, 2> actions{"CONTINUE", "ROLLBACK"};
    hook.timeout = minutes(timeout.optional_integer("timeoutInMinutes", 1, longest.count())
                               .value_or(stage_longest.count()));
    const auto action = timeout.optional_one_of("action", actions);
    if (action == actions[0]) hook.timeout_action = LifecycleHook::TimeoutAction::go_on;
  });
}

LifecycleHook read_hook(JsonReader& reader, Numbers numbers) {
  constexpr std::array<std::string_view, 2> types{"AWS_LAMBDA", "PAUSE"};
  LifecycleHook hook;
  const bool pauses = reader.optional_one_of("targetType", types) == types[1];
  if (pauses) hook.target_type = LifecycleHook::TargetType::pause;
  hook.hook_target_arn = reader.optional_string("hookTargetArn").value_or(std::string{});
  if (!pauses && hook.hook_target_arn.empty()) {
    reader.fail("hookTargetArn", "found none; an AWS_LAMBDA hook requires one");
  } else if (pauses && !hook.hook_target_arn.empty()) {
    reader.fail("hookTargetArn", "a PAUSE hook takes none; leave it out");
  }
  hook.role_arn = reader.optional_string("roleArn").value_or(std::string{});
  hook.stages = read_stages(reader, pauses);
  if (const json* details = reader.member("hookDetails")) hook.details = details->dump();
  read_timeout(reader, hook, numbers);
  return hook;
}

std::optional<std::vector<LifecycleHook>> read_hooks(JsonReader& reader, Numbers numbers) {
  const json* list = reader.array("lifecycleHooks");
  if (!list) return std::nullopt;
  std::vector<LifecycleHook> hooks;
  if (list->size() > hooks_max) {
    reader.fail("lifecycleHooks",
                fmt::format("found {} hooks; allowed are at most {}", list->size(), hooks_max));
  }
  for (std::size_t i = 0; i < list->size() && reader.ok(); ++i) {
    JsonReader entry((*list)[i], fmt::format("{}/{}", reader.pointer_to("lifecycleHooks"), i),
                     numbers);
    hooks.push_back(read_hook(entry, numbers));
    if (const auto end = entry.finish(); !end) reader.fail(end.error());
  }
  return hooks;
}

void read_shift(JsonReader& reader, DeploymentConfigurationChange& change, Numbers numbers) {
  read_object(reader, "linearConfiguration", numbers, [&](JsonReader& linear) {
    LinearConfiguration read;
    read.step_percent =
        linear.optional_number("stepPercent", 3.0, 100.0).value_or(read.step_percent);
    read.step_bake_time =
        read_minutes(linear, "stepBakeTimeInMinutes", bake_time_longest, read.step_bake_time);
    change.linear = read;
  });
  read_object(reader, "canaryConfiguration", numbers, [&](JsonReader& canary) {
    CanaryConfiguration read;
    read.canary_percent =
        canary.optional_number("canaryPercent", 0.1, 100.0).value_or(read.canary_percent);
    read.canary_bake_time =
        read_minutes(canary, "canaryBakeTimeInMinutes", bake_time_longest, read.canary_bake_time);
    change.canary = read;
  });
}

json to_json(const LifecycleHook& hook) {
  json value{{"targetType", to_string(hook.target_type)}};
  if (!hook.hook_target_arn.empty()) value["hookTargetArn"] = hook.hook_target_arn;
  if (!hook.role_arn.empty()) value["roleArn"] = hook.role_arn;
  value["lifecycleStages"] = json::array();
  for (const LifecycleStage stage : hook.stages) {
    value["lifecycleStages"].push_back(to_string(stage));
  }
  if (!hook.details.empty()) value["hookDetails"] = json::parse(hook.details);
  value["timeoutConfiguration"] = {{"timeoutInMinutes", hook.timeout.count()},
                                   {"action", to_string(hook.timeout_action)}};
  return value;
}

}  // namespace

DeploymentConfigurationChange read_deployment_configuration(JsonReader& reader,
                                                            std::string_view key, Numbers numbers) {
  DeploymentConfigurationChange change;
  read_object(reader, key, numbers, [&](JsonReader& configuration) {
    change.minimum_healthy_percent = read_percent(configuration, "minimumHealthyPercent", 0, 100);
    change.maximum_percent =
        read_percent(configuration, "maximumPercent", 100, maximum_percent_most);
    change.strategy = read_strategy(configuration);
    read_object(configuration, "deploymentCircuitBreaker", numbers, [&](JsonReader& breaker) {
      const bool enable = required_flag(breaker, "enable");
      change.circuit_breaker = {enable, required_flag(breaker, "rollback")};
    });
    read_object(configuration, "alarms", numbers, [&](JsonReader& alarms) {
      std::vector<std::string> names = alarms.strings("alarmNames");
      const bool enable = required_flag(alarms, "enable");
      change.alarms = {std::move(names), enable, required_flag(alarms, "rollback")};
    });
    if (configuration.has("bakeTimeInMinutes")) {
      change.bake_time =
          read_minutes(configuration, "bakeTimeInMinutes", bake_time_longest, minutes(0));
    }
    read_shift(configuration, change, numbers);
    change.hooks = read_hooks(configuration, numbers);
  });
  return change;
}

json to_json(const DeploymentConfiguration& configuration) {
  json value{{"deploymentCircuitBreaker",
              {{"enable", configuration.circuit_breaker.enable},
               {"rollback", configuration.circuit_breaker.rollback}}},
             {"maximumPercent", configuration.maximum_percent},
             {"minimumHealthyPercent", configuration.minimum_healthy_percent},
             {"strategy", to_string(configuration.strategy)}};
  if (configuration.alarms) {
    value["alarms"] = {{"alarmNames", configuration.alarms->alarm_names},
                       {"enable", configuration.alarms->enable},
                       {"rollback", configuration.alarms->rollback}};
  }
  if (configuration.bake_time) value["bakeTimeInMinutes"] = configuration.bake_time->count();
  if (configuration.linear) {
    value["linearConfiguration"] = {
        {"stepPercent", configuration.linear->step_percent},
        {"stepBakeTimeInMinutes", configuration.linear->step_bake_time.count()}};
  }
  if (configuration.canary) {
    value["canaryConfiguration"] = {
        {"canaryPercent", configuration.canary->canary_percent},
        {"canaryBakeTimeInMinutes", configuration.canary->canary_bake_time.count()}};
  }
  if (!configuration.hooks.empty()) value["lifecycleHooks"] = json::array();
  for (const LifecycleHook& hook : configuration.hooks) {
    value["lifecycleHooks"].push_back(to_json(hook));
  }
  return value;
}

}  // namespace cutover::containers

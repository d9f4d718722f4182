#include "containers/apps/behaviour_json.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lb/base/json.hpp"

namespace cutover::containers::apps {
namespace {

using namespace std::chrono_literals;

Result<AppBehaviour> parse(const std::string& text) {
  const auto json = parse_json(text);
  if (!json) return json.error();
  return parse_behaviour(*json, "/behaviour");
}

/// The behaviour printed again, or the error.
std::string outcome(const std::string& text) {
  const auto behaviour = parse(text);
  return behaviour ? behaviour_to_json(*behaviour) : to_string(behaviour.error());
}

TEST(BehaviourJson, ReadsEveryMember) {
  const auto behaviour = parse(
      R"({"latency": {"lognormal": {"p50": "5ms", "p99": "40ms"}}, "errorRate": 0.01,
          "startUp": "2s", "concurrencyLimit": 8, "backlogLimit": 128})");
  ASSERT_TRUE(behaviour) << to_string(behaviour.error());
  EXPECT_EQ(*behaviour, (AppBehaviour{.latency = {Latency::Shape::lognormal, 5ms, 40ms},
                                      .error_rate = 0.01,
                                      .start_up = 2s,
                                      .concurrency_limit = 8,
                                      .backlog_limit = 128}));
}

TEST(BehaviourJson, PrintsWhatItReads) {
  for (const std::string text :
       {R"({})", R"({"latency":{"constant":"5ms"}})", R"({"latency":{"uniform":["5ms","20ms"]}})",
        R"({"latency":{"uniform":["0s","0s"]}})", R"({"latency":{"exponential":{"p50":"250us"}}})",
        R"({"latency":{"lognormal":{"p50":"1.5s","p99":"2m"}},"errorRate":0.125,"startUp":"2s"})",
        R"({"concurrencyLimit":8,"backlogLimit":0})"})
    EXPECT_EQ(outcome(text), text);
}

TEST(BehaviourJson, IsTheUsualOneWhenNothingIsGiven) {
  EXPECT_EQ(*parse("{}"), AppBehaviour{});
  EXPECT_EQ(parse(R"({"concurrencyLimit": 1})")->backlog_limit, AppBehaviour{}.backlog_limit);
}

TEST(BehaviourJson, NamesThePlaceOfWhatItRefuses) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {R"(5)", "/behaviour: "},
      {R"({"errorate": 0.1})", "/behaviour/errorate: "},
      {R"({"errorRate": 1.5})", "/behaviour/errorRate: "},
      {R"({"errorRate": "0.1"})", "/behaviour/errorRate: "},
      {R"({"startUp": 2})", "/behaviour/startUp: "},
      {R"({"startUp": "2"})", "/behaviour/startUp: "},
      {R"({"startUp": "2h"})", "/behaviour/startUp: "},
      {R"({"concurrencyLimit": 0})", "/behaviour/concurrencyLimit: "},
      {R"({"concurrencyLimit": 100001})", "/behaviour/concurrencyLimit: "},
      {R"({"concurrencyLimit": 1, "backlogLimit": -1})", "/behaviour/backlogLimit: "},
      {R"({"backlogLimit": 1})", "/behaviour/backlogLimit: "},
      {R"({"latency": "5ms"})", "/behaviour/latency: "},
      {R"({"latency": {}})", "/behaviour/latency: "},
      {R"({"latency": {"constant": "5ms", "uniform": ["1ms", "2ms"]}})", "/behaviour/latency: "},
      {R"({"latency": {"normal": "5ms"}})", "/behaviour/latency/normal: "},
      {R"({"latency": {"constant": 5}})", "/behaviour/latency/constant: "},
      {R"({"latency": {"constant": "-5ms"}})", "/behaviour/latency/constant: "},
      {R"({"latency": {"constant": "25h"}})", "/behaviour/latency/constant: "},
      {R"({"latency": {"uniform": "5ms"}})", "/behaviour/latency/uniform: "},
      {R"({"latency": {"uniform": ["5ms"]}})", "/behaviour/latency/uniform: "},
      {R"({"latency": {"uniform": ["5ms", "x"]}})", "/behaviour/latency/uniform/1: "},
      {R"({"latency": {"uniform": ["5ms", "4ms"]}})", "/behaviour/latency/uniform/1: "},
      {R"({"latency": {"exponential": "5ms"}})", "/behaviour/latency/exponential: "},
      {R"({"latency": {"exponential": {}}})", "/behaviour/latency/exponential: "},
      {R"({"latency": {"exponential": {"p50": "0s"}}})", "/behaviour/latency/exponential/p50: "},
      {R"({"latency": {"exponential": {"p50": "5ms", "p99": "40ms"}}})",
       "/behaviour/latency/exponential/p99: "},
      {R"({"latency": {"lognormal": {"p50": "5ms"}}})", "/behaviour/latency/lognormal: "},
      {R"({"latency": {"lognormal": {"p50": "5ms", "p99": "4ms"}}})",
       "/behaviour/latency/lognormal/p99: "},
  };
  for (const auto& [text, place] : rows)
    EXPECT_EQ(outcome(text).substr(0, place.size()), place) << text;
}

TEST(BehaviourJson, SaysWhatWasFoundAndWhatIsAllowed) {
  EXPECT_EQ(outcome(R"({"latency": {"uniform": ["5ms", "4ms"]}})"),
            "/behaviour/latency/uniform/1: found 4ms; allowed is 5ms to 24h (ValidationError)");
  EXPECT_EQ(outcome(R"({"startUp": 2})"),
            "/behaviour/startUp: found the number 2; allowed is a duration as text, such as "
            "\"5ms\" (ValidationError)");
}

}  // namespace
}  // namespace cutover::containers::apps

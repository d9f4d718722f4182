#pragma once

// ELBv2 over load balancing that really runs, in this process: a load balancer "demo" with listener
// 80, rule 10 and groups "api" (default), "users" (the rule's) and "spare" (unused); a second load
// balancer "other" with listener 80 and group "taken".

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cutover/api/dispatcher.hpp"
#include "cutover/api/elbv2/elbv2.hpp"
#include "cutover/api/errors.hpp"
#include "lb/base/timers.hpp"

namespace cutover::api::elbv2 {

class Elbv2World {
 public:
  using Words = std::map<std::string, std::string>;

  Elbv2World()
      : timers_(io_, clock_),
        random_(1),
        network_(ec2::default_state("us-east-1", "123456789012", random_)) {
    restart(stack::Quotas{});
  }

  /// Everything anew, empty.
  void restart(const stack::Quotas& quotas) {
    stack::BalancingOptions options;
    options.workers = 1;
    options.port_offset.reset();
    balancing_ = std::make_unique<stack::RunningBalancing>(io_, timers_, options);
    balancing_->set_quotas(quotas);
    service_ = service([this](const std::string&) { return place(); });
    words_ = {{"subnet1", network_.subnets[0].id},
              {"subnet2", network_.subnets[1].id},
              {"vpc", network_.vpcs[0].id},
              {"sg", network_.groups[0].id}};
  }

  /// What the file's comment says; the ARNs go by ${demo}, ${listener}, ${rule}, ${default},
  /// ${api}, …
  void build() {
    words_["demo"] = load_balancer("demo");
    words_["other"] = load_balancer("other");
    for (const char* name : {"api", "users", "spare", "taken"}) words_[name] = group(name);
    words_["listener"] = listener("${demo}", "${api}");
    words_["other_listener"] = listener("${other}", "${taken}");
    words_["rule"] = text(call("CreateRule", R"({"ListenerArn": "${listener}", "Priority": "10",
        "Conditions": [{"Field": "path-pattern", "Values": ["/users*"]}],
        "Actions": [{"Type": "forward", "TargetGroupArn": "${users}"}]})"),
                          "/Rules/0/RuleArn");
    words_["default"] =
        text(call("DescribeRules", R"({"ListenerArn": "${listener}"})"), "/Rules/1/RuleArn");
  }

  std::string load_balancer(const std::string& name) {
    return text(call("CreateLoadBalancer",
                     R"({"Subnets": ["${subnet1}", "${subnet2}"], "Name": ")" + name + "\"}"),
                "/LoadBalancers/0/LoadBalancerArn");
  }
  std::string group(const std::string& name) {
    return text(call("CreateTargetGroup", R"({"Protocol": "HTTP", "Port": "80", "TargetType": "ip",
                                              "VpcId": "${vpc}", "Name": ")" +
                                              name + "\"}"),
                "/TargetGroups/0/TargetGroupArn");
  }
  std::string listener(const std::string& load_balancer, const std::string& group,
                       const std::string& port = "80") {
    return text(call("CreateListener", R"({"Protocol": "HTTP", "Port": ")" + port +
                                           R"(", "LoadBalancerArn": ")" + load_balancer +
                                           R"(", "DefaultActions": [{"Type": "forward",
                                               "TargetGroupArn": ")" +
                                           group + "\"}]}"),
                "/Listeners/0/ListenerArn");
  }

  /// The operation's outcome; `input` is JSON whose ${words} are filled in.
  Outcome call(const std::string& operation, const std::string& input) {
    const auto& handler = service_.operations.at(operation);
    std::optional<Outcome> got;
    handler({"us-east-1", operation, nlohmann::json::parse(filled(input)),
             [&](Outcome outcome) { got = std::move(outcome); }});
    EXPECT_TRUE(got) << operation << " did not answer";
    return got ? *std::move(got) : Outcome(Error{"NoAnswer", "", ""});
  }

  /// "400 PriorityInUse: Priority '10' is currently in use", or "done".
  std::string verdict(const std::string& operation, const std::string& input) {
    const auto outcome = call(operation, input);
    if (outcome) return "done";
    const ApiError error = to_api_error(outcome.error());
    return std::to_string(error.status) + " " + error.code + ": " + error.message;
  }

  /// The answer as text, its ARNs as ${words}.
  std::string answer(const std::string& operation, const std::string& input) {
    const auto outcome = call(operation, input);
    return outcome ? unfilled(outcome->dump()) : to_string(outcome.error());
  }

  static std::string text(const Outcome& outcome, const char* pointer) {
    EXPECT_TRUE(outcome) << to_string(outcome.error());
    return outcome ? outcome->at(Json::json_pointer(pointer)).get<std::string>() : "";
  }

  std::string filled(std::string text) const {
    for (const auto& [word, value] : words_) replace(text, "${" + word + "}", value);
    return text;
  }
  std::string unfilled(std::string text) const {
    for (const auto& [word, value] : words_) replace(text, value, "${" + word + "}");
    return text;
  }

  Place place() { return {*balancing_, network_}; }
  stack::RunningBalancing& balancing() { return *balancing_; }
  Service& elbv2() { return service_; }
  Words& words() { return words_; }

 private:
  static void replace(std::string& text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
      text.replace(at, what.size(), by);
    }
  }

  boost::asio::io_context io_{1};
  RealClock clock_;
  AsioTimers timers_;
  Random random_;
  ec2::Ec2State network_;
  std::unique_ptr<stack::RunningBalancing> balancing_;
  Service service_;
  Words words_;
};

}  // namespace cutover::api::elbv2

#include "tests/cutover/api/ecs_world.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace cutover::api::ecs::testing {

namespace {

containers::ClusterOptions cluster_options() {
  containers::ClusterOptions options;
  options.images["api"] = containers::AppImage{"api", {}};
  return options;
}

}  // namespace

std::string Answer::error() const {
  if (status == 200) return {};
  const auto message = body.find(body.contains("Message") ? "Message" : "message");
  return body.value("__type", "") + ": " + message->get<std::string>();
}

World::World(Shape::Strings strings)
    : clusters(timers, runtime, registry, definitions, addresses, cluster_options()),
      region{"us-east-1", "123456789012", clusters, definitions, settings, targets} {
  registry.groups["api"] = {};
  dispatcher.add(service([this](const std::string&) -> Region& { return region; }, strings));
}

Answer World::send(std::string_view operation, std::string_view body) {
  const std::string target = "AmazonEC2ContainerServiceV20141113." + std::string(operation);
  const HttpRequest request{"POST", "/", "application/x-amz-json-1.1", target, "", body};
  std::optional<HttpAnswer> got;
  dispatcher.handle(request, [&got](HttpAnswer answer) { got = std::move(answer); });
  EXPECT_TRUE(got) << operation;
  return {got->status, Json::parse(got->body)};
}

Answer World::call(std::string_view operation, const Json& input) {
  return send(operation, input.dump());
}

Json World::answer(std::string_view operation, const Json& input) {
  const Answer answer = call(operation, input);
  EXPECT_EQ(answer.status, 200u) << operation << input << answer.body;
  return answer.body;
}

void World::define(const std::string& family) {
  answer("RegisterTaskDefinition", {{"family", family},
                                    {"containerDefinitions",
                                     {{{"name", "app"},
                                       {"image", "api"},
                                       {"memory", 128},
                                       {"portMappings", {{{"containerPort", 3000}}}}}}}});
}

Json World::service_input(const std::string& name, int desired_count) const {
  return {{"serviceName", name},
          {"taskDefinition", name},
          {"desiredCount", desired_count},
          {"loadBalancers",
           {{{"targetGroupArn", api_group}, {"containerName", "app"}, {"containerPort", 3000}}}}};
}

Json World::task_arns(const std::string& service) {
  return answer("ListTasks", {{"serviceName", service}})["taskArns"];
}

}  // namespace cutover::api::ecs::testing

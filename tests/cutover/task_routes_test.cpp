// Tasks, their logs and faults over the control endpoint.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cutover/console/tasks.hpp"

namespace cutover::console {
namespace {

namespace http = boost::beast::http;
using Json = nlohmann::json;
using testing::HasSubstr;

/// A router over one made-up task.
class TaskRoutes : public testing::Test {
 protected:
  TaskRoutes() {
    containers::TaskDescription task;
    task.id = "0123456789abcdef0123456789abcdef";
    task.group = "service:api";
    task.task_definition = "api:1";
    task.last_status = containers::TaskStatus::running;
    containers::ContainerDescription container;
    container.name = "api";
    container.last_status = "RUNNING";
    task.containers.push_back(container);
    auto log = std::make_shared<containers::ContainerLog>();
    log->write(containers::LogStream::output, "ready\n", WallTime{});
    log->write(containers::LogStream::errors, "bad \xff byte\n", WallTime{});
    add_tasks(router_, {[task] { return std::vector{task}; },
                        [log](std::string_view name) -> Result<std::vector<containers::TaskLog>> {
                          if (name != "api/0") return Error{"NoTask", "", "there is no such task"};
                          return std::vector<containers::TaskLog>{{"api", log}, {"proxy", log}};
                        },
                        [this](const Json& fault) -> Result<void> {
                          if (!fault.is_object())
                            return Error{"ValidationError", "/fault", "found none"};
                          injected_ = fault;
                          return {};
                        }});
  }

  Response ask(http::verb method, std::string_view target, std::string body = "") {
    Request asked(method, {target.data(), target.size()}, 11);
    asked.set(http::field::host, "127.0.0.1:4566");
    asked.body() = std::move(body);
    Response got;
    router_.handle(asked, [&got](Response response) { got = std::move(response); });
    return got;
  }

  Router router_;
  Json injected_;
};

TEST_F(TaskRoutes, ListsTasks) {
  const Json tasks = Json::parse(ask(http::verb::get, "/_cutover/tasks").body()).at("tasks");
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(tasks[0].at("lastStatus"), "RUNNING");
  EXPECT_EQ(tasks[0].at("containers")[0].at("name"), "api");
}

TEST_F(TaskRoutes, GivesLogsWhateverBytesTheyHold) {
  const Json answer = Json::parse(ask(http::verb::get, "/_cutover/logs/api/0").body());
  ASSERT_EQ(answer.at("containers").size(), 2U);
  const Json& lines = answer["containers"][0].at("lines");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].at("text"), "ready");
  EXPECT_EQ(lines[0].at("stream"), "stdout");
  EXPECT_EQ(lines[1].at("stream"), "stderr");
}

TEST_F(TaskRoutes, GivesTheLogOfOneContainer) {
  const auto one = ask(http::verb::get, "/_cutover/logs/api/0?container=proxy");
  EXPECT_EQ(Json::parse(one.body()).at("containers").size(), 1U);
  const auto none = ask(http::verb::get, "/_cutover/logs/api/0?container=web");
  EXPECT_EQ(none.result_int(), 404U);
  EXPECT_THAT(none.body(), HasSubstr("api, proxy"));
  EXPECT_EQ(ask(http::verb::get, "/_cutover/logs/api/0?lines=3").result_int(), 400U);
  EXPECT_EQ(ask(http::verb::get, "/_cutover/logs/api/7").result_int(), 404U);
}

TEST_F(TaskRoutes, TakesFaultsAndSaysWhatIsWrongWithThem) {
  EXPECT_EQ(ask(http::verb::post, "/_cutover/faults", R"({"fault": "kill"})").result_int(), 200U);
  EXPECT_EQ(injected_, Json({{"fault", "kill"}}));
  const auto refused = ask(http::verb::post, "/_cutover/faults", "3");
  EXPECT_EQ(refused.result_int(), 400U);
  EXPECT_THAT(refused.body(), HasSubstr("/fault: found none"));
  EXPECT_EQ(ask(http::verb::post, "/_cutover/faults", "{").result_int(), 400U);
}

}  // namespace
}  // namespace cutover::console

// What one service of the API does that another one shows: the whole cloud, in real time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cutover/api/cloud.hpp"

namespace cutover::api {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class CloudApi : public testing::Test {
 protected:
  CloudApi() {
    EXPECT_TRUE(cloud_.start());
    ecs("CreateCluster");
    ecs("RegisterTaskDefinition",
        {{"family", "api"},
         {"containerDefinitions", {{{"name", "app"}, {"image", "api"}, {"memory", 64}}}}});
  }

  static stack::Stack stack_of_one_image() {
    return *stack::parse_stack({{"Images", {{"api", {{"app", "placeholder"}}}}}}, "");
  }

  std::string send(const HttpRequest& request) {
    std::optional<HttpAnswer> got;
    cloud_.dispatcher().handle(request, [&got](HttpAnswer answer) { got = std::move(answer); });
    EXPECT_TRUE(got);
    EXPECT_EQ(got->status, 200u) << got->body;
    return got->body;
  }
  Json ecs(const std::string& operation, const Json& input = Json::object()) {
    const std::string target = "AmazonEC2ContainerServiceV20141113." + operation;
    const std::string body = input.dump();
    return Json::parse(send({"POST", "/", "application/x-amz-json-1.1", target, "", body}));
  }
  std::string ec2(const std::string& query) {
    const std::string body = query + "&Version=2016-11-15";
    return send({"POST", "/", "application/x-www-form-urlencoded", "", "", body});
  }

  Json task(const Json& arn) { return ecs("DescribeTasks", {{"tasks", {arn}}})["tasks"][0]; }
  Json instance(const Json& arn) {
    return ecs("DescribeContainerInstances",
               {{"containerInstances", {arn}}})["containerInstances"][0];
  }
  static std::string ec2_subnet_of(const Json& instance) {
    for (const Json& each : instance["attributes"]) {
      if (each["name"] == "ecs.subnet-id") return each["value"];
    }
    return "";
  }
  Json first_instance() { return ecs("ListContainerInstances")["containerInstanceArns"][0]; }
  Json run_task() { return ecs("RunTask", {{"taskDefinition", "api"}})["tasks"][0]["taskArn"]; }
  bool comes(const std::function<bool()>& condition) {
    for (int i = 0; i < 500 && !condition(); ++i) io_.run_for(10ms);
    return condition();
  }
  bool is_in(const Json& arn, const char* status) {
    return comes([&] { return task(arn)["lastStatus"] == status; });
  }

  boost::asio::io_context io_;
  const stack::Stack stack_ = stack_of_one_image();
  Cloud cloud_{io_, stack_, {}, ecs::Shape::Strings::converted};
};

TEST_F(CloudApi, AnInstanceThatStopsTakesItsTasksWithIt) {
  const Json arn = run_task();
  ASSERT_TRUE(is_in(arn, "RUNNING"));
  const Json container_instance = first_instance();
  const std::string id = instance(container_instance)["ec2InstanceId"];
  EXPECT_THAT(ec2("Action=StopInstances&InstanceId.1=" + id), HasSubstr("<name>stopped</name>"));
  ASSERT_TRUE(is_in(arn, "STOPPED"));
  EXPECT_EQ(task(arn)["stopCode"], "TerminationNotice");
  EXPECT_EQ(task(arn)["stoppedReason"], "Host EC2 (instance " + id + ") stopped/terminated.");
  EXPECT_EQ(instance(container_instance)["agentConnected"], false);
  EXPECT_EQ(ecs("RunTask", {{"taskDefinition", "api"}})["failures"][0]["reason"], "AGENT");

  ec2("Action=StartInstances&InstanceId.1=" + id);
  EXPECT_EQ(instance(container_instance)["agentConnected"], true);
  EXPECT_TRUE(is_in(run_task(), "RUNNING"));
}

TEST_F(CloudApi, AnInstanceIsWhereBothServicesSayItIs) {
  const Json registered =
      ecs("RegisterContainerInstance",
          {{"instanceIdentityDocument",
            R"({"imageId": "ami-0123", "availabilityZone": "us-east-1b"})"}})["containerInstance"];
  for (const Json& each : {instance(first_instance()), registered}) {
    std::map<std::string, std::string> attributes;
    for (const Json& attribute : each["attributes"]) {
      attributes[attribute["name"]] = attribute.value("value", "");
    }
    const std::string id = each["ec2InstanceId"];
    const std::string told = ec2("Action=DescribeInstances&InstanceId.1=" + id);
    EXPECT_THAT(told, HasSubstr("<imageId>" + attributes["ecs.ami-id"] + "</imageId>"));
    EXPECT_THAT(told, HasSubstr("<vpcId>" + attributes["ecs.vpc-id"] + "</vpcId>"));
    EXPECT_THAT(told, HasSubstr("<subnetId>" + attributes["ecs.subnet-id"] + "</subnetId>"));
    EXPECT_THAT(told, HasSubstr("<instanceType>" + attributes["ecs.instance-type"] + "<"));
    EXPECT_THAT(attributes["ecs.subnet-id"], HasSubstr("subnet-"));
    EXPECT_TRUE(attributes.contains("ecs.capability.task-eni"));
  }
  const std::string by_subnet = "attribute:ecs.subnet-id == " + ec2_subnet_of(registered);
  const Json found =
      ecs("ListContainerInstances", {{"filter", by_subnet}})["containerInstanceArns"];
  EXPECT_EQ(found, Json({registered["containerInstanceArn"]}));
}

TEST_F(CloudApi, AnInstanceThatIsTerminatedIsNoContainerInstanceAnyMore) {
  const Json container_instance = first_instance();
  const std::string id = instance(container_instance)["ec2InstanceId"];
  ec2("Action=TerminateInstances&InstanceId.1=" + id);
  EXPECT_EQ(ecs("ListContainerInstances")["containerInstanceArns"], Json::array());
  EXPECT_EQ(instance(container_instance)["status"], "INACTIVE");
  EXPECT_THAT(ec2("Action=DescribeInstances&InstanceId.1=" + id),
              HasSubstr("<name>terminated</name>"));
}

}  // namespace
}  // namespace cutover::api

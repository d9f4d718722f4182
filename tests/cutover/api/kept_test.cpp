// An account that is kept: what was answered is there in the next life, and reset() leaves nothing.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>

#include "cutover/api/cloud.hpp"

namespace cutover::api {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;

std::string of_ecs(const std::string& operation) {
  return "AmazonEC2ContainerServiceV20141113." + operation;
}

class Kept : public testing::Test {
 protected:
  Kept() {
    std::string pattern = (std::filesystem::temp_directory_path() / "kept-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    images_.model.images.emplace(containers::any_image, containers::AppImage{"users", {}});
  }
  ~Kept() override {
    cloud_.reset();
    std::filesystem::remove_all(directory_);
  }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  /// The next life, as after SIGKILL: nothing was stopped in order.
  Result<void> start() {
    cloud_.reset();
    io_ = std::make_unique<boost::asio::io_context>(1);
    stack::RunOptions options;
    options.balancing.workers = 1;
    options.balancing.port_offset.reset();
    auto kept = kept::open_state(*io_, directory_, account_, 1);
    if (!kept) return kept.error();
    cloud_ = std::make_unique<Cloud>(*io_, images_, options, ecs::Shape::Strings::converted,
                                     *std::move(kept));
    return cloud_->start();
  }

  HttpAnswer send(const HttpRequest& request) {
    std::optional<HttpAnswer> got;
    cloud_->dispatcher().handle(request, [&got](HttpAnswer answer) { got = std::move(answer); });
    while (!got) io_->run_one();
    return *std::move(got);
  }
  HttpAnswer query(const std::string& text) {
    const bool ec2 = text.find("Version=2016") != std::string::npos;
    const std::string scope =
        fmt::format("AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/{}/aws4_request, Signature=0",
                    ec2 ? "ec2" : "elasticloadbalancing");
    return send({"POST", "/", "application/x-www-form-urlencoded", "", scope, text});
  }
  HttpAnswer json(const std::string& target, const Json& body) {
    const std::string text = body.dump();
    return send({"POST", "/", "application/x-amz-json-1.1", target, "", text});
  }

  std::string elb(const std::string& operation, const std::string& parameters = "") {
    const HttpAnswer answer = query("Action=" + operation + "&Version=2015-12-01&" + parameters);
    EXPECT_EQ(answer.status, 200U) << operation << answer.body;
    return answer.body;
  }
  std::string ec2(const std::string& operation, const std::string& parameters = "") {
    const HttpAnswer answer = query("Action=" + operation + "&Version=2016-11-15&" + parameters);
    EXPECT_EQ(answer.status, 200U) << operation << answer.body;
    return answer.body;
  }
  Json call(const std::string& target, const Json& body = Json::object()) {
    const HttpAnswer answer = json(target, body);
    EXPECT_EQ(answer.status, 200U) << target << answer.body;
    return Json::parse(answer.body);
  }

  static std::string element(const std::string& body, const std::string& name) {
    std::smatch found;
    std::regex_search(body, found, std::regex("<" + name + ">([^<]*)</" + name + ">"));
    return found[1];
  }

  std::string group(const std::string& name) {
    return element(elb("CreateTargetGroup",
                       "Protocol=HTTP&Port=80&TargetType=ip&VpcId=" + vpc() + "&Name=" + name),
                   "TargetGroupArn");
  }
  std::string vpc() { return element(ec2("DescribeVpcs"), "vpcId"); }

  void make_balancing() {
    const std::string subnets = ec2("DescribeSubnets");
    const auto second = subnets.find("<subnetId>", subnets.find("<subnetId>") + 1);
    balancer_ = element(elb("CreateLoadBalancer",
                            "Name=demo&Subnets.member.1=" + element(subnets, "subnetId") +
                                "&Subnets.member.2=" + element(subnets.substr(second), "subnetId")),
                        "LoadBalancerArn");
    group_ = group("api");
    group("spare");
    gone_ = group("gone");
    listener_ = element(elb("CreateListener", "Protocol=HTTP&Port=80&LoadBalancerArn=" + balancer_ +
                                                  "&DefaultActions.member.1.Type=forward"
                                                  "&DefaultActions.member.1.TargetGroupArn=" +
                                                  group_),
                        "ListenerArn");
    for (const char* priority : {"10", "20", "30"}) {
      rule_ = element(
          elb("CreateRule", fmt::format("ListenerArn={}&Priority={}&Conditions.member.1.Field="
                                        "path-pattern&Conditions.member.1.Values.member.1=/p{}"
                                        "&Actions.member.1.Type=forward"
                                        "&Actions.member.1.TargetGroupArn={}",
                                        listener_, priority, priority, group_)),
          "RuleArn");
    }
    elb("DeleteTargetGroup", "TargetGroupArn=" + gone_);
    elb("SetRulePriorities",
        "RulePriorities.member.1.RuleArn=" + rule_ + "&RulePriorities.member.1.Priority=5");
    elb("ModifyListener", "Port=81&ListenerArn=" + listener_);
    elb("RegisterTargets",
        "TargetGroupArn=" + group_ + "&Targets.member.1.Id=127.0.0.1&Targets.member.1.Port=9");
    elb("AddTags", "ResourceArns.member.1=" + rule_ + "&Tags.member.1.Key=a&Tags.member.1.Value=b");
  }

  void make_cluster() {
    call(of_ecs("PutAccountSetting"), {{"name", "containerInsights"}, {"value", "enabled"}});
    call(of_ecs("CreateCluster"),
         {{"clusterName", "demo"}, {"tags", {{{"key", "a"}, {"value", "b"}}}}});
    for (int i = 0; i < 3; ++i) {
      call(of_ecs("RegisterTaskDefinition"), {{"family", "api"},
                                              {"networkMode", "awsvpc"},
                                              {"containerDefinitions",
                                               {{{"name", "api"},
                                                 {"image", "forum/api"},
                                                 {"memory", 64},
                                                 {"portMappings", {{{"containerPort", 3000}}}}}}}});
    }
    call(of_ecs("DeregisterTaskDefinition"), {{"taskDefinition", "api:3"}});
    call(of_ecs("CreateService"),
         {{"cluster", "demo"},
          {"serviceName", "api"},
          {"taskDefinition", "api:1"},
          {"desiredCount", 2},
          {"networkConfiguration", {{"awsvpcConfiguration", {{"subnets", {"subnet-1"}}}}}},
          {"loadBalancers",
           {{{"targetGroupArn", group_}, {"containerName", "api"}, {"containerPort", 3000}}}}});
    call(of_ecs("UpdateService"), {{"cluster", "demo"},
                                   {"service", "api"},
                                   {"desiredCount", 3},
                                   {"taskDefinition", "api:2"}});
    call("AmazonEC2ContainerRegistry_V20150921.CreateRepository", {{"repositoryName", "mine"}});
    ec2("RunInstances", "ImageId=ami-1&MinCount=1&MaxCount=1");
  }

  /// What the API tells of all of it, as far as it is to last.
  std::map<std::string, std::string> told() {
    std::map<std::string, std::string> all;
    const auto add = [&all](const std::string& name, std::string body) {
      all[name] = std::regex_replace(body, std::regex("<[rR]equestId>[^<]*"), "");
    };
    add("balancers", elb("DescribeLoadBalancers"));
    add("groups", elb("DescribeTargetGroups"));
    add("listeners", elb("DescribeListeners", "LoadBalancerArn=" + balancer_));
    add("rules", elb("DescribeRules", "ListenerArn=" + listener_));
    add("tags", elb("DescribeTags", "ResourceArns.member.1=" + rule_));
    add("instances", ec2("DescribeInstances"));
    add("network", ec2("DescribeVpcs") + ec2("DescribeSubnets") + ec2("DescribeSecurityGroups"));
    add("definitions", call(of_ecs("ListTaskDefinitions")).dump());
    add("container instances",
        call(of_ecs("ListContainerInstances"), {{"cluster", "demo"}}).dump());
    add("inactive", call(of_ecs("ListTaskDefinitions"), {{"status", "INACTIVE"}}).dump());
    add("definition", call(of_ecs("DescribeTaskDefinition"), {{"taskDefinition", "api:3"}}).dump());
    add("settings", call(of_ecs("ListAccountSettings")).dump());
    add("repositories", call("AmazonEC2ContainerRegistry_V20150921.DescribeRepositories").dump());
    const Json service = call(of_ecs("DescribeServices"),
                              {{"cluster", "demo"}, {"services", {"api"}}})["services"][0];
    for (const char* member : {"serviceArn", "desiredCount", "taskDefinition", "createdAt",
                               "loadBalancers", "status", "deploymentConfiguration"}) {
      add(std::string("service ") + member, service.at(member).dump());
    }
    const Json cluster =
        call(of_ecs("DescribeClusters"),
             {{"clusters", {"demo"}}, {"include", {"TAGS", "SETTINGS"}}})["clusters"][0];
    for (const char* member : {"clusterArn", "tags", "settings"}) {
      add(std::string("cluster ") + member, cluster.at(member).dump());
    }
    return all;
  }

  const std::string account_ = "123456789012";
  std::string directory_;
  stack::Stack images_ = stack::empty_stack();
  std::unique_ptr<boost::asio::io_context> io_;
  std::unique_ptr<Cloud> cloud_;
  std::string balancer_, group_, gone_, listener_, rule_;
};

TEST_F(Kept, IsThereAgainInTheNextLives) {
  ASSERT_TRUE(start());
  make_balancing();
  make_cluster();
  const auto before = told();
  for (int life = 0; life < 2; ++life) {
    const auto started = start();
    ASSERT_TRUE(started) << to_string(started.error());
    const auto after = told();
    for (const auto& [name, body] : before) EXPECT_EQ(after.at(name), body) << name;
  }
}

TEST_F(Kept, GivesNoIdAndNoRevisionTwice) {
  ASSERT_TRUE(start());
  make_balancing();
  make_cluster();
  ASSERT_TRUE(start());
  EXPECT_NE(group("gone"), gone_) << "the next life draws other ids";
  const Json fourth =
      call(of_ecs("RegisterTaskDefinition"),
           {{"family", "api"},
            {"containerDefinitions", {{{"name", "api"}, {"image", "forum/api"}, {"memory", 64}}}}});
  EXPECT_EQ(fourth["taskDefinition"]["revision"], 4);
}

TEST_F(Kept, BringsServicesBackToTheirTasks) {
  ASSERT_TRUE(start());
  make_balancing();
  make_cluster();
  ASSERT_TRUE(start());
  const auto running = [this] {
    return call(of_ecs("DescribeServices"),
                {{"cluster", "demo"}, {"services", {"api"}}})["services"][0]["runningCount"];
  };
  for (int turns = 100'000; turns > 0 && running() != 3; --turns) {
    io_->run_one_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(running(), 3);
  EXPECT_THAT(elb("DescribeTargetHealth", "TargetGroupArn=" + group_), HasSubstr("<Id>127.0.0.1"));
}

TEST_F(Kept, AnswersWithAnErrorWhileTheDiskIsFullAndCatchesUp) {
  ASSERT_TRUE(start());
  group("before");
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit unlimited{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
  rlimit full = unlimited;
  full.rlim_cur = 1;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  const HttpAnswer refused = query(
      "Action=CreateTargetGroup&Version=2015-12-01&Protocol=HTTP&Port=80&TargetType=ip&Name=during"
      "&VpcId=" +
      vpc());
  const HttpAnswer read = query("Action=DescribeTargetGroups&Version=2015-12-01");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
  EXPECT_EQ(refused.status, 500U) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("InternalFailure"));
  EXPECT_EQ(read.status, 200U) << "reads go on";
  group("after");
  ASSERT_TRUE(start());
  const std::string groups = elb("DescribeTargetGroups");
  for (const char* name : {"before", "during", "after"}) EXPECT_THAT(groups, HasSubstr(name));
}

TEST_F(Kept, ResetLeavesWhatThereIsAtFirst) {
  ASSERT_TRUE(start());
  make_balancing();
  make_cluster();
  const std::string network = vpc();
  std::optional<Result<void>> done;
  cloud_->reset([&done](const Result<void>& result) { done = result; });
  while (!done) io_->run_one();
  ASSERT_TRUE(*done);
  for (int life = 0; life < 2; ++life) {
    EXPECT_THAT(elb("DescribeLoadBalancers"), Not(HasSubstr("demo")));
    EXPECT_THAT(elb("DescribeTargetGroups"), Not(HasSubstr("api")));
    EXPECT_EQ(call(of_ecs("ListClusters"))["clusterArns"], Json::array());
    EXPECT_EQ(call(of_ecs("ListTaskDefinitions"))["taskDefinitionArns"], Json::array());
    EXPECT_THAT(ec2("DescribeInstances"), Not(HasSubstr("instanceId")));
    EXPECT_EQ(vpc(), network);
    if (life == 0) {
      ASSERT_TRUE(start());
    }
  }
  EXPECT_NE(group("gone"), gone_);
}

TEST_F(Kept, IsWrittenAsAStackThatBuildsItAgain) {
  ASSERT_TRUE(start());
  make_balancing();
  make_cluster();
  const auto before = told();
  const ExportedStack first = cloud_->exported();
  EXPECT_THAT(first.left_out, testing::IsEmpty());
  cloud_.reset();
  const auto read = stack::parse_stack(first.stack);
  ASSERT_TRUE(read) << to_string(read.error());
  stack::RunOptions options;
  options.balancing.workers = 1;
  options.balancing.port_offset.reset();
  cloud_ = std::make_unique<Cloud>(*io_, *read, options, ecs::Shape::Strings::converted);
  const auto started = cloud_->start();
  ASSERT_TRUE(started) << to_string(started.error());
  EXPECT_EQ(cloud_->exported().stack, first.stack);
  const auto after = told();
  for (const auto& [name, body] : before) {
    // Services and definitions are created anew.
    const bool anew = name == "service createdAt" || name == "definition";
    EXPECT_TRUE(anew || after.at(name) == body) << name << body << after.at(name);
  }
  cloud_.reset();  // before the stack that it borrows
}

TEST_F(Kept, RefusesDamagedDocuments) {
  ASSERT_TRUE(start());
  make_balancing();
  make_cluster();
  cloud_.reset();
  const auto store = [this] { return *state::Store::open(*io_, directory_); };
  const auto documents = *store()->read();
  EXPECT_GT(documents.size(), 12U);
  for (const auto& [key, text] : documents) {
    for (const std::string& damaged :
         {std::string("7"), std::string("{}"), std::string("{\"a\": [1]}"),
          text.substr(0, text.size() / 2)}) {
      store()->commit({{key, damaged}}, {});
      const auto started = start();
      // Quotas and settings may be empty.
      const bool may_be_empty = damaged == "{}" && key.find('/') != std::string::npos;
      EXPECT_TRUE(!started || may_be_empty) << key << " " << damaged;
      cloud_.reset();
    }
    store()->commit({{key, text}}, {});
  }
  EXPECT_TRUE(start()) << "undamaged again";
}

TEST_F(Kept, RefusesTheStateOfAnotherAccount) {
  ASSERT_TRUE(start());
  group("any");
  cloud_.reset();
  const auto other = kept::open_state(*io_, directory_, "999999999999", 1);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, "StateNotReadable");
  EXPECT_THAT(other.error().message, HasSubstr("123456789012"));
}

}  // namespace
}  // namespace cutover::api

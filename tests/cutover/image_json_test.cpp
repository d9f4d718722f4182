#include "cutover/stack/image_json.hpp"

#include <gtest/gtest.h>

#include <string>

#include "lb/base/json.hpp"

namespace cutover::stack {
namespace {

using containers::AppImage;
using containers::CommandImage;
using containers::DockerImage;
using nlohmann::json;

TEST(ImageJson, ReadsEveryKindOfImage) {
  const auto images = parse_images(json::parse(R"({
    "posts:1": {"app": "posts", "behaviour": {"errorRate": 0.5}},
    "node:1": {"command": ["node", "server.js"], "cwd": "srv/../posts",
               "environment": {"A": "1", "B": ""}, "network": "own"},
    "plain:1": {"command": ["/bin/true"]},
    "engine:1": {"docker": "registry/posts:1", "pull": "never"},
    "*": {"app": "placeholder"}
  })"),
                                   "/Images", "/stacks");
  ASSERT_TRUE(images) << to_string(images.error());
  EXPECT_EQ(images->size(), 5u);
  EXPECT_EQ(std::get<AppImage>(images->at("posts:1")).behaviour.error_rate, 0.5);
  CommandImage node;
  node.command = {"node", "server.js"};
  node.working_directory = "/stacks/srv/../posts";
  node.environment = {{"A", "1"}, {"B", ""}};
  node.network = CommandImage::Network::own;
  EXPECT_EQ(images->at("node:1"), containers::ImageSource(node));
  CommandImage plain;
  plain.command = {"/bin/true"};
  plain.working_directory = "/stacks";
  EXPECT_EQ(images->at("plain:1"), containers::ImageSource(plain));
  EXPECT_EQ(images->at("engine:1"),
            containers::ImageSource(DockerImage{"registry/posts:1", DockerImage::Pull::never}));
}

TEST(ImageJson, GivesTheAnyImageToThoseThatAreNotNamed) {
  const auto images = parse_images(
      json::parse(R"({"posts:1": {"app": "posts"}, "*": {"app": "placeholder"}})"), "", "");
  ASSERT_TRUE(images) << to_string(images.error());
  EXPECT_EQ(std::get<AppImage>(*find_image(*images, "posts:1")).app, "posts");
  EXPECT_EQ(std::get<AppImage>(*find_image(*images, "users:7")).app, "placeholder");
  EXPECT_EQ(find_image(containers::ImageMap{}, "users:7"), nullptr);
}

TEST(ImageJson, LeavesAnAbsoluteDirectoryAsItIs) {
  const auto image = parse_image(json::parse(R"({"command": ["a"], "cwd": "/srv"})"), "", "/x");
  ASSERT_TRUE(image) << to_string(image.error());
  EXPECT_EQ(std::get<CommandImage>(*image).working_directory, "/srv");
}

struct Bad {
  std::string name;
  std::string text;
  std::string error;
};
void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.text; }

class BadImage : public testing::TestWithParam<Bad> {};

TEST_P(BadImage, IsRefusedWithItsPlace) {
  const auto image = parse_image(json::parse(GetParam().text), "/Images/a", "");
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().where + ": " + image.error().message, GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Images, BadImage,
    testing::Values(
        Bad{"NoKind", R"({"cwd": "x"})",
            "/Images/a: found none; exactly one of app, command and docker is required"},
        Bad{"TwoKinds", R"({"app": "api", "docker": "x"})",
            "/Images/a: found app and docker; exactly one of app, command and docker is required"},
        Bad{"NoObject", R"("api")", "/Images/a: found the string \"api\"; an object is required"},
        Bad{"EmptyCommand", R"({"command": []})",
            "/Images/a/command: found no program; required is a program and its arguments"},
        Bad{"EmptyProgram", R"({"command": ["", "x"]})",
            "/Images/a/command: found no program; required is a program and its arguments"},
        Bad{"NullCharacter", R"({"command": ["a\u0000b"]})",
            "/Images/a/command: found a null character in a word"},
        Bad{"EmptyDirectory", R"({"command": ["a"], "cwd": ""})",
            "/Images/a/cwd: found no directory's name"},
        Bad{"EnvironmentValue", R"({"command": ["a"], "environment": {"A/B": 1}})",
            "/Images/a/environment/A~1B: found the number 1; a string without null characters is "
            "required"},
        Bad{"EnvironmentName", R"({"command": ["a"], "environment": {"A=B": "1"}})",
            "/Images/a/environment/A=B: found the name \"A=B\"; allowed is one without =, not "
            "empty"},
        Bad{"Network", R"({"command": ["a"], "network": "bridge"})",
            "/Images/a/network: found the string \"bridge\"; allowed are automatic, own, host"},
        Bad{"EmptyReference", R"({"docker": ""})",
            "/Images/a/docker: found an empty image reference"},
        Bad{"Pull", R"({"docker": "a", "pull": "allways"})",
            "/Images/a/pull: found the string \"allways\"; allowed are missing, always, never; "
            "did you mean \"always\"?"},
        Bad{"MemberOfAnotherKind", R"({"docker": "a", "cwd": "x"})",
            "/Images/a/cwd: unknown member \"cwd\"; allowed are docker, pull"}),
    [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace cutover::stack

// The laws on made-up files: each must be able to fail.

#include "tests/layering/laws.hpp"

#include <gmock/gmock.h>

namespace cutover::layering {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Laws, AFolderMayIncludeWhatIsBelowIt) {
  EXPECT_THAT(includes_point_down(source_file("lb/proxy/a.cpp", R"(#include "lb/http/b.hpp")")),
              IsEmpty());
  EXPECT_THAT(includes_point_down(source_file("cutover/a.cpp", R"(#include "lb/face.hpp")")),
              IsEmpty());
  EXPECT_THAT(includes_point_down(source_file("lb/base/a.hpp", R"(#include "rules/result.hpp")")),
              IsEmpty());
  EXPECT_THAT(includes_point_down(source_file("rules/a.cpp", "#include <boost/any.hpp>")),
              IsEmpty());
}

TEST(Laws, AFolderMayNotIncludeWhatIsAboveOrBesideIt) {
  const auto forbidden = [](const char* path, const std::string& target) {
    return includes_point_down(source_file(path, "// text\n#include \"" + target + "\"\n"));
  };
  EXPECT_THAT(forbidden("rules/a.cpp", "lb/base/clock.hpp"),
              ElementsAre("rules/a.cpp:2: rules/ may not include lb/base/clock.hpp; it may include "
                          "rules/"));
  EXPECT_THAT(forbidden("lb/a.cpp", "containers/b.hpp"), SizeIs(1));
  EXPECT_THAT(forbidden("lb/base/a.cpp", "rules/rule.hpp"), SizeIs(1));
  EXPECT_THAT(forbidden("lb/http/a.cpp", "lb/proxy/b.hpp"), SizeIs(1));
  EXPECT_THAT(forbidden("lb/targets/a.cpp", "lb/proxy/b.hpp"), SizeIs(1));
  EXPECT_THAT(forbidden("containers/a.cpp", "lb/load_balancer.hpp"), SizeIs(1));
  EXPECT_THAT(forbidden("bench/load/a.cpp", "lb/http/b.hpp"), SizeIs(1));
  EXPECT_THAT(forbidden("bench/micro/a.cpp", "cutover/b.hpp"), SizeIs(1));
  EXPECT_THAT(forbidden("examples/a.cpp", "cutover/b.hpp"), SizeIs(1));
}

TEST(Laws, BracketsDoNotHideAnIncludeOfThisProject) {
  EXPECT_THAT(includes_point_down(source_file("rules/a.cpp", "#include <lb/base/clock.hpp>")),
              SizeIs(1));
}

TEST(Laws, HeadersAreNamedFromTheRoot) {
  EXPECT_THAT(includes_point_down(source_file("rules/a.cpp", R"(#include "rule.hpp")")),
              ElementsAre("rules/a.cpp:1: \"rule.hpp\" is not named from the root of the project"));
}

TEST(Laws, PureFoldersKnowNoSocketsThreadsOrTimers) {
  for (const auto* header : {"<boost/asio/io_context.hpp>", "<thread>", "<mutex>", "<unistd.h>",
                             "<sys/socket.h>", "\"lb/base/timers.hpp\""}) {
    const auto text = std::string("#include ") + header;
    EXPECT_THAT(pure_folders_stay_pure(source_file("lb/http/a.cpp", text)), SizeIs(1)) << header;
    EXPECT_THAT(pure_folders_stay_pure(source_file("lb/proxy/a.cpp", text)), IsEmpty()) << header;
  }
  EXPECT_THAT(pure_folders_stay_pure(source_file("rules/a.cpp", "#include <vector>")), IsEmpty());
}

TEST(Laws, OnlyTheClockReadsTime) {
  for (const auto* code : {"std::chrono::steady_clock::now()", "system_clock::now();",
                           "::clock_gettime(CLOCK_MONOTONIC, &t)", "std::time(nullptr)",
                           "std::this_thread::sleep_for(1s)", "usleep(5)", "::sleep(1)"}) {
    EXPECT_THAT(time_and_chance_are_given(source_file("lb/proxy/a.cpp", code)), SizeIs(1)) << code;
    EXPECT_THAT(time_and_chance_are_given(source_file("lb/base/a.cpp", code)), IsEmpty()) << code;
    EXPECT_THAT(time_and_chance_are_given(source_file("bench/load/a.cpp", code)), IsEmpty());
  }
  EXPECT_THAT(time_and_chance_are_given(source_file("lb/a.cpp", "auto t = clock.now();")),
              IsEmpty());
  EXPECT_THAT(time_and_chance_are_given(source_file("lb/a.cpp", "run_time(0);")), IsEmpty());
}

TEST(Laws, ChanceIsSeededEverywhere) {
  for (const auto* code : {"std::random_device device;", "std::rand()", "std::mt19937 engine;"}) {
    EXPECT_THAT(time_and_chance_are_given(source_file("tests/a.cpp", code)), SizeIs(1)) << code;
  }
  EXPECT_THAT(time_and_chance_are_given(source_file("lb/a.cpp", "operand(1)")), IsEmpty());
}

TEST(Laws, ProseAboutTimeIsNotCode) {
  for (const auto* prose :
       {"// steady_clock::now()", "/* sleep_for\n sleep_for */", R"(f("sleep_for");)",
        "auto a = R\"x(usleep(1))x\";", R"x(f("\"", "std::rand()");)x"}) {
    EXPECT_THAT(time_and_chance_are_given(source_file("lb/a.cpp", prose)), IsEmpty()) << prose;
  }
}

TEST(Laws, CodeAfterProseIsStillCode) {
  for (const auto* code : {"f(\"a\"); usleep(1);", "/* a */ usleep(1);", "f('\"'); usleep(1);",
                           "n = 1'000; usleep(1);", "R\"(a)\"; usleep(1);", "// a\nusleep(1);"}) {
    EXPECT_THAT(time_and_chance_are_given(source_file("lb/a.cpp", code)), SizeIs(1)) << code;
  }
}

TEST(Laws, AHeaderOpensWithItsPurpose) {
  const auto judge = [](const char* text) {
    return headers_say_their_purpose(source_file("lb/a.hpp", text));
  };
  EXPECT_THAT(judge("#pragma once\n\n// What it is for.\n"), IsEmpty());
  EXPECT_THAT(judge("// What it is for.\n#pragma once\n"), SizeIs(1));
  EXPECT_THAT(judge("#pragma once\n\n#include <vector>\n"), SizeIs(1));
  EXPECT_THAT(judge(""), SizeIs(1));
  EXPECT_THAT(headers_say_their_purpose(source_file("lb/a.cpp", "int a;")), IsEmpty());
}

TEST(Laws, ASourceIncludesItsOwnHeaderFirst) {
  const auto judge = [](const char* text) {
    return own_header_comes_first(source_file("lb/a.cpp", text), true);
  };
  EXPECT_THAT(judge("// Text.\n#include \"lb/a.hpp\"\n#include <vector>\n"), IsEmpty());
  EXPECT_THAT(judge("#include <vector>\n#include \"lb/a.hpp\"\n"),
              ElementsAre("lb/a.cpp:1: the first include is vector, not lb/a.hpp"));
  EXPECT_THAT(judge("int a;\n"), SizeIs(1));
  EXPECT_THAT(own_header_comes_first(source_file("lb/a.cpp", "int a;"), false), IsEmpty());
}

TEST(Laws, AHeaderOpensNoNamespace) {
  EXPECT_THAT(headers_open_no_namespace(source_file("lb/a.hpp", "using namespace std;")),
              ElementsAre("lb/a.hpp:1: using namespace stands in a header"));
  EXPECT_THAT(
      headers_open_no_namespace(source_file("lb/a.hpp", "using namespace std::chrono_literals;")),
      IsEmpty());
  EXPECT_THAT(headers_open_no_namespace(source_file("lb/a.cpp", "using namespace std;")),
              IsEmpty());
}

TEST(Laws, ALineHasAtMost100Columns) {
  std::string accented;
  for (int i = 0; i < 100; ++i) accented += "é";
  EXPECT_THAT(lines_are_short(source_file("lb/a.cpp", std::string(100, 'x'))), IsEmpty());
  EXPECT_THAT(lines_are_short(source_file("lb/a.cpp", accented)), IsEmpty());
  EXPECT_THAT(lines_are_short(source_file("lb/a.cpp", "\n" + std::string(101, 'x'))),
              ElementsAre("lb/a.cpp:2: 101 columns; at most 100"));
  EXPECT_THAT(lines_are_short(source_file("lb/a.cpp", "f(\"" + std::string(98, 'x') + "\");")),
              SizeIs(1));
}

TEST(Laws, WhatARawLiteralQuotesHasTheWidthItHas) {
  const auto quoted = "R\"(a\n" + std::string(101, 'x') + "\nb)\";\n";
  EXPECT_THAT(lines_are_short(source_file("lb/a.cpp", quoted)), IsEmpty());
  EXPECT_THAT(lines_are_short(source_file("lb/a.cpp", quoted + std::string(101, 'x'))), SizeIs(1));
}

TEST(Laws, AFileHasAtMost600Lines) {
  EXPECT_THAT(files_are_short(source_file("lb/a.cpp", std::string(600, '\n'))), IsEmpty());
  EXPECT_THAT(files_are_short(source_file("lb/a.cpp", std::string(601, '\n'))), SizeIs(1));
}

TEST(Laws, NothingIsMarkedAsLeftToDo) {
  for (const auto* mark : {"TO"
                           "DO",
                           "FIX"
                           "ME",
                           "XX"
                           "X",
                           "HA"
                           "CK"}) {
    const auto text = std::string("// ") + mark + ": later";
    EXPECT_THAT(nothing_is_left_over(source_file("lb/a.cpp", text)), SizeIs(1)) << mark;
    EXPECT_THAT(nothing_is_left_over(source_file(".ci/run", text)), SizeIs(1)) << mark;
  }
  EXPECT_THAT(nothing_is_left_over(source_file("lb/a.cpp", "mkstemp(\"aXXXXXX\")")), IsEmpty());
}

TEST(Laws, AFileNameSaysWhatIsInside) {
  EXPECT_THAT(names_say_something(source_file("lb/targets/target_group.hpp", "")), IsEmpty());
  for (const auto* path : {"lb/TargetGroup.hpp", "lb/utils.hpp", "lb/string_helpers.cpp",
                           "lb/common.hpp", "lb/task_manager.cpp"}) {
    EXPECT_THAT(names_say_something(source_file(path, "")), SizeIs(1)) << path;
  }
}

TEST(Laws, OnlyTheLayoutStandsAtTheTop) {
  EXPECT_THAT(top_level_is_fixed("lb"), IsEmpty());
  EXPECT_THAT(top_level_is_fixed("build"), IsEmpty());
  EXPECT_THAT(top_level_is_fixed("src"), SizeIs(1));
  EXPECT_THAT(top_level_is_fixed("docs"), SizeIs(1));
}

}  // namespace
}  // namespace cutover::layering

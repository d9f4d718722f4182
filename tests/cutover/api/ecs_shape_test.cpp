#include "cutover/api/ecs/shape.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "cutover/api/ecs/inputs.hpp"

namespace cutover::api::ecs {
namespace {

using Json = nlohmann::json;

/// "Code where message", or "ok".
std::string verdict(std::string_view shape, std::string_view text,
                    Shape::Strings strings = Shape::Strings::refused) {
  Json value = Json::parse(text);
  const auto checked = Shape::parse(shape).check(value, strings);
  if (checked) return "ok";
  const Error& error = checked.error();
  return error.code + " " + error.where + " " + error.message;
}

TEST(Shapes, WrongTypesAreRefusedInTheWordsOfAwsReader) {
  struct Row {
    const char* shape;
    const char* value;
    const char* verdict;
  };
  const Row rows[] = {
      {"{a:i}", R"({"a": "256"})",
       "SerializationException  STRING_VALUE cannot be converted to Integer"},
      {"{a:i~}", R"({"a": "256"})",
       "SerializationException  STRING_VALUE cannot be converted to Integer"},
      {"{a:s}", R"({"a": 256})",
       "SerializationException  NUMBER_VALUE cannot be converted to String"},
      {"{a:b}", R"({"a": "true"})",
       "SerializationException  STRING_VALUE cannot be converted to Boolean"},
      {"{a:i}", R"({"a": false})",
       "SerializationException  FALSE_VALUE cannot be converted to Integer"},
      {"{a:i}", R"({"a": 1.5})",
       "SerializationException  NUMBER_VALUE 1.5 cannot be converted to Integer"},
      {"{a:i}", R"({"a": 2147483648})",
       "SerializationException  NUMBER_VALUE 2147483648 cannot be converted to Integer"},
      {"{a:i}", R"({"a": 18446744073709551615})",
       "SerializationException  NUMBER_VALUE 18446744073709551615 cannot be converted to Integer"},
      {"{a:[s]}", R"({"a": "x"})", "SerializationException  Expected list or null"},
      {"{a:{b:s}}", R"({"a": []})", "SerializationException  Expected structure or null"},
      {"{a:<s>}", R"({"a": {"k": 5}})",
       "SerializationException  NUMBER_VALUE cannot be converted to String"},
      {"{a:s}", R"({"a": []})", "SerializationException  Start of list found where not expected."},
      {"{a:[s]}", R"({"a": [null]})",
       "SerializationException  NULL_VALUE cannot be converted to String"},
      {"{a:[i]}", R"({"a": [1, {}]})",
       "SerializationException  Start of structure or map found where not expected."},
  };
  for (const Row& row : rows) EXPECT_EQ(verdict(row.shape, row.value), row.verdict) << row.value;
}

TEST(Shapes, NumbersWrittenAsStringsAreConvertedWhereThatIsAllowed) {
  const Shape shape = Shape::parse("{a:i~, b:[{c:b~, d:s}], e:i}");
  Json value = Json::parse(R"({"a": "256", "b": [{"c": "true", "d": "7"}], "e": 5})");
  ASSERT_TRUE(shape.check(value, Shape::Strings::converted));
  EXPECT_EQ(value, Json::parse(R"({"a": 256, "b": [{"c": true, "d": "7"}], "e": 5})"));

  value = Json::parse(R"({"e": "5"})");
  EXPECT_FALSE(shape.check(value, Shape::Strings::converted));
  value = Json::parse(R"({"a": "many"})");
  EXPECT_FALSE(shape.check(value, Shape::Strings::converted));
}

TEST(Shapes, ValuesAreCheckedAfterAllTypes) {
  EXPECT_EQ(verdict("{a:i(1..10), b:s}", R"({"a": 11, "b": 5})"),
            "SerializationException  NUMBER_VALUE cannot be converted to String");
  EXPECT_EQ(verdict("{a:i(1..10)}", R"({"a": 11})"),
            "InvalidParameterException /a found 11; allowed is 1 to 10");
  EXPECT_EQ(verdict("{a:s(..3)}", R"({"a": "four"})"),
            "InvalidParameterException /a found 4 characters; allowed is at most 3");
  EXPECT_EQ(verdict("{a:[s(X|Y)]}", R"({"a": ["X", "Z"]})"),
            "InvalidParameterException /a/1 found \"Z\"; allowed are X, Y");
  EXPECT_EQ(verdict("{a:[s](..1)}", R"({"a": ["X", "Z"]})"),
            "InvalidParameterException /a found 2 entries; allowed is at most 1");
}

TEST(Shapes, WhatIsRequiredHasToSaySomething) {
  for (const char* blank : {"{}", R"({"taskDefinition": ""})"}) {
    EXPECT_EQ(verdict("{taskDefinition!:s}", blank),
              "InvalidParameterException  TaskDefinition can not be blank.");
  }
  for (const char* empty : {"{}", R"({"tasks": []})"}) {
    EXPECT_EQ(verdict("{tasks!:[s](1..10)}", empty),
              "InvalidParameterException  Tasks cannot be empty.");
  }
}

TEST(Shapes, UnknownMembersAreRefusedUnlessOthersReadThem) {
  EXPECT_EQ(verdict("{cluster:s}", R"({"clusters": "a"})"),
            "InvalidParameterException /clusters no parameter of this name is known; did you mean "
            "cluster?");
  EXPECT_EQ(verdict("{cluster:s, *}", R"({"clusters": "a"})"), "ok");
}

TEST(Shapes, MistakesInTheTextAreThisProgramsOwn) {
  for (const char* text : {"", "{a}", "{a:x}", "[s", "{a:s b:s}", "@unknown", "s(1", "s s"}) {
    EXPECT_THROW(Shape::parse(text), std::invalid_argument) << text;
  }
}

TEST(Inputs, AnEmptyCallIsTakenOrToldWhatIsMissing) {
  for (const auto& [operation, shape] : inputs()) {
    Json value = Json::object();
    const auto checked = shape.check(value, Shape::Strings::refused);
    if (checked) continue;
    EXPECT_EQ(checked.error().code, "InvalidParameterException") << operation;
  }
}

}  // namespace
}  // namespace cutover::api::ecs

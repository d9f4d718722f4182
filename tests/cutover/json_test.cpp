#include "lb/base/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>

namespace cutover {
namespace {

/// The error as a person sees it, or the document.
std::string parsed(std::string_view text) {
  const auto document = parse_json(text);
  return document ? document->dump() : to_string(document.error());
}

TEST(JsonText, NamesLineAndColumnOfASyntaxError) {
  EXPECT_EQ(parsed("{\n  \"a\": 1,\n  \"b\" 2\n}"),
            "line 3, column 7: syntax error while parsing object separator - unexpected number "
            "literal; expected ':' (SyntaxError)");
  EXPECT_EQ(parsed(""),
            "line 1, column 1: syntax error while parsing value - unexpected end of input; "
            "expected '[', '{', or a literal (SyntaxError)");
  EXPECT_THAT(parsed("{} x"), testing::StartsWith("line 1, column 4: "));
}

TEST(JsonText, RefusesAMemberThatStandsTwice) {
  EXPECT_EQ(parsed(R"({"a": [1, {"x/y": 1, "x/y": 2}]})"),
            "/a/1/x~1y: the member stands twice in one object (DuplicateMember)");
  EXPECT_EQ(parsed(R"({"a": {"x": 1}, "b": {"x": 2}})"), R"({"a":{"x":1},"b":{"x":2}})");
}

TEST(JsonText, RefusesDeepNestingInsteadOfOverflowing) {
  EXPECT_THAT(parsed(std::string(100'000, '[')), testing::HasSubstr("nested more than 64 deep"));
}

TEST(JsonText, KeepsEveryKindOfValueInPlace) {
  EXPECT_EQ(parsed(R"( [null,true,false,-1,18446744073709551615,1.5,"s",[],{},[[1],{"a":[2]}]] )"),
            R"([null,true,false,-1,18446744073709551615,1.5,"s",[],{},[[1],{"a":[2]}]])");
}

TEST(JsonText, SaysWhichFileIsMissingOrBroken) {
  const auto missing = read_json_file("/nonexistent/stack.json");
  ASSERT_FALSE(missing);
  EXPECT_EQ(to_string(missing.error()),
            "/nonexistent/stack.json: can't be opened: No such file or directory (FileError)");

  const std::string path = testing::TempDir() + "broken.json";
  std::ofstream(path) << "{\"a\":}";
  const auto broken = read_json_file(path);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().where, path + ", line 1, column 6");
  std::remove(path.c_str());
  EXPECT_FALSE(read_json_file("/"));
}

TEST(ClosestName, ForgivesASlipButDoesNotGuess) {
  constexpr std::array<std::string_view, 4> names{"Port", "Protocol", "DefaultActions", "users"};
  const auto close = [&](std::string_view word) {
    return std::string(closest_name(word, names).value_or("-"));
  };
  EXPECT_EQ(close("Prot"), "Port");
  EXPECT_EQ(close("port"), "Port");
  EXPECT_EQ(close("protocl"), "Protocol");
  EXPECT_EQ(close("DefaultAction"), "DefaultActions");
  EXPECT_EQ(close("user"), "users");
  EXPECT_EQ(close("a"), "-");
  EXPECT_EQ(close("Conditions"), "-");
  EXPECT_EQ(close(std::string(100'000, 'x')), "-");
}

/// Reads the document like a small section of a stack and renders what came of it.
std::string read(std::string_view text, Numbers numbers = Numbers::strict) {
  const auto document = parse_json(text);
  if (!document) return to_string(document.error());
  constexpr std::array<std::string_view, 2> protocols{"HTTP", "HTTPS"};
  JsonReader reader(*document, "/Listeners/0", numbers);
  std::string got = reader.string("Name");
  got += " " + reader.one_of("Protocol", protocols);
  got += " " + std::to_string(reader.integer("Port", 1, 65'535));
  if (const auto secure = reader.optional_boolean("Secure")) got += *secure ? " yes" : " no";
  if (const auto share = reader.optional_number("Share", 0, 1)) got += " " + std::to_string(*share);
  for (const auto& value : reader.strings("Values")) got += " " + value;
  const auto end = reader.finish();
  return end ? got : to_string(end.error());
}

TEST(JsonReader, GivesWhatStandsThere) {
  EXPECT_EQ(read(R"({"Name":"n","Protocol":"HTTP","Port":80})"), "n HTTP 80");
  EXPECT_EQ(read(R"({"Name":"n","Protocol":"HTTP","Port":80,"Secure":true,"Share":0.5,
                     "Values":["a","b"]})"),
            "n HTTP 80 yes 0.500000 a b");
  EXPECT_EQ(read(R"({"Name":"n","Protocol":"HTTP","Port":80,"Secure":null})"), "n HTTP 80");
}

TEST(JsonReader, TakesNumbersAsStringsOnlyWhenToldTo) {
  constexpr auto text = R"({"Name":"n","Protocol":"HTTP","Port":"80","Secure":"false"})";
  EXPECT_EQ(read(text, Numbers::strings_allowed), "n HTTP 80 no");
  EXPECT_EQ(read(text),
            "/Listeners/0/Port: found the string \"80\"; a whole number is required "
            "(ValidationError)");
  EXPECT_EQ(read(R"({"Name":"n","Protocol":"HTTP","Port":"80 "})", Numbers::strings_allowed),
            "/Listeners/0/Port: found the string \"80 \"; a whole number is required "
            "(ValidationError)");
}

TEST(JsonReader, SaysWhereWhatWasFoundAndWhatIsAllowed) {
  const std::pair<const char*, const char*> cases[] = {
      {R"([])", "/Listeners/0: found an empty list; an object is required (ValidationError)"},
      {R"({"Protocol":"HTTP","Port":80})",
       "/Listeners/0: the member \"Name\" is missing (ValidationError)"},
      {R"({"Name":5,"Protocol":"HTTP","Port":80})",
       "/Listeners/0/Name: found the number 5; a string is required (ValidationError)"},
      {R"({"Name":"n","Protocol":"HTPS","Port":80})",
       "/Listeners/0/Protocol: found the string \"HTPS\"; allowed are HTTP, HTTPS; did you mean "
       "\"HTTPS\"? (ValidationError)"},
      {R"({"Name":"n","Protocol":"HTTP","Port":0})",
       "/Listeners/0/Port: found the number 0; allowed are 1 to 65535 (ValidationError)"},
      {R"({"Name":"n","Protocol":"HTTP","Port":18446744073709551615})",
       "/Listeners/0/Port: found the number 18446744073709551615; allowed are 1 to 65535 "
       "(ValidationError)"},
      {R"({"Name":"n","Protocol":"HTTP","Port":80.5})",
       "/Listeners/0/Port: found the number 80.5; a whole number is required (ValidationError)"},
      {R"({"Name":"n","Protocol":"HTTP","Port":80,"Secure":1})",
       "/Listeners/0/Secure: found the number 1; true or false is required (ValidationError)"},
      {R"({"Name":"n","Protocol":"HTTP","Port":80,"Share":2})",
       "/Listeners/0/Share: found the number 2; allowed are 0 to 1 (ValidationError)"},
      {R"({"Name":"n","Protocol":"HTTP","Port":80,"Values":["a",{}]})",
       "/Listeners/0/Values/1: found an object; a string is required (ValidationError)"},
      {R"({"Name":"n","Protocol":"HTTP","Prot":80,"Port":80})",
       "/Listeners/0/Prot: unknown member \"Prot\"; allowed are Name, Port, Protocol, Secure, "
       "Share, Values; did you mean \"Port\"? (UnknownMember)"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(read(text), expected) << text;
}

}  // namespace
}  // namespace cutover

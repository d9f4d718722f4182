#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cutover/api/wire/query.hpp"

namespace cutover::api::wire {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

Result<Json> decoded(const std::string& text, ListForm form = ListForm::members,
                     const ListNames& lists = {}) {
  const auto pairs = parse_pairs(text);
  if (!pairs) return pairs.error();
  return nest(*pairs, form, lists);
}

TEST(QueryDecoding, NamesSpellTheStructure) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "{}"},
      {"&&", "{}"},
      {"Action=CreateRule&Version=2015-12-01&X-Amz-Date=1", "{}"},
      {"Name=demo", R"({"Name": "demo"})"},
      {"Name", R"({"Name": ""})"},
      {"Name=", R"({"Name": ""})"},
      {"Path=%2Fapi%2f%2A+x%2B", R"({"Path": "/api/* x+"})"},
      {"A=1=2", R"({"A": "1=2"})"},
      {"Matcher.HttpCode=200-299", R"({"Matcher": {"HttpCode": "200-299"}})"},
      {"Names.member.1=a&Names.member.2=b", R"({"Names": ["a", "b"]})"},
      {"Names.member.2=b&Names.member.1=a", R"({"Names": ["a", "b"]})"},
      {"Conditions.member.2.QueryStringConfig.Values.member.1.Key=v&Conditions.member.1.Field=host",
       R"({"Conditions": [{"Field": "host"}, {"QueryStringConfig": {"Values": [{"Key": "v"}]}}]})"},
      {"Extra.entry.1.key=display&Extra.entry.1.value=page&Extra.entry.2.key=a&Extra.entry.2."
       "value=",
       R"({"Extra": {"display": "page", "a": ""}})"},
      {"Filter.1.Name=x", R"({"Filter": {"1": {"Name": "x"}}})"},
      {"member=x", R"({"member": "x"})"},
      {"A.member=x", R"({"A": {"member": "x"}})"},
  };
  for (const auto& [text, expected] : rows) {
    const auto json = decoded(text);
    ASSERT_TRUE(json) << text << ": " << to_string(json.error());
    EXPECT_EQ(*json, Json::parse(expected)) << text;
  }
}

TEST(QueryDecoding, ListsOfMoreThanNineKeepTheirOrder) {
  std::string text;
  for (int i = 12; i >= 1; --i) {
    text += "N.member." + std::to_string(i) + "=" + std::to_string(i) + "&";
  }
  EXPECT_EQ((*decoded(text))["N"],
            Json::parse(R"(["1","2","3","4","5","6","7","8","9","10","11","12"])"));
}

TEST(QueryDecoding, Ec2WritesListsWithoutMember) {
  EXPECT_EQ(*decoded("VpcId.1=vpc-1&VpcId.2=vpc-2&Filter.1.Name=vpc-id&Filter.1.Value.1=a",
                     ListForm::bare),
            Json::parse(R"({"VpcId": ["vpc-1", "vpc-2"],
                            "Filter": [{"Name": "vpc-id", "Value": ["a"]}]})"));
}

TEST(QueryDecoding, AnEmptyListIsToldByItsName) {
  EXPECT_EQ(*decoded("Actions=&Name=", ListForm::members, {"Actions"}),
            Json::parse(R"({"Actions": [], "Name": ""})"));
  EXPECT_EQ(*decoded("Config.TargetGroups=", ListForm::members, {"TargetGroups"}),
            Json::parse(R"({"Config": {"TargetGroups": []}})"));
}

TEST(QueryDecoding, RefusesWhatSpellsNoStructure) {
  const std::pair<std::string, const char*> rows[] = {
      {"A=%", "the parameter A has a broken percent-escape"},
      {"A=%4", "broken percent-escape"},
      {"A=%zz", "broken percent-escape"},
      {"%G1=x", "broken percent-escape"},
      {"A=%ff", "the parameter A is not UTF-8"},
      {"A=%c0%80", "not UTF-8"},
      {"A=%ed%a0%80", "not UTF-8"},
      {"%ff=a", "not UTF-8"},
      {"=x", "a parameter has no name"},
      {"A=1&A=1", "the parameter A stands twice"},
      {"A=1&%41=2", "the parameter A stands twice"},
      {"A=1&A.B=2", "the parameter A.B is a value and a structure at once"},
      {"A.B=2&A=1", "the parameter A is a value and a structure at once"},
      {"A.=1", "the parameter A. has an empty part"},
      {".A=1", "has an empty part"},
      {"A..B=1", "has an empty part"},
      {"A.member.2=x",
       "the list A.member has 1 entries, one of them numbered 2; they count from 1"},
      {"A.member.1=x&A.member.3=x", "numbered 3"},
      {"A.member.0=x", "numbered 0"},
      {"A.member.01=x", "numbered 01"},
      {"A.member.-1=x", "numbered -1"},
      {"A.member.18446744073709551617=x", "numbered 18446744073709551617"},
      {"A.member.4000000000=x", "numbered 4000000000"},
      {"A.member.x=1", "numbered x"},
      {"A.entry.1.key=a", "each entry of the map A.entry has a key and a value"},
      {"A.entry.1.key=a&A.entry.1.value=1&A.entry.2.key=a&A.entry.2.value=2",
       "a key stands twice in the map A.entry"},
      {"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q=1", "nested more than 16 deep"},
  };
  for (const auto& [text, message] : rows) {
    const auto json = decoded(text);
    ASSERT_FALSE(json) << text << " became " << *json;
    EXPECT_EQ(json.error().code, "ValidationError");
    EXPECT_THAT(json.error().message, HasSubstr(message)) << text;
  }
  EXPECT_THAT(decoded("V.2=x&V.1.1=y&V.4=x", ListForm::bare).error().message,
              HasSubstr("the list V has 3 entries, one of them numbered 4"));
}

TEST(QueryDecoding, BoundsTheNumberOfParametersAndWhatAMessageShows) {
  std::string text;
  for (std::size_t i = 0; i < query_pairs_most; ++i) text += "A" + std::to_string(i) + "=&";
  EXPECT_TRUE(decoded(text));
  EXPECT_THAT(decoded(text + "B=").error().message, HasSubstr("more than 10000 parameters"));
  EXPECT_LT(decoded(std::string(100'000, 'x') + "=%").error().message.size(), 200u);
}

}  // namespace
}  // namespace cutover::api::wire

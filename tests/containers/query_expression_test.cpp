// The cluster query language, by tables: which instances an expression finds, and what is refused.

#include "containers/query_expression.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cutover::containers {
namespace {

/// A t2.micro in us-east-1a with stack = prod, two tasks of service:api and one of family:job.
ContainerInstance instance() {
  ContainerInstance instance;
  instance.id = "0123456789abcdef0123456789abcdef";
  instance.ec2_instance_id = "i-0123456789abcdef0";
  instance.attributes = {{"ecs.availability-zone", "us-east-1a"},
                         {"ecs.instance-type", "t2.micro"},
                         {"stack", "prod"},
                         {"rank", "9"},
                         {"words", "two words"},
                         {"flag", ""}};
  using namespace std::chrono;
  instance.registered_at = sys_days(year(2026) / 6 / 18) + hours(22) + minutes(28);
  instance.tasks = 3;
  instance.tasks_by_group = {{"service:api", 2}, {"family:job", 1}};
  return instance;
}

struct Case {
  const char* expression;
  bool found;
};

void PrintTo(const Case& each, std::ostream* out) { *out << each.expression; }

class Query : public ::testing::TestWithParam<Case> {};

TEST_P(Query, FindsTheInstanceOrNot) {
  const auto query = QueryExpression::parse(GetParam().expression);
  ASSERT_TRUE(query) << to_string(query.error());
  EXPECT_EQ(query->matches(instance()), GetParam().found);
}

INSTANTIATE_TEST_SUITE_P(
    Attributes, Query,
    ::testing::Values(
        Case{"attribute:stack == prod", true}, Case{"attribute:stack == test", false},
        Case{"attribute:stack equals prod", true}, Case{"attribute:stack==prod", true},
        Case{"attribute:stack != prod", false}, Case{"attribute:stack not_equals test", true},
        Case{"attribute:none == prod", false}, Case{"attribute:none != prod", true},
        Case{"attribute:stack exists", true}, Case{"attribute:flag exists", true},
        Case{"attribute:none exists", false}, Case{"attribute:none !exists", true},
        Case{"attribute:stack not_exists", false}, Case{"attribute:stack in [test, prod]", true},
        Case{"attribute:stack in [test]", false}, Case{"attribute:stack not_in [test,dev]", true},
        Case{"attribute:stack !in [prod]", false}, Case{"attribute:none !in [prod]", true},
        Case{"attribute:words == \"two words\"", true},
        Case{"attribute:words in ['two words', b]", true}));

INSTANTIATE_TEST_SUITE_P(
    Patterns, Query,
    ::testing::Values(Case{"attribute:ecs.instance-type =~ t2.*", true},
                      Case{"attribute:ecs.instance-type =~ t2", false},  // The whole value.
                      Case{"attribute:ecs.instance-type =~ (t2|t3)\\.(micro|small)", true},
                      Case{"(attribute:ecs.instance-type =~ (t2|t3).*)", true},
                      Case{"attribute:ecs.instance-type =~ t[0-9]{1,2}.*", true},
                      Case{"attribute:ecs.instance-type !~ g2.*", true},
                      Case{"attribute:ecs.instance-type matches g2.*", false},
                      Case{"ec2InstanceId =~ i-[0-9a-f]{17}", true},
                      Case{"task:group =~ service:.*", true},
                      Case{"task:group !~ service:.*", false}));

INSTANTIATE_TEST_SUITE_P(
    Sizes, Query,
    ::testing::Values(Case{"runningTasksCount == 3", true}, Case{"runningTasksCount != 3", false},
                      Case{"runningTasksCount > 2", true}, Case{"runningTasksCount > 3", false},
                      Case{"runningTasksCount >= 3", true},
                      Case{"runningTasksCount less_than 3", false},
                      Case{"runningTasksCount <= 3", true},
                      Case{"attribute:rank < 10", true},  // As numbers.
                      Case{"attribute:stack > prod", false}, Case{"attribute:stack > pro", true},
                      Case{"attribute:none < 10", false}));

INSTANTIATE_TEST_SUITE_P(Moments, Query,
                         ::testing::Values(Case{"registeredAt > 2026-06-18", true},
                                           Case{"registeredAt > 2026-06-19", false},
                                           Case{"registeredAt >= 2026-06-18T22:28:00Z", true},
                                           Case{"registeredAt == 2026-06-18T22:28:00", true},
                                           Case{"registeredAt == 2026-06-19T00:28:00+02:00", true},
                                           Case{"registeredAt < 2026-06-18T22:28:00-01:00", true}));

INSTANTIATE_TEST_SUITE_P(
    Others, Query,
    ::testing::Values(Case{"ec2InstanceId == i-0123456789abcdef0", true},
                      Case{"ec2InstanceId in [i-1, i-2]", false},
                      Case{"agentConnected == true", true}, Case{"agentConnected != true", false},
                      Case{"task:group == service:api", true},
                      Case{"task:group == service:users", false},
                      Case{"task:group != service:api", false},
                      Case{"task:group != service:users", true},
                      Case{"task:group in [service:users, family:job]", true}));

INSTANTIATE_TEST_SUITE_P(
    Combinations, Query,
    ::testing::Values(
        Case{"attribute:stack == prod and runningTasksCount > 5", false},
        Case{"attribute:stack == prod && runningTasksCount > 2", true},
        Case{"attribute:stack == test or runningTasksCount > 2", true},
        Case{"attribute:stack == test || runningTasksCount > 5", false},
        Case{"not attribute:stack == test", true}, Case{"!(attribute:stack == prod)", false},
        Case{"not (task:group == service:api) or attribute:stack exists", true},
        Case{"not not attribute:stack exists", true},
        // and binds closer than or, not closer than and.
        Case{"attribute:stack == prod or attribute:rank == 1 and attribute:rank == 2", true},
        Case{"(attribute:stack == prod or attribute:rank == 1) and attribute:rank == 2", false},
        Case{"not attribute:rank == 1 and attribute:stack == prod", true},
        Case{" ( ( attribute:stack == prod ) ) ", true}));

struct BadCase {
  const char* expression;
  const char* message;
};

void PrintTo(const BadCase& each, std::ostream* out) { *out << each.expression; }

class BadQuery : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadQuery, IsRefusedWithItsPlace) {
  const auto query = QueryExpression::parse(GetParam().expression);
  ASSERT_FALSE(query);
  EXPECT_EQ(query.error().code, "InvalidParameterException");
  EXPECT_EQ(query.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Queries, BadQuery,
    ::testing::Values(
        BadCase{"",
                "at character 1: found \"\"; allowed as a subject are attribute:<name>, "
                "agentConnected, ec2InstanceId, registeredAt, runningTasksCount, task:group"},
        BadCase{"runningTaskCount > 1",
                "at character 1: found \"runningTaskCount\"; allowed as a subject are "
                "attribute:<name>, agentConnected, ec2InstanceId, registeredAt, "
                "runningTasksCount, task:group; did you mean runningTasksCount?"},
        BadCase{"attribute:stack = prod",
                "at character 17: found \"=\"; allowed as an operator here are ==, !=, >, >=, <, "
                "<=, exists, !exists, in, !in, =~, !~"},
        BadCase{"runningTasksCount =~ 1",
                "at character 19: found \"=~\"; allowed as an operator here are ==, !=, >, >=, <, "
                "<="},
        BadCase{"task:group exists",
                "at character 12: found \"exists\"; allowed as an operator here are ==, !=, in, "
                "!in, =~, !~"},
        BadCase{"attribute:stack ==", "at character 19: found the end; allowed is a value"},
        BadCase{"attribute:stack == 'prod",
                "at character 20: found \"'\"; allowed is a value with a closing quote"},
        BadCase{"attribute:stack =~ (t2|t3",
                "at character 26: found the end; allowed is a value that closes its parentheses"},
        BadCase{"attribute:stack in prod",
                "at character 20: found \"p\"; allowed is a list, as in [a, b]"},
        BadCase{"attribute:stack in [a, b", "at character 25: found the end; allowed is , or ]"},
        BadCase{"attribute:stack in []", "at character 21: found \"]\"; allowed is a value"},
        BadCase{"attribute:stack =~ [a",
                "at character 20: found \"[a\", which is no regular expression: missing ]: [a"},
        BadCase{"runningTasksCount > many", "at character 21: found \"many\"; allowed is a number"},
        BadCase{"registeredAt > 2026-13-01",
                "at character 16: found \"2026-13-01\"; allowed is a date such as 2026-01-31 or "
                "2026-01-31T22:28:28Z"},
        BadCase{"(attribute:a exists", "at character 20: found the end; allowed is and, or, or )"},
        BadCase{"attribute:a exists)",
                "at character 19: found \")\"; allowed is and, or, or the end"},
        BadCase{"attribute:a exists attribute:b exists",
                "at character 20: found \"a\"; allowed is and, or, or the end"}));

TEST(BadQueries, AreRefusedWhenTheyAreTooLongOrTooDeep) {
  const std::string longest = "attribute:a == " + std::string(query_length_max - 15, 'x');
  EXPECT_TRUE(QueryExpression::parse(longest));
  EXPECT_EQ(QueryExpression::parse(longest + "x").error().message,
            "found an expression of 2001 characters; allowed are at most 2000");
  const std::string deep = std::string(51, '(') + "attribute:a exists" + std::string(51, ')');
  EXPECT_EQ(QueryExpression::parse(deep).error().message,
            "at character 51: found \"(\"; allowed is at most 50 negations and parentheses in each "
            "other");
}

}  // namespace
}  // namespace cutover::containers

// Faults as they are written in a plan or sent to the control endpoint.

#include "cutover/stack/fault.hpp"

#include <gmock/gmock.h>

#include "lb/base/json.hpp"
#include "tests/cutover/sample_stack.hpp"

namespace cutover::stack {
namespace {

using testing::HasSubstr;

struct Written {
  const char* json;
  const char* told;  ///< As to_string() tells it, or the place of the error.
};

std::string told(const char* json) {
  const auto fault = parse_fault(*parse_json(json), "");
  return fault ? to_string(*fault) : fault.error().where;
}

TEST(Fault, IsReadAndToldInOneLine) {
  for (const Written& each : {
           Written{R"({"fault": "kill", "task": "api/0"})", "fault kill api/0"},
           {R"({"fault": "kill", "task": "api/0", "container": "log"})", "fault kill api/0 log"},
           {R"({"fault": "pause", "task": "api/1"})", "fault pause api/1"},
           {R"({"fault": "resume", "task": "0123abcd"})", "fault resume 0123abcd"},
           {R"({"fault": "behaviour", "task": "api/0", "behaviour": {"errorRate": 1}})",
            "fault behaviour api/0"},
           {R"({"fault": "fail-starts", "taskDefinition": "api"})", "fault fail-starts api 1"},
           {R"({"fault": "fail-starts", "taskDefinition": "api", "count": 3, "reason": "x"})",
            "fault fail-starts api 3"},
           {R"({"fault": "fill-instance", "containerInstance": 0})", "fault fill-instance 0"},
           {R"({"fault": "release-instance", "containerInstance": 2})", "fault release-instance 2"},
           {R"({"fault": "disconnect-instance", "containerInstance": 1})",
            "fault disconnect-instance 1"},
           {R"({"fault": "reconnect-instance", "containerInstance": 1})",
            "fault reconnect-instance 1"},
       }) {
    EXPECT_EQ(told(each.json), each.told) << each.json;
  }
}

TEST(Fault, IsRefusedAtThePlaceOfWhatIsWrong) {
  for (const Written& each : {
           Written{R"({"fault": "burn", "task": "api/0"})", "/fault"},
           {R"({"fault": "kill"})", ""},
           {R"({"fault": "kill", "task": ""})", "/task"},
           {R"({"fault": "kill", "task": "api/0", "count": 2})", "/count"},
           {R"({"fault": "behaviour", "task": "api/0"})", ""},
           {R"({"fault": "behaviour", "task": "api/0", "behaviour": {"errorRate": 2}})",
            "/behaviour/errorRate"},
           {R"({"fault": "behaviour", "task": "api/0", "behaviour": {"startUp": "1s"}})",
            "/behaviour/startUp"},
           {R"({"fault": "fail-starts"})", ""},
           {R"({"fault": "fail-starts", "taskDefinition": "api", "count": 0})", "/count"},
           {R"({"fault": "fill-instance"})", ""},
           {R"({"fault": "fill-instance", "containerInstance": -1})", "/containerInstance"},
           {R"([])", ""},
       }) {
    EXPECT_EQ(told(each.json), each.told) << each.json;
  }
}

TEST(Fault, NeedsAServiceAndADefinitionThatAreThereByThen) {
  const Model model = sample_stack().model;
  const auto problem = [&](const char* json) {
    const auto checked = check_fault(model, *parse_fault(*parse_json(json), ""), "/steps/0");
    return checked ? std::string("none") : to_string(checked.error());
  };
  EXPECT_EQ(problem(R"({"fault": "kill", "task": "api/0"})"), "none");
  EXPECT_EQ(problem(R"({"fault": "fail-starts", "taskDefinition": "api"})"), "none");
  EXPECT_THAT(problem(R"({"fault": "kill", "task": "apo/0"})"), HasSubstr("/steps/0/task"));
  EXPECT_THAT(problem(R"({"fault": "kill", "task": "0123abcd"})"), HasSubstr("SERVICE/NUMBER"));
  EXPECT_THAT(problem(R"({"fault": "fail-starts", "taskDefinition": "apo"})"),
              HasSubstr("/steps/0/taskDefinition"));
}

}  // namespace
}  // namespace cutover::stack

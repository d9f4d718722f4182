#pragma once

// Faults on demand, as values: what a plan's step or a caller of the control endpoint may do to a
// running stack beside AWS's own actions.
//
//   {"fault": "kill", "task": "api/0", "container": "api"}       SIGKILL, as if from outside
//   {"fault": "pause", "task": "api/0"}                          holds connections, answers nothing
//   {"fault": "resume", "task": "api/0"}
//   {"fault": "behaviour", "task": "api/0", "behaviour": {"errorRate": 1}}     {}: as usual
//   {"fault": "fail-starts", "taskDefinition": "api", "count": 3, "reason": "…"}
//   {"fault": "fill-instance", "containerInstance": 0}           takes all the room that is left
//   {"fault": "release-instance", "containerInstance": 0}
//   {"fault": "disconnect-instance", "containerInstance": 0}     loses its agent; tasks go on
//   {"fault": "reconnect-instance", "containerInstance": 0}
//
// Without "container" all containers of the task are meant. A behaviour lasts until the next one or
// the task's end. A built-in app of this process behaves so itself; for any other program the load
// balancer does it on the way to the task's targets, which the task must therefore have.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "containers/start_faults.hpp"
#include "containers/task_fault.hpp"
#include "cutover/stack/model.hpp"
#include "lb/base/result.hpp"

namespace cutover::stack {

namespace fault {

struct OnTask {
  std::string task;       ///< "service/number", or (at the endpoint) a task's id or its beginning.
  std::string container;  ///< Empty: all of them.
  containers::TaskFault what;
};

struct FailStarts {
  containers::StartFault starts;
};

struct OnInstance {
  enum class What { fill, release, disconnect, reconnect };
  std::uint32_t container_instance = 0;  ///< In the order of their registration.
  What what = What::fill;
};

}  // namespace fault

using Fault = std::variant<fault::OnTask, fault::FailStarts, fault::OnInstance>;

/// `pointer` is where `value` stands in its document.
Result<Fault> parse_fault(const nlohmann::json& value, std::string pointer);

/// "fault kill api/0", "fault fail-starts api 3".
std::string to_string(const Fault& fault);

/// Whether what the fault is done to is there at that moment of a plan. `pointer` is the fault's.
Result<void> check_fault(const Model& model, const Fault& fault, const std::string& pointer);

}  // namespace cutover::stack

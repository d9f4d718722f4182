#pragma once

// What a command that stands for a lifecycle hook's Lambda function says. Pure.

#include <string>

#include "containers/container_log.hpp"
#include "containers/hook_runner.hpp"

namespace cutover::stack {

/// Of a command that has ended with status 0: what it has written decides, all of it or its last
/// line: an object with the hookStatus, callBackDelay and hookDetails that a Lambda function
/// returns. Without such an object it has succeeded.
containers::HookAnswer read_hook_answer(const containers::ContainerLog& log);

/// Why a hook has failed.
containers::HookAnswer failed_hook(std::string reason);

}  // namespace cutover::stack

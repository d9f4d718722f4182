#pragma once

// Tasks as ECS answers them (API reference: Task, Container, Attachment).

#include "containers/task.hpp"
#include "cutover/api/ecs/region.hpp"

namespace cutover::api::ecs {

/// AWS answers tags only when it is asked for them.
Answered task_answer(const containers::TaskDescription& task, bool with_tags);

}  // namespace cutover::api::ecs

// Whatever a lifecycle hook's command writes: the hook has succeeded, has failed with a reason, or
// is to be called again within a day, with details that are JSON.

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cutover/stack/hook_answer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cutover;
  containers::ContainerLog log(64 * 1024);
  log.write(containers::LogStream::output, {reinterpret_cast<const char*>(data), size}, {});
  log.end(containers::LogStream::output, {});
  const containers::HookAnswer answer = stack::read_hook_answer(log);
  switch (answer.status) {
    case containers::HookStatus::succeeded:
      break;
    case containers::HookStatus::failed:
      if (answer.reason.empty()) std::abort();
      break;
    case containers::HookStatus::in_progress:
      if (answer.call_back_delay < Duration::zero()) std::abort();
      if (answer.call_back_delay > std::chrono::hours(24)) std::abort();
      if (!answer.details.empty() && !nlohmann::json::accept(answer.details)) std::abort();
      break;
    default:
      std::abort();
  }
  return 0;
}

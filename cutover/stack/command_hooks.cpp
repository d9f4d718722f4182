#include "cutover/stack/command_hooks.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "containers/runtimes/child_process.hpp"
#include "containers/runtimes/command_run.hpp"
#include "cutover/stack/hook_answer.hpp"
#include "lb/base/descriptor.hpp"

namespace cutover::stack {

namespace {

using containers::CommandEnd;
using containers::CommandRun;
using containers::ContainerLog;
using containers::HookAnswer;

/// Of what a command writes, so much at the end is looked at.
constexpr std::size_t output_most = 256 * 1024;

/// The text as something to read from: in memory, so that nobody waits for a command to read it.
Result<Descriptor> readable(const std::string& text) {
  Descriptor memory(memfd_create("payload", MFD_CLOEXEC));
  std::size_t written = 0;
  while (memory && written < text.size()) {
    const auto size = ::write(memory.get(), text.data() + written, text.size() - written);
    if (size <= 0) break;
    written += static_cast<std::size_t>(size);
  }
  if (memory && written == text.size() && ::lseek(memory.get(), 0, SEEK_SET) == 0) return memory;
  return Error{"CannotStartProcess", "", fmt::format("no memory: {}", std::strerror(errno))};
}

Result<containers::SpawnedChild> start(const HookCommand& hook, const std::string& payload) {
  const auto input = readable(payload);
  if (!input) return input.error();
  containers::ChildLaunch launch;
  launch.program = containers::find_program(hook.command.front());
  launch.arguments = hook.command;
  launch.environment = containers::merged_environment(hook.environment);
  launch.directory = hook.working_directory;
  launch.input = input->get();
  return containers::spawn(launch);
}

HookAnswer answer_of(const CommandEnd& end, const ContainerLog& log) {
  if (end.timed_out) return failed_hook("it took too long and was killed");
  if (end.exit_code == 0) return read_hook_answer(log);
  const std::string last = log.last_line(containers::LogStream::errors);
  return failed_hook(
      fmt::format("exit status {}{}", end.exit_code, last.empty() ? "" : ": " + last));
}

/// Whoever lets go of it does not hear of an answer any more.
class RunningHook final : public containers::HookCall {
 public:
  explicit RunningHook(std::shared_ptr<CommandRun> run) : run_(std::move(run)) {}
  ~RunningHook() override { run_->abandon(); }
  RunningHook(const RunningHook&) = delete;
  RunningHook& operator=(const RunningHook&) = delete;

 private:
  std::shared_ptr<CommandRun> run_;
};

class HookNotStarted final : public containers::HookCall {
 public:
  HookNotStarted(boost::asio::io_context& io, std::string why,
                 containers::HookRunner::OnAnswer on_answer) {
    boost::asio::post(
        io, [held = std::weak_ptr(wanted_), why = std::move(why), tell = std::move(on_answer)] {
          if (held.expired()) return;
          HookAnswer answer;
          answer.status = containers::HookStatus::failed;
          answer.reason = why;
          tell(answer);
        });
  }

 private:
  std::shared_ptr<bool> wanted_ = std::make_shared<bool>(true);
};

}  // namespace

std::unique_ptr<containers::HookCall> CommandHooks::call(const std::string& target_arn,
                                                         const std::string& payload,
                                                         OnAnswer on_answer) {
  const auto hook = commands_.find(target_arn);
  if (hook == commands_.end()) {
    const auto unknown = check_hook(target_arn);
    return std::make_unique<HookNotStarted>(io_, unknown.error().message, std::move(on_answer));
  }
  auto child = start(hook->second, payload);
  if (!child) {
    return std::make_unique<HookNotStarted>(io_, child.error().message, std::move(on_answer));
  }
  const auto log = std::make_shared<ContainerLog>(output_most);
  const auto run = std::make_shared<CommandRun>(
      io_, *std::move(child),
      [log, tell = std::move(on_answer)](const CommandEnd& end) { tell(answer_of(end, *log)); });
  run->keep_output(log, clock_);
  run->watch(hook->second.timeout);
  return std::make_unique<RunningHook>(run);
}

}  // namespace cutover::stack

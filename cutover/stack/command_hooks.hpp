#pragma once

// Runs lifecycle hooks as commands of this machine: the payload on their standard input, the answer
// from what they write and how they end (hook_answer.hpp).

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "containers/hook_runner.hpp"
#include "cutover/stack/hook_commands.hpp"
#include "lb/base/clock.hpp"

namespace cutover::stack {

/// Everything on the thread that runs `io`.
class CommandHooks final : public containers::HookRunner {
 public:
  /// All of it is borrowed and outlives it.
  CommandHooks(boost::asio::io_context& io, const Clock& clock, const HookCommands& commands)
      : io_(io), clock_(clock), commands_(commands) {}

  Result<void> check_hook(const std::string& target_arn) const override {
    return stack::check_hook(commands_, target_arn);
  }
  std::unique_ptr<containers::HookCall> call(const std::string& target_arn,
                                             const std::string& payload,
                                             OnAnswer on_answer) override;

 private:
  boost::asio::io_context& io_;
  const Clock& clock_;
  const HookCommands& commands_;
};

}  // namespace cutover::stack

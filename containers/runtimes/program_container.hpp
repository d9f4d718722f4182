#pragma once

// The container of a program that runs in a process of its own, this system's or an engine's.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "containers/runtime.hpp"

namespace cutover::containers {

/// `Program` lives until its end has been seen to, which may be after its container is gone.
template <class Program>
class ProgramContainer final : public Container {
 public:
  explicit ProgramContainer(std::shared_ptr<Program> program) : program_(std::move(program)) {}
  ~ProgramContainer() override { program_->abandon(); }
  ProgramContainer(const ProgramContainer&) = delete;
  ProgramContainer& operator=(const ProgramContainer&) = delete;

  void terminate() override { program_->terminate(); }
  void kill() override { program_->kill(); }
  Result<void> pause() override { return program_->pause(); }
  Result<void> resume() override { return program_->resume(); }
  Result<void> change_behaviour(const apps::AppBehaviour&) override {
    return Error{"UnsupportedFeatureException", "",
                 "a program's behaviour can't be changed from outside; allowed is a built-in app "
                 "of this process"};
  }
  void execute(const std::vector<std::string>& command, Duration timeout,
               OnExecuted done) override {
    program_->execute(command, timeout, std::move(done));
  }

 private:
  const std::shared_ptr<Program> program_;
};

}  // namespace cutover::containers

#pragma once

// A command of this machine that runs below a supervisor (supervisor.hpp), seen from this process:
// it is told what to do, its messages and its end are heard, and what made it reachable is given
// back with it.

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "containers/runtime.hpp"
#include "containers/runtimes/cgroups.hpp"
#include "containers/runtimes/child_end.hpp"
#include "containers/runtimes/child_process.hpp"
#include "containers/runtimes/host_ports.hpp"
#include "containers/runtimes/log_pipe.hpp"
#include "containers/runtimes/relay.hpp"
#include "containers/runtimes/supervisor.hpp"
#include "lb/base/clock.hpp"

namespace cutover::containers {

/// What makes a container's ports reachable; given back with it.
struct Reachability {
  std::vector<std::uint16_t> host_ports;
  std::vector<HostPorts::Promise> promises{};
  std::vector<std::unique_ptr<Relay>> relays{};
};

/// Everything that a container's process brings along.
struct StartedProgram {
  SpawnedChild child;
  Descriptor control;  ///< Of the messages with the supervisor.
  SupervisedCommand command;
  Reachability reachability;
  std::unique_ptr<Cgroup> cgroup;  ///< Null: no limits.
  bool isolated = false;           ///< In a namespace of processes.
};

/// "no such file or directory", as it stands after a colon.
std::string system_error_text(int number);

/// One supervisor with its program. Lives until it has been reaped, also when its container is gone
/// before: the wait for its end holds it. Control thread only.
class SupervisedProgram final : public std::enable_shared_from_this<SupervisedProgram> {
 public:
  /// `control` and `clock` outlive it. See Runtime::start() for the callbacks.
  SupervisedProgram(boost::asio::io_context& control, const Clock& clock, const FloodCount& floods,
                    std::shared_ptr<ContainerLog> log, StartedProgram started,
                    Runtime::OnRunning on_running, Runtime::OnExit on_exit);
  SupervisedProgram(const SupervisedProgram&) = delete;
  SupervisedProgram& operator=(const SupervisedProgram&) = delete;
  ~SupervisedProgram();

  /// To be called once, first.
  void watch();
  void terminate();
  void kill();
  /// All processes of the container.
  Result<void> pause();
  Result<void> resume();
  /// As Container::execute().
  void execute(const std::vector<std::string>& command, Duration timeout,
               Container::OnExecuted done);
  /// Ends the program without a word.
  void abandon();

 private:
  struct Execution {
    explicit Execution(boost::asio::io_context& io) : timer(io) {}
    boost::asio::steady_timer timer;
    Container::OnExecuted done;
    bool timed_out = false;
  };

  Result<void> send(const nlohmann::json& message);
  void force_end();
  void wait_for_message();
  bool take_messages();
  void take(const nlohmann::json& message, int sender);
  void on_executed(std::uint64_t id, int exit_code);
  void time_out(std::uint64_t id);
  void on_end();
  ContainerExit describe_end(int code, bool ran_out_of_memory) const;

  boost::asio::io_context& io_;
  const pid_t pid_;
  const bool isolated_;
  const SupervisedCommand command_;
  Reachability reachability_;
  std::unique_ptr<Cgroup> cgroup_;
  ChildEnd end_;
  boost::asio::posix::stream_descriptor control_;
  LogPipe output_;
  LogPipe errors_;
  const std::shared_ptr<ContainerLog> log_;
  const Runtime::OnRunning on_running_;
  const Runtime::OnExit on_exit_;
  std::map<std::uint64_t, Execution> executions_;
  std::uint64_t last_execution_ = 0;
  int program_ = 0;
  std::string failure_;
  bool ran_ = false;
  bool asked_to_end_ = false;
  bool reaped_ = false;
  bool abandoned_ = false;
};

}  // namespace cutover::containers

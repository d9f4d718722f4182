#pragma once

// The first process of a container that runs a command: it starts the command, passes signals on,
// takes care of every process that the command leaves behind, and ends with its exit code. With it
// all of them end: it is the first process of a namespace of processes, or where there is none it
// adopts them and kills them one by one. It dies when the process that started it does.
//
// It is this same program, run anew with the argument `supervise`, so that it has one thread and
// nothing of the memory of the one that started it.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lb/base/result.hpp"

namespace cutover::containers {

/// The argument that makes the program call supervise().
inline constexpr std::string_view supervise_argument = "supervise";

/// The descriptors it is given, both of them packet sockets: for messages of control, and for
/// sockets that are made in its network namespace (inner_sockets.hpp).
inline constexpr int supervisor_control = 3;
inline constexpr int supervisor_sockets = 4;
/// And the file `cgroup.procs` that its programs are to be written to, when there is one.
inline constexpr int supervisor_cgroup = 5;

/// Lives as the program that is run by `PROGRAM supervise`; gives its exit status.
int supervise();

/// What it is to start.
struct SupervisedCommand {
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> environment;  ///< All of it.
  std::string directory;                                         ///< Empty: as it is.
  struct User {
    std::uint32_t user = 0;
    std::uint32_t group = 0;
  };
  std::optional<User> user;
  bool in_cgroup = false;
};

/// Messages of control, JSON in a packet each.
namespace supervision {

// To the supervisor: the first one, then any number of the others.
nlohmann::json start(const SupervisedCommand& command);
/// To the command alone, or to every process of the container.
nlohmann::json signal(int number, bool everyone);
nlohmann::json kill();
nlohmann::json execute(std::uint64_t id, const std::vector<std::string>& command);
nlohmann::json end_execution(std::uint64_t id);

// From it. The credentials of `begun` say the command's pid; it has not been executed yet.
nlohmann::json begun();
nlohmann::json running();
/// It could not be executed: `what` was tried, `number` is errno.
nlohmann::json failed(const std::string& what, int number);
nlohmann::json executed(std::uint64_t id, int exit_code);

/// Sends one packet without waiting. Errors: it is too large, the other end is gone or full.
Result<void> send(int socket, const nlohmann::json& message);
/// A packet, or nothing when there is none or it is no message. `closed` is set when the other end
/// is gone; `sender` (if any) becomes the pid of who sent it.
std::optional<nlohmann::json> receive(int socket, bool& closed, int* sender = nullptr);

}  // namespace supervision

}  // namespace cutover::containers

#pragma once

// What is said to a container engine and what it says, in the Docker Engine API's JSON. Pure. What
// comes from outside may hold anything: what is missing there reads as nothing.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "containers/runtime.hpp"

namespace cutover::containers {

/// Labels that say which containers of an engine are this program's.
struct DockerLabels {
  static constexpr std::string_view run_label = "io.cutover.run";
  static constexpr std::string_view owner_label = "io.cutover.owner";
  static constexpr std::string_view task_label = "io.cutover.task";
  static constexpr std::string_view container_label = "io.cutover.container";

  std::string run;    ///< Names one run of this program.
  std::string owner;  ///< Its process: see docker_owner.hpp.
};

/// The body of POST /containers/create.
std::string create_body(const ContainerLaunch& launch, const std::string& image,
                        const DockerLabels& labels);
/// The body of POST /containers/ID/exec.
std::string exec_body(const std::vector<std::string>& command);

/// With ":latest" when it has neither tag nor digest: without, engines pull all tags.
std::string with_tag(const std::string& reference);
/// `text` as the value of a query's parameter.
std::string query_value(std::string_view text);
/// The query that finds all containers, running or not, that carry a label: "name" or "name=value".
std::string list_query(std::string_view label);

/// The engine's sentence about what went wrong, else its answer as it is, in one bounded line.
std::string engine_message(std::string_view body);

/// "Id"; empty when there is none.
std::string id_of(std::string_view body);
/// "StatusCode" of a wait that has ended.
std::optional<int> status_code_of(std::string_view body);

struct DockerVersion {
  std::string most;   ///< "1.41".
  std::string least;  ///< May be empty.
};
DockerVersion version_of(std::string_view body);
/// The API version to speak with an engine, "v1.41" or a later one; or what it speaks instead.
Result<std::string> choose_version(const DockerVersion& engine);

/// What an engine says of a container.
struct DockerContainerState {
  struct Binding {
    std::string address;
    std::uint16_t host_port = 0;
  };

  bool running = false;
  int exit_code = 0;
  bool out_of_memory = false;
  std::string stop_signal;                      ///< A name or number; empty: SIGTERM.
  std::multimap<std::uint16_t, Binding> ports;  ///< By container port; TCP only.
};
DockerContainerState container_state_of(std::string_view body);
/// For each of `wanted` the host port it got; 0 where the engine names none.
std::vector<std::uint16_t> host_ports(const std::vector<PortBinding>& wanted,
                                      const DockerContainerState& state);

struct DockerExecState {
  bool running = false;
  std::optional<int> exit_code;
  int pid = 0;  ///< As the engine sees it; 0: unknown.
};
DockerExecState exec_state_of(std::string_view body);

/// A container in the answer to GET /containers/json.
struct DockerListed {
  std::string id;
  std::map<std::string, std::string, std::less<>> labels;
};
std::vector<DockerListed> listed_containers(std::string_view body);

/// Follows the lines that a pull sends and keeps the error that one of them may hold.
class PullProgress {
 public:
  void take(std::string_view bytes);
  /// Once the stream has ended: empty when all went well.
  std::string error();

 private:
  void read_line();

  std::string line_;
  bool too_long_ = false;
  std::string error_;
};

}  // namespace cutover::containers

// What a container engine may answer: anything is read without a fault, and what is passed on as a
// message is one bounded line that can be written as JSON again.

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "containers/runtimes/docker_messages.hpp"
#include "containers/runtimes/docker_owner.hpp"

namespace cutover::containers {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_message(const std::string& message) {
  require(message.size() <= 900 && message.find_first_of("\r\n") == std::string::npos);
  (void)nlohmann::json(message).dump();  // Throws at what is not UTF-8.
}

std::string pull_error(std::string_view bytes, std::size_t step) {
  PullProgress progress;
  for (std::size_t at = 0; at < bytes.size(); at += step) progress.take(bytes.substr(at, step));
  return progress.error();
}

void check(std::string_view bytes) {
  check_message(engine_message(bytes));
  const auto error = pull_error(bytes, 1);
  check_message(error);
  require(pull_error(bytes, bytes.size() + 1) == error);
  for (const auto& container : listed_containers(bytes)) require(!container.id.empty());
  const std::vector<PortBinding> wanted{{3000, 0}, {3000, 80}};
  const auto ports = host_ports(wanted, container_state_of(bytes));
  require(ports.size() == 2 && ports[1] == 80 && ports[0] != 80);
  (void)choose_version(version_of(bytes));
  (void)exec_state_of(bytes);
  (void)status_code_of(bytes);
  (void)id_of(bytes);
  (void)start_of_stat(bytes);
  if (const auto owner = parse_docker_owner(bytes)) {
    require(parse_docker_owner(to_string(*owner)) == owner);
  }
}

}  // namespace
}  // namespace cutover::containers

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cutover::containers::check({reinterpret_cast<const char*>(data), size});
  return 0;
}

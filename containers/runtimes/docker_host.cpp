#include "containers/runtimes/docker_host.hpp"

#include <fmt/format.h>
#include <sys/un.h>

#include <cstdlib>

namespace cutover::containers {

Result<std::string> docker_socket(std::string_view docker_host) {
  constexpr std::string_view scheme = "unix://";
  constexpr std::size_t path_most = sizeof(sockaddr_un::sun_path) - 1;
  if (!docker_host.starts_with("unix:///"))
    return Error{"UnsupportedFeatureException", "",
                 fmt::format("found \"{}\"; a container engine is reached over a local socket "
                             "only, such as {}",
                             docker_host, default_docker_host)};
  const auto path = docker_host.substr(scheme.size());
  if (path.size() > path_most)
    return Error{"ValidationError", "",
                 fmt::format("found a path of {} bytes; a local socket's has at most {}",
                             path.size(), path_most)};
  return std::string(path);
}

std::string docker_host_of_environment() {
  const char* const given = std::getenv("DOCKER_HOST");
  return given && *given ? given : std::string(default_docker_host);
}

}  // namespace cutover::containers

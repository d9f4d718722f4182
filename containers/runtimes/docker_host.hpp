#pragma once

// Where the container engine listens.

#include <string>
#include <string_view>

#include "lb/base/result.hpp"

namespace cutover::containers {

inline constexpr std::string_view default_docker_host = "unix:///var/run/docker.sock";

/// The path in "unix:///path". Anything else is refused.
Result<std::string> docker_socket(std::string_view docker_host);

/// The environment's DOCKER_HOST, else the default.
std::string docker_host_of_environment();

}  // namespace cutover::containers

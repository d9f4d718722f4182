#pragma once

// CloudWatch Logs, reading only: a log stream is what a container writes.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "containers/container_log.hpp"
#include "cutover/api/account.hpp"
#include "cutover/api/service.hpp"
#include "lb/base/clock.hpp"

namespace cutover::api::logs {

struct Stream {
  std::string group;  ///< "/ecs/api", or what the definition's log configuration says.
  std::string name;   ///< "<prefix>/<container>/<task id>"
  WallTime created_at{};
  std::shared_ptr<const containers::ContainerLog> log;
};

/// The streams of a region, as they are at the moment.
using Source = std::function<std::vector<Stream>(const std::string& region)>;

Service service(const Account& account, Source source);

}  // namespace cutover::api::logs

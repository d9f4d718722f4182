#pragma once

// The attributes of a load balancer and of a listener, as typed values (ALB user guide: Load
// balancer attributes, Listener attributes). Those that concern HTTP messages alone are grouped as
// lb/http takes them.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"
#include "lb/http/handling.hpp"

namespace cutover::lb {

/// Where one kind of log goes: `access_logs.s3.*`, `connection_logs.s3.*`. What a bucket is on one
/// machine is the log writer's affair.
struct LogDelivery {
  bool enabled = false;
  std::string bucket;  ///< Needed when enabled.
  std::string prefix;  ///< May be empty; must not contain "AWSLogs".

  friend bool operator==(const LogDelivery&, const LogDelivery&) = default;
};

struct LoadBalancerAttributes {
  Duration idle_timeout = std::chrono::seconds(60);         ///< 1-4,000 s, whole seconds.
  Duration client_keep_alive = std::chrono::seconds(3600);  ///< 60-604,800 s, whole seconds.
  http::RequestHandling handling;
  bool deletion_protection = false;
  LogDelivery access_logs;
  LogDelivery connection_logs;

  friend bool operator==(const LoadBalancerAttributes&, const LoadBalancerAttributes&) = default;
};

/// A header that the load balancer adds to responses.
struct ResponseHeader {
  std::string name;   ///< One of insertable_response_headers(), in its spelling.
  std::string value;  ///< 1-1,024 characters of visible ASCII and spaces.

  friend bool operator==(const ResponseHeader&, const ResponseHeader&) = default;
};

struct ListenerAttributes {
  bool server_header = true;
  std::vector<ResponseHeader> response_headers;  ///< In the order they are sent; no name twice.

  friend bool operator==(const ListenerAttributes&, const ListenerAttributes&) = default;
};

/// The ten response headers that a listener can add: "Strict-Transport-Security", …
std::span<const std::string_view> insertable_response_headers();

/// Errors (`InvalidConfigurationRequest`) are placed at the member: "idle_timeout",
/// "access_logs.bucket", "response_headers/0".
Result<void> validate(const LoadBalancerAttributes& attributes);
Result<void> validate(const ListenerAttributes& attributes);

/// Valid attributes as lb/http takes them.
http::ResponseHandling response_handling(const ListenerAttributes& attributes);

}  // namespace cutover::lb

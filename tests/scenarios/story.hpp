#pragma once

// A load balancer in memory and made-up time with a few conveniences for long stories.

#include <string>

#include "tests/lb/proxy/simulation.hpp"

namespace cutover::scenarios {

using lb::proxy::test::MemoryStream;
using std::chrono::seconds;

class Story : public lb::proxy::test::Simulation {
 protected:
  static constexpr const char* group = "api";

  /// Options whose data plane waits longer than any story lasts.
  static lb::Options patient() {
    lb::Options options;
    options.attributes.idle_timeout = seconds(4000);
    return options;
  }

  lb::targets::State state(std::uint16_t port) {
    return balancer->target_health(group, {"127.0.0.1", port})->state;
  }

  /// Sends a GET with these header lines ("A: b\r\n") on the connection.
  static void ask(MemoryStream& browser, const std::string& headers = "") {
    browser.send("GET / HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n");
  }

  /// The port of the target that holds an unanswered request, which is answered 200; 0 when the
  /// load balancer answered by itself, or not at all.
  std::uint16_t serve(const std::vector<std::uint16_t>& ports) {
    settle();
    for (const auto port : ports) {
      for (auto& connection : network.add_target(at(port)).connections) {
        const std::string request = connection->received();
        if (!request.starts_with("GET / ")) continue;
        connection->send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        settle();
        return port;
      }
    }
    return 0;
  }

  /// Lets time pass with every health check answered 200 at once.
  void advance_in_health(Duration by, const std::vector<std::uint16_t>& ports) {
    for (; by > Duration::zero(); by -= seconds(1)) {
      advance(std::min<Duration>(by, seconds(1)));
      answer_checks(ports);
    }
  }
};

}  // namespace cutover::scenarios

// A load balancer inside a program: two targets, one of them a function of this process, a rule, a
// few seconds of service.
//
//   embedded [SECONDS]      then: curl -i http://127.0.0.1:<port>/hello

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "lb/load_balancer.hpp"

namespace {

using namespace cutover;

/// A target that is called instead of dialled. Any worker may call it at any time.
class Hello final : public lb::InProcessService {
 public:
  void serve(const lb::InProcessRequest& request, TimePoint,
             lb::InProcessResponse& response) noexcept override {
    response.headers = "Content-Type: text/plain\r\n";
    response.storage = "hello from inside, you asked for " + std::string(request.target) + "\n";
    response.body = response.storage;
  }
};

int report(const Error& error) {
  std::cerr << "embedded: " << to_string(error) << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const int seconds = argc > 1 ? std::atoi(argv[1]) : 10;
  boost::asio::io_context control(1);
  RealClock clock;
  AsioTimers timers(control, clock);

  lb::Options options;
  options.name = "embedded";
  options.workers = 1;
  lb::LoadBalancer balancer(control, timers, options);
  if (const auto started = balancer.start(); !started) return report(started.error());

  // A group with one target. Port 0 and a service: even its health checks are calls.
  lb::targets::TargetGroupSpec group;
  group.name = "hello";
  if (const auto made = balancer.create_target_group(group); !made) return report(made.error());
  lb::TargetSpec target;
  target.id = {"127.0.0.1", 0};
  target.service = std::make_shared<Hello>();
  const auto registered = balancer.register_target("hello", std::move(target));
  if (!registered) return report(registered.error());

  // A listener that answers 404 by itself, and a rule that sends /hello* to the group.
  lb::ListenerSpec listener;
  listener.port = 80;  // its name; the kernel chooses the port that is really bound
  listener.default_action = rules::FixedResponse{404, "text/plain", "nothing here\n"};
  const auto port = balancer.create_listener(listener);
  if (!port) return report(port.error());
  rules::Rule rule;
  rule.priority = 10;
  rule.conditions = {rules::PathPattern{{"/hello*"}}};
  rule.action = rules::Forward{{{"hello", 1}}};
  if (const auto made = balancer.create_rule(80, rule); !made) return report(made.error());

  std::cout << "serving on http://127.0.0.1:" << *port << "/hello for " << seconds << " s"
            << std::endl;
  timers.after(std::chrono::seconds(seconds), [&] {
    balancer.stop(std::chrono::seconds(1));
    std::cout << balancer.accounts().requests << " requests served" << std::endl;
    control.stop();
  });
  control.run();
}

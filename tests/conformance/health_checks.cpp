#include "tests/conformance/health_checks.hpp"

#include <fmt/format.h>

#include <utility>

#include "tests/conformance/message.hpp"

namespace cutover::conformance {

void HealthChecks::behave(const std::string& target, const nlohmann::json& how) {
  targets_.at(target).how = how;
  Reception reception = Reception::accepts;
  if (how == "refuses") reception = Reception::refuses;
  if (how == "ignores") reception = Reception::ignores;
  world_.set_reception(target, reception);
}

bool HealthChecks::passes(const std::string& target) const {
  return targets_.at(target).how == 200;
}

bool HealthChecks::react() {
  bool any = false;
  for (auto& [name, target] : targets_) {
    const auto& wires = world_.wires_to(name);
    for (std::size_t i = 0; i < wires.size(); ++i) any |= meet(target, *wires[i]);
  }
  return any;
}

bool HealthChecks::meet(Target& target, Wire& wire) {
  if (wire.use == Wire::Use::unknown && wire.unread.find("\r\n\r\n") != std::string::npos) {
    const bool check = wire.unread.find("\r\nUser-Agent: ELB-HealthChecker/") != std::string::npos;
    wire.use = check ? Wire::Use::health_check : Wire::Use::traffic;
    if (check) ++target.seen;
  }
  if (wire.use != Wire::Use::health_check || wire.handled || target.how == "by hand") return false;
  wire.handled = true;
  const auto& how = target.how;
  if (how.is_number()) {
    wire.send(fmt::format("HTTP/1.1 {} X\r\nContent-Length: 0\r\n\r\n", how.get<int>()));
  } else if (how.is_array()) {
    wire.send(message_bytes(how.get<Lines>(), words_));
  } else if (how == "garbage") {
    wire.send("garbage\r\n\r\n");
  } else if (how == "closes") {
    wire.close();
  } else if (how == "resets") {
    wire.reset();
  } else if (how != "silent") {
    throw Failure("no target can behave as " + how.dump());
  }
  return true;
}

unsigned HealthChecks::seen(const std::string& target) {
  return std::exchange(targets_.at(target).seen, 0);
}

Wire* HealthChecks::waiting(const std::string& target) {
  for (const auto& wire : world_.wires_to(target)) {
    if (wire->use == Wire::Use::health_check && !wire->handled && !wire->ended()) {
      return wire.get();
    }
  }
  return nullptr;
}

}  // namespace cutover::conformance

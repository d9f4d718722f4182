#pragma once

// What ELBv2's operations work on, in one region, and how they name and refuse things.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cutover/api/ec2/state.hpp"
#include "cutover/api/errors.hpp"
#include "cutover/api/service.hpp"
#include "cutover/stack/running_balancing.hpp"

namespace cutover::api::elbv2 {

using nlohmann::json;
using Json = nlohmann::ordered_json;

struct Place {
  stack::RunningBalancing& balancing;
  const ec2::Ec2State& network;

  const stack::LoadBalancing& there() const { return balancing.there(); }
};

/// An operation: parameters of their types in, the answer's members out.
using Operation = Outcome (*)(const Place& place, const json& input);

inline Error validation_error(std::string message) {
  return {"ValidationError", "", std::move(message)};
}

}  // namespace cutover::api::elbv2

#pragma once

// Calling the operations of a service as the dispatcher does, for tests.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "cutover/api/service.hpp"

namespace cutover::api {

/// The outcome of an operation that answers at once.
inline Outcome call(const Service& service, const std::string& operation,
                    nlohmann::json parameters = nlohmann::json::object(),
                    const std::string& region = "us-east-1") {
  std::optional<Outcome> got;
  service.operations.at(operation)({region, operation, std::move(parameters),
                                    [&](Outcome outcome) { got = std::move(outcome); }});
  return got ? *std::move(got) : Outcome(Error{"NotAnswered", "", "no answer came"});
}

/// The answer of a call that has to work.
inline nlohmann::json good(const Service& service, const std::string& operation,
                           nlohmann::json parameters = nlohmann::json::object()) {
  const Outcome outcome = call(service, operation, std::move(parameters));
  EXPECT_TRUE(outcome) << operation << ": " << to_string(outcome.error());
  return outcome ? nlohmann::json(*outcome) : nlohmann::json();
}

/// The code with which a call is refused; empty when it is not.
inline std::string code(const Service& service, const std::string& operation,
                        nlohmann::json parameters = nlohmann::json::object()) {
  const Outcome outcome = call(service, operation, std::move(parameters));
  return outcome ? "" : outcome.error().code;
}

}  // namespace cutover::api

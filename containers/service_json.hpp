#pragma once

// Services as JSON in AWS's spelling: what CreateService and UpdateService take, from a stack file,
// a plan or the API, and what DescribeServices shows. What this simulator does not do is refused by
// name.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "containers/service.hpp"
#include "lb/base/json.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

/// Reads one service; `pointer` is where `value` stands in its document ("" for the root). Names
/// are not looked up here: see check_service(). Errors: InvalidParameterException, at the JSON
/// pointer of the first bad value.
Result<ServiceSpec> parse_service(const nlohmann::json& value, std::string pointer,
                                  Numbers numbers = Numbers::strict);

/// UpdateService's input.
struct UpdateServiceInput {
  std::string service;  ///< Its name or ARN.
  std::string cluster;  ///< Empty: none given.
  ServiceUpdate update;
};
Result<UpdateServiceInput> parse_service_update(const nlohmann::json& value, std::string pointer,
                                                Numbers numbers = Numbers::strict);

/// The input of the CreateService that makes this service: parse_service() reads it again.
nlohmann::json create_service_input(const ServiceSpec& spec);

/// DescribeServices' `service`, times in seconds of the epoch. AWS shows `tags` only when asked to.
nlohmann::json to_json(const ServiceDescription& service, bool with_tags);

/// Reads the optional object `networkConfiguration`.
std::optional<NetworkConfiguration> read_network_configuration(JsonReader& reader);

nlohmann::json to_json(const std::vector<ServiceLoadBalancer>& load_balancers);
nlohmann::json to_json(const NetworkConfiguration& network);

}  // namespace cutover::containers

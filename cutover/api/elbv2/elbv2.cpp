#include "cutover/api/elbv2/elbv2.hpp"

#include <array>
#include <utility>

#include "cutover/api/elbv2/operations.hpp"
#include "cutover/api/elbv2/shapes.hpp"

namespace cutover::api::elbv2 {

namespace {

/// Operations that AWS has for what is not built here: TLS trust stores, capacity, address pools.
constexpr std::array<std::string_view, 14> refused_operations{
    "AddTrustStoreRevocations",
    "CreateTrustStore",
    "DeleteSharedTrustStoreAssociation",
    "DeleteTrustStore",
    "DescribeTrustStoreAssociations",
    "DescribeTrustStoreRevocations",
    "DescribeTrustStores",
    "GetResourcePolicy",
    "GetTrustStoreCaCertificatesBundle",
    "GetTrustStoreRevocationContent",
    "ModifyCapacityReservation",
    "ModifyIpPools",
    "ModifyTrustStore",
    "RemoveTrustStoreRevocations",
};

}  // namespace

Service service(PlaceOf place_of) {
  Service elbv2;
  elbv2.name = "elasticloadbalancing";
  elbv2.protocol = Protocol::query;
  elbv2.version = "2015-12-01";
  elbv2.name_space = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/";
  elbv2.lists = list_names();
  Operations operations;
  add_load_balancers(operations);
  add_target_groups(operations);
  add_targets(operations);
  add_listeners(operations);
  add_rules(operations);
  add_tags(operations);
  add_limits(operations);
  for (const auto& [name, operation] : operations) {
    const Shape& shape = shapes().at(name);
    elbv2.operations[std::string(name)] =
        at_once([place_of, operation = operation, &shape](const Call& call) -> Outcome {
          const auto input = typed(shape, call.parameters);
          if (!input) return input.error();
          return operation(place_of(call.region), *input);
        });
  }
  for (const std::string_view name : refused_operations) {
    elbv2.operations[std::string(name)] = at_once([name](const Call&) -> Outcome {
      return unsupported("The operation " + std::string(name) + " is");
    });
  }
  return elbv2;
}

}  // namespace cutover::api::elbv2

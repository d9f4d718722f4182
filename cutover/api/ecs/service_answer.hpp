#pragma once

// Services as ECS answers them: as `containers` describes them, with ARNs in place of the names
// that stack files may use.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "containers/service.hpp"
#include "cutover/api/ecs/region.hpp"

namespace cutover::api::ecs {

std::string service_arn(const Region& region, std::string_view cluster, std::string_view service);

Answered service_answer(const Region& region, const containers::ServiceDescription& service,
                        bool with_tags);

/// The member `loadBalancers` of a service, a service revision or an input, in place.
void name_targets_by_arn(const Region& region, Json& value);
void name_target_groups(const Region& region, Json& value);

}  // namespace cutover::api::ecs

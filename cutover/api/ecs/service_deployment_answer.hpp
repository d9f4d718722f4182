#pragma once

// Service deployments and service revisions as ECS answers them (API reference: ServiceDeployment,
// ServiceDeploymentBrief, ServiceRevision).

#include "containers/service_deployment.hpp"
#include "cutover/api/ecs/region.hpp"

namespace cutover::api::ecs {

Answered service_deployment_answer(const containers::ServiceDeploymentDescription& described);
/// As ListServiceDeployments shows it.
Answered brief_answer(const containers::ServiceDeploymentDescription& described);
Answered service_revision_answer(const Region& region,
                                 const containers::ServiceRevisionDescription& described);

}  // namespace cutover::api::ecs

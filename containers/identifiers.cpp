#include "containers/identifiers.hpp"

#include <fmt/format.h>

#include "lb/base/uuid.hpp"

namespace cutover::containers {

std::string new_task_id(Random& random) {
  const auto high = random();
  return fmt::format("{:016x}{:016x}", high, random());
}

std::string new_deployment_id(Random& random) {
  // 19 digits, the first of them not 0, and within a signed 64-bit number, as AWS's are.
  constexpr std::uint64_t least = 1'000'000'000'000'000'000;
  return fmt::format("ecs-svc/{}", least + random() % (8 * least));
}

std::string new_event_id(Random& random) { return new_uuid(random); }

ArnMaker::ArnMaker(std::string_view region, std::string_view account, std::string cluster)
    : prefix_(fmt::format("arn:aws:ecs:{}:{}:", region, account)), cluster_(std::move(cluster)) {}

std::string ArnMaker::cluster() const { return fmt::format("{}cluster/{}", prefix_, cluster_); }

std::string ArnMaker::task(std::string_view id) const {
  return fmt::format("{}task/{}/{}", prefix_, cluster_, id);
}

std::string ArnMaker::service(std::string_view name) const {
  return fmt::format("{}service/{}/{}", prefix_, cluster_, name);
}

std::string ArnMaker::task_definition(std::string_view reference) const {
  return fmt::format("{}task-definition/{}", prefix_, reference);
}

std::string_view bare_name(std::string_view name_or_arn) {
  return name_or_arn.substr(name_or_arn.rfind('/') + 1);
}

}  // namespace cutover::containers

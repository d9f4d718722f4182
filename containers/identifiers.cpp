#include "containers/identifiers.hpp"

#include <fmt/format.h>

#include "lb/base/uuid.hpp"

namespace cutover::containers {

std::string new_task_id(Random& random) {
  const auto high = random();
  return fmt::format("{:016x}{:016x}", high, random());
}

std::string new_revision_id(Random& random) {
  // 19 digits, the first of them not 0, and within a signed 64-bit number, as AWS's are.
  constexpr std::uint64_t least = 1'000'000'000'000'000'000;
  return fmt::format("{}", least + random() % (8 * least));
}

std::string new_deployment_id(Random& random) { return "ecs-svc/" + new_revision_id(random); }

std::string new_service_deployment_id(Random& random) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string id(21, '-');
  for (char& letter : id) letter = letters[random.below(letters.size())];
  return id;
}

std::string new_event_id(Random& random) { return new_uuid(random); }

std::string new_container_instance_id(Random& random) { return new_task_id(random); }

std::string new_ec2_instance_id(Random& random) {
  const auto high = random();
  return fmt::format("i-{:016x}{:01x}", high, random() >> 60);
}

ArnMaker::ArnMaker(std::string_view region, std::string_view account, std::string cluster)
    : prefix_(fmt::format("arn:aws:ecs:{}:{}:", region, account)), cluster_(std::move(cluster)) {}

std::string ArnMaker::cluster() const { return fmt::format("{}cluster/{}", prefix_, cluster_); }

std::string ArnMaker::task(std::string_view id) const {
  return fmt::format("{}task/{}/{}", prefix_, cluster_, id);
}

std::string ArnMaker::service(std::string_view name) const {
  return fmt::format("{}service/{}/{}", prefix_, cluster_, name);
}

std::string ArnMaker::container_instance(std::string_view id) const {
  return fmt::format("{}container-instance/{}/{}", prefix_, cluster_, id);
}

std::string ArnMaker::service_deployment(std::string_view service, std::string_view id) const {
  return fmt::format("{}service-deployment/{}/{}/{}", prefix_, cluster_, service, id);
}

std::string ArnMaker::service_revision(std::string_view service, std::string_view id) const {
  return fmt::format("{}service-revision/{}/{}/{}", prefix_, cluster_, service, id);
}

std::string ArnMaker::task_definition(std::string_view reference) const {
  return fmt::format("{}task-definition/{}", prefix_, reference);
}

std::optional<std::string_view> ArnMaker::id_of(std::string_view kind,
                                                std::string_view reference) const {
  if (!reference.starts_with("arn:")) return reference;
  for (const std::string_view part : {std::string_view(prefix_), kind, std::string_view("/")}) {
    if (!reference.starts_with(part)) return std::nullopt;
    reference.remove_prefix(part.size());
  }
  const std::size_t slash = reference.find('/');
  if (slash == std::string_view::npos) return reference;
  if (reference.substr(0, slash) != cluster_) return std::nullopt;
  return reference.substr(slash + 1);
}

std::string_view bare_name(std::string_view name_or_arn) {
  return name_or_arn.substr(name_or_arn.rfind('/') + 1);
}

}  // namespace cutover::containers

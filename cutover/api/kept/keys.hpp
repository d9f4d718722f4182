#pragma once

// The keys of documents: ARNs, and for what a region has but once "<kind>/<region>".

#include <string>
#include <string_view>

namespace cutover::api::kept {

inline constexpr std::string_view network_kind = "ec2";
inline constexpr std::string_view repositories_kind = "ecr";
inline constexpr std::string_view settings_kind = "ecs-account-settings";
inline constexpr std::string_view quotas_kind = "quotas";
inline constexpr std::string_view images_kind = "images";  ///< Of the stack's region.

inline std::string key_of(std::string_view kind, std::string_view region) {
  return std::string(kind) + "/" + std::string(region);
}

}  // namespace cutover::api::kept

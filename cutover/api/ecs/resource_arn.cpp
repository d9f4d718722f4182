#include "cutover/api/ecs/resource_arn.hpp"

#include <fmt/format.h>

#include <vector>

namespace cutover::api::ecs {

namespace {

Error invalid(std::string message) { return {"InvalidParameterException", "", std::move(message)}; }

/// At most `most` parts; the last one has the rest.
std::vector<std::string_view> split(std::string_view text, char separator, std::size_t most) {
  std::vector<std::string_view> parts;
  while (parts.size() + 1 < most) {
    const std::size_t end = text.find(separator);
    if (end == std::string_view::npos) break;
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

}  // namespace

bool is_arn(std::string_view text) { return text.starts_with("arn:"); }

Result<ResourceArn> parse_arn(std::string_view text) {
  const auto parts = split(text, ':', 6);
  const auto path = parts.size() == 6 ? split(parts[5], '/', 2) : std::vector<std::string_view>{};
  if (path.size() != 2 || parts[0] != "arn" || parts[2] != "ecs" || path[1].empty()) {
    return invalid(fmt::format("Invalid identifier: {}", text));
  }
  ResourceArn arn{std::string(parts[3]), std::string(parts[4]), std::string(path[0]), "",
                  std::string(path[1])};
  const std::size_t slash = path[1].find('/');
  if (slash == std::string_view::npos) return arn;
  arn.cluster = path[1].substr(0, slash);
  // A container's, a service deployment's and a service revision's have one part more.
  arn.name = path[1].substr(slash + 1);
  return arn;
}

// The texts below are AWS's in kind; their wording is unverified.
Result<std::string> name_within(std::string_view text, std::string_view type,
                                std::string_view cluster) {
  if (!is_arn(text)) return std::string(text);
  const auto arn = parse_arn(text);
  if (!arn) return arn.error();
  if (arn->type != type) {
    return invalid(
        fmt::format("Invalid identifier: Unexpected resource type {} in {}; allowed is "
                    "{}",
                    arn->type, text, type));
  }
  if (!arn->cluster.empty() && arn->cluster != cluster) {
    return invalid(fmt::format("Invalid identifier: Identifier is for {}. Your cluster is {}",
                               arn->cluster, cluster));
  }
  return arn->name;
}

}  // namespace cutover::api::ecs

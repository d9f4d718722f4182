// TagResource, UntagResource, ListTagsForResource.

#include <fmt/format.h>

#include "cutover/api/ecs/region.hpp"
#include "cutover/api/ecs/resource_arn.hpp"

namespace cutover::api::ecs {

namespace {

using Keys = std::vector<std::string>;

/// What has the tags of one resource: its cluster, or the task definitions.
struct Tagged {
  std::string arn;
  containers::Cluster* cluster = nullptr;  ///< None: it is a task definition.
};

Result<Tagged> tagged_of(const Region& region, const Json& input) {
  const std::string text = text_of(input, "resourceArn");
  const auto arn = parse_arn(text);
  if (!arn) return arn.error();
  if (arn->type == "task-definition") return Tagged{text, nullptr};
  const bool in_cluster =
      arn->type == "service" || arn->type == "task" || arn->type == "container-instance";
  if (arn->type != "cluster" && !in_cluster) {
    return Error{"InvalidParameterException", "/resourceArn",
                 fmt::format("found a resource of type {}; allowed are cluster, "
                             "container-instance, service, task, task-definition",
                             arn->type)};
  }
  // ARNs of the old form are of the default cluster.
  const auto cluster = region.clusters.find(in_cluster ? arn->cluster : text);
  if (!cluster) return cluster.error();
  return Tagged{text, *cluster};
}

Outcome tag_resource(Region& region, const Json& input) {
  const auto tagged = tagged_of(region, input);
  if (!tagged) return tagged.error();
  const auto tags = read_tags(input);
  if (!tags) return tags.error();
  const auto done = tagged->cluster ? tagged->cluster->tag(tagged->arn, *tags)
                                    : region.definitions.tag(tagged->arn, *tags);
  if (!done) return done.error();
  return Answered::object();
}

Outcome untag_resource(Region& region, const Json& input) {
  const auto tagged = tagged_of(region, input);
  if (!tagged) return tagged.error();
  const auto keys = input["tagKeys"].get<Keys>();
  const auto done = tagged->cluster ? tagged->cluster->untag(tagged->arn, keys)
                                    : region.definitions.untag(tagged->arn, keys);
  if (!done) return done.error();
  return Answered::object();
}

Outcome list_tags_for_resource(Region& region, const Json& input) {
  const auto tagged = tagged_of(region, input);
  if (!tagged) return tagged.error();
  const auto tags =
      tagged->cluster ? tagged->cluster->tags(tagged->arn) : region.definitions.tags(tagged->arn);
  if (!tags) return tags.error();
  return Answered{{"tags", to_json(*tags)}};
}

}  // namespace

void add_tag_operations(Operations& operations) {
  operations["TagResource"] = tag_resource;
  operations["UntagResource"] = untag_resource;
  operations["ListTagsForResource"] = list_tags_for_resource;
}

}  // namespace cutover::api::ecs

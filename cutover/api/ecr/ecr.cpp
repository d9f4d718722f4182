#include "cutover/api/ecr/ecr.hpp"

#include <limits>
#include <utility>

#include "cutover/api/ecr/operations.hpp"
#include "lb/base/json.hpp"

namespace cutover::api::ecr {

nlohmann::json to_json(const Repositories& repositories) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, repository] : repositories) {
    json[name] = {{"immutableTags", repository.immutable_tags},
                  {"scanOnPush", repository.scan_on_push},
                  {"createdAt", repository.created_at.time_since_epoch().count()},
                  {"tags", repository.tags}};
  }
  return json;
}

Result<Repositories> repositories_from_json(const nlohmann::json& json) {
  JsonReader entries(json, "");
  Repositories repositories;
  if (!entries.ok()) return entries.finish().error();
  for (const auto& [name, value] : json.items()) {
    JsonReader reader(value, entries.pointer_to(name));
    Repository& repository = repositories[name];
    repository.immutable_tags = reader.optional_boolean("immutableTags").value_or(false);
    repository.scan_on_push = reader.optional_boolean("scanOnPush").value_or(false);
    const auto created = reader.integer("createdAt", 0, std::numeric_limits<std::int64_t>::max());
    repository.created_at = WallTime(std::chrono::microseconds(created));
    const auto* tags = reader.object("tags");
    for (auto tag = tags ? tags->begin() : json.end(); tags && tag != tags->end(); ++tag) {
      if (!tag->is_string()) reader.fail("tags", "found a value that is no string");
      if (reader.ok()) repository.tags[tag.key()] = tag->get<std::string>();
    }
    if (const auto end = reader.finish(); !end) return end.error();
  }
  return repositories;
}

Ecr::Ecr(Account account, const Clock& clock, Images images)
    : account_(std::move(account)),
      clock_(clock),
      started_(clock.wall_now()),
      images_(std::move(images)),
      regions_([](const std::string&) { return std::make_unique<Repositories>(); }) {}

Service Ecr::service() {
  Service service;
  service.name = "ecr";
  service.protocol = Protocol::json;
  service.version = "2015-09-21";
  service.target_prefix = "AmazonEC2ContainerRegistry_V20150921";
  const auto add = [&](const char* name, Outcome (*operation)(Context&)) {
    service.operations[name] = at_once([this, operation](const Call& call) {
      Context context{in(call.region), images_(), account_.id, call, started_, clock_.wall_now()};
      return operation(context);
    });
  };
  add("DescribeRepositories", describe_repositories);
  add("CreateRepository", create_repository);
  add("DeleteRepository", delete_repository);
  add("ListTagsForResource", list_tags_for_resource);
  add("TagResource", tag_resource);
  add("UntagResource", untag_resource);
  add("ListImages", list_images);
  add("DescribeImages", describe_images);
  add("BatchGetImage", batch_get_image);
  add("GetAuthorizationToken", get_authorization_token);
  return service;
}

}  // namespace cutover::api::ecr

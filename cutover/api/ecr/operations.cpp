#include "cutover/api/ecr/operations.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/beast/core/detail/base64.hpp>
#include <optional>
#include <vector>

#include "cutover/api/errors.hpp"
#include "lb/base/json.hpp"

namespace cutover::api::ecr {

namespace {

using Json = nlohmann::ordered_json;
using Parameters = nlohmann::json;

double epoch(WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

std::string registry_host(const Context& context) {
  return fmt::format("{}.dkr.ecr.{}.amazonaws.com", context.account, context.call.region);
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string hex = "sha256:";
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

struct Image {
  std::string tag;
  std::string manifest;
  std::string digest;
};

/// There are no layers: the manifest names the entry of the image map, so that the same reference
/// always has the same digest.
Image make_image(const std::string& reference, const std::string& tag) {
  const Json manifest = {{"schemaVersion", 2},
                         {"mediaType", "application/vnd.docker.distribution.manifest.v2+json"},
                         {"config",
                          {{"mediaType", "application/vnd.docker.container.image.v1+json"},
                           {"size", reference.size()},
                           {"digest", sha256(reference)}}},
                         {"layers", Json::array()}};
  Image image{tag, manifest.dump(), ""};
  image.digest = sha256(image.manifest);
  return image;
}

/// The repositories and their images that the image map names in this registry.
std::map<std::string, std::vector<Image>> mapped(const Context& context) {
  std::map<std::string, std::vector<Image>> found;
  const std::string host = registry_host(context) + "/";
  for (const auto& [reference, source] : context.images) {
    if (!reference.starts_with(host)) continue;
    const std::string path = reference.substr(host.size());
    const std::size_t colon = path.find(':');
    const std::string tag = colon == std::string::npos ? "latest" : path.substr(colon + 1);
    found[path.substr(0, colon)].push_back(make_image(reference, tag));
  }
  return found;
}

/// Those made through the API and those of the image map, by name.
Repositories all_repositories(const Context& context) {
  Repositories all = context.repositories;
  for (const auto& [name, images] : mapped(context)) {
    all.try_emplace(name, Repository{false, false, context.started, {}});
  }
  return all;
}

std::string arn_prefix(const Context& context) {
  return fmt::format("arn:aws:ecr:{}:{}:repository/", context.call.region, context.account);
}

Json rendered(const Context& context, const std::string& name, const Repository& repository) {
  return {{"repositoryArn", arn_prefix(context) + name},
          {"registryId", context.account},
          {"repositoryName", name},
          {"repositoryUri", registry_host(context) + "/" + name},
          {"createdAt", epoch(repository.created_at)},
          {"imageTagMutability", repository.immutable_tags ? "IMMUTABLE" : "MUTABLE"},
          {"imageScanningConfiguration", {{"scanOnPush", repository.scan_on_push}}},
          {"encryptionConfiguration", {{"encryptionType", "AES256"}}}};
}

Error repository_not_found(const Context& context, const std::string& name) {
  return {"RepositoryNotFoundException", "",
          fmt::format("The repository with name '{}' does not exist in the registry with id '{}'",
                      name, context.account)};
}

/// A repository name (ECR API: CreateRepository).
bool is_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
           c == '/';
  };
  const auto outer = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return name.size() >= 2 && name.size() <= 256 && outer(name.front()) && outer(name.back()) &&
         std::all_of(name.begin(), name.end(), allowed);
}

/// Ends the reading; a registry other than the account's own is nobody's.
Result<void> finish(JsonReader& reader, const Context& context) {
  const auto registry = reader.optional_string("registryId");
  if (const auto end = reader.finish(); !end) {
    return with_code(end.error(), "InvalidParameterException");
  }
  if (registry && *registry != context.account) {
    return Error{"InvalidParameterException", "",
                 fmt::format("The registry with id '{}' does not exist", *registry)};
  }
  return {};
}

struct Page {
  std::size_t first = 0;
  std::size_t most = 0;
};

/// The token is the position at which the page begins.
Page read_page(JsonReader& reader) {
  constexpr std::int64_t results_default = 100;
  constexpr std::int64_t results_most = 1000;
  const auto most = reader.optional_integer("maxResults", 1, results_most);
  const std::string token = reader.optional_string("nextToken").value_or("0");
  const Parameters position = {{"nextToken", token}};
  JsonReader inner(position, "", Numbers::strings_allowed);
  const auto first = inner.integer("nextToken", 0, std::int64_t{1} << 32);
  if (!inner.ok()) reader.fail("nextToken", "found a token that no answer gave");
  return {static_cast<std::size_t>(first),
          static_cast<std::size_t>(most.value_or(results_default))};
}

Json page_of(const char* list_name, const std::vector<Json>& items, const Page& page) {
  Json list = Json::array();
  const std::size_t end = std::min(items.size(), page.first + page.most);
  for (std::size_t i = page.first; i < end; ++i) list.push_back(items[i]);
  Json answer = {{list_name, std::move(list)}};
  if (end < items.size()) answer["nextToken"] = std::to_string(end);
  return answer;
}

struct ImageId {
  std::optional<std::string> digest;
  std::optional<std::string> tag;

  bool names(const Image& image) const {
    return digest.value_or(image.digest) == image.digest && tag.value_or(image.tag) == image.tag;
  }
};

std::vector<ImageId> read_image_ids(JsonReader& reader) {
  std::vector<ImageId> ids;
  const Parameters* list = reader.array("imageIds");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    JsonReader entry((*list)[i], fmt::format("/imageIds/{}", i));
    ImageId id;
    id.digest = entry.optional_string("imageDigest");
    id.tag = entry.optional_string("imageTag");
    if (const auto end = entry.finish(); !end) reader.fail(end.error());
    ids.push_back(std::move(id));
  }
  return ids;
}

/// Every image here has a tag.
bool read_tagged_filter(JsonReader& reader) {
  constexpr std::array<std::string_view, 3> allowed{"TAGGED", "UNTAGGED", "ANY"};
  const Parameters* filter = reader.object("filter");
  if (filter == nullptr) return true;
  JsonReader inner(*filter, "/filter");
  const auto status = inner.optional_one_of("tagStatus", allowed);
  if (const auto end = inner.finish(); !end) reader.fail(end.error());
  return status != "UNTAGGED";
}

Json id_json(const Image& image) {
  return {{"imageDigest", image.digest}, {"imageTag", image.tag}};
}

std::string shown(const ImageId& id) {
  return fmt::format("{{imageDigest:'{}', imageTag:'{}'}}", id.digest.value_or("null"),
                     id.tag.value_or("null"));
}

const Image* find(const std::vector<Image>& images, const ImageId& id) {
  const auto found =
      std::find_if(images.begin(), images.end(), [&](const Image& one) { return id.names(one); });
  return found == images.end() ? nullptr : &*found;
}

/// The images of a repository, or that there is no such repository.
Result<std::vector<Image>> images_of(const Context& context, const std::string& name) {
  if (!all_repositories(context).contains(name)) return repository_not_found(context, name);
  auto all = mapped(context);
  return std::move(all[name]);
}

std::map<std::string, std::string> read_tags(JsonReader& reader) {
  std::map<std::string, std::string> tags;
  const Parameters* list = reader.array("tags");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    JsonReader entry((*list)[i], fmt::format("/tags/{}", i));
    std::string key = entry.string("Key");
    tags[std::move(key)] = entry.optional_string("Value").value_or("");
    if (const auto end = entry.finish(); !end) reader.fail(end.error());
  }
  return tags;
}

/// The repository whose tags a call concerns, with its name.
Result<std::pair<std::string, Repository>> tagged_repository(const Context& context,
                                                             const std::string& arn) {
  const std::string prefix = arn_prefix(context);
  if (!arn.starts_with(prefix)) {
    return Error{"InvalidParameterException", "",
                 fmt::format("Invalid parameter at 'resourceArn' failed to satisfy constraint: "
                             "'must begin with {}': {}",
                             prefix, arn)};
  }
  std::string name = arn.substr(prefix.size());
  const Repositories all = all_repositories(context);
  const auto found = all.find(name);
  if (found == all.end()) return repository_not_found(context, name);
  return std::pair(std::move(name), found->second);
}

}  // namespace

Outcome describe_repositories(Context& context) {
  JsonReader reader(context.call.parameters, "");
  const auto names = reader.strings("repositoryNames");
  const Page page = read_page(reader);
  if (const auto end = finish(reader, context); !end) return end.error();
  const Repositories all = all_repositories(context);
  std::vector<Json> items;
  for (const std::string& name : names) {
    const auto found = all.find(name);
    if (found == all.end()) return repository_not_found(context, name);
    items.push_back(rendered(context, name, found->second));
  }
  for (const auto& [name, repository] : all) {
    if (names.empty()) items.push_back(rendered(context, name, repository));
  }
  return page_of("repositories", items, page);
}

Outcome create_repository(Context& context) {
  constexpr std::array<std::string_view, 2> mutabilities{"MUTABLE", "IMMUTABLE"};
  JsonReader reader(context.call.parameters, "");
  const std::string name = reader.string("repositoryName");
  Repository repository;
  repository.immutable_tags =
      reader.optional_one_of("imageTagMutability", mutabilities) == "IMMUTABLE";
  if (const Parameters* scanning = reader.object("imageScanningConfiguration")) {
    JsonReader inner(*scanning, "/imageScanningConfiguration");
    repository.scan_on_push = inner.optional_boolean("scanOnPush").value_or(false);
    if (const auto end = inner.finish(); !end) reader.fail(end.error());
  }
  repository.tags = read_tags(reader);
  repository.created_at = context.now;
  if (const auto end = finish(reader, context); !end) return end.error();
  if (!is_name(name)) {
    return Error{"InvalidParameterException", "",
                 fmt::format("Invalid parameter at 'repositoryName' failed to satisfy constraint: "
                             "'must have 2-256 lower-case letters, digits and ._-/, a letter or "
                             "digit at both ends': {}",
                             name)};
  }
  if (all_repositories(context).contains(name)) {
    return Error{
        "RepositoryAlreadyExistsException", "",
        fmt::format("The repository with name '{}' already exists in the registry with id '{}'",
                    name, context.account)};
  }
  context.repositories[name] = repository;
  return Json{{"repository", rendered(context, name, repository)}};
}

Outcome delete_repository(Context& context) {
  JsonReader reader(context.call.parameters, "");
  const std::string name = reader.string("repositoryName");
  // Images are the image map's: there are none that could be deleted along with it.
  reader.optional_boolean("force");
  if (const auto end = finish(reader, context); !end) return end.error();
  const auto images = images_of(context, name);
  if (!images) return images.error();
  if (!images->empty()) {
    return Error{"RepositoryNotEmptyException", "",
                 fmt::format("The repository with name '{}' in registry with id '{}' cannot be "
                             "deleted because it still contains images",
                             name, context.account)};
  }
  Json answer = {{"repository", rendered(context, name, context.repositories[name])}};
  context.repositories.erase(name);
  return answer;
}

Outcome list_tags_for_resource(Context& context) {
  JsonReader reader(context.call.parameters, "");
  const std::string arn = reader.string("resourceArn");
  if (const auto end = finish(reader, context); !end) return end.error();
  const auto tagged = tagged_repository(context, arn);
  if (!tagged) return tagged.error();
  Json tags = Json::array();
  for (const auto& [key, value] : tagged->second.tags) {
    tags.push_back({{"Key", key}, {"Value", value}});
  }
  return Json{{"tags", std::move(tags)}};
}

Outcome tag_resource(Context& context) {
  JsonReader reader(context.call.parameters, "");
  const std::string arn = reader.string("resourceArn");
  const auto tags = read_tags(reader);
  if (const auto end = finish(reader, context); !end) return end.error();
  auto tagged = tagged_repository(context, arn);
  if (!tagged) return tagged.error();
  for (const auto& [key, value] : tags) tagged->second.tags[key] = value;
  context.repositories[tagged->first] = std::move(tagged->second);
  return Json::object();
}

Outcome untag_resource(Context& context) {
  JsonReader reader(context.call.parameters, "");
  const std::string arn = reader.string("resourceArn");
  const auto keys = reader.strings("tagKeys");
  if (const auto end = finish(reader, context); !end) return end.error();
  auto tagged = tagged_repository(context, arn);
  if (!tagged) return tagged.error();
  for (const std::string& key : keys) tagged->second.tags.erase(key);
  context.repositories[tagged->first] = std::move(tagged->second);
  return Json::object();
}

Outcome list_images(Context& context) {
  JsonReader reader(context.call.parameters, "");
  const std::string name = reader.string("repositoryName");
  const bool tagged = read_tagged_filter(reader);
  const Page page = read_page(reader);
  if (const auto end = finish(reader, context); !end) return end.error();
  const auto images = images_of(context, name);
  if (!images) return images.error();
  std::vector<Json> items;
  for (const Image& image : *images) {
    if (tagged) items.push_back(id_json(image));
  }
  return page_of("imageIds", items, page);
}

Outcome describe_images(Context& context) {
  JsonReader reader(context.call.parameters, "");
  const std::string name = reader.string("repositoryName");
  const auto ids = read_image_ids(reader);
  const bool tagged = read_tagged_filter(reader);
  const Page page = read_page(reader);
  if (const auto end = finish(reader, context); !end) return end.error();
  const auto images = images_of(context, name);
  if (!images) return images.error();
  std::vector<const Image*> chosen;
  for (const ImageId& id : ids) {
    const Image* image = find(*images, id);
    if (image == nullptr) {
      return Error{
          "ImageNotFoundException", "",
          fmt::format("The image with imageId {} does not exist within the repository with "
                      "name '{}' in the registry with id '{}'",
                      shown(id), name, context.account)};
    }
    chosen.push_back(image);
  }
  for (const Image& image : *images) {
    if (ids.empty() && tagged) chosen.push_back(&image);
  }
  std::vector<Json> items;
  items.reserve(chosen.size());
  for (const Image* image : chosen) {
    items.push_back(
        {{"registryId", context.account},
         {"repositoryName", name},
         {"imageDigest", image->digest},
         {"imageTags", Json::array({image->tag})},
         {"imageSizeInBytes", image->manifest.size()},
         {"imagePushedAt", epoch(context.started)},
         {"imageManifestMediaType", "application/vnd.docker.distribution.manifest.v2+json"}});
  }
  return page_of("imageDetails", items, page);
}

Outcome batch_get_image(Context& context) {
  JsonReader reader(context.call.parameters, "");
  const std::string name = reader.string("repositoryName");
  const auto ids = read_image_ids(reader);
  reader.strings("acceptedMediaTypes");
  if (const auto end = finish(reader, context); !end) return end.error();
  const auto images = images_of(context, name);
  if (!images) return images.error();
  Json found = Json::array();
  Json failures = Json::array();
  for (const ImageId& id : ids) {
    const Image* image = find(*images, id);
    if (image != nullptr) {
      found.push_back(
          {{"registryId", context.account},
           {"repositoryName", name},
           {"imageId", id_json(*image)},
           {"imageManifest", image->manifest},
           {"imageManifestMediaType", "application/vnd.docker.distribution.manifest.v2+json"}});
      continue;
    }
    Json asked = Json::object();
    if (id.digest) asked["imageDigest"] = *id.digest;
    if (id.tag) asked["imageTag"] = *id.tag;
    failures.push_back({{"imageId", asked},
                        {"failureCode", "ImageNotFound"},
                        {"failureReason", "Requested image not found"}});
  }
  return Json{{"images", std::move(found)}, {"failures", std::move(failures)}};
}

Outcome get_authorization_token(Context& context) {
  // Twelve hours, as ECR's; there is no registry to log in to, so the password opens nothing.
  constexpr auto lifetime = std::chrono::hours(12);
  JsonReader reader(context.call.parameters, "");
  reader.strings("registryIds");
  if (const auto end = finish(reader, context); !end) return end.error();
  const std::string user = "AWS:" + context.account;
  std::string token(boost::beast::detail::base64::encoded_size(user.size()), '\0');
  token.resize(boost::beast::detail::base64::encode(token.data(), user.data(), user.size()));
  const Json data = {{"authorizationToken", token},
                     {"expiresAt", epoch(context.now + lifetime)},
                     {"proxyEndpoint", "https://" + registry_host(context)}};
  return Json{{"authorizationData", Json::array({data})}};
}

}  // namespace cutover::api::ecr

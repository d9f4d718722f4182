#pragma once

// ECR: an image is an entry of the image map, and what task definitions call
// "<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>" is an image of a repository here.
// Layers are neither pushed nor pulled.

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "containers/image.hpp"
#include "cutover/api/account.hpp"
#include "cutover/api/regions.hpp"
#include "cutover/api/service.hpp"
#include "lb/base/clock.hpp"

namespace cutover::api::ecr {

/// A repository that was made through the API; those that the image map names are there without.
struct Repository {
  bool immutable_tags = false;
  bool scan_on_push = false;
  WallTime created_at{};
  std::map<std::string, std::string> tags;
};

using Repositories = std::map<std::string, Repository>;

nlohmann::json to_json(const Repositories& repositories);
/// Reads what to_json() wrote.
Result<Repositories> repositories_from_json(const nlohmann::json& json);

class Ecr {
 public:
  using Images = std::function<const containers::ImageMap&()>;

  /// `clock` is borrowed and outlives it.
  Ecr(Account account, const Clock& clock, Images images);
  Ecr(const Ecr&) = delete;
  Ecr& operator=(const Ecr&) = delete;

  /// The handlers refer to this object, which outlives them.
  Service service();

  Repositories& in(const std::string& region) { return regions_.at(region); }
  const Regions<Repositories>& regions() const { return regions_; }
  void clear() { regions_.clear(); }

 private:
  Account account_;
  const Clock& clock_;
  WallTime started_;
  Images images_;
  Regions<Repositories> regions_;
};

}  // namespace cutover::api::ecr

#pragma once

// ECR's operations. Not for other folders.

#include "cutover/api/ecr/ecr.hpp"

namespace cutover::api::ecr {

/// Everything an operation works on; borrowed.
struct Context {
  Repositories& repositories;
  const containers::ImageMap& images;
  const std::string& account;
  const Call& call;
  WallTime started;  ///< Since when the image map's repositories are there.
  WallTime now;
};

Outcome describe_repositories(Context& context);
Outcome create_repository(Context& context);
Outcome delete_repository(Context& context);
Outcome list_tags_for_resource(Context& context);
Outcome tag_resource(Context& context);
Outcome untag_resource(Context& context);
Outcome list_images(Context& context);
Outcome describe_images(Context& context);
Outcome batch_get_image(Context& context);
Outcome get_authorization_token(Context& context);

}  // namespace cutover::api::ecr

// EC2's images.

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cutover/api/ec2/operations.hpp"

namespace cutover::api::ec2 {

Outcome describe_images(Context& context) {
  // There is nothing to boot: the images are those that instances were run with.
  struct Image {
    std::string id;
    Tags tags;
  };
  Input input(context.call.parameters);
  const Query query = read_query(input, "ImageId");
  input.texts("Owner");
  if (const auto end = input.finish(); !end) return end.error();
  std::vector<Image> images;
  for (const Instance& instance : context.state.instances) {
    const bool known = std::any_of(images.begin(), images.end(),
                                   [&](const Image& image) { return image.id == instance.image; });
    if (!known) images.push_back({instance.image, {}});
  }
  return describe(
      images, query, "imagesSet",
      [](const Image& image) {
        return Facts{{"image-id", {image.id}},
                     {"name", {image.id}},
                     {"state", {"available"}},
                     {"architecture", {"x86_64"}}};
      },
      [&](const Image& image) {
        return Json{{"imageId", image.id},        {"name", image.id},
                    {"imageState", "available"},  {"imageType", "machine"},
                    {"architecture", "x86_64"},   {"imageOwnerId", context.state.account},
                    {"isPublic", false},          {"rootDeviceType", "ebs"},
                    {"virtualizationType", "hvm"}};
      },
      [](const std::string& id) {
        return Error{"InvalidAMIID.NotFound", "",
                     fmt::format("The image id '[{}]' does not exist", id)};
      });
}

}  // namespace cutover::api::ec2

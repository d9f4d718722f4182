#include "cutover/stack/image_json.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "containers/apps/behaviour_json.hpp"
#include "lb/base/json.hpp"

namespace cutover::stack {

namespace {

using containers::CommandImage;
using containers::DockerImage;
using nlohmann::json;

constexpr std::array<std::string_view, 3> kinds{"app", "command", "docker"};
/// In the order of CommandImage::Network and DockerImage::Pull.
constexpr std::array<std::string_view, 3> networks{"automatic", "own", "host"};
constexpr std::array<std::string_view, 3> pulls{"missing", "always", "never"};

template <std::size_t N>
std::size_t place_of(const std::array<std::string_view, N>& names,
                     const std::optional<std::string>& name) {
  for (std::size_t i = 0; name && i < N; ++i) {
    if (names[i] == *name) return i;
  }
  return 0;
}

containers::AppImage read_app(JsonReader& reader) {
  containers::AppImage image;
  image.app = reader.one_of("app", containers::apps::app_names);
  if (const json* behaviour = reader.object("behaviour")) {
    auto parsed = containers::apps::parse_behaviour(*behaviour, reader.pointer_to("behaviour"));
    if (parsed) {
      image.behaviour = *parsed;
    } else {
      reader.fail(parsed.error());
    }
  }
  return image;
}

/// What the kernel would cut off at a null character, or mistake.
bool is_plain(std::string_view text) { return text.find('\0') == text.npos; }

void read_environment(JsonReader& reader, CommandImage& image) {
  const json* object = reader.object("environment");
  if (!object) return;
  for (const auto& [name, value] : object->items()) {
    const std::string at = JsonReader(*object, reader.pointer_to("environment")).pointer_to(name);
    if (name.empty() || name.find('=') != name.npos || !is_plain(name)) {
      return reader.fail(
          Error{"ValidationError", at,
                fmt::format("found the name \"{}\"; allowed is one without =, not empty", name)});
    }
    if (!value.is_string() || !is_plain(value.get_ref<const std::string&>())) {
      return reader.fail(Error{
          "ValidationError", at,
          fmt::format("found {}; a string without null characters is required", describe(value))});
    }
    image.environment.emplace_back(name, value.get<std::string>());
  }
}

}  // namespace

CommandImage read_program(JsonReader& reader, const std::string& base_directory) {
  CommandImage image;
  image.command = reader.strings("command");
  if (reader.ok() && (image.command.empty() || image.command.front().empty())) {
    reader.fail("command", "found no program; required is a program and its arguments");
  }
  for (const std::string& word : image.command) {
    if (!is_plain(word)) reader.fail("command", "found a null character in a word");
  }
  image.working_directory = base_directory;
  if (const auto cwd = reader.optional_string("cwd")) {
    if (cwd->empty() || !is_plain(*cwd)) reader.fail("cwd", "found no directory's name");
    image.working_directory = (std::filesystem::path(base_directory) / *cwd).string();
  }
  read_environment(reader, image);
  return image;
}

namespace {

CommandImage read_command(JsonReader& reader, const std::string& base_directory) {
  CommandImage image = read_program(reader, base_directory);
  image.network = static_cast<CommandImage::Network>(
      place_of(networks, reader.optional_one_of("network", networks)));
  return image;
}

DockerImage read_docker(JsonReader& reader) {
  DockerImage image;
  image.reference = reader.string("docker");
  if (reader.ok() && image.reference.empty()) {
    reader.fail("docker", "found an empty image reference");
  }
  image.pull =
      static_cast<DockerImage::Pull>(place_of(pulls, reader.optional_one_of("pull", pulls)));
  return image;
}

}  // namespace

Result<containers::ImageSource> parse_image(const json& value, std::string pointer,
                                            const std::string& base_directory) {
  JsonReader reader(value, std::move(pointer));
  std::vector<std::string_view> found;
  for (const std::string_view kind : kinds) {
    if (reader.has(kind)) found.push_back(kind);
  }
  if (reader.ok() && found.size() != 1) {
    reader.fail(
        Error{"ValidationError", reader.pointer(),
              fmt::format("found {}; exactly one of app, command and docker is required",
                          found.empty() ? "none" : fmt::format("{}", fmt::join(found, " and ")))});
  }
  containers::ImageSource source;
  if (reader.ok()) {
    if (found.front() == "app") source = read_app(reader);
    if (found.front() == "command") source = read_command(reader, base_directory);
    if (found.front() == "docker") source = read_docker(reader);
  }
  if (const auto end = reader.finish(); !end) return end.error();
  return source;
}

Result<containers::ImageMap> parse_images(const json& value, std::string pointer,
                                          const std::string& base_directory) {
  const JsonReader entries(value, std::move(pointer));
  if (!entries.ok()) return JsonReader(entries).finish().error();
  containers::ImageMap images;
  for (const auto& [image, entry] : value.items()) {
    auto parsed = parse_image(entry, entries.pointer_to(image), base_directory);
    if (!parsed) return parsed.error();
    images.emplace(image, *std::move(parsed));
  }
  return images;
}

}  // namespace cutover::stack

#pragma once

// What an image runs. Task definitions name images; the image map of a stack says for each whether
// it is a built-in app, a command of this machine or a real container image.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "containers/apps/app.hpp"

namespace cutover::containers {

/// A built-in app: called in this process, or served by a child process.
struct AppImage {
  std::string app;  ///< A name that apps::make_app() knows.
  apps::AppBehaviour behaviour;

  friend bool operator==(const AppImage&, const AppImage&) = default;
};

/// A program of this machine, run as a child process.
struct CommandImage {
  /// Whether the program gets a network namespace of its own, in which its container ports are free
  /// whatever else runs: `automatic` when it has ports and the system allows it, `own` always (or
  /// the task fails to start), `host` never: it has to listen on its environment's PORT.
  enum class Network { automatic, own, host };

  std::vector<std::string> command;  ///< Program (looked up in PATH) and arguments; not empty.
  std::string working_directory;     ///< Empty: this process's own.
  std::vector<std::pair<std::string, std::string>> environment;  ///< A definition's own wins.
  Network network = Network::automatic;

  friend bool operator==(const CommandImage&, const CommandImage&) = default;
};

/// An image of a container engine.
struct DockerImage {
  enum class Pull { missing, always, never };

  std::string reference;
  Pull pull = Pull::missing;

  friend bool operator==(const DockerImage&, const DockerImage&) = default;
};

using ImageSource = std::variant<AppImage, CommandImage, DockerImage>;

/// By image reference, as task definitions write it.
using ImageMap = std::map<std::string, ImageSource>;

/// The reference that stands for every image which a map does not name.
inline constexpr std::string_view any_image = "*";

/// What that image runs, or nullptr: then it can't be pulled.
inline const ImageSource* find_image(const ImageMap& images, const std::string& reference) {
  auto found = images.find(reference);
  if (found == images.end()) found = images.find(std::string(any_image));
  return found == images.end() ? nullptr : &found->second;
}

}  // namespace cutover::containers

#pragma once

// The image map of a stack file: what a container of each image runs.
//
//   {"<image>": {"app": "api", "behaviour": {…}}}
//   {"<image>": {"command": ["node", "server.js"], "cwd": "posts", "environment": {"A": "b"},
//                "network": "automatic" | "own" | "host"}}
//   {"<image>": {"docker": "registry/posts:1", "pull": "missing" | "always" | "never"}}
//
// The image "*" stands for all that are not named.

#include <nlohmann/json.hpp>
#include <string>

#include "containers/image.hpp"
#include "lb/base/json.hpp"
#include "lb/base/result.hpp"

namespace cutover::stack {

/// One entry's value. `pointer` is its place; a `cwd` is relative to `base_directory` ("": to where
/// the program runs).
Result<containers::ImageSource> parse_image(const nlohmann::json& value, std::string pointer,
                                            const std::string& base_directory);

/// The members that say what a program is: "command", "cwd" and "environment".
containers::CommandImage read_program(JsonReader& reader, const std::string& base_directory);

/// The whole map.
Result<containers::ImageMap> parse_images(const nlohmann::json& value, std::string pointer,
                                          const std::string& base_directory);

}  // namespace cutover::stack

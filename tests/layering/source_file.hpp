#pragma once

// One file of the source tree as the laws look at it: its path from the root, its lines, and its
// lines with comments and literals blanked out, so that a law about code is not misled by prose.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cutover::layering {

struct SourceFile {
  std::string path;                ///< From the root, with forward slashes.
  std::vector<std::string> lines;  ///< As written, without line ends.
  std::vector<std::string> code;   ///< The same lines; comments and literals are spaces.
  std::vector<bool> quoted;        ///< Whether the line holds some of a raw literal.

  bool is_header() const { return path.ends_with(".hpp"); }
  bool is_cpp() const { return is_header() || path.ends_with(".cpp"); }
};

SourceFile source_file(std::string path, std::string_view text);

/// Every source, CMake file and script under `root`, in order of path; what a build leaves behind
/// is not looked at.
std::vector<SourceFile> read_tree(const std::filesystem::path& root);

/// The target of an #include line without its quotes or brackets, or empty for any other line.
std::string_view included(std::string_view line);

}  // namespace cutover::layering

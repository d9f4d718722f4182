// The laws on this project's own files.

#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "tests/layering/laws.hpp"

namespace cutover::layering {
namespace {

const std::filesystem::path& root() {
  static const std::filesystem::path path = CUTOVER_SOURCE_DIR;
  return path;
}

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> files = read_tree(root());
  return files;
}

/// Fails once per finding, so that a run names every place at once.
void expect_everywhere(Findings (*law)(const SourceFile&)) {
  ASSERT_GT(tree().size(), 50U) << "the source tree was not found at " << root();
  for (const auto& file : tree()) {
    for (const auto& finding : law(file)) ADD_FAILURE() << finding;
  }
}

TEST(SourceTree, IncludesPointDown) { expect_everywhere(includes_point_down); }
TEST(SourceTree, PureFoldersStayPure) { expect_everywhere(pure_folders_stay_pure); }
TEST(SourceTree, TimeAndChanceAreGiven) { expect_everywhere(time_and_chance_are_given); }
TEST(SourceTree, HeadersSayTheirPurpose) { expect_everywhere(headers_say_their_purpose); }
TEST(SourceTree, HeadersOpenNoNamespace) { expect_everywhere(headers_open_no_namespace); }
TEST(SourceTree, LinesAreShort) { expect_everywhere(lines_are_short); }
TEST(SourceTree, FilesAreShort) { expect_everywhere(files_are_short); }
TEST(SourceTree, NothingIsLeftOver) { expect_everywhere(nothing_is_left_over); }
TEST(SourceTree, NamesSaySomething) { expect_everywhere(names_say_something); }

TEST(SourceTree, SourcesIncludeTheirOwnHeaderFirst) {
  std::set<std::string> paths;
  for (const auto& file : tree()) paths.insert(file.path);
  for (const auto& file : tree()) {
    if (!file.path.ends_with(".cpp")) continue;
    const auto header = file.path.substr(0, file.path.size() - 4) + ".hpp";
    for (const auto& finding : own_header_comes_first(file, paths.contains(header))) {
      ADD_FAILURE() << finding;
    }
  }
}

TEST(SourceTree, TopLevelIsFixed) {
  for (const auto& entry : std::filesystem::directory_iterator(root())) {
    for (const auto& finding : top_level_is_fixed(entry.path().filename().string())) {
      ADD_FAILURE() << finding;
    }
  }
}

}  // namespace
}  // namespace cutover::layering

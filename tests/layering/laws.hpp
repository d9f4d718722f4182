#pragma once

// What holds for every file of this project, whoever wrote it: the arrows between its folders,
// where time and chance come from, and how a file is shaped. Each law is a function from one file
// to what it found there, so that the laws themselves are tested on made-up files.

#include <string>
#include <string_view>
#include <vector>

#include "tests/layering/source_file.hpp"

namespace cutover::layering {

/// One line each, "path:line: what was found; what is allowed".
using Findings = std::vector<std::string>;

/// Project headers are named from the root, and only those of folders below this file's own.
Findings includes_point_down(const SourceFile& file);
/// rules/, lb/http/ and lb/targets/ decide; they do not wait, lock or talk.
Findings pure_folders_stay_pure(const SourceFile& file);
/// Time comes as an argument or from a Clock, chance from a seeded Random.
Findings time_and_chance_are_given(const SourceFile& file);
/// `#pragma once`, then a comment that says what the header is for.
Findings headers_say_their_purpose(const SourceFile& file);
/// A .cpp file beside a header of the same name includes that first, which proves that the header
/// compiles alone. `sibling_header` is whether there is one.
Findings own_header_comes_first(const SourceFile& file, bool sibling_header);
/// A header does not decide what its includers' names mean; literal suffixes take no names.
Findings headers_open_no_namespace(const SourceFile& file);
/// At most 100 columns; what a raw literal quotes has the width it has.
Findings lines_are_short(const SourceFile& file);
/// At most 600 lines.
Findings files_are_short(const SourceFile& file);
/// Nothing is marked as left to do.
Findings nothing_is_left_over(const SourceFile& file);
/// snake_case, and a noun that says something.
Findings names_say_something(const SourceFile& file);
/// Only what the project's layout names may stand at the top. `entry` is a name in the root folder.
Findings top_level_is_fixed(std::string_view entry);

}  // namespace cutover::layering

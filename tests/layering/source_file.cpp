#include "tests/layering/source_file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <utility>

namespace cutover::layering {
namespace {

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Where the literal or comment that starts at `at` ends (exclusive); `at` itself when none does.
std::size_t end_of_prose(std::string_view text, std::size_t at) {
  const auto rest = text.substr(at);
  const auto until = [&](std::string_view mark, std::size_t from) {
    const auto found = text.find(mark, from);
    return found == std::string_view::npos ? text.size() : found + mark.size();
  };
  if (rest.starts_with("//")) return std::min(text.find('\n', at), text.size());
  if (rest.starts_with("/*")) return until("*/", at + 2);
  if (rest.starts_with("R\"") && (at == 0 || !is_word(text[at - 1]))) {
    const auto open = text.find('(', at);
    if (open == std::string_view::npos) return text.size();
    return until(")" + std::string(text.substr(at + 2, open - at - 2)) + "\"", open);
  }
  // An apostrophe after a digit separates thousands.
  const bool opens =
      rest.starts_with('"') || (rest.starts_with('\'') && (at == 0 || !is_word(text[at - 1])));
  if (!opens) return at;
  std::size_t end = at + 1;
  while (end < text.size() && text[end] != text[at] && text[end] != '\n') {
    end += text[end] == '\\' ? 2 : 1;
  }
  return std::min(end + 1, text.size());
}

/// Fills in file.code and file.quoted.
void part_from_prose(SourceFile& file, const std::string& text) {
  std::string code = text;
  file.quoted.assign(file.lines.size(), false);
  std::size_t line = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto prose_end = end_of_prose(text, at);
    const bool prose = prose_end != at;
    const bool raw = prose && text[at] == 'R';
    for (const auto end = std::max(prose_end, at + 1); at < end; ++at) {
      if (raw) file.quoted[line] = true;
      if (text[at] == '\n') {
        ++line;
      } else if (prose) {
        code[at] = ' ';
      }
    }
  }
  file.code = split_lines(code);
}

constexpr std::array<std::string_view, 9> roots{
    "CMakeLists.txt", ".ci", "rules", "lb", "bench", "containers", "cutover", "tests", "examples"};

bool is_source(const std::filesystem::path& path) {
  const auto extension = path.extension();
  return extension == ".hpp" || extension == ".cpp" || extension == ".sh" ||
         path.filename() == "CMakeLists.txt" || path.parent_path().filename() == ".ci";
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

SourceFile source_file(std::string path, std::string_view text) {
  SourceFile file;
  file.path = std::move(path);
  file.lines = split_lines(text);
  if (file.is_cpp()) {
    part_from_prose(file, std::string(text));
  } else {
    // In CMake files and scripts an apostrophe opens something else: they are taken as they are.
    file.code = file.lines;
    file.quoted.assign(file.lines.size(), false);
  }
  return file;
}

std::vector<SourceFile> read_tree(const std::filesystem::path& root) {
  std::vector<SourceFile> files;
  const auto add = [&](const std::filesystem::path& path) {
    if (is_source(path)) {
      files.push_back(source_file(path.lexically_relative(root).generic_string(), text_of(path)));
    }
  };
  for (const auto name : roots) {
    const auto top = root / name;
    if (!std::filesystem::is_directory(top)) {
      add(top);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(top)) {
      if (entry.is_regular_file()) add(entry.path());
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

std::string_view included(std::string_view line) {
  constexpr std::string_view directive = "#include ";
  if (!line.starts_with(directive)) return {};
  line.remove_prefix(directive.size());
  if (line.empty() || (line[0] != '"' && line[0] != '<')) return {};
  const auto end = line.find(line[0] == '"' ? '"' : '>', 1);
  return end == std::string_view::npos ? std::string_view{} : line.substr(1, end - 1);
}

}  // namespace cutover::layering

// From JSON text to a document: the half of json.hpp that knows lines, columns and files.

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "lb/base/json.hpp"

namespace cutover {

namespace {

using Json = nlohmann::json;

/// Documents are written by people; deeper nesting is a mistake or an attack.
constexpr std::size_t depth_most = 64;
constexpr std::size_t file_bytes_most = 16 * 1024 * 1024;

/// Builds the document as the parser reports its pieces. nlohmann's own builder keeps the last of
/// two equal keys in silence; this one refuses the second.
class Builder final : public Json::json_sax_t {
 public:
  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override;
  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::detail::exception& error) override;

  /// What stopped the parser, once it has been stopped.
  Error take_problem(std::string_view text);
  Json take() { return std::move(root_); }

 private:
  template <class Value>
  bool put(Value&& value);
  bool open(Json container);
  bool close();

  Json root_;
  std::vector<Json*> open_;
  std::vector<std::string> places_;  ///< The pointer to each open container.
  std::string next_key_;
  Error problem_;
  std::optional<std::size_t> position_;
};

bool Builder::key(string_t& name) {
  if (open_.back()->contains(name)) {
    problem_ = {"DuplicateMember", JsonReader(*open_.back(), places_.back()).pointer_to(name),
                "the member stands twice in one object"};
    return false;
  }
  next_key_ = std::move(name);
  return true;
}

template <class Value>
bool Builder::put(Value&& value) {
  if (open_.empty()) {
    root_ = std::forward<Value>(value);
  } else if (open_.back()->is_array()) {
    open_.back()->push_back(std::forward<Value>(value));
  } else {
    (*open_.back())[next_key_] = std::forward<Value>(value);
  }
  return true;
}

bool Builder::open(Json container) {
  if (open_.size() == depth_most) {
    problem_ = {"SyntaxError", places_.back(), fmt::format("nested more than {} deep", depth_most)};
    return false;
  }
  Json* const parent = open_.empty() ? nullptr : open_.back();
  put(std::move(container));
  if (!parent) {
    places_.emplace_back();
    open_.push_back(&root_);
  } else if (parent->is_array()) {
    places_.push_back(fmt::format("{}/{}", places_.back(), parent->size() - 1));
    open_.push_back(&parent->back());
  } else {
    places_.push_back(JsonReader(*parent, places_.back()).pointer_to(next_key_));
    open_.push_back(&(*parent)[next_key_]);
  }
  return true;
}

bool Builder::close() {
  open_.pop_back();
  places_.pop_back();
  return true;
}

bool Builder::parse_error(std::size_t position, const std::string&,
                          const nlohmann::detail::exception& error) {
  // "[json.exception.parse_error.101] parse error at line 1, column 2: what we want"
  std::string_view message = error.what();
  for (const std::string_view before : {"] ", ": "}) {
    const auto at = message.find(before);
    if (at != std::string_view::npos) message.remove_prefix(at + before.size());
  }
  problem_ = {"SyntaxError", "", std::string(message)};
  position_ = position;
  return false;
}

Error Builder::take_problem(std::string_view text) {
  if (!position_) return std::move(problem_);
  // The position is that of the last character read, counted from 1.
  const std::string_view before = text.substr(0, *position_ > 0 ? *position_ - 1 : 0);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto newline = before.rfind('\n');
  const std::size_t column =
      newline == std::string_view::npos ? before.size() + 1 : before.size() - newline;
  problem_.where = fmt::format("line {}, column {}", lines + 1, column);
  return std::move(problem_);
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Result<std::string> read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (!file) {
    return Error{"FileError", path, fmt::format("can't be opened: {}", std::strerror(errno))};
  }
  std::string text;
  char buffer[16 * 1024];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, file.get())) {
    text.append(buffer, got);
    if (text.size() > file_bytes_most) {
      return Error{"FileError", path, fmt::format("is larger than {} bytes", file_bytes_most)};
    }
  }
  if (std::ferror(file.get())) {
    return Error{"FileError", path, fmt::format("can't be read: {}", std::strerror(errno))};
  }
  return text;
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  Builder builder;
  if (!Json::sax_parse(text, &builder)) return builder.take_problem(text);
  return builder.take();
}

Result<Json> read_json_file(const std::string& path) {
  auto text = read_file(path);
  if (!text) return text.error();
  auto document = parse_json(*text);
  if (document) return document;
  Error error = document.error();
  // A pointer ("/Listeners/0") or a line and column; both after the file's name.
  error.where = path + (error.where.starts_with('/') ? "#" : ", ") + error.where;
  return error;
}

}  // namespace cutover

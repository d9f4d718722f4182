#include "bench/load/response_reader.hpp"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <charconv>
#include <optional>

namespace cutover::load {

namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view block_end = "\r\n\r\n";
constexpr std::string_view version_prefix = "HTTP/1.";

bool is_token_char(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// RFC 9110 section 5.5: visible characters, spaces, tabs, and bytes from 0x80 on.
bool is_value_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
}

bool is_space(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// What comes before the next `separator`, which is taken off `rest` with it.
std::string_view cut(std::string_view& rest, std::string_view separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + separator.size(), rest.size()));
  return part;
}

// False once more bytes cannot make a head of this: a server that does not speak HTTP is told from
// one that is slow.
bool could_begin_head(std::string_view bytes) {
  const std::size_t known = std::min(bytes.size(), version_prefix.size());
  if (bytes.substr(0, known) != version_prefix.substr(0, known)) return false;
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos;
       at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return false;
  }
  return true;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

struct ResponseReader::Fields {
  std::optional<std::uint64_t> length;
  bool chunked = false;
  bool close = false;
  bool keep_alive = false;
  std::string_view target_group;

  bool read(std::string_view line);

 private:
  bool read_length(std::string_view value);
  void read_connection(std::string_view value);
};

bool ResponseReader::Fields::read(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!std::all_of(name.begin(), name.end(), is_token_char)) return false;
  if (!std::all_of(value.begin(), value.end(), is_value_char)) return false;
  if (boost::iequals(name, "Content-Length")) return read_length(value);
  if (boost::iequals(name, "Transfer-Encoding")) {
    if (chunked || !boost::iequals(value, "chunked")) return false;
    chunked = true;
  } else if (boost::iequals(name, "Connection")) {
    read_connection(value);
  } else if (boost::iequals(name, "X-Cutover-Target-Group")) {
    target_group = value;
  }
  return true;
}

bool ResponseReader::Fields::read_length(std::string_view value) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (problem != std::errc{} || end != value.data() + value.size()) return false;
  if (length) return false;
  length = number;
  return true;
}

void ResponseReader::Fields::read_connection(std::string_view value) {
  while (!value.empty()) {
    const std::string_view option = trimmed(cut(value, ","));
    close = close || boost::iequals(option, "close");
    keep_alive = keep_alive || boost::iequals(option, "keep-alive");
  }
}

void ResponseReader::begin(bool to_head_request) {
  stage_ = Stage::head;
  started_ = false;
  to_head_request_ = to_head_request;
  keep_alive_ = false;
  http_1_0_ = false;
  status_ = 0;
  left_ = 0;
  held_.clear();
  target_group_.clear();
}

std::size_t ResponseReader::take(std::string_view bytes) {
  started_ = started_ || !bytes.empty();
  std::size_t taken = 0;
  while (taken < bytes.size() && !done() && !malformed()) {
    const std::string_view rest = bytes.substr(taken);
    switch (stage_) {
      case Stage::head:
        if (const auto head = take_block(rest, taken); !head.empty()) read_head(head);
        break;
      case Stage::trailers:
        if (const auto lines = take_block(rest, taken); !lines.empty()) read_trailers(lines);
        break;
      case Stage::length_body:
        taken += take_counted(rest, Stage::done);
        break;
      case Stage::chunk_data:
        taken += take_counted(rest, Stage::chunk_data_cr);
        break;
      case Stage::until_close:
        taken = bytes.size();
        break;
      default:
        take_framing(rest.front());
        ++taken;
    }
  }
  return taken;
}

void ResponseReader::end_of_stream() {
  if (stage_ == Stage::until_close) stage_ = Stage::done;
}

// Lines up to an empty one, from this read and those before it; empty while they are incomplete.
// Most heads come whole, and are then read where they lie.
std::string_view ResponseReader::take_block(std::string_view bytes, std::size_t& taken) {
  const std::size_t before = held_.size();
  if (before > 0) held_.append(bytes);
  const std::string_view all = before > 0 ? std::string_view(held_) : bytes;
  const std::size_t end = all.find(block_end, before < 3 ? 0 : before - 3);
  if (end < head_bytes_max) {  // Found, and near enough.
    taken += end + block_end.size() - before;
    return all.substr(0, end + line_end.size());
  }
  taken += bytes.size();
  if (before == 0) held_.assign(bytes);
  const bool hopeless = stage_ == Stage::head && !could_begin_head(held_);
  if (hopeless || held_.size() > head_bytes_max) stage_ = Stage::malformed;
  return {};
}

std::size_t ResponseReader::take_counted(std::string_view bytes, Stage after) {
  const std::uint64_t part = std::min<std::uint64_t>(left_, bytes.size());
  left_ -= part;
  if (left_ == 0) stage_ = after;
  return static_cast<std::size_t>(part);
}

// The bytes around a chunk's data (RFC 9112 section 7.1), one at a time.
void ResponseReader::take_framing(char byte) {
  const auto expect = [&](char wanted, Stage next) {
    stage_ = byte == wanted ? next : Stage::malformed;
  };
  switch (stage_) {
    case Stage::chunk_size_first:
    case Stage::chunk_size: {
      const int digit = hex_value(byte);
      const bool any = stage_ == Stage::chunk_size;
      if (digit >= 0 && left_ >> 56 == 0) {
        left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
        stage_ = Stage::chunk_size;
      } else if (any && byte == '\r') {
        stage_ = Stage::chunk_size_lf;
      } else {
        stage_ = any && (byte == ';' || is_space(byte)) ? Stage::chunk_extension : Stage::malformed;
      }
      break;
    }
    case Stage::chunk_extension:
      if (!is_value_char(byte)) expect('\r', Stage::chunk_size_lf);
      break;
    case Stage::chunk_size_lf:
      expect('\n', left_ > 0 ? Stage::chunk_data : Stage::trailers);
      // Trailers are a block of lines like a head's fields; the empty block needs a line before it.
      if (stage_ == Stage::trailers) held_ = line_end;
      break;
    case Stage::chunk_data_cr:
      expect('\r', Stage::chunk_data_lf);
      break;
    default:
      expect('\n', Stage::chunk_size_first);
  }
}

void ResponseReader::read_head(std::string_view head) {
  Fields fields;
  bool sound = read_status_line(cut(head, line_end));
  while (sound && !head.empty()) sound = fields.read(cut(head, line_end));
  if (sound) {
    frame(fields);
  } else {
    stage_ = Stage::malformed;
  }
  held_.clear();
}

void ResponseReader::read_trailers(std::string_view lines) {
  lines.remove_prefix(line_end.size());
  Fields ignored;
  bool sound = true;
  while (sound && !lines.empty()) sound = ignored.read(cut(lines, line_end));
  stage_ = sound ? Stage::done : Stage::malformed;
  held_.clear();
}

bool ResponseReader::read_status_line(std::string_view line) {
  constexpr std::string_view shape = "HTTP/1.x 200 ";
  if (line.size() < shape.size() || !line.starts_with(version_prefix)) return false;
  const char minor = line[version_prefix.size()];
  if ((minor != '0' && minor != '1') || line[8] != ' ' || line[12] != ' ') return false;
  const std::string_view digits = line.substr(9, 3);
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return false;
  if (digits[0] == '0') return false;
  if (!std::all_of(line.begin(), line.end(), is_value_char)) return false;
  http_1_0_ = minor == '0';
  status_ = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
  return true;
}

// How long the body is: RFC 9112 section 6.3, for a response.
void ResponseReader::frame(const Fields& fields) {
  const bool ambiguous = fields.chunked && (fields.length || http_1_0_);
  if (ambiguous || status_ == 101) {  // 101: a protocol switch nobody asked for.
    stage_ = Stage::malformed;
    return;
  }
  if (status_ < 200) {
    status_ = 0;
    return;  // Interim: the next head follows.
  }
  target_group_ = fields.target_group;
  keep_alive_ = !fields.close && (!http_1_0_ || fields.keep_alive);
  if (to_head_request_ || status_ == 204 || status_ == 304) {
    stage_ = Stage::done;
  } else if (fields.chunked) {
    stage_ = Stage::chunk_size_first;
  } else if (fields.length) {
    left_ = *fields.length;
    stage_ = left_ == 0 ? Stage::done : Stage::length_body;
  } else {
    keep_alive_ = false;
    stage_ = Stage::until_close;
  }
}

}  // namespace cutover::load

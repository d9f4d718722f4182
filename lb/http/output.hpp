#pragma once

// Writes a head into the end of a string that was made large enough once.

#include <cassert>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace cutover::lb::http {

/// While it lives the string belongs to it; its destructor cuts the string to what was written.
class Output {
 public:
  /// At most `most` bytes will be written.
  Output(std::string& out, std::size_t most) : out_(out), at_(out.size()) {
    out.resize(at_ + most);
  }
  ~Output() { out_.resize(at_); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void put(std::string_view text) {
    assert(text.size() <= out_.size() - at_);
    if (!text.empty()) std::memcpy(out_.data() + at_, text.data(), text.size());
    at_ += text.size();
  }
  void put(char c) {
    assert(at_ < out_.size());
    out_[at_++] = c;
  }
  /// Where the next byte goes, counted from the string's start.
  std::size_t position() const { return at_; }

 private:
  std::string& out_;
  std::size_t at_;
};

/// Copies header lines, each with CR LF; lines that follow each other in memory in one go.
class LineRun {
 public:
  explicit LineRun(Output& output) : output_(output) {}

  void add(std::string_view line) {
    if (begin_ == nullptr || line.data() != begin_ + size_ + 2) {
      flush();
      begin_ = line.data();
      size_ = line.size();
    } else {
      size_ += 2 + line.size();  // two bytes between lines can only be CR LF
    }
  }
  void flush() {
    if (begin_ == nullptr) return;
    output_.put({begin_, size_});
    output_.put("\r\n");
    begin_ = nullptr;
  }

 private:
  Output& output_;
  const char* begin_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace cutover::lb::http

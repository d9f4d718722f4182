#pragma once

// Receive buffers, borrowed from a pool of one thread only while there is something to receive: an
// idle connection holds none.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace cutover::lb::proxy {

/// Keeps buffers of one usual size for reuse; larger ones, for oversized heads, are made and freed.
class BufferPool {
 public:
  static constexpr std::uint32_t usual = 16 * 1024;
  /// Holds the largest head within ALB's limits, and some body.
  static constexpr std::uint32_t large = 112 * 1024;

  std::unique_ptr<char[]> take(std::size_t size) {
    if (size == usual && !free_.empty()) {
      auto buffer = std::move(free_.back());
      free_.pop_back();
      return buffer;
    }
    return std::unique_ptr<char[]>(new char[size]);
  }
  void give(std::unique_ptr<char[]> buffer, std::size_t size) {
    if (size == usual && free_.size() < kept_most) free_.push_back(std::move(buffer));
  }

 private:
  static constexpr std::size_t kept_most = 1024;
  std::vector<std::unique_ptr<char[]>> free_;
};

/// Received bytes waiting to be used: [begin, end) of a borrowed buffer.
class ReceiveBuffer {
 public:
  explicit ReceiveBuffer(BufferPool& pool) : pool_(pool) {}
  ReceiveBuffer(const ReceiveBuffer&) = delete;
  ReceiveBuffer& operator=(const ReceiveBuffer&) = delete;
  ~ReceiveBuffer() { release(); }

  bool held() const { return data_ != nullptr; }
  void borrow() {
    if (data_ != nullptr) return;
    capacity_ = BufferPool::usual;
    data_ = pool_.take(capacity_);
  }
  /// Gives the memory back; only when empty().
  void release() {
    if (data_ == nullptr) return;
    pool_.give(std::move(data_), capacity_);
    capacity_ = begin_ = end_ = 0;
  }

  bool empty() const { return begin_ == end_; }
  std::string_view bytes() const { return {data_.get() + begin_, end_ - begin_}; }
  /// Uses up bytes at the front. They stay where they are, so views of them stay valid.
  void consume(std::size_t count) {
    assert(count <= end_ - begin_);
    begin_ += static_cast<std::uint32_t>(count);
  }
  /// When all is used up, further bytes go behind `mark` again. Not while a read is pending: it was
  /// told where its bytes go.
  void rewind(std::size_t mark = 0) {
    if (begin_ == end_ && mark <= begin_) begin_ = end_ = static_cast<std::uint32_t>(mark);
  }
  std::size_t begin() const { return begin_; }

  char* space() { return data_.get() + end_; }
  std::size_t space_size() const { return capacity_ - end_; }
  void received(std::size_t count) { end_ += static_cast<std::uint32_t>(count); }

  /// Moves the bytes to the front. Views into them are void. Not while a read is pending.
  void compact() {
    if (begin_ == 0) return;
    std::memmove(data_.get(), data_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  /// Changes to a buffer of the large size. Views are void. False when it is large already. Not
  /// while a read is pending.
  bool grow() {
    if (capacity_ >= BufferPool::large) return false;
    auto larger = pool_.take(BufferPool::large);
    std::memcpy(larger.get(), data_.get() + begin_, end_ - begin_);
    pool_.give(std::move(data_), capacity_);
    data_ = std::move(larger);
    capacity_ = BufferPool::large;
    end_ -= begin_;
    begin_ = 0;
    return true;
  }

 private:
  BufferPool& pool_;
  std::unique_ptr<char[]> data_;
  std::uint32_t capacity_ = 0;
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
};

}  // namespace cutover::lb::proxy

#pragma once

// Receive buffers, borrowed from a pool of one thread only while there is something to receive: an
// idle connection holds none.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace cutover::lb::proxy {

/// Memory of its own pages, so that a buffer given back really is: on the heap, the small objects
/// of idle connections between freed buffers would keep them from the system.
class Pages {
 public:
  Pages() = default;
  explicit Pages(std::size_t size);
  Pages(Pages&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Pages& operator=(Pages&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Pages();

  char* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Keeps some buffers for reuse.
class BufferPool {
 public:
  static constexpr std::uint32_t usual = 16 * 1024;
  /// Holds the largest head within ALB's limits, and some body.
  static constexpr std::uint32_t large = 112 * 1024;

  /// `size` is one of the two above.
  Pages take(std::size_t size) {
    if (size == large) ++large_lent_;
    auto& kept = size == usual ? usual_ : large_;
    if (kept.empty()) return Pages(size);
    Pages buffer = std::move(kept.back());
    kept.pop_back();
    return buffer;
  }
  void give(Pages buffer) {
    if (buffer.size() == large) --large_lent_;
    auto& kept = buffer.size() == usual ? usual_ : large_;
    const std::size_t most = buffer.size() == usual ? usual_kept_most : large_kept_most;
    if (kept.size() < most) kept.push_back(std::move(buffer));
  }
  /// A large buffer may be had for speed alone: not so many are lent that memory is at stake.
  bool may_lend_large() const { return large_lent_ < large_lent_most; }

 private:
  static constexpr std::size_t usual_kept_most = 128;
  static constexpr std::size_t large_kept_most = 16;
  static constexpr std::size_t large_lent_most = 64;
  std::vector<Pages> usual_;
  std::vector<Pages> large_;
  std::size_t large_lent_ = 0;
};

/// Received bytes waiting to be used: [begin, end) of a borrowed buffer.
class ReceiveBuffer {
 public:
  explicit ReceiveBuffer(BufferPool& pool) : pool_(pool) {}
  ReceiveBuffer(const ReceiveBuffer&) = delete;
  ReceiveBuffer& operator=(const ReceiveBuffer&) = delete;
  ~ReceiveBuffer() { release(); }

  bool held() const { return data_.data() != nullptr; }
  void borrow() {
    if (held()) return;
    data_ = pool_.take(BufferPool::usual);
  }
  /// Gives the memory back; only when empty().
  void release() {
    if (!held()) return;
    pool_.give(std::exchange(data_, Pages()));
    begin_ = end_ = 0;
  }

  /// Gives a buffer of the large size back; only when empty().
  void release_large() {
    if (data_.size() > BufferPool::usual) release();
  }
  /// Changes to a large buffer for a body that comes faster than the usual one takes; only when
  /// empty(), not while a read is pending.
  void grow_for_bulk() {
    if (data_.size() < BufferPool::large && pool_.may_lend_large()) (void)grow();
  }

  bool empty() const { return begin_ == end_; }
  /// Where bytes() begin.
  char* front() { return data_.data() + begin_; }
  std::string_view bytes() const { return {data_.data() + begin_, end_ - begin_}; }
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

  char* space() { return data_.data() + end_; }
  std::size_t space_size() const { return data_.size() - end_; }
  void received(std::size_t count) { end_ += static_cast<std::uint32_t>(count); }

  /// Moves the bytes to the front. Views into them are void. Not while a read is pending.
  void compact() {
    if (begin_ == 0) return;
    std::memmove(data_.data(), data_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  /// Changes to a buffer of the large size. Views are void. False when it is large already. Not
  /// while a read is pending.
  bool grow() {
    if (data_.size() >= BufferPool::large) return false;
    Pages larger = pool_.take(BufferPool::large);
    std::memcpy(larger.data(), data_.data() + begin_, end_ - begin_);
    pool_.give(std::exchange(data_, std::move(larger)));
    end_ -= begin_;
    begin_ = 0;
    return true;
  }

 private:
  BufferPool& pool_;
  Pages data_;
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
};

}  // namespace cutover::lb::proxy

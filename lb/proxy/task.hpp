#pragma once

// The coroutine types of the data plane. Asio's awaitable would do the same job for about half a
// microsecond more per request (a frame per operation, a hop through the scheduler per write);
// these two resume straight from the I/O completion and take their frames from the worker's pool.

#include <cassert>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <utility>
#include <vector>

namespace cutover::lb::proxy {

/// Recycles coroutine frames of one thread, by size, so that a request allocates nothing once the
/// pool is warm.
class FramePool {
 public:
  FramePool() = default;
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;
  ~FramePool() {
    for (auto& frames : free_) {
      for (void* frame : frames) ::operator delete(frame);
    }
  }

  void* take(std::size_t size) {
    const std::size_t kind = kind_of(size);
    if (kind >= kinds) return ::operator new(size);
    auto& frames = free_[kind];
    if (frames.empty()) return ::operator new((kind + 1) * step);
    void* frame = frames.back();
    frames.pop_back();
    return frame;
  }

  void give(void* frame, std::size_t size) noexcept {
    const std::size_t kind = kind_of(size);
    if (kind < kinds && free_[kind].size() < kept_most) {
      try {
        free_[kind].push_back(frame);
        return;
      } catch (const std::bad_alloc&) {  // then it isn't kept
      }
    }
    ::operator delete(frame);
  }

 private:
  static constexpr std::size_t step = 64;
  static constexpr std::size_t kinds = 64;  // frames up to 4 KiB
  static constexpr std::size_t kept_most = 256;
  static std::size_t kind_of(std::size_t size) { return (size - 1) / step; }

  std::vector<void*> free_[kinds];
};

/// Something whose member coroutines take their frames from a pool.
template <class Owner>
concept HasFrames = requires(Owner& owner) {
  { owner.frames() } -> std::same_as<FramePool&>;
};

/// Gives a promise its frame memory: from the pool of the object whose member function it is.
class PooledFrame {
 public:
  template <HasFrames Owner, class... Args>
  static void* operator new(std::size_t size, Owner& owner, Args&...) {
    return place(owner.frames().take(size + prefix), &owner.frames());
  }
  static void operator delete(void* frame, std::size_t size) noexcept {
    void* start = static_cast<char*>(frame) - prefix;
    (*static_cast<FramePool**>(start))->give(start, size + prefix);
  }

 private:
  static constexpr std::size_t prefix = alignof(std::max_align_t);
  static void* place(void* start, FramePool* pool) {
    *static_cast<FramePool**>(start) = pool;
    return static_cast<char*>(start) + prefix;
  }
};

/// A coroutine nobody waits for: runs at once, frees itself at its end. It must not throw.
struct Detached {
  struct promise_type : PooledFrame {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

/// A coroutine that its parent waits for. Runs when awaited (or start()ed before); if it gets to
/// its end without suspending, the parent goes on without suspending either.
template <class T>
class [[nodiscard]] Task {
 public:
  struct Stored {
    T value{};
    void return_value(T result) { value = std::move(result); }
  };
  struct promise_type : PooledFrame, Stored {
    std::coroutine_handle<> waiting;
    bool done = false;

    struct Final {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        self.promise().done = true;
        const auto next = self.promise().waiting;
        return next ? next : std::noop_coroutine();
      }
      void await_resume() noexcept {}
    };
    Task get_return_object() noexcept {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    Final final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { std::terminate(); }
  };

  Task(Task&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)),
        started_(std::exchange(other.started_, false)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    assert(!handle_ || !started_ || handle_.promise().done);
    if (handle_) handle_.destroy();
  }

  /// Runs until the first suspension.
  void start() {
    started_ = true;
    handle_.resume();
  }
  bool started() const { return started_; }
  bool done() const { return handle_.promise().done; }

  bool await_ready() {
    if (!started_) start();
    return done();
  }
  void await_suspend(std::coroutine_handle<> waiting) noexcept {
    handle_.promise().waiting = waiting;
  }
  T await_resume() { return std::move(handle_.promise().value); }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;
  bool started_ = false;
};

}  // namespace cutover::lb::proxy

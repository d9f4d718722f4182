#pragma once

// The built program as a child of a test: started with arguments, read, signalled, waited for.

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace cutover::end_to_end {

class Program {
 public:
  /// Starts `cutover` with these arguments.
  explicit Program(const std::vector<std::string>& arguments);
  /// Kills it when it still runs.
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Waits until standard output and error together hold `text`; false when it ended without it.
  bool says(const std::string& text);
  void signal(int number) const;
  /// Waits for its end and gives the exit status, or 128 + the signal that ended it.
  int wait();

  /// What it has printed so far; all of it after wait().
  std::string out() const;
  std::string err() const;

 private:
  struct Stream {
    int fd = -1;
    std::string text;
    bool open = true;
  };
  void read(Stream& stream);

  pid_t pid_ = -1;
  int status_ = -1;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Stream out_;
  Stream err_;
  std::vector<std::thread> readers_;
};

/// A port of the loopback that was free a moment ago.
std::uint16_t free_port();

/// Whether something accepts connections on that port of the loopback.
bool listening(std::uint16_t port);

/// One request on a connection of its own, sent when this is made.
class Request {
 public:
  /// `GET path` to that port of the loopback.
  Request(std::uint16_t port, const std::string& path);
  ~Request();
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  /// Waits for the answer and gives its status, 0 when there is none.
  int status();

 private:
  int fd_;
};

}  // namespace cutover::end_to_end

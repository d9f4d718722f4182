#include "tests/end_to_end/program.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <csignal>
#include <cstdlib>

extern char** environ;

namespace cutover::end_to_end {

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A connected socket, or -1.
int dial(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

Program::Program(const std::vector<std::string>& arguments) {
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0) std::abort();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);

  std::vector<std::string> words{CUTOVER_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  if (::posix_spawn(&pid_, CUTOVER_PROGRAM, &actions, nullptr, argv.data(), environ) != 0) {
    std::abort();
  }
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(err[1]);
  out_.fd = out[0];
  err_.fd = err[0];
  readers_.emplace_back([this] { read(out_); });
  readers_.emplace_back([this] { read(err_); });
}

Program::~Program() {
  if (status_ < 0) {
    signal(SIGKILL);
    wait();
  }
}

void Program::read(Stream& stream) {
  std::array<char, 4096> buffer{};
  ssize_t got = 0;
  while ((got = ::read(stream.fd, buffer.data(), buffer.size())) > 0) {
    const std::lock_guard lock(mutex_);
    stream.text.append(buffer.data(), static_cast<std::size_t>(got));
    changed_.notify_all();
  }
  ::close(stream.fd);
  const std::lock_guard lock(mutex_);
  stream.open = false;
  changed_.notify_all();
}

bool Program::says(const std::string& text) {
  std::unique_lock lock(mutex_);
  const auto said = [&] {
    return out_.text.find(text) != std::string::npos || err_.text.find(text) != std::string::npos;
  };
  changed_.wait(lock, [&] { return said() || (!out_.open && !err_.open); });
  return said();
}

void Program::signal(int number) const { ::kill(pid_, number); }

int Program::wait() {
  if (status_ >= 0) return status_;
  int ended = 0;
  ::waitpid(pid_, &ended, 0);
  for (std::thread& reader : readers_) reader.join();
  status_ = WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
  return status_;
}

std::string Program::out() const {
  const std::lock_guard lock(mutex_);
  return out_.text;
}

std::string Program::err() const {
  const std::lock_guard lock(mutex_);
  return err_.text;
}

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  ::close(fd);
  return ntohs(address.sin_port);
}

bool listening(std::uint16_t port) {
  const int fd = dial(port);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

Request::Request(std::uint16_t port, const std::string& path) : fd_(dial(port)) {
  const std::string text =
      "GET " + path + " HTTP/1.1\r\nHost: forum.example\r\nConnection: close\r\n\r\n";
  if (fd_ >= 0) ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
}

Request::~Request() {
  if (fd_ >= 0) ::close(fd_);
}

int Request::status() {
  std::string answer;
  std::array<char, 4096> buffer{};
  ssize_t got = 0;
  while (fd_ >= 0 && (got = ::recv(fd_, buffer.data(), buffer.size(), 0)) > 0) {
    answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  // "HTTP/1.1 200 OK"
  return answer.size() > 12 ? std::atoi(answer.substr(9, 3).c_str()) : 0;
}

}  // namespace cutover::end_to_end

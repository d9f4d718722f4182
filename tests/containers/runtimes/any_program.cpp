// A program that containers of commands run in tests: its first argument says what it does.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

void say(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

int fail(const std::string& line, int status) {
  std::fputs((line + "\n").c_str(), stderr);
  return status;
}

void write_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// Reads until the other side has ended, then answers with what it got, in between two words.
void answer_at_the_end(int socket) {
  std::string got;
  char bytes[4096];
  for (;;) {
    const ssize_t size = read(socket, bytes, sizeof(bytes));
    if (size <= 0) break;
    got.append(bytes, static_cast<std::size_t>(size));
  }
  const char* const name = std::getenv("NAME");
  write_all(socket, std::string(name ? name : "") + " got " + got);
}

/// Sends that many bytes, whatever the other side does.
void pour(int socket, std::size_t bytes) {
  const std::vector<char> piece(64 * 1024, 'x');
  for (std::size_t sent = 0; sent < bytes; sent += piece.size()) {
    write_all(socket, {piece.data(), piece.size()});
  }
}

int serve(const char* port, const char* bytes) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return fail(std::string("cannot bind ") + port, 3);
  }
  listen(listener, 100);
  say(std::string("bound ") + port);
  std::signal(SIGCHLD, SIG_IGN);
  for (;;) {
    const int connection = accept(listener, nullptr, nullptr);
    if (connection < 0) continue;
    if (fork() == 0) {
      close(listener);
      if (bytes) {
        pour(connection, static_cast<std::size_t>(std::atol(bytes)));
      } else {
        answer_at_the_end(connection);
      }
      _exit(0);
    }
    close(connection);
  }
}

int serve_once_told(const char* port) {
  sigset_t told;
  sigemptyset(&told);
  sigaddset(&told, SIGUSR1);
  sigprocmask(SIG_BLOCK, &told, nullptr);
  say("waiting");
  int ignored = 0;
  sigwait(&told, &ignored);
  return serve(port, nullptr);
}

/// Leaves a process behind that is in a session of its own and has no parent here, and that holds
/// a lock of the file for as long as it lives.
int daemonise(const char* file) {
  int ready[2];
  if (pipe(ready) != 0) return 1;
  if (fork() == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    setsid();
    for (const int number : {SIGTERM, SIGHUP, SIGINT}) std::signal(number, SIG_IGN);
    const int lock = open(file, O_RDWR | O_CREAT, 0600);
    flock(lock, LOCK_EX);
    if (write(ready[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  char byte = 0;
  if (read(ready[0], &byte, 1) != 1) return 1;
  wait(nullptr);
  say("left behind");
  for (;;) pause();
}

int flood(const char* line) {
  for (;;) std::puts(line);
}

int print_environment(char** environment) {
  for (char** entry = environment; *entry; ++entry) say(*entry);
  char directory[4096];
  say(std::string("in ") + (getcwd(directory, sizeof(directory)) ? directory : "?"));
  return 0;
}

}  // namespace

int main(int argc, char** argv, char** environment) {
  const std::string act = argc > 1 ? argv[1] : "";
  const char* const argument = argc > 2 ? argv[2] : std::getenv("PORT");
  if (act == "environment") return print_environment(environment);
  if (!argument) return fail("nothing to do", 2);
  if (act == "exit") return fail("leaving", std::atoi(argument));
  if (act == "serve") return serve(argument, argc > 3 ? argv[3] : nullptr);
  if (act == "serve once told") return serve_once_told(argument);
  if (act == "daemonise") return daemonise(argument);
  if (act == "flood") return flood(argument);
  if (act == "wait") {
    if (std::string_view(argument) == "deaf") std::signal(SIGTERM, SIG_IGN);
    say("waiting");
    for (;;) pause();
  }
  return fail("unknown act " + act, 2);
}

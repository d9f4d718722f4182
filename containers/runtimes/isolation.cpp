#include "containers/runtimes/isolation.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "lb/base/descriptor.hpp"

namespace cutover::containers {

namespace {

constexpr int exit_not_set_up = 126;

/// A line of an identity map, "1000 1000 1", put together without allocating.
class MapLine {
 public:
  explicit MapLine(std::uint32_t id) {
    add(id);
    text_[size_++] = ' ';
    add(id);
    for (const char c : std::string_view(" 1")) text_[size_++] = c;
  }
  std::string_view view() const { return {text_, size_}; }

 private:
  void add(std::uint32_t number) {
    char digits[10];
    std::size_t count = 0;
    do {
      digits[count++] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    while (count > 0) text_[size_++] = digits[--count];
  }

  char text_[32]{};
  std::size_t size_ = 0;
};

bool write_file(const char* path, std::string_view text) {
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(file);
  return written;
}

bool keep_ids(uid_t user, gid_t group) {
  return write_file("/proc/self/setgroups", "deny") &&
         write_file("/proc/self/uid_map", MapLine(user).view()) &&
         write_file("/proc/self/gid_map", MapLine(group).view());
}

bool raise_loopback() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", 3);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const bool raised = ioctl(socket, SIOCSIFFLAGS, &request) == 0;
  close(socket);
  return raised;
}

/// Where it is not allowed, /proc stays the outer one: programs still find themselves in it.
void mount_own_proc() {
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return;
  mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);
}

bool set_up(const Isolation& wanted, uid_t user, gid_t group) {
  if (wanted.user && !keep_ids(user, group)) return false;
  if (wanted.network && !raise_loopback()) return false;
  if (wanted.processes) mount_own_proc();
  return true;
}

/// Nothing, or the error.
int try_isolation(const Isolation& wanted) {
  int number = -1;
  const pid_t pid = fork_isolated(wanted, number);
  if (pid == 0) _exit(0);
  if (pid < 0) return errno;
  const Descriptor pidfd(number);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status == 0 ? 0 : EPERM;
}

}  // namespace

pid_t fork_isolated(const Isolation& wanted, int& pidfd) {
  const uid_t user = geteuid();
  const gid_t group = getegid();
  clone_args arguments{};
  arguments.flags = CLONE_PIDFD;
  if (wanted.processes) arguments.flags |= CLONE_NEWPID | CLONE_NEWNS;
  if (wanted.network) arguments.flags |= CLONE_NEWNET;
  if (wanted.user) arguments.flags |= CLONE_NEWUSER;
  arguments.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  arguments.exit_signal = SIGCHLD;
  const auto pid = static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof(arguments)));
  if (pid == 0 && !set_up(wanted, user, group)) _exit(exit_not_set_up);
  return pid;
}

IsolationOffer probe_isolation() {
  const int error = try_isolation({true, true, false});
  if (error == 0) return {true, false, 0};
  const int in_user_namespace = try_isolation({true, true, true});
  if (in_user_namespace == 0) return {true, true, 0};
  return {false, false, in_user_namespace};
}

}  // namespace cutover::containers

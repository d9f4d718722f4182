// The messages between this process and its supervisors.

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "containers/runtimes/supervisor.hpp"

namespace cutover::containers::supervision {

namespace {

using nlohmann::json;

/// A task definition is 64 KiB at most; what surrounds it is small.
constexpr std::size_t message_bytes_most = 192 * 1024;

}  // namespace

json start(const SupervisedCommand& command) {
  json environment = json::array();
  for (const auto& [name, value] : command.environment) {
    environment.push_back(fmt::format("{}={}", name, value));
  }
  json message{{"command", command.command},
               {"environment", std::move(environment)},
               {"directory", command.directory},
               {"inCgroup", command.in_cgroup}};
  if (command.user) message["user"] = {command.user->user, command.user->group};
  return message;
}

json signal(int number, bool everyone) { return {{"signal", number}, {"everyone", everyone}}; }

json kill() { return {{"kill", true}}; }

json execute(std::uint64_t id, const std::vector<std::string>& command) {
  return {{"execute", id}, {"command", command}};
}

json end_execution(std::uint64_t id) { return {{"endExecution", id}}; }

json begun() { return {{"begun", true}}; }

json running() { return {{"running", true}}; }

json failed(const std::string& what, int number) { return {{"failed", what}, {"number", number}}; }

json executed(std::uint64_t id, int exit_code) {
  return {{"executed", id}, {"exitCode", exit_code}};
}

Result<void> send(int socket, const json& message) {
  // A command may hold bytes that are no UTF-8.
  const auto packed = json::to_cbor(message);
  if (packed.size() > message_bytes_most) {
    return Error{"MessageTooLarge", "", "its command and environment are too large"};
  }
  if (::send(socket, packed.data(), packed.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return {};
  return Error{"CannotSend", "", std::strerror(errno)};
}

std::optional<json> receive(int socket, bool& closed, int* sender) {
  closed = false;
  const ssize_t waiting = recv(socket, nullptr, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
  if (waiting < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  if (waiting <= 0) {
    closed = true;
    return std::nullopt;
  }
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(waiting));
  iovec part{bytes.data(), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ssize_t size = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) return std::nullopt;
  const cmsghdr* const credentials = CMSG_FIRSTHDR(&header);
  if (sender && credentials && credentials->cmsg_type == SCM_CREDENTIALS) {
    ucred sent{};
    std::memcpy(&sent, CMSG_DATA(credentials), sizeof(sent));
    *sender = sent.pid;
  }
  bytes.resize(static_cast<std::size_t>(size));
  auto message = json::from_cbor(bytes, true, false);
  if (!message.is_object()) return std::nullopt;
  return message;
}

}  // namespace cutover::containers::supervision

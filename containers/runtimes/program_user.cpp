#include "containers/runtimes/program_user.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>

namespace cutover::containers {

namespace {

std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<SupervisedCommand::User> named_user(const std::string& name) {
  std::array<char, 16 * 1024> texts{};
  passwd entry{};
  passwd* found = nullptr;
  getpwnam_r(name.c_str(), &entry, texts.data(), texts.size(), &found);
  if (!found) return std::nullopt;
  return SupervisedCommand::User{found->pw_uid, found->pw_gid};
}

std::optional<std::uint32_t> named_group(const std::string& name) {
  std::array<char, 16 * 1024> texts{};
  group entry{};
  group* found = nullptr;
  getgrnam_r(name.c_str(), &entry, texts.data(), texts.size(), &found);
  if (!found) return std::nullopt;
  return found->gr_gid;
}

}  // namespace

Result<std::optional<SupervisedCommand::User>> program_user(const std::string& text) {
  if (text.empty()) return std::optional<SupervisedCommand::User>();
  const auto colon = text.find(':');
  const std::string name = text.substr(0, colon);
  std::optional<SupervisedCommand::User> user = named_user(name);
  // A number without a name of its own is in group 0, as in a container.
  if (const auto number = number_in(name); !user && number) user = {*number, 0};
  if (!user) return Error{"UnknownUser", "", fmt::format("there is no user \"{}\"", name)};
  if (colon != text.npos) {
    const std::string group = text.substr(colon + 1);
    std::optional<std::uint32_t> id = named_group(group);
    if (!id) id = number_in(group);
    if (!id) return Error{"UnknownUser", "", fmt::format("there is no group \"{}\"", group)};
    user->group = *id;
  }
  if (geteuid() != 0) {
    if (user->user == geteuid()) return std::optional<SupervisedCommand::User>();
    return Error{"UserNotPermitted", "",
                 fmt::format("only root can run programs as user \"{}\"", text)};
  }
  return user;
}

}  // namespace cutover::containers

#include "cutover/stack/hook_commands.hpp"

#include <utility>

#include "cutover/stack/image_json.hpp"
#include "cutover/stack/names.hpp"
#include "lb/base/json.hpp"

namespace cutover::stack {

namespace {

constexpr std::int64_t timeout_most = 900;

Result<HookCommand> parse_hook_command(const nlohmann::json& value, std::string pointer,
                                       const std::string& base_directory) {
  JsonReader reader(value, std::move(pointer));
  if (reader.ok() && !reader.has("command")) {
    reader.fail("command", "found none; required is a program and its arguments");
  }
  containers::CommandImage program = read_program(reader, base_directory);
  HookCommand hook;
  hook.command = std::move(program.command);
  hook.working_directory = std::move(program.working_directory);
  hook.environment = std::move(program.environment);
  if (const auto timeout = reader.optional_integer("timeoutSeconds", 1, timeout_most)) {
    hook.timeout = std::chrono::seconds(*timeout);
  }
  if (const auto end = reader.finish(); !end) return end.error();
  return hook;
}

}  // namespace

Result<HookCommands> parse_hook_commands(const nlohmann::json& value, std::string pointer,
                                         const std::string& base_directory) {
  JsonReader entries(value, std::move(pointer));
  HookCommands commands;
  for (const auto& [arn, entry] : value.items()) {
    if (arn.empty()) entries.fail(arn, "found an empty name; a hook's hookTargetArn is required");
    if (!entries.ok()) return entries.finish().error();
    auto parsed = parse_hook_command(entry, entries.pointer_to(arn), base_directory);
    if (!parsed) return parsed.error();
    commands.emplace(arn, *std::move(parsed));
  }
  return commands;
}

Result<void> check_hook(const HookCommands& commands, const std::string& target_arn) {
  if (commands.contains(target_arn)) return {};
  std::vector<std::string> known;
  known.reserve(commands.size());
  for (const auto& [arn, command] : commands) known.push_back(arn);
  return Error{"InvalidParameterException", "", unknown_name("hook", target_arn, known)};
}

}  // namespace cutover::stack

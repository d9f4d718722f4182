// Any JSON is overrides of a task or an error with a place and a message; what is accepted reads
// back as itself, and applies to a definition or says why not.

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "containers/task_overrides.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cutover;
  const auto value = parse_json({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  const auto overrides = containers::parse_task_overrides(*value, "/o", Numbers::strings_allowed);
  if (!overrides) {
    const Error& error = overrides.error();
    if (error.code.empty() || error.message.empty()) std::abort();
    if (!error.where.starts_with("/o")) std::abort();
    return 0;
  }
  const auto written = task_overrides_to_json(*overrides);
  const auto again = containers::parse_task_overrides(written, "/o");
  // Written out in full, they may be too long.
  if (again ? *again != *overrides : written.dump().size() <= containers::overrides_length_max) {
    std::abort();
  }
  containers::TaskDefinition definition;
  definition.family = "job";
  definition.containers.emplace_back().name = "main";
  definition.containers.back().memory = 256;
  const auto applied = apply_overrides(definition, *overrides);
  if (applied ? applied->containers.size() != 1 : applied.error().message.empty()) std::abort();
  return 0;
}

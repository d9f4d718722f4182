// Any JSON is a task definition or an error with a place and a message; what is accepted reads back
// as itself.

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "containers/task_definition_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cutover;
  const auto value = parse_json({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  for (const Numbers numbers : {Numbers::strict, Numbers::strings_allowed}) {
    const auto definition = containers::parse_task_definition(*value, "/d", numbers);
    if (!definition) {
      const Error& error = definition.error();
      if (error.code.empty() || error.message.empty()) std::abort();
      if (!error.where.starts_with("/d")) std::abort();
      continue;
    }
    const auto again = containers::parse_task_definition(task_definition_to_json(*definition), "/d",
                                                         Numbers::strict);
    if (!again || *again != *definition) std::abort();
  }
  return 0;
}

// Whatever bytes a stack file holds: it is refused with a place, or becomes a stack whose
// operations can be printed. Nothing else.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cutover/stack/stack.hpp"
#include "lb/base/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document =
      cutover::parse_json(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!document) return 0;
  const auto stack = cutover::stack::parse_stack(*document);
  if (!stack) {
    if (stack.error().code.empty() || stack.error().message.empty()) std::abort();
    return 0;
  }
  for (const auto& operation : stack->operations) {
    if (to_string(operation).empty()) std::abort();
  }
  return 0;
}

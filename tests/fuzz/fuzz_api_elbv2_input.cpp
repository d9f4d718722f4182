// Whatever a form asks of an operation of ELBv2: its parameters are refused in AWS's words, or get
// their types; those that have them keep them.

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cutover/api/elbv2/shapes.hpp"
#include "cutover/api/wire/query.hpp"

namespace elbv2 = cutover::api::elbv2;
namespace wire = cutover::api::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto pairs = wire::parse_pairs({reinterpret_cast<const char*>(data), size});
  if (!pairs) return 0;
  const std::string* operation = wire::find(*pairs, "Action");
  if (!operation) return 0;
  const auto shape = elbv2::shapes().find(*operation);
  if (shape == elbv2::shapes().end()) return 0;
  const auto given = wire::nest(*pairs, wire::ListForm::members, elbv2::list_names());
  if (!given) return 0;
  const auto typed = elbv2::typed(shape->second, *given);
  if (!typed) {
    if (typed.error().code.empty() || typed.error().message.empty()) std::abort();
    return 0;
  }
  if (!typed->is_object()) std::abort();
  const auto again = elbv2::typed(shape->second, *typed);
  if (!again || *again != *typed) std::abort();
  return 0;
}

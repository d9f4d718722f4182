// Whatever bytes a JSON request holds: it is refused as a SerializationException, or becomes an
// object without nulls in objects, which can be written and read again.

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cutover/api/wire/json.hpp"

namespace {

void check(const nlohmann::json& value) {
  for (const auto& child : value) {
    if (value.is_object() && child.is_null()) std::abort();
    if (child.is_structured()) check(child);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = cutover::api::wire::decode_json(text);
  if (!json) {
    if (json.error().code != "SerializationException" || json.error().message.empty()) std::abort();
    return 0;
  }
  check(*json);
  const auto again = cutover::api::wire::decode_json(
      cutover::api::wire::json_answer(nlohmann::ordered_json(*json)));
  if (!again || *again != *json) std::abort();
  return 0;
}

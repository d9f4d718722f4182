// Whatever a form holds: it is refused with a message, or becomes an object whose leaves are UTF-8
// text. Nothing else, in bounded work.

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cutover/api/wire/query.hpp"
#include "cutover/api/wire/text.hpp"

namespace {

using cutover::api::wire::ListForm;

void check(const nlohmann::json& value) {
  if (value.is_string()) {
    if (!cutover::api::wire::is_utf8(value.get_ref<const std::string&>())) std::abort();
    return;
  }
  if (!value.is_structured()) std::abort();
  for (const auto& child : value) check(child);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto pairs = cutover::api::wire::parse_pairs(text);
  if (!pairs) {
    if (pairs.error().message.empty()) std::abort();
    return 0;
  }
  for (const ListForm form : {ListForm::members, ListForm::bare}) {
    const auto json = cutover::api::wire::nest(*pairs, form, {"Actions"});
    if (json) check(*json);
    if (json && !json->is_object()) std::abort();
    if (!json && (json.error().message.empty() || json.error().message.size() > 1000)) std::abort();
  }
  return 0;
}

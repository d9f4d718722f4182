// Whatever text an answer holds: the document stays well-formed, and an XML parser gives the text
// back, but for the characters that XML can't hold.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <string>

#include "cutover/api/wire/text.hpp"
#include "cutover/api/wire/xml.hpp"

namespace {

using namespace cutover::api;

/// What a parser makes of line ends (XML 1.0, section 2.11).
std::string with_line_feeds(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pair = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (!pair) result += text[i] == '\r' ? '\n' : text[i];
  }
  return result;
}

void check(const std::string& document, const std::string& path, const std::string& expected) {
  pugi::xml_document parsed;
  const unsigned flags = pugi::parse_default | pugi::parse_ws_pcdata;
  if (!parsed.load_buffer(document.data(), document.size(), flags, pugi::encoding_utf8)) {
    std::abort();
  }
  if (parsed.first_element_by_path(path.c_str()).child_value() != expected) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string clean = wire::clean_text(text);
  if (!wire::is_utf8(clean) || wire::clean_text(clean) != clean) std::abort();
  const std::string expected = with_line_feeds(clean);
  const wire::XmlFrame frame{"Op", "urn:x", "id"};
  const nlohmann::ordered_json answer = {{"V", {text}}};
  check(wire::query_answer(frame, answer), "OpResponse/OpResult/V/member", expected);
  check(wire::ec2_answer(frame, answer), "OpResponse/V/item", expected);
  check(wire::query_error(frame, {"C", text, 400}), "ErrorResponse/Error/Message", expected);
  check(wire::ec2_error(frame, {"C", text, 400}), "Response/Errors/Error/Message", expected);
  return 0;
}

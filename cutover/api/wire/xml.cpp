#include "cutover/api/wire/xml.hpp"

#include <pugixml.hpp>

#include "cutover/api/wire/text.hpp"

namespace cutover::api::wire {

namespace {

using Json = nlohmann::ordered_json;
using pugi::xml_node;

class Text final : public pugi::xml_writer {
 public:
  void write(const void* data, std::size_t size) override {
    text_.append(static_cast<const char*>(data), size);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string written(const pugi::xml_document& document) {
  Text text;
  document.save(text, "", pugi::format_raw | pugi::format_no_declaration, pugi::encoding_utf8);
  return text.take();
}

void add_text(xml_node parent, const char* name, std::string_view text) {
  parent.append_child(name).text().set(clean_text(text).c_str());
}

/// Appends `value` as element `name`; entries of lists become elements `entry`.
void add(xml_node parent, const char* name, const Json& value, const char* entry) {
  if (value.is_null()) return;
  if (value.is_string()) return add_text(parent, name, value.get_ref<const std::string&>());
  xml_node element = parent.append_child(name);
  if (value.is_array()) {
    for (const Json& one : value) add(element, entry, one, entry);
  } else if (value.is_object()) {
    for (const auto& [key, member] : value.items()) add(element, key.c_str(), member, entry);
  } else {
    element.text().set(value.dump().c_str());
  }
}

xml_node add_root(pugi::xml_document& document, const std::string& name,
                  std::string_view name_space) {
  xml_node root = document.append_child(name.c_str());
  if (!name_space.empty()) root.append_attribute("xmlns") = std::string(name_space).c_str();
  return root;
}

}  // namespace

std::string query_answer(const XmlFrame& frame, const Json& answer) {
  pugi::xml_document document;
  const std::string operation(frame.operation);
  xml_node root = add_root(document, operation + "Response", frame.name_space);
  // The wrapper is there even when it is empty: clients look for it.
  add(root, (operation + "Result").c_str(), answer.is_null() ? Json::object() : answer, "member");
  add_text(root.append_child("ResponseMetadata"), "RequestId", frame.request_id);
  return written(document);
}

std::string query_error(const XmlFrame& frame, const ApiError& error) {
  pugi::xml_document document;
  xml_node root = add_root(document, "ErrorResponse", frame.name_space);
  xml_node element = root.append_child("Error");
  add_text(element, "Type", error.status < 500 ? "Sender" : "Receiver");
  add_text(element, "Code", error.code);
  add_text(element, "Message", error.message);
  add_text(root, "RequestId", frame.request_id);
  return written(document);
}

std::string ec2_answer(const XmlFrame& frame, const Json& answer) {
  pugi::xml_document document;
  xml_node root = add_root(document, std::string(frame.operation) + "Response", frame.name_space);
  add_text(root, "requestId", frame.request_id);
  for (const auto& [key, member] : answer.items()) add(root, key.c_str(), member, "item");
  return written(document);
}

std::string ec2_error(const XmlFrame& frame, const ApiError& error) {
  pugi::xml_document document;
  xml_node root = document.append_child("Response");
  xml_node element = root.append_child("Errors").append_child("Error");
  add_text(element, "Code", error.code);
  add_text(element, "Message", error.message);
  add_text(root, "RequestID", frame.request_id);
  return written(document);
}

}  // namespace cutover::api::wire

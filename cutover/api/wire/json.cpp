#include "cutover/api/wire/json.hpp"

#include "cutover/api/wire/text.hpp"
#include "lb/base/json.hpp"

namespace cutover::api::wire {

namespace {

using Json = nlohmann::json;

/// The depth is bounded: parse_json() refuses what is nested deeper than 64.
void drop_nulls(Json& value) {
  if (value.is_object()) {
    for (auto member = value.begin(); member != value.end();) {
      member = member->is_null() ? value.erase(member) : std::next(member);
    }
  }
  if (value.is_structured()) {
    for (Json& child : value) drop_nulls(child);
  }
}

template <class AnyJson>
std::string dumped(const AnyJson& value) {
  return value.dump(-1, ' ', false, AnyJson::error_handler_t::replace);
}

}  // namespace

Result<Json> decode_json(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return Json::object();
  auto value = parse_json(body);
  if (!value) {
    Error error = value.error();
    error.code = "SerializationException";
    return error;
  }
  if (!value->is_object()) {
    return Error{"SerializationException", "",
                 "the body holds " + describe(*value) + "; allowed is an object"};
  }
  drop_nulls(*value);
  return value;
}

std::string json_answer(const nlohmann::ordered_json& answer) {
  return answer.is_null() ? "{}" : dumped(answer);
}

std::string json_error(const ApiError& error, const nlohmann::ordered_json& members) {
  const char* message = error.code == "SerializationException" ? "Message" : "message";
  nlohmann::ordered_json body{{"__type", error.code}, {message, error.message}};
  if (members.is_object()) body.update(members);
  return dumped(body);
}

}  // namespace cutover::api::wire

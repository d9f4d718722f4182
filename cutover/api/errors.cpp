#include "cutover/api/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace cutover::api {

namespace {

struct Row {
  std::string_view code;
  unsigned status;
};

/// What is not 400 (botocore's models; "Common errors" in the API references).
constexpr std::array<Row, 21> statuses{{
    {"AccessDenied", 403},          {"AccessDeniedException", 400},
    {"AuthFailure", 403},           {"DashboardNotFoundError", 404},
    {"DryRunOperation", 412},       {"HealthUnavailable", 500},
    {"InsufficientCapacity", 500},  {"InternalError", 500},
    {"InternalFailure", 500},       {"InternalServiceError", 500},
    {"InvalidClientTokenId", 403},  {"MissingAuthenticationToken", 403},
    {"OptInRequired", 403},         {"PriorRequestNotComplete", 429},
    {"ResourceNotFound", 404},      {"ServerException", 500},
    {"ServiceUnavailable", 503},    {"ServiceUnavailableException", 500},
    {"SignatureDoesNotMatch", 403}, {"Unavailable", 503},
    {"UnauthorizedOperation", 403},
}};

bool is_index(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// RFC 6901.
std::string unescaped(std::string_view part) {
  std::string text;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const bool escape = part[i] == '~' && i + 1 < part.size();
    text += !escape ? part[i] : part[++i] == '1' ? '/' : '~';
  }
  return text;
}

bool is_our_own(std::string_view message) {
  return !message.empty() && std::isupper(static_cast<unsigned char>(message.front())) == 0;
}

}  // namespace

unsigned http_status(std::string_view code) {
  const auto* row = std::find_if(statuses.begin(), statuses.end(),
                                 [code](const Row& one) { return one.code == code; });
  return row == statuses.end() ? 400 : row->status;
}

Error with_code(Error error, std::string_view code) {
  if (error.code == "ValidationError" || error.code == "UnknownMember") error.code = code;
  return error;
}

std::string member_path(std::string_view pointer) {
  std::string path;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    std::string part = unescaped(pointer.substr(0, end));
    pointer.remove_prefix(end);
    if (is_index(part) && part.size() < 10) {
      part = fmt::format("{}.member", std::stoul(part) + 1);
    } else if (!part.empty()) {
      part[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(part[0])));
    }
    path += (path.empty() ? "" : ".") + part;
  }
  return path;
}

ApiError to_api_error(const Error& error) {
  ApiError result{error.code, error.message, http_status(error.code)};
  if (error.where.empty() || !is_our_own(error.message)) return result;
  if (!error.where.starts_with('/')) {
    result.message = error.where + ": " + error.message;
  } else if (error.code == "ValidationError") {
    result.message =
        fmt::format("1 validation error detected: Value at '{}' failed to satisfy constraint: {}",
                    member_path(error.where), error.message);
  } else {
    result.message = fmt::format("{}: {}", member_path(error.where), error.message);
  }
  return result;
}

Error unsupported(std::string_view what) {
  return {"UnsupportedOperation", "", std::string(what) + " not supported by cutover"};
}

}  // namespace cutover::api

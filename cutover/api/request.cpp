#include "cutover/api/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cutover::api {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

std::string_view query_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

bool is_form(std::string_view content_type) {
  return content_type.empty() || content_type.starts_with("application/x-www-form-urlencoded");
}

/// Regions are made on first use, so their names are bounded.
bool is_region_name(std::string_view name) {
  constexpr std::size_t most = 32;
  return !name.empty() && name.size() <= most && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

/// "AKID/20261125/us-east-1/ecs/aws4_request": an access key may itself hold slashes, so the parts
/// count from the end.
Result<Scope> parse_credential(std::string_view text) {
  std::array<std::string_view, 4> parts;
  std::string_view rest = text;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    const std::size_t slash = rest.rfind('/');
    if (slash == std::string_view::npos) {
      return Error{"IncompleteSignature", "",
                   fmt::format("the credential {} has not the form "
                               "KEY/DATE/REGION/SERVICE/aws4_request",
                               text)};
    }
    *part = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  if (!is_region_name(parts[1])) {
    return Error{"InvalidRegion", "",
                 fmt::format("found region \"{}\"; allowed are 1-32 lower-case letters, digits and "
                             "hyphens, such as us-east-1",
                             parts[1])};
  }
  return Scope{std::string(parts[1]), std::string(parts[2])};
}

/// What stands after "Credential=" in an Authorization header.
std::string_view credential_of(std::string_view authorization) {
  constexpr std::string_view key = "Credential=";
  const std::size_t begin = authorization.find(key);
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = authorization.substr(begin + key.size());
  return rest.substr(0, rest.find_first_of(", "));
}

/// A form's fields, after those of the target's query, which win.
Result<Asked> read_query(const HttpRequest& request, const wire::Pairs& query) {
  Asked asked;
  asked.pairs = query;
  if (is_form(request.content_type)) {
    auto body = wire::parse_pairs(request.body);
    if (!body) return body.error();
    for (auto& pair : *body) {
      if (!wire::find(query, pair.first)) asked.pairs.push_back(std::move(pair));
    }
  }
  if (const auto* action = wire::find(asked.pairs, "Action")) asked.operation = *action;
  if (const auto* version = wire::find(asked.pairs, "Version")) asked.version = *version;
  return asked;
}

}  // namespace

Result<std::optional<Scope>> credential_scope(std::string_view authorization,
                                              const wire::Pairs& query) {
  std::string_view credential;
  if (authorization.starts_with(algorithm)) {
    credential = credential_of(authorization);
  } else if (const auto* presigned = wire::find(query, "X-Amz-Credential")) {
    credential = *presigned;
  } else {
    return std::optional<Scope>();
  }
  auto scope = parse_credential(credential);
  if (!scope) return scope.error();
  return std::optional(*std::move(scope));
}

Result<Asked> read_request(const HttpRequest& request) {
  auto pairs = wire::parse_pairs(query_of(request.target));
  if (!pairs) return pairs.error();
  auto scope = credential_scope(request.authorization, *pairs);
  if (!scope) return scope.error();
  Asked asked;
  if (!request.amz_target.empty()) {
    const std::size_t dot = request.amz_target.rfind('.');
    asked.target_prefix = request.amz_target.substr(0, dot);
    if (dot != std::string_view::npos) asked.operation = request.amz_target.substr(dot + 1);
  } else if (path_of(request.target) == "/") {
    auto query = read_query(request, *pairs);
    if (!query) return query.error();
    asked = *std::move(query);
  }
  asked.scope = *std::move(scope);
  return asked;
}

bool speaks_aws(const HttpRequest& request) {
  if (!request.amz_target.empty() || request.authorization.starts_with(algorithm)) return true;
  if (path_of(request.target) != "/") return false;
  return request.method == "POST" || query_of(request.target).find("Action=") != std::string::npos;
}

}  // namespace cutover::api

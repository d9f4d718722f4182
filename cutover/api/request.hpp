#pragma once

// What an HTTP request asks of AWS's APIs: of which service, in which region, which operation.
// Signatures are read for that, and not verified. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "cutover/api/wire/query.hpp"
#include "lb/base/result.hpp"

namespace cutover::api {

/// The parts of an HTTP request that matter; borrowed.
struct HttpRequest {
  std::string_view method;
  std::string_view target;  ///< "/", "/?Action=…"
  std::string_view content_type;
  std::string_view amz_target;  ///< X-Amz-Target
  std::string_view authorization;
  std::string_view body;
};

inline constexpr std::string_view region_default = "us-east-1";

/// Where a request is signed for.
struct Scope {
  std::string region;
  std::string service;

  friend bool operator==(const Scope&, const Scope&) = default;
};

/// The credential scope of "AWS4-HMAC-SHA256 Credential=AKID/20261125/us-east-1/ecs/aws4_request,
/// …" or of a presigned query's X-Amz-Credential; none when the request is not signed.
Result<std::optional<Scope>> credential_scope(std::string_view authorization,
                                              const wire::Pairs& query);

/// What a call is, before its parameters are decoded.
struct Asked {
  std::optional<Scope> scope;
  std::string target_prefix;  ///< JSON only.
  std::string operation;      ///< May be empty.
  std::string version;        ///< Query only; may be empty.
  wire::Pairs pairs;          ///< Query only.

  std::string region() const { return scope ? scope->region : std::string(region_default); }
};

Result<Asked> read_request(const HttpRequest& request);

/// Whether the request speaks AWS's protocols at all, and is not one for a path of this program.
bool speaks_aws(const HttpRequest& request);

}  // namespace cutover::api

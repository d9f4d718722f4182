#include "lb/observe/account.hpp"

#include <cassert>

namespace cutover::lb {

std::string_view to_string(Cause cause) {
  switch (cause) {
    case Cause::none:
      return "none";
    case Cause::fixed_response:
      return "fixed_response";
    case Cause::redirect:
      return "redirect";
    case Cause::malformed_request:
      return "malformed_request";
    case Cause::headers_too_large:
      return "headers_too_large";
    case Cause::uri_too_long:
      return "uri_too_long";
    case Cause::body_cut:
      return "body_cut";
    case Cause::request_timeout:
      return "request_timeout";
    case Cause::method_not_allowed:
      return "method_not_allowed";
    case Cause::unsupported_encoding:
      return "unsupported_encoding";
    case Cause::unsupported_version:
      return "unsupported_version";
    case Cause::too_many_forwarded_for:
      return "too_many_forwarded_for";
    case Cause::no_target:
      return "no_target";
    case Cause::too_many_connections:
      return "too_many_connections";
    case Cause::redirect_too_long:
      return "redirect_too_long";
    case Cause::connect_failed:
      return "connect_failed";
    case Cause::connect_timeout:
      return "connect_timeout";
    case Cause::target_closed:
      return "target_closed";
    case Cause::malformed_response:
      return "malformed_response";
    case Cause::target_timeout:
      return "target_timeout";
    case Cause::drain_ended:
      return "drain_ended";
    case Cause::body_too_large:
      return "body_too_large";
    case Cause::response_cut:
      return "response_cut";
    case Cause::client_left:
      return "client_left";
    case Cause::shutdown:
      return "shutdown";
    case Cause::transform_failed:
      return "transform_failed";
    case Cause::idle:
      return "idle";
  }
  assert(false);
  return "";
}

}  // namespace cutover::lb

#pragma once

// What a request head amounts to: ALB's desync classes (ALB user guide: Desync mitigation mode, and
// its list of classification reasons) and the errors that are refused in every mode (ALB user
// guide: Troubleshoot). A pure function of the head.

#include <cstdint>
#include <string_view>

#include "lb/http/request_head.hpp"
#include "lb/observe/account.hpp"

namespace cutover::lb::http {

enum class Tier : std::uint8_t { compliant, acceptable, ambiguous, severe };
std::string_view to_string(Tier tier);

struct Classification {
  Tier tier = Tier::compliant;
  /// ALB's word, "BothTeClPresent"; empty when compliant. The first reason at the worst tier.
  std::string_view reason;
};
Classification classify(const RequestHead& head);

/// What to do with a request in ALB's defensive mode (the default).
struct Admission {
  int refused_status = 0;  ///< 0: serve it. Else 400, 405, 463, 501, 505 …
  Cause cause = Cause::none;
  /// Close the client's connection, and the target's if there was one, afterwards: ambiguous, or
  /// refused such that where the next request begins is not certain.
  bool close_after = false;
};
/// Severe -> 400; missing, empty or impossible Host (HTTP/1.0 may leave it out) -> 400; a target
/// that is no path, no http URL and not OPTIONS' "*" -> 400; TRACE -> 405; CONNECT -> 400;
/// unsupported Transfer-Encoding -> 501; a version that is well-formed but not 1.x -> 505; more
/// than 30 X-Forwarded-For addresses -> 463.
///
/// HTTP/0.9 gets 505. ALB's documentation says that clients may use it, but the answer would have
/// to go without status and headers, and nobody rehearses with it.
Admission admit(const RequestHead& head, const Classification& classification);

}  // namespace cutover::lb::http

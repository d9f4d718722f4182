#pragma once

// What a request head amounts to: ALB's desync classes (alb.md §18, after the published classifier)
// and the errors that are refused in every mode (alb.md §15, §17). A pure function of the head.

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
  bool close_after = false;  ///< Ambiguous: close both connections afterwards.
};
/// Severe -> 400; missing or empty Host on HTTP/1.1 -> 400; TRACE -> 405; CONNECT -> 400;
/// unsupported Transfer-Encoding -> 501; unexpected version -> 505; more than 30 X-Forwarded-For
/// addresses -> 463.
Admission admit(const RequestHead& head, const Classification& classification);

}  // namespace cutover::lb::http

#pragma once

// The answers of AWS's Query protocol and of EC2's, as XML. Pure.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cutover/api/errors.hpp"

namespace cutover::api::wire {

inline constexpr std::string_view xml_type = "text/xml";

/// What an answer is wrapped in.
struct XmlFrame {
  std::string_view operation;   ///< "DescribeRules"
  std::string_view name_space;  ///< "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"
  std::string_view request_id;
};

/// <DescribeRulesResponse><DescribeRulesResult>…</…><ResponseMetadata>…; a list's entries are
/// <member>. `answer` is an object: strings, numbers, booleans, lists and objects; null is absent.
std::string query_answer(const XmlFrame& frame, const nlohmann::ordered_json& answer);
/// <ErrorResponse><Error><Type>Sender</Type><Code>…
std::string query_error(const XmlFrame& frame, const ApiError& error);

/// EC2's form: the answer's members stand directly below <DescribeVpcsResponse>, beside
/// <requestId>; a list's entries are <item>.
std::string ec2_answer(const XmlFrame& frame, const nlohmann::ordered_json& answer);
/// <Response><Errors><Error><Code>…
std::string ec2_error(const XmlFrame& frame, const ApiError& error);

}  // namespace cutover::api::wire

// What an account may have, and the TLS policies there are.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "cutover/api/elbv2/operations.hpp"
#include "cutover/api/elbv2/paging.hpp"
#include "cutover/stack/quotas.hpp"

namespace cutover::api::elbv2 {

namespace {

/// A list of fixed order, keyed by position.
template <class Entry>
std::map<std::uint64_t, Entry> numbered(const std::vector<Entry>& entries) {
  std::map<std::uint64_t, Entry> all;
  for (const Entry& entry : entries) all.emplace(all.size(), entry);
  return all;
}

Outcome describe_account_limits(const Place& place, const json& input) {
  const auto page = page_of(input);
  if (!page) return page.error();
  Json answer;
  fill_page(answer, "Limits", numbered(stack::limits(place.there().quotas)), *page,
            [](const auto& entry) {
              return Json{{"Name", entry.second.name}, {"Max", std::to_string(entry.second.most)}};
            });
  return answer;
}

/// Security policies that take TLS 1.2 and, some of them, 1.3 (ALB user guide, "Security
/// policies"). Told for clients that look one up; no listener uses any.
struct Policy {
  std::string_view name;
  std::vector<std::string_view> protocols;
  std::vector<std::string_view> ciphers;
};

const std::vector<Policy>& policies() {
  static const std::vector<std::string_view> of_13{
      "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"};
  static const std::vector<std::string_view> forward_secret{
      "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
      "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"};
  static const auto joined = [](std::vector<std::string_view> a,
                                const std::vector<std::string_view>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  static const std::vector<std::string_view> older{
      "ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256",
      "ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA384",
      "AES128-GCM-SHA256",         "AES128-SHA256",
      "AES256-GCM-SHA384",         "AES256-SHA256"};
  static const std::vector<Policy> all{
      {"ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
       {"TLSv1.2", "TLSv1.3"},
       joined(of_13, forward_secret)},
      {"ELBSecurityPolicy-TLS13-1-3-2021-06", {"TLSv1.3"}, of_13},
      {"ELBSecurityPolicy-FS-1-2-Res-2020-10", {"TLSv1.2"}, forward_secret},
      {"ELBSecurityPolicy-TLS-1-2-2017-01", {"TLSv1.2"}, joined(forward_secret, older)},
  };
  return all;
}

Json policy_json(const Policy& policy) {
  Json ciphers = Json::array();
  for (const std::string_view cipher : policy.ciphers) {
    ciphers.push_back({{"Name", cipher}, {"Priority", ciphers.size() + 1}});
  }
  return {{"SslProtocols", policy.protocols},
          {"Ciphers", std::move(ciphers)},
          {"Name", policy.name},
          {"SupportedLoadBalancerTypes", {"application"}}};
}

Outcome describe_ssl_policies(const Place&, const json& input) {
  const auto page = page_of(input);
  if (!page) return page.error();
  std::vector<Policy> asked = policies();
  if (input.value("LoadBalancerType", "application") != "application") asked.clear();
  if (input.contains("Names")) {
    std::vector<Policy> named;
    for (const json& name : input["Names"]) {
      const auto found = std::find_if(asked.begin(), asked.end(),
                                      [&](const Policy& policy) { return policy.name == name; });
      if (found == asked.end()) {
        return Error{"SSLPolicyNotFound", "",
                     fmt::format("SSL policy '{}' not found", name.get<std::string>())};
      }
      named.push_back(*found);
    }
    asked = std::move(named);
  }
  Json answer;
  fill_page(answer, "SslPolicies", numbered(asked), *page,
            [](const auto& entry) { return policy_json(entry.second); });
  return answer;
}

}  // namespace

void add_limits(Operations& operations) {
  operations["DescribeAccountLimits"] = describe_account_limits;
  operations["DescribeSSLPolicies"] = describe_ssl_policies;
}

}  // namespace cutover::api::elbv2

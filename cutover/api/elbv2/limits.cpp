// What an account may have, and the TLS policies there are.

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cutover/api/elbv2/operations.hpp"
#include "cutover/api/elbv2/paging.hpp"
#include "cutover/stack/quotas.hpp"

namespace cutover::api::elbv2 {

namespace {

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

using Names = std::vector<std::string_view>;

/// A security policy (ALB user guide, "Security policies"). Told for clients that look one up; no
/// listener uses any.
struct Policy {
  std::string_view name;
  Names protocols;
  Names ciphers;
};

Names joined(Names a, const Names& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// The protocols from TLS 1.`least` to TLS 1.`most`.
Names protocols(std::size_t least, std::size_t most) {
  const Names all{"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
  return {all.begin() + static_cast<std::ptrdiff_t>(least),
          all.begin() + static_cast<std::ptrdiff_t>(most) + 1};
}

const std::vector<Policy>& policies() {
  const Names of_13{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256"};
  const Names gcm{"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
                  "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"};
  const Names forward = joined(gcm, {"ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256",
                                     "ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA384"});
  const Names forward_sha1 = joined(forward, {"ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA",
                                              "ECDHE-RSA-AES256-SHA", "ECDHE-ECDSA-AES256-SHA"});
  const Names plain{"AES128-GCM-SHA256", "AES128-SHA256", "AES256-GCM-SHA384", "AES256-SHA256"};
  const Names no_sha1 = joined(forward, plain);
  const Names all = joined(joined(forward_sha1, plain), {"AES128-SHA", "AES256-SHA"});
  static const std::vector<Policy> known{
      {"ELBSecurityPolicy-2016-08", protocols(0, 2), all},
      {"ELBSecurityPolicy-TLS13-1-2-Res-2021-06", protocols(2, 3), joined(of_13, gcm)},
      {"ELBSecurityPolicy-TLS13-1-2-2021-06", protocols(2, 3), joined(of_13, forward)},
      {"ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", protocols(2, 3), joined(of_13, no_sha1)},
      {"ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", protocols(2, 3), joined(of_13, all)},
      {"ELBSecurityPolicy-TLS13-1-3-2021-06", protocols(3, 3), of_13},
      {"ELBSecurityPolicy-TLS13-1-1-2021-06", protocols(1, 3), joined(of_13, all)},
      {"ELBSecurityPolicy-TLS13-1-0-2021-06", protocols(0, 3), joined(of_13, all)},
      {"ELBSecurityPolicy-TLS-1-1-2017-01", protocols(1, 2), all},
      {"ELBSecurityPolicy-TLS-1-2-2017-01", protocols(2, 2), no_sha1},
      {"ELBSecurityPolicy-TLS-1-2-Ext-2018-06", protocols(2, 2), all},
      {"ELBSecurityPolicy-FS-2018-06", protocols(0, 2), forward_sha1},
      {"ELBSecurityPolicy-FS-1-1-2019-08", protocols(1, 2), forward_sha1},
      {"ELBSecurityPolicy-FS-1-2-2019-08", protocols(2, 2), forward_sha1},
      {"ELBSecurityPolicy-FS-1-2-Res-2019-08", protocols(2, 2), forward},
      {"ELBSecurityPolicy-FS-1-2-Res-2020-10", protocols(2, 2), gcm},
  };
  return known;
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

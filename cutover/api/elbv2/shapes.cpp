#include "cutover/api/elbv2/shapes.hpp"

#include "rules/rule.hpp"

namespace cutover::api::elbv2 {

namespace {

constexpr std::int64_t page_most = 400;
constexpr std::int64_t attributes_most = 20;
constexpr std::int64_t described_most = 20;

Shape port() { return number(1, 65'535); }
Shape texts() { return list(text()); }
/// Which of these is built is decided later: what isn't is refused by name.
Shape protocol() { return word({"HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE"}); }
Shape ip_address_type() { return word({"ipv4", "dualstack", "dualstack-without-public-ipv4"}); }

Shape tags() {
  return list(structure({required("Key", text(1, 128)), optional("Value", text(0, 256))}), 1);
}

Shape values() { return structure({optional("Values", texts())}); }

Shape texts_or_regexes() {
  return structure({optional("Values", texts()), optional("RegexValues", texts())});
}

Shape condition() {
  const Shape pair = structure({optional("Key", text()), optional("Value", text())});
  return structure({
      required("Field", text(0, 64)),
      optional("Values", texts()),
      optional("RegexValues", texts()),
      optional("HostHeaderConfig", texts_or_regexes()),
      optional("PathPatternConfig", texts_or_regexes()),
      optional("HttpHeaderConfig",
               structure({optional("HttpHeaderName", text()), optional("Values", texts()),
                          optional("RegexValues", texts())})),
      optional("QueryStringConfig", structure({optional("Values", list(pair))})),
      optional("HttpRequestMethodConfig", values()),
      optional("SourceIpConfig", values()),
  });
}

Shape forward_config() {
  const Shape group = structure({required("TargetGroupArn", text()), optional("Weight", number())});
  return structure({
      optional("TargetGroups", list(group)),
      optional("TargetGroupStickinessConfig",
               structure({optional("Enabled", flag()), optional("DurationSeconds", number())})),
  });
}

Shape action() {
  return structure({
      required("Type", word({"forward", "authenticate-oidc", "authenticate-cognito", "redirect",
                             "fixed-response", "jwt-validation"})),
      optional("TargetGroupArn", text()),
      optional("Order", number(1, 50'000)),
      optional("RedirectConfig",
               structure({optional("Protocol", text()), optional("Port", text()),
                          optional("Host", text(1, 128)), optional("Path", text(1, 128)),
                          optional("Query", text(0, 128)),
                          required("StatusCode", word({"HTTP_301", "HTTP_302"}))})),
      optional("FixedResponseConfig",
               structure({optional("MessageBody", text(0, 1024)), required("StatusCode", text()),
                          optional("ContentType", text(0, 32))})),
      optional("ForwardConfig", forward_config()),
      // Their actions are refused, as they are on HTTP listeners of AWS.
      optional("AuthenticateOidcConfig", unread()),
      optional("AuthenticateCognitoConfig", unread()),
      optional("JwtValidationConfig", unread()),
  });
}

Shape actions() { return list(action()); }

Shape transforms() {
  const Shape config = structure({optional(
      "Rewrites", list(structure({required("Regex", text()), required("Replace", text())})))});
  return list(structure({
      required("Type", word({"host-header-rewrite", "url-rewrite"})),
      optional("HostHeaderRewriteConfig", config),
      optional("UrlRewriteConfig", config),
  }));
}

Shape certificates() {
  return list(structure({optional("CertificateArn", text()), optional("IsDefault", flag())}));
}

/// "off" is all that a listener without TLS has.
Shape mutual_authentication() {
  return structure({optional("Mode", word({"off", "passthrough", "verify"})),
                    optional("TrustStoreArn", refused()),
                    optional("IgnoreClientCertificateExpiry", refused()),
                    optional("TrustStoreAssociationStatus", refused()),
                    optional("AdvertiseTrustStoreCaNames", refused())});
}

Shape subnet_mappings() {
  return list(
      structure({optional("SubnetId", text()), optional("AllocationId", refused()),
                 optional("PrivateIPv4Address", refused()), optional("IPv6Address", refused()),
                 optional("SourceNatIpv6Prefix", refused())}));
}

Shape attributes() {
  return list(structure({optional("Key", text(0, 256)), optional("Value", text(0, 1024))}), 0,
              attributes_most);
}

Shape targets() {
  return list(structure(
      {required("Id", text()), optional("Port", port()), optional("AvailabilityZone", text())}));
}

/// The members that CreateTargetGroup and ModifyTargetGroup have in common.
std::vector<Member> with_health_check(std::vector<Member> members) {
  const std::vector<Member> checks{
      optional("HealthCheckProtocol", protocol()),
      optional("HealthCheckPort", text()),
      optional("HealthCheckEnabled", flag()),
      optional("HealthCheckPath", text(1, 1024)),
      optional("HealthCheckIntervalSeconds", number(5, 300)),
      optional("HealthCheckTimeoutSeconds", number(2, 120)),
      optional("HealthyThresholdCount", number(2, 10)),
      optional("UnhealthyThresholdCount", number(2, 10)),
      optional("Matcher", structure({optional("HttpCode", text()), optional("GrpcCode", text())})),
  };
  members.insert(members.end(), checks.begin(), checks.end());
  return members;
}

/// What is asked for a page at a time.
Shape paged(std::vector<Member> members) {
  members.push_back(optional("Marker", text()));
  members.push_back(optional("PageSize", number(1, page_most)));
  return structure(std::move(members));
}

Shape only(std::string_view name) { return structure({required(name, text())}); }

void add_load_balancers(std::map<std::string_view, Shape>& all) {
  all["CreateLoadBalancer"] = structure({
      required("Name", text()),
      optional("Subnets", texts()),
      optional("SubnetMappings", subnet_mappings()),
      optional("SecurityGroups", texts()),
      optional("Scheme", word({"internet-facing", "internal"})),
      optional("Tags", tags()),
      optional("Type", word({"application", "network", "gateway"})),
      optional("IpAddressType", ip_address_type()),
      optional("CustomerOwnedIpv4Pool", refused()),
      optional("EnablePrefixForIpv6SourceNat", refused()),
      optional("IpamPools", refused()),
  });
  all["DescribeLoadBalancers"] = paged(
      {optional("LoadBalancerArns", list(text(), 0, described_most)), optional("Names", texts())});
  all["DeleteLoadBalancer"] = only("LoadBalancerArn");
  all["DescribeLoadBalancerAttributes"] = only("LoadBalancerArn");
  all["ModifyLoadBalancerAttributes"] =
      structure({required("LoadBalancerArn", text()), required("Attributes", attributes())});
  all["DescribeCapacityReservation"] = only("LoadBalancerArn");
  all["SetSubnets"] = structure({
      required("LoadBalancerArn", text()),
      optional("Subnets", texts()),
      optional("SubnetMappings", subnet_mappings()),
      optional("IpAddressType", ip_address_type()),
  });
  all["SetSecurityGroups"] =
      structure({required("LoadBalancerArn", text()), required("SecurityGroups", texts())});
  all["SetIpAddressType"] = structure(
      {required("LoadBalancerArn", text()), required("IpAddressType", ip_address_type())});
}

void add_target_groups(std::map<std::string_view, Shape>& all) {
  all["CreateTargetGroup"] = structure(with_health_check({
      required("Name", text()),
      optional("Protocol", protocol()),
      optional("ProtocolVersion", word({"HTTP1", "HTTP2", "GRPC"})),
      optional("Port", port()),
      optional("VpcId", text()),
      optional("TargetType", word({"instance", "ip", "lambda", "alb"})),
      optional("Tags", tags()),
      optional("IpAddressType", word({"ipv4", "ipv6"})),
      optional("TargetControlPort", refused()),
  }));
  all["DescribeTargetGroups"] =
      paged({optional("LoadBalancerArn", text()), optional("TargetGroupArns", texts()),
             optional("Names", texts())});
  all["ModifyTargetGroup"] = structure(with_health_check({required("TargetGroupArn", text())}));
  all["DeleteTargetGroup"] = only("TargetGroupArn");
  all["DescribeTargetGroupAttributes"] = only("TargetGroupArn");
  all["ModifyTargetGroupAttributes"] =
      structure({required("TargetGroupArn", text()), required("Attributes", attributes())});
  all["RegisterTargets"] =
      structure({required("TargetGroupArn", text()), required("Targets", targets())});
  all["DeregisterTargets"] = all["RegisterTargets"];
  all["DescribeTargetHealth"] = structure({
      required("TargetGroupArn", text()),
      optional("Targets", targets()),
      optional("Include", list(word({"AnomalyDetection", "All"}))),
  });
}

void add_listeners(std::map<std::string_view, Shape>& all) {
  all["CreateListener"] = structure({
      required("LoadBalancerArn", text()),
      optional("Protocol", protocol()),
      optional("Port", port()),
      optional("SslPolicy", text()),
      optional("Certificates", certificates()),
      required("DefaultActions", actions()),
      optional("Tags", tags()),
      optional("AlpnPolicy", refused()),
      optional("MutualAuthentication", mutual_authentication()),
  });
  all["ModifyListener"] = structure({
      required("ListenerArn", text()),
      optional("Port", port()),
      optional("Protocol", protocol()),
      optional("SslPolicy", text()),
      optional("Certificates", certificates()),
      optional("DefaultActions", actions()),
      optional("AlpnPolicy", refused()),
      optional("MutualAuthentication", mutual_authentication()),
  });
  all["DescribeListeners"] =
      paged({optional("LoadBalancerArn", text()), optional("ListenerArns", texts())});
  all["DeleteListener"] = only("ListenerArn");
  all["DescribeListenerAttributes"] = only("ListenerArn");
  all["ModifyListenerAttributes"] =
      structure({required("ListenerArn", text()), required("Attributes", attributes())});
  all["DescribeListenerCertificates"] = paged({required("ListenerArn", text())});
  all["AddListenerCertificates"] =
      structure({required("ListenerArn", text()), required("Certificates", certificates())});
  all["RemoveListenerCertificates"] = all["AddListenerCertificates"];
}

void add_rules(std::map<std::string_view, Shape>& all) {
  const Shape priority = number(rules::priority_least, rules::priority_most);
  all["CreateRule"] = structure({
      required("ListenerArn", text()),
      required("Conditions", list(condition())),
      required("Priority", priority),
      required("Actions", actions()),
      optional("Tags", tags()),
      optional("Transforms", transforms()),
  });
  all["ModifyRule"] = structure({
      required("RuleArn", text()),
      optional("Conditions", list(condition())),
      optional("Actions", actions()),
      optional("Transforms", transforms()),
      optional("ResetTransforms", flag()),
  });
  all["DescribeRules"] = paged({optional("ListenerArn", text()), optional("RuleArns", texts())});
  all["DeleteRule"] = only("RuleArn");
  all["SetRulePriorities"] = structure({required(
      "RulePriorities",
      list(structure({required("RuleArn", text()), required("Priority", priority)}), 1))});
}

void add_the_rest(std::map<std::string_view, Shape>& all) {
  all["AddTags"] = structure({required("ResourceArns", texts()), required("Tags", tags())});
  all["RemoveTags"] =
      structure({required("ResourceArns", texts()), required("TagKeys", list(text(1, 128)))});
  all["DescribeTags"] = structure({required("ResourceArns", list(text(), 0, described_most))});
  all["DescribeAccountLimits"] = paged({});
  all["DescribeSSLPolicies"] =
      paged({optional("Names", texts()),
             optional("LoadBalancerType", word({"application", "network", "gateway"}))});
}

void collect_lists(const Shape& shape, wire::ListNames& names) {
  if (shape.element) collect_lists(*shape.element, names);
  for (const Member& member : shape.members) {
    if (member.shape.kind == Shape::Kind::list) names.emplace(member.name);
    collect_lists(member.shape, names);
  }
}

}  // namespace

wire::ListNames list_names() {
  wire::ListNames names;
  for (const auto& [operation, shape] : shapes()) collect_lists(shape, names);
  return names;
}

const std::map<std::string_view, Shape>& shapes() {
  static const auto all = [] {
    std::map<std::string_view, Shape> made;
    add_load_balancers(made);
    add_target_groups(made);
    add_listeners(made);
    add_rules(made);
    add_the_rest(made);
    return made;
  }();
  return all;
}

}  // namespace cutover::api::elbv2

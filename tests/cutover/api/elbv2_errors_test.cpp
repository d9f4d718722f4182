// What ELBv2 refuses, with its code, HTTP status and message.

#include <gtest/gtest.h>

#include "tests/cutover/api/elbv2_world.hpp"

namespace cutover::api::elbv2 {
namespace {

struct Refusal {
  const char* operation;
  const char* input;
  const char* verdict;
};

class Refusals : public testing::TestWithParam<std::vector<Refusal>> {};

TEST_P(Refusals, NameCodeStatusAndReason) {
  Elbv2World world;
  world.build();
  for (const auto& [operation, input, verdict] : GetParam()) {
    EXPECT_EQ(world.unfilled(world.verdict(operation, input)), verdict) << operation << input;
  }
}

const std::vector<Refusal> shapes_of_inputs{
    {"CreateLoadBalancer", R"({})",
     "400 ValidationError: 1 validation error detected: Value null at 'name' failed to satisfy "
     "constraint: Member must not be null"},
    {"CreateLoadBalancer", R"({"Name": "a", "Subnet": ["x"]})",
     "400 ValidationError: Unknown parameter 'Subnet'; allowed are Name, Subnets, SubnetMappings, "
     "SecurityGroups, Scheme, Tags, Type, IpAddressType; did you mean 'Subnets'?"},
    {"CreateLoadBalancer", R"({"Name": "a", "Scheme": "public"})",
     "400 ValidationError: 1 validation error detected: Value 'public' at 'scheme' failed to "
     "satisfy constraint: Member must satisfy enum value set: [internet-facing, internal]"},
    {"CreateLoadBalancer", R"({"Name": ["a"]})",
     "400 ValidationError: 1 validation error detected: Value '[\"a\"]' at 'name' failed to "
     "satisfy "
     "constraint: Member must be a string"},
    {"DescribeLoadBalancers", R"({"PageSize": "0"})",
     "400 ValidationError: 1 validation error detected: Value '0' at 'pageSize' failed to satisfy "
     "constraint: Member must have value greater than or equal to 1"},
    {"DescribeLoadBalancers", R"({"PageSize": "401"})",
     "400 ValidationError: 1 validation error detected: Value '401' at 'pageSize' failed to "
     "satisfy "
     "constraint: Member must have value less than or equal to 400"},
    {"DescribeLoadBalancers", R"({"PageSize": "many"})",
     "400 ValidationError: 1 validation error detected: Value 'many' at 'pageSize' failed to "
     "satisfy constraint: Member must be an integer"},
    {"DescribeLoadBalancers", R"({"Marker": "next"})",
     "400 ValidationError: Marker 'next' is not valid"},
    {"CreateListener", R"({"LoadBalancerArn": "${demo}", "Port": "70000", "Protocol": "HTTP",
                           "DefaultActions": []})",
     "400 ValidationError: 1 validation error detected: Value '70000' at 'port' failed to satisfy "
     "constraint: Member must have value less than or equal to 65535"},
    {"CreateRule", R"({"ListenerArn": "${listener}", "Priority": "50001", "Conditions": [],
                       "Actions": []})",
     "400 ValidationError: 1 validation error detected: Value '50001' at 'priority' failed to "
     "satisfy constraint: Member must have value less than or equal to 50000"},
    {"CreateRule", R"({"ListenerArn": "${listener}", "Priority": "1", "Conditions": []})",
     "400 ValidationError: 1 validation error detected: Value null at 'actions' failed to satisfy "
     "constraint: Member must not be null"},
    {"ModifyRule", R"({"RuleArn": "${rule}", "ResetTransforms": "yes"})",
     "400 ValidationError: 1 validation error detected: Value 'yes' at 'resetTransforms' failed to "
     "satisfy constraint: Member must be a boolean: true or false"},
    {"RegisterTargets", R"({"TargetGroupArn": "${api}", "Targets": [{"Port": "80"}]})",
     "400 ValidationError: 1 validation error detected: Value null at 'targets.1.member.id' failed "
     "to satisfy constraint: Member must not be null"},
    {"RegisterTargets", R"({"TargetGroupArn": "${api}", "Targets": "127.0.0.1"})",
     "400 ValidationError: 1 validation error detected: Value '127.0.0.1' at 'targets' failed to "
     "satisfy constraint: Member must be a list"},
    {"SetRulePriorities", R"({"RulePriorities": []})",
     "400 ValidationError: 1 validation error detected: Value '[]' at 'rulePriorities' failed to "
     "satisfy constraint: Member must have length greater than or equal to 1"},
    {"CreateTargetGroup", R"({"Name": "g", "HealthCheckIntervalSeconds": "4"})",
     "400 ValidationError: 1 validation error detected: Value '4' at 'healthCheckIntervalSeconds' "
     "failed to satisfy constraint: Member must have value greater than or equal to 5"},
    {"DescribeTags", R"({"ResourceArns": ["a","a","a","a","a","a","a","a","a","a","a","a","a","a",
                                          "a","a","a","a","a","a","a"]})",
     "400 ValidationError: 1 validation error detected: Value '[21 members]' at 'resourceArns' "
     "failed to satisfy constraint: Member must have length less than or equal to 20"},
};

const std::vector<Refusal> arns{
    {"DeleteLoadBalancer", R"({"LoadBalancerArn": "demo"})",
     "400 ValidationError: 'demo' is not a valid load balancer ARN"},
    {"DescribeLoadBalancers", R"({"LoadBalancerArns": ["${demo}0"]})",
     "400 LoadBalancerNotFound: One or more load balancers not found"},
    {"DescribeLoadBalancers", R"({"Names": ["demo", "nowhere"]})",
     "400 LoadBalancerNotFound: One or more load balancers not found"},
    {"DescribeLoadBalancerAttributes",
     R"({"LoadBalancerArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/demo/50dc6c495c0c9188"})",
     "400 LoadBalancerNotFound: One or more load balancers not found"},
    {"DescribeListeners", R"({"ListenerArns": ["${demo}"]})",
     "400 ValidationError: '${demo}' is not a valid listener ARN"},
    {"DescribeListeners", R"({"ListenerArns": ["${listener}0"]})",
     "400 ListenerNotFound: One or more listeners not found"},
    {"DescribeListeners", R"({})",
     "400 ValidationError: You must specify either listener ARNs or a load balancer ARN"},
    {"DescribeRules", R"({"RuleArns": ["${rule}0"]})",
     "400 RuleNotFound: One or more rules not found"},
    {"DescribeRules", R"({"RuleArns": ["rule"]})",
     "400 ValidationError: 'rule' is not a valid listener rule ARN"},
    {"DescribeRules", R"({})",
     "400 ValidationError: You must specify either listener rule ARNs or a listener ARN"},
    {"DescribeTargetGroups", R"({"TargetGroupArns": ["${api}0"]})",
     "400 TargetGroupNotFound: One or more target groups not found"},
    {"DescribeTargetGroups", R"({"TargetGroupArns": ["api"]})",
     "400 ValidationError: 'api' is not a valid target group ARN"},
    {"DescribeTargetGroups", R"({"Names": ["nowhere"]})",
     "400 TargetGroupNotFound: One or more target groups not found"},
    {"DescribeTargetGroups", R"({"Names": ["api"], "TargetGroupArns": ["${api}"]})",
     "400 ValidationError: Only one of the parameters 'LoadBalancerArn', 'TargetGroupArns' and "
     "'Names' may be specified"},
    {"DescribeTargetHealth", R"({"TargetGroupArn": "${api}0"})",
     "400 TargetGroupNotFound: One or more target groups not found"},
    {"DescribeTags", R"({"ResourceArns": ["nothing"]})",
     "400 ValidationError: 'nothing' is not a valid ARN of a load balancer, target group, listener "
     "or listener rule"},
    {"DescribeTags", R"({"ResourceArns": ["${api}0"]})",
     "400 TargetGroupNotFound: One or more target groups not found"},
    {"DeleteListener", R"({"ListenerArn": "${listener}0"})",
     "400 ListenerNotFound: One or more listeners not found"},
    {"DeleteRule", R"({"RuleArn": "${rule}0"})", "400 RuleNotFound: One or more rules not found"},
};

const std::vector<Refusal> load_balancers{
    {"CreateLoadBalancer", R"({"Name": "new", "Type": "network"})",
     "400 UnsupportedOperation: Load balancers of type 'network' are not supported by cutover"},
    {"CreateLoadBalancer", R"({"Name": "new", "Type": "gateway"})",
     "400 UnsupportedOperation: Load balancers of type 'gateway' are not supported by cutover"},
    {"CreateLoadBalancer", R"({"Name": "new", "IpAddressType": "dualstack"})",
     "400 UnsupportedOperation: IP address type 'dualstack' is not supported by cutover"},
    {"CreateLoadBalancer", R"({"Name": "new"})",
     "400 InvalidConfigurationRequest: At least two subnets in two different Availability Zones "
     "must be specified"},
    {"CreateLoadBalancer", R"({"Name": "new", "Subnets": ["${subnet1}"]})",
     "400 InvalidConfigurationRequest: At least two subnets in two different Availability Zones "
     "must be specified"},
    {"CreateLoadBalancer", R"({"Name": "new", "Subnets": ["${subnet1}", "${subnet1}"]})",
     "400 InvalidConfigurationRequest: A load balancer cannot be attached to multiple subnets in "
     "the same Availability Zone"},
    {"CreateLoadBalancer", R"({"Name": "new", "Subnets": ["subnet-0", "${subnet1}"]})",
     "400 SubnetNotFound: The subnet ID 'subnet-0' does not exist"},
    {"CreateLoadBalancer",
     R"({"Name": "new", "Subnets": ["${subnet1}", "${subnet2}"], "SecurityGroups": ["sg-0"]})",
     "400 InvalidSecurityGroup: The security group 'sg-0' does not exist"},
    {"CreateLoadBalancer",
     R"({"Name": "demo", "Scheme": "internal", "Subnets": ["${subnet1}", "${subnet2}"]})",
     "400 DuplicateLoadBalancerName: A load balancer with the same name 'demo' exists, but with "
     "different settings"},
    {"CreateLoadBalancer", R"({"Name": "new", "Subnets": ["${subnet1}", "${subnet2}"],
                               "Tags": [{"Key": "a"}, {"Key": "a"}]})",
     "400 DuplicateTagKeys: tags.2.member.key: the tag key \"a\" stands twice"},
    {"SetSubnets", R"({"LoadBalancerArn": "${demo}", "Subnets": ["${subnet2}"]})",
     "400 InvalidConfigurationRequest: At least two subnets in two different Availability Zones "
     "must be specified"},
    {"SetSecurityGroups", R"({"LoadBalancerArn": "${demo}", "SecurityGroups": []})",
     "400 InvalidConfigurationRequest: At least one security group must be specified"},
    {"SetSecurityGroups", R"({"LoadBalancerArn": "${demo}", "SecurityGroups": ["sg-0"]})",
     "400 InvalidSecurityGroup: The security group 'sg-0' does not exist"},
    {"SetIpAddressType", R"({"LoadBalancerArn": "${demo}", "IpAddressType": "dualstack"})",
     "400 UnsupportedOperation: IP address type 'dualstack' is not supported by cutover"},
    {"ModifyLoadBalancerAttributes", R"({"LoadBalancerArn": "${demo}", "Attributes":
         [{"Key": "idle_timeout.timeout_seconds", "Value": "4001"}]})",
     "400 ValidationError: 1 validation error detected: Value at 'attributes.1.member.value' "
     "failed "
     "to satisfy constraint: found \"4001\" for idle_timeout.timeout_seconds; allowed is \"1\" to "
     "\"4000\""},
    {"DescribeCapacityReservation", R"({"LoadBalancerArn": "${demo}0"})",
     "400 LoadBalancerNotFound: One or more load balancers not found"},
    {"ModifyLoadBalancerAttributes", R"({"LoadBalancerArn": "${demo}", "Attributes":
         [{"Key": "nothing.enabled", "Value": "true"}]})",
     "400 InvalidConfigurationRequest: Load balancer attribute key 'nothing.enabled' is not "
     "recognized"},
    {"ModifyLoadBalancerAttributes", R"({"LoadBalancerArn": "${demo}", "Attributes":
         [{"Key": "access_logs.s3.enabled", "Value": "true"}]})",
     "400 InvalidConfigurationRequest: attributes: access_logs.bucket: found none; an enabled log "
     "needs a bucket"},
    {"AddTags", R"({"ResourceArns": ["${demo}"], "Tags": [{"Key": "aws:x", "Value": "1"}]})",
     "400 ValidationError: 1 validation error detected: Value at 'tags.1.member.key' failed to "
     "satisfy constraint: found \"aws:x\"; the prefix \"aws:\" is reserved for AWS"},
    {"AddTags", R"({"ResourceArns": ["${demo}", "${api}0"], "Tags": [{"Key": "x"}]})",
     "400 TargetGroupNotFound: One or more target groups not found"},
};

const std::vector<Refusal> target_groups{
    {"CreateTargetGroup", R"({"Name": "g"})", "400 ValidationError: A protocol must be specified"},
    {"CreateTargetGroup", R"({"Name": "g", "Protocol": "HTTP"})",
     "400 ValidationError: A port must be specified"},
    {"CreateTargetGroup", R"({"Name": "g", "Protocol": "HTTP", "Port": "80"})",
     "400 ValidationError: A VPC ID must be specified"},
    {"CreateTargetGroup", R"({"Name": "g", "Protocol": "HTTP", "Port": "80", "VpcId": "vpc-0"})",
     "400 ValidationError: The VPC ID 'vpc-0' is not found"},
    {"CreateTargetGroup", R"({"Name": "g", "Protocol": "TCP", "Port": "80", "VpcId": "${vpc}"})",
     "400 UnsupportedOperation: Protocol 'TCP' of target groups is not supported by cutover"},
    {"CreateTargetGroup", R"({"Name": "g", "Protocol": "GENEVE", "Port": "1", "VpcId": "${vpc}"})",
     "400 UnsupportedOperation: Protocol 'GENEVE' of target groups is not supported by cutover"},
    {"CreateTargetGroup", R"({"Name": "g", "Protocol": "HTTP", "ProtocolVersion": "GRPC"})",
     "400 UnsupportedOperation: Protocol version 'GRPC' is not supported by cutover"},
    {"CreateTargetGroup", R"({"Name": "g", "TargetType": "lambda"})",
     "400 UnsupportedOperation: Target type 'lambda' is not supported by cutover"},
    {"CreateTargetGroup", R"({"Name": "a-name-that-is-longer-than-allowed", "Protocol": "HTTP",
                              "Port": "80", "VpcId": "${vpc}"})",
     "400 ValidationError: Target group name 'a-name-that-is-longer-than-allowed' cannot be longer "
     "than '32' characters"},
    {"CreateTargetGroup",
     R"({"Name": "a--b", "Protocol": "HTTP", "Port": "80", "VpcId": "${vpc}"})",
     "400 ValidationError: Target group name 'a--b' cannot contain two hyphens in a row"},
    {"CreateTargetGroup", R"({"Name": "g", "Protocol": "HTTP", "Port": "80", "VpcId": "${vpc}",
         "HealthCheckIntervalSeconds": "5", "HealthCheckTimeoutSeconds": "5"})",
     "400 ValidationError: Health check timeout '5' must be smaller than the interval '5'"},
    {"CreateTargetGroup", R"({"Name": "api", "Protocol": "HTTP", "Port": "81", "VpcId": "${vpc}",
                              "TargetType": "ip"})",
     "400 DuplicateTargetGroupName: A target group with the same name 'api' exists, but with "
     "different settings"},
    {"ModifyTargetGroup", R"({"TargetGroupArn": "${api}", "HealthCheckPath": "no-slash"})",
     "400 ValidationError: Health check path 'no-slash' must begin with a '/'"},
    {"ModifyTargetGroup", R"({"TargetGroupArn": "${api}", "HealthCheckProtocol": "HTTPS"})",
     "400 UnsupportedOperation: HealthCheckProtocol 'HTTPS' of target groups is not supported by "
     "cutover"},
    {"DeleteTargetGroup", R"({"TargetGroupArn": "${api}"})",
     "400 ResourceInUse: Target group '${api}' is currently in use by a listener or a rule"},
    {"ModifyTargetGroupAttributes", R"({"TargetGroupArn": "${api}", "Attributes":
         [{"Key": "stickyness.enabled", "Value": "true"}]})",
     "400 InvalidConfigurationRequest: Target group attribute key 'stickyness.enabled' is not "
     "recognized"},
    {"CreateTargetGroup", R"({"Name": "g", "TargetControlPort": "1"})",
     "400 UnsupportedOperation: The parameter targetControlPort is not supported by cutover"},
    {"ModifyTargetGroupAttributes", R"({"TargetGroupArn": "${api}", "Attributes":
         [{"Key": "slow_start.duration_seconds", "Value": "29"}]})",
     "400 ValidationError: 1 validation error detected: Value at 'attributes.1.member.value' "
     "failed "
     "to satisfy constraint: found \"29\" for slow_start.duration_seconds; allowed is \"0\" or "
     "\"30\" to \"900\""},
    {"RegisterTargets", R"({"TargetGroupArn": "${api}", "Targets": []})",
     "400 ValidationError: At least one target must be specified"},
    {"RegisterTargets", R"({"TargetGroupArn": "${api}", "Targets": [{"Id": "i-12345678"}]})",
     "400 ValidationError: The IP address 'i-12345678' is not a valid IPv4 address"},
    {"RegisterTargets", R"({"TargetGroupArn": "${api}", "Targets": [{"Id": "8.8.8.8"}]})",
     "400 ValidationError: The IP address '8.8.8.8' is not within a private or loopback range: "
     "targets' addresses are in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 or "
     "127.0.0.0/8"},
};

const std::vector<Refusal> listeners{
    {"ModifyListener",
     R"({"ListenerArn": "${listener}", "MutualAuthentication": {"Mode": "passthrough"}})",
     "400 InvalidConfigurationRequest: Mutual authentication mode 'passthrough' can only be "
     "specified for HTTPS listeners"},
    {"ModifyListener",
     R"({"ListenerArn": "${listener}", "MutualAuthentication": {"TrustStoreArn": "a"}})",
     "400 UnsupportedOperation: The parameter mutualAuthentication.trustStoreArn is not supported "
     "by cutover"},
    {"ModifyListener", R"({"ListenerArn": "${listener}", "AlpnPolicy": ["HTTP2Only"]})",
     "400 UnsupportedOperation: The parameter alpnPolicy is not supported by cutover"},
    {"ModifyListener", R"({"ListenerArn": "${listener}", "DefaultActions": [
         {"Type": "authenticate-oidc", "AuthenticateOidcConfig": {"Issuer": "https://a"}}]})",
     "400 InvalidLoadBalancerAction: defaultActions.1.member.type: found \"authenticate-oidc\", "
     "which needs an HTTPS listener; on an HTTP listener allowed are forward, fixed-response, "
     "redirect"},
    {"CreateListener", R"({"LoadBalancerArn": "${demo}", "DefaultActions": []})",
     "400 ValidationError: A protocol must be specified"},
    {"CreateListener",
     R"({"LoadBalancerArn": "${demo}", "Protocol": "HTTP", "DefaultActions": []})",
     "400 ValidationError: A port must be specified"},
    {"CreateListener",
     R"({"LoadBalancerArn": "${demo}", "Protocol": "HTTPS", "Port": "443", "DefaultActions": []})",
     "400 UnsupportedOperation: Listeners of protocol 'HTTPS' are not supported by cutover"},
    {"CreateListener",
     R"({"LoadBalancerArn": "${demo}", "Protocol": "TCP", "Port": "81", "DefaultActions": []})",
     "400 UnsupportedProtocol: Protocol 'TCP' is not valid for a listener of an application load "
     "balancer; allowed are HTTP and HTTPS"},
    {"CreateListener", R"({"LoadBalancerArn": "${demo}", "Protocol": "HTTP", "Port": "81",
         "SslPolicy": "ELBSecurityPolicy-2016-08", "DefaultActions": []})",
     "400 InvalidConfigurationRequest: SslPolicy can only be specified for HTTPS listeners"},
    {"CreateListener", R"({"LoadBalancerArn": "${demo}", "Protocol": "HTTP", "Port": "80",
         "DefaultActions": [{"Type": "forward", "TargetGroupArn": "${spare}"}]})",
     "400 DuplicateListener: A listener already exists on this port for this load balancer"},
    {"CreateListener", R"({"LoadBalancerArn": "${demo}", "Protocol": "HTTP", "Port": "81",
         "DefaultActions": [{"Type": "forward", "TargetGroupArn": "${taken}"}]})",
     "400 TargetGroupAssociationLimit: The following target groups cannot be associated with more "
     "than one load balancer: ${taken}"},
    {"CreateListener", R"({"LoadBalancerArn": "${demo}", "Protocol": "HTTP", "Port": "81",
         "DefaultActions": [{"Type": "forward", "TargetGroupArn": "${spare}0"}]})",
     "400 TargetGroupNotFound: Target group '${spare}0' not found"},
    {"CreateListener", R"({"LoadBalancerArn": "${demo}", "Protocol": "HTTP", "Port": "81",
         "DefaultActions": [{"Type": "fixed-response",
           "FixedResponseConfig": {"StatusCode": "200", "ContentType": "text/xml"}}]})",
     "400 InvalidLoadBalancerAction: The ContentType must be one of:'text/html', "
     "'application/json', 'application/javascript', 'text/css', 'text/plain'; found 'text/xml'"},
    {"ModifyListener", R"({"ListenerArn": "${listener}", "Protocol": "HTTPS"})",
     "400 UnsupportedOperation: Listeners of protocol 'HTTPS' are not supported by cutover"},
    {"AddListenerCertificates",
     R"({"ListenerArn": "${listener}", "Certificates": [{"CertificateArn": "x"}]})",
     "400 InvalidConfigurationRequest: Certificates can only be specified for HTTPS listeners"},
    {"DescribeSSLPolicies", R"({"Names": ["none"]})",
     "400 SSLPolicyNotFound: SSL policy 'none' not found"},
    {"CreateTrustStore", R"({})",
     "400 UnsupportedOperation: The operation CreateTrustStore is not supported by cutover"},
};

const std::vector<Refusal> rules_of_listeners{
    {"CreateRule", R"({"ListenerArn": "${listener}", "Priority": "10",
         "Conditions": [{"Field": "path-pattern", "Values": ["/"]}],
         "Actions": [{"Type": "forward", "TargetGroupArn": "${api}"}]})",
     "400 PriorityInUse: Priority '10' is currently in use"},
    {"CreateRule", R"({"ListenerArn": "${listener}", "Priority": "1",
         "Conditions": [{"Field": "path-pattern", "Values": ["/"]}],
         "Actions": [{"Type": "forward", "TargetGroupArn": "${taken}"}]})",
     "400 TargetGroupAssociationLimit: The following target groups cannot be associated with more "
     "than one load balancer: ${taken}"},
    {"CreateRule", R"({"ListenerArn": "${listener}", "Priority": "1",
         "Conditions": [{"Field": "path-pattern", "Values": []}],
         "Actions": [{"Type": "forward", "TargetGroupArn": "${api}"}]})",
     "400 ValidationError: A condition value must be specified"},
    {"CreateRule", R"({"ListenerArn": "${listener}", "Priority": "1",
         "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a", "/b", "/c",
                         "/d"]}}],
         "Actions": [{"Type": "forward", "TargetGroupArn": "${api}"}]})",
     "400 ValidationError: The 'path-pattern' condition has 4 values; the limit per condition is "
     "'3'"},
    {"CreateRule", R"({"ListenerArn": "${listener}", "Priority": "1",
         "Conditions": [{"Field": "path-pattern", "Values": ["/*?*?*?"]}],
         "Actions": [{"Type": "forward", "TargetGroupArn": "${api}"}]})",
     "400 ValidationError: The rule has 6 wildcards (* and ?); the limit per rule is '5'"},
    {"CreateRule", R"({"ListenerArn": "${listener}", "Priority": "1",
         "Conditions": [{"Field": "path-pattern", "Values": ["/"]}],
         "Actions": [{"Type": "authenticate-oidc"},
                     {"Type": "forward", "TargetGroupArn": "${api}"}]})",
     "400 InvalidLoadBalancerAction: actions.1.member.type: found \"authenticate-oidc\", which "
     "needs "
     "an HTTPS listener; on an HTTP listener allowed are forward, fixed-response, redirect"},
    {"CreateRule", R"({"ListenerArn": "${listener}", "Priority": "1",
         "Conditions": [{"Field": "path-pattern", "Values": ["/"]}],
         "Actions": [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_307"}}]})",
     "400 ValidationError: 1 validation error detected: Value 'HTTP_307' at "
     "'actions.1.member.redirectConfig.statusCode' failed to satisfy constraint: Member must "
     "satisfy enum value set: [HTTP_301, HTTP_302]"},
    {"CreateRule", R"({"ListenerArn": "${listener}", "Priority": "1",
         "Conditions": [{"Field": "path-pattern", "Values": ["/"]}],
         "Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": [
           {"TargetGroupArn": "${api}", "Weight": "1000"}]}}]})",
     "400 ValidationError: 1 validation error detected: Value at "
     "'actions.1.member.forwardConfig.targetGroups.1.member.weight' failed to satisfy constraint: "
     "found the number 1000; allowed are 0 to 999"},
    {"ModifyRule", R"({"RuleArn": "${rule}"})",
     "400 ValidationError: Either conditions or actions must be specified"},
    {"ModifyRule", R"({"RuleArn": "${default}",
         "Conditions": [{"Field": "path-pattern", "Values": ["/"]}]})",
     "400 OperationNotPermitted: Conditions of a default rule cannot be modified"},
    {"DeleteRule", R"({"RuleArn": "${default}"})",
     "400 OperationNotPermitted: Default rule '${default}' cannot be deleted"},
    {"SetRulePriorities", R"({"RulePriorities": [{"RuleArn": "${default}", "Priority": "1"}]})",
     "400 OperationNotPermitted: The priority of default rule '${default}' cannot be modified"},
};

INSTANTIATE_TEST_SUITE_P(All, Refusals,
                         testing::Values(shapes_of_inputs, arns, load_balancers, target_groups,
                                         listeners, rules_of_listeners));

}  // namespace
}  // namespace cutover::api::elbv2

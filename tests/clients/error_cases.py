"""What the program refuses, as boto3 hears it: (operation, parameters, code, message[, status]).

The status is 400 where none is given. ${words} stand for what errors.py has made.
"""

TWO_ZONES = "At least two subnets in two different Availability Zones must be specified"
PATH = [{"Field": "path-pattern", "Values": ["/a"]}]
TO_API = [{"Type": "forward", "TargetGroupArn": "${api}"}]
BOTH_SUBNETS = ["${subnet1}", "${subnet2}"]
GROUP = {"Protocol": "HTTP", "Port": 80, "VpcId": "${vpc}"}
NO_TASK = "0" * 32


def constraint(value, path, rest):
    shown = "null" if value is None else f"'{value}'"
    return (f"1 validation error detected: Value {shown} at '{path}' failed to satisfy constraint: "
            f"Member must {rest}")


def rule(**changed):
    return {"ListenerArn": "${listener}", "Priority": 1, "Conditions": PATH, "Actions": TO_API,
            **changed}


def listener(**changed):
    return {"LoadBalancerArn": "${demo}", "Protocol": "HTTP", "Port": 81, "DefaultActions": TO_API,
            **changed}


LOAD_BALANCERS = [
    ("CreateLoadBalancer", {}, "ValidationError", constraint(None, "name", "not be null")),
    ("CreateLoadBalancer", {"Name": "a", "Scheme": "public"}, "ValidationError",
     constraint("public", "scheme", "satisfy enum value set: [internet-facing, internal]")),
    ("CreateLoadBalancer", {"Name": "new", "Type": "network"}, "UnsupportedOperation",
     "Load balancers of type 'network' are not supported by cutover"),
    ("CreateLoadBalancer", {"Name": "new", "Type": "gateway"}, "UnsupportedOperation",
     "Load balancers of type 'gateway' are not supported by cutover"),
    ("CreateLoadBalancer", {"Name": "new", "IpAddressType": "dualstack"}, "UnsupportedOperation",
     "IP address type 'dualstack' is not supported by cutover"),
    ("CreateLoadBalancer", {"Name": "new"}, "InvalidConfigurationRequest", TWO_ZONES),
    ("CreateLoadBalancer", {"Name": "new", "Subnets": ["${subnet1}"]},
     "InvalidConfigurationRequest", TWO_ZONES),
    ("CreateLoadBalancer", {"Name": "new", "Subnets": ["${subnet1}", "${subnet1}"]},
     "InvalidConfigurationRequest",
     "A load balancer cannot be attached to multiple subnets in the same Availability Zone"),
    ("CreateLoadBalancer", {"Name": "new", "Subnets": ["subnet-0", "${subnet1}"]},
     "SubnetNotFound", "The subnet ID 'subnet-0' does not exist"),
    ("CreateLoadBalancer", {"Name": "new", "Subnets": BOTH_SUBNETS, "SecurityGroups": ["sg-0"]},
     "InvalidSecurityGroup", "The security group 'sg-0' does not exist"),
    ("CreateLoadBalancer", {"Name": "demo", "Scheme": "internal", "Subnets": BOTH_SUBNETS},
     "DuplicateLoadBalancerName",
     "A load balancer with the same name 'demo' exists, but with different settings"),
    ("CreateLoadBalancer", {"Name": "new", "Subnets": BOTH_SUBNETS,
                            "Tags": [{"Key": "a"}, {"Key": "a"}]},
     "DuplicateTagKeys", "tags.2.member.key: the tag key \"a\" stands twice"),
    ("DescribeLoadBalancers", {"PageSize": 0}, "ValidationError",
     constraint(0, "pageSize", "have value greater than or equal to 1")),
    ("DescribeLoadBalancers", {"PageSize": 401}, "ValidationError",
     constraint(401, "pageSize", "have value less than or equal to 400")),
    ("DescribeLoadBalancers", {"PageSize": "many"}, "ValidationError",
     constraint("many", "pageSize", "be an integer")),
    ("DescribeLoadBalancers", {"Marker": "next"}, "ValidationError", "Marker 'next' is not valid"),
    ("DescribeLoadBalancers", {"LoadBalancerArns": ["${demo}0"]}, "LoadBalancerNotFound",
     "One or more load balancers not found"),
    ("DescribeLoadBalancers", {"Names": ["demo", "nowhere"]}, "LoadBalancerNotFound",
     "One or more load balancers not found"),
    ("DescribeLoadBalancerAttributes", {"LoadBalancerArn": "${demo}0"}, "LoadBalancerNotFound",
     "One or more load balancers not found"),
    ("DeleteLoadBalancer", {"LoadBalancerArn": "demo"}, "ValidationError",
     "'demo' is not a valid load balancer ARN"),
    ("SetSubnets", {"LoadBalancerArn": "${demo}", "Subnets": ["${subnet2}"]},
     "InvalidConfigurationRequest", TWO_ZONES),
    ("SetSecurityGroups", {"LoadBalancerArn": "${demo}", "SecurityGroups": []},
     "InvalidConfigurationRequest", "At least one security group must be specified"),
    ("SetSecurityGroups", {"LoadBalancerArn": "${demo}", "SecurityGroups": ["sg-0"]},
     "InvalidSecurityGroup", "The security group 'sg-0' does not exist"),
    ("SetIpAddressType", {"LoadBalancerArn": "${demo}", "IpAddressType": "dualstack"},
     "UnsupportedOperation", "IP address type 'dualstack' is not supported by cutover"),
    ("ModifyLoadBalancerAttributes", {"LoadBalancerArn": "${demo}", "Attributes": [
        {"Key": "access_logs.s3.enabled", "Value": "true"}]},
     "InvalidConfigurationRequest",
     "attributes: access_logs.bucket: found none; an enabled log needs a bucket"),
    ("ModifyLoadBalancerAttributes", {"LoadBalancerArn": "${demo}", "Attributes": [
        {"Key": "idle_timeout.timeout_seconds", "Value": "4001"}]},
     "ValidationError",
     "1 validation error detected: Value at 'attributes.1.member.value' failed to satisfy "
     "constraint: found \"4001\" for idle_timeout.timeout_seconds; allowed is \"1\" to \"4000\""),
    ("DeleteLoadBalancer", {"LoadBalancerArn": "${other}"}, "OperationNotPermitted",
     "Load balancer '${other}' cannot be deleted because deletion protection is enabled"),
    ("AddTags", {"ResourceArns": ["${demo}"], "Tags": [{"Key": "aws:x", "Value": "1"}]},
     "ValidationError",
     "1 validation error detected: Value at 'tags.1.member.key' failed to satisfy constraint: "
     "found \"aws:x\"; the prefix \"aws:\" is reserved for AWS"),
    ("AddTags", {"ResourceArns": ["${demo}", "${api}0"], "Tags": [{"Key": "x"}]},
     "TargetGroupNotFound", "One or more target groups not found"),
    ("DescribeTags", {"ResourceArns": ["a"] * 21}, "ValidationError",
     constraint("[21 members]", "resourceArns", "have length less than or equal to 20")),
    ("DescribeTags", {"ResourceArns": ["nothing"]}, "ValidationError",
     "'nothing' is not a valid ARN of a load balancer, target group, listener or listener rule"),
    ("DescribeSSLPolicies", {"Names": ["none"]}, "SSLPolicyNotFound",
     "SSL policy 'none' not found"),
]

TARGET_GROUPS = [
    ("CreateTargetGroup", {"Name": "g"}, "ValidationError", "A protocol must be specified"),
    ("CreateTargetGroup", {"Name": "g", "Protocol": "HTTP"}, "ValidationError",
     "A port must be specified"),
    ("CreateTargetGroup", {"Name": "g", "Protocol": "HTTP", "Port": 80}, "ValidationError",
     "A VPC ID must be specified"),
    ("CreateTargetGroup", {**GROUP, "Name": "g", "VpcId": "vpc-0"}, "ValidationError",
     "The VPC ID 'vpc-0' is not found"),
    ("CreateTargetGroup", {**GROUP, "Name": "g", "Protocol": "TCP"}, "UnsupportedOperation",
     "Protocol 'TCP' of target groups is not supported by cutover"),
    ("CreateTargetGroup", {**GROUP, "Name": "g", "Protocol": "GENEVE"}, "UnsupportedOperation",
     "Protocol 'GENEVE' of target groups is not supported by cutover"),
    ("CreateTargetGroup", {"Name": "g", "Protocol": "HTTP", "ProtocolVersion": "GRPC"},
     "UnsupportedOperation", "Protocol version 'GRPC' is not supported by cutover"),
    ("CreateTargetGroup", {"Name": "g", "TargetType": "lambda"}, "UnsupportedOperation",
     "Target type 'lambda' is not supported by cutover"),
    ("CreateTargetGroup", {**GROUP, "Name": "a-name-that-is-longer-than-allowed"},
     "ValidationError", "Target group name 'a-name-that-is-longer-than-allowed' cannot be longer "
     "than '32' characters"),
    ("CreateTargetGroup", {**GROUP, "Name": "a--b"}, "ValidationError",
     "Target group name 'a--b' cannot contain two hyphens in a row"),
    ("CreateTargetGroup", {**GROUP, "Name": "g", "HealthCheckIntervalSeconds": 4},
     "ValidationError",
     constraint(4, "healthCheckIntervalSeconds", "have value greater than or equal to 5")),
    ("CreateTargetGroup", {**GROUP, "Name": "g", "HealthCheckIntervalSeconds": 5,
                           "HealthCheckTimeoutSeconds": 5},
     "ValidationError", "Health check timeout '5' must be smaller than the interval '5'"),
    ("CreateTargetGroup", {**GROUP, "Name": "api", "Port": 81, "TargetType": "ip"},
     "DuplicateTargetGroupName",
     "A target group with the same name 'api' exists, but with different settings"),
    ("DescribeTargetGroups", {"TargetGroupArns": ["${api}0"]}, "TargetGroupNotFound",
     "One or more target groups not found"),
    ("DescribeTargetGroups", {"TargetGroupArns": ["api"]}, "ValidationError",
     "'api' is not a valid target group ARN"),
    ("DescribeTargetGroups", {"Names": ["nowhere"]}, "TargetGroupNotFound",
     "One or more target groups not found"),
    ("DescribeTargetGroups", {"Names": ["api"], "TargetGroupArns": ["${api}"]}, "ValidationError",
     "Only one of the parameters 'LoadBalancerArn', 'TargetGroupArns' and 'Names' may be "
     "specified"),
    ("ModifyTargetGroup", {"TargetGroupArn": "${api}", "HealthCheckPath": "no-slash"},
     "ValidationError", "Health check path 'no-slash' must begin with a '/'"),
    ("ModifyTargetGroupAttributes", {"TargetGroupArn": "${api}", "Attributes": [
        {"Key": "stickyness.enabled", "Value": "true"}]},
     "InvalidConfigurationRequest",
     "Target group attribute key 'stickyness.enabled' is not recognized"),
    ("ModifyTargetGroupAttributes", {"TargetGroupArn": "${api}", "Attributes": [
        {"Key": "slow_start.duration_seconds", "Value": "29"}]},
     "ValidationError",
     "1 validation error detected: Value at 'attributes.1.member.value' failed to satisfy "
     "constraint: found \"29\" for slow_start.duration_seconds; allowed is \"0\" or \"30\" to "
     "\"900\""),
    ("DeleteTargetGroup", {"TargetGroupArn": "${api}"}, "ResourceInUse",
     "Target group '${api}' is currently in use by a listener or a rule"),
    ("RegisterTargets", {"TargetGroupArn": "${api}", "Targets": [{"Port": 80}]},
     "ValidationError", constraint(None, "targets.1.member.id", "not be null")),
    ("RegisterTargets", {"TargetGroupArn": "${api}", "Targets": []}, "ValidationError",
     "At least one target must be specified"),
    ("RegisterTargets", {"TargetGroupArn": "${api}", "Targets": [{"Id": "i-12345678"}]},
     "ValidationError", "The IP address 'i-12345678' is not a valid IPv4 address"),
    ("RegisterTargets", {"TargetGroupArn": "${api}", "Targets": [{"Id": "8.8.8.8"}]},
     "ValidationError",
     "The IP address '8.8.8.8' is not within a private or loopback range: targets' addresses are "
     "in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 or 127.0.0.0/8"),
    ("RegisterTargets", {"TargetGroupArn": "${instances}", "Targets": [{"Id": "127.0.0.1"}]},
     "ValidationError", "Instance ID '127.0.0.1' is not valid"),
    ("RegisterTargets", {"TargetGroupArn": "${instances}",
                         "Targets": [{"Id": "i-00000000000000000"}]},
     "InvalidTarget", "The following targets are not in a running state and cannot be registered: "
     "'i-00000000000000000'"),
    ("DescribeTargetHealth", {"TargetGroupArn": "${api}0"}, "TargetGroupNotFound",
     "One or more target groups not found"),
]

LISTENERS = [
    ("CreateListener", {"LoadBalancerArn": "${demo}", "DefaultActions": []}, "ValidationError",
     "A protocol must be specified"),
    ("CreateListener", {"LoadBalancerArn": "${demo}", "Protocol": "HTTP", "DefaultActions": []},
     "ValidationError", "A port must be specified"),
    ("CreateListener", listener(Port=70000), "ValidationError",
     constraint(70000, "port", "have value less than or equal to 65535")),
    ("CreateListener", listener(Protocol="TCP"), "UnsupportedProtocol",
     "Protocol 'TCP' is not valid for a listener of an application load balancer; allowed are "
     "HTTP and HTTPS"),
    ("CreateListener", listener(Port=80, DefaultActions=[
        {"Type": "forward", "TargetGroupArn": "${instances}"}]), "DuplicateListener",
     "A listener already exists on this port for this load balancer"),
    ("CreateListener", listener(LoadBalancerArn="${demo}0"), "LoadBalancerNotFound",
     "One or more load balancers not found"),
    ("CreateListener", listener(SslPolicy="ELBSecurityPolicy-2016-08"),
     "InvalidConfigurationRequest", "SslPolicy can only be specified for HTTPS listeners"),
    ("CreateListener", listener(DefaultActions=[
        {"Type": "forward", "TargetGroupArn": "${taken}"}]), "TargetGroupAssociationLimit",
     "The following target groups cannot be associated with more than one load balancer: "
     "${taken}"),
    ("CreateListener", listener(DefaultActions=[
        {"Type": "forward", "TargetGroupArn": "${api}0"}]), "TargetGroupNotFound",
     "Target group '${api}0' not found"),
    ("CreateListener", listener(DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {
        "StatusCode": "200", "ContentType": "text/xml"}}]), "InvalidLoadBalancerAction",
     "The ContentType must be one of:'text/html', 'application/json', 'application/javascript', "
     "'text/css', 'text/plain'; found 'text/xml'"),
    ("DescribeListeners", {}, "ValidationError",
     "You must specify either listener ARNs or a load balancer ARN"),
    ("DescribeListeners", {"ListenerArns": ["${demo}"]}, "ValidationError",
     "'${demo}' is not a valid listener ARN"),
    ("DescribeListeners", {"ListenerArns": ["${listener}0"]}, "ListenerNotFound",
     "One or more listeners not found"),
    ("DeleteListener", {"ListenerArn": "${listener}0"}, "ListenerNotFound",
     "One or more listeners not found"),
    ("AddListenerCertificates", {"ListenerArn": "${listener}",
                                 "Certificates": [{"CertificateArn": "x"}]},
     "InvalidConfigurationRequest", "Certificates can only be specified for HTTPS listeners"),
]

RULES = [
    ("CreateRule", rule(Priority=50001), "ValidationError",
     constraint(50001, "priority", "have value less than or equal to 50000")),
    ("CreateRule", {"ListenerArn": "${listener}", "Priority": 1, "Conditions": []},
     "ValidationError", constraint(None, "actions", "not be null")),
    ("CreateRule", rule(Priority=10), "PriorityInUse", "Priority '10' is currently in use"),
    ("CreateRule", rule(Conditions=[{"Field": "path-pattern", "Values": []}]), "ValidationError",
     "A condition value must be specified"),
    ("CreateRule", rule(Conditions=[{"Field": "path-pattern", "PathPatternConfig": {
        "Values": ["/a", "/b", "/c", "/d"]}}]), "ValidationError",
     "The 'path-pattern' condition has 4 values; the limit per condition is '3'"),
    ("CreateRule", rule(Conditions=[{"Field": "path-pattern", "Values": ["/*?*?*?"]}]),
     "ValidationError", "The rule has 6 wildcards (* and ?); the limit per rule is '5'"),
    ("CreateRule", rule(Actions=[{"Type": "forward", "TargetGroupArn": "${taken}"}]),
     "TargetGroupAssociationLimit",
     "The following target groups cannot be associated with more than one load balancer: "
     "${taken}"),
    ("CreateRule", rule(Actions=[{"Type": "redirect",
                                  "RedirectConfig": {"StatusCode": "HTTP_307"}}]),
     "ValidationError", constraint("HTTP_307", "actions.1.member.redirectConfig.statusCode",
                                   "satisfy enum value set: [HTTP_301, HTTP_302]")),
    ("CreateRule", rule(Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": [
        {"TargetGroupArn": "${api}", "Weight": 1000}]}}]), "ValidationError",
     "1 validation error detected: Value at "
     "'actions.1.member.forwardConfig.targetGroups.1.member.weight' failed to satisfy "
     "constraint: found the number 1000; allowed are 0 to 999"),
    ("DescribeRules", {}, "ValidationError",
     "You must specify either listener rule ARNs or a listener ARN"),
    ("DescribeRules", {"RuleArns": ["rule"]}, "ValidationError",
     "'rule' is not a valid listener rule ARN"),
    ("DescribeRules", {"RuleArns": ["${rule}0"]}, "RuleNotFound", "One or more rules not found"),
    ("ModifyRule", {"RuleArn": "${rule}"}, "ValidationError",
     "Either conditions or actions must be specified"),
    ("ModifyRule", {"RuleArn": "${default}", "Conditions": PATH}, "OperationNotPermitted",
     "Conditions of a default rule cannot be modified"),
    ("DeleteRule", {"RuleArn": "${default}"}, "OperationNotPermitted",
     "Default rule '${default}' cannot be deleted"),
    ("DeleteRule", {"RuleArn": "${rule}0"}, "RuleNotFound", "One or more rules not found"),
    ("SetRulePriorities", {"RulePriorities": []}, "ValidationError",
     constraint("[]", "rulePriorities", "have length greater than or equal to 1")),
    ("SetRulePriorities", {"RulePriorities": [{"RuleArn": "${default}", "Priority": 1}]},
     "OperationNotPermitted", "The priority of default rule '${default}' cannot be modified"),
]


def not_found(what):
    return (f"{what}NotFoundException", f"{what} not found.")


INVALID = "InvalidParameterException"
CLIENT = "ClientException"
NO_CLUSTER = not_found("Cluster")
NO_SERVICE = not_found("Service")
NO_DEFINITION = (CLIENT, "TaskDefinition not found.")
UNTYPED = "SerializationException"


def definition(**changed):
    return {"family": "x", "containerDefinitions": [
        {"name": "a", "image": "api", "memory": 128, **changed}]}


def service(**changed):
    return {"serviceName": "x", "taskDefinition": "api", "desiredCount": 1, **changed}


def behind(group="${api}", container="api", port=3000):
    return service(loadBalancers=[
        {"targetGroupArn": group, "containerName": container, "containerPort": port}])


ECS_OBJECTS = [
    ("ListServices", {"cluster": "none"}, *NO_CLUSTER),
    ("DescribeServices", {"cluster": "none", "services": ["api"]}, *NO_CLUSTER),
    ("RunTask", {"cluster": "none", "taskDefinition": "api"}, *NO_CLUSTER),
    ("DeleteCluster", {"cluster": "none"}, *NO_CLUSTER),
    ("UpdateCluster", {"cluster": "none"}, *NO_CLUSTER),
    ("ListTasks", {"cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/default"}, *NO_CLUSTER),
    ("UpdateService", {"service": "none", "desiredCount": 1}, *NO_SERVICE),
    ("DeleteService", {"service": "none"}, *NO_SERVICE),
    ("ListTasks", {"serviceName": "none"}, *NO_SERVICE),
    ("DescribeTaskDefinition", {"taskDefinition": "none"}, CLIENT,
     "Unable to describe task definition."),
    ("DescribeTaskDefinition", {"taskDefinition": "api:7"}, CLIENT,
     "Unable to describe task definition."),
    ("DeregisterTaskDefinition", {"taskDefinition": "none:1"}, CLIENT,
     "Unable to describe task definition."),
    ("CreateService", service(taskDefinition="none"), *NO_DEFINITION),
    ("UpdateService", {"service": "api", "taskDefinition": "api:9"}, *NO_DEFINITION),
    ("RunTask", {"taskDefinition": "none"}, *NO_DEFINITION),
    ("RunTask", {"taskDefinition": "old:1"}, CLIENT, "TaskDefinition is inactive."),
    ("StopTask", {"task": NO_TASK}, INVALID, "The referenced task was not found."),
    ("DeregisterContainerInstance", {"containerInstance": NO_TASK}, INVALID,
     "The referenced container instance was not found."),
    ("ListTagsForResource",
     {"resourceArn": "arn:aws:ecs:us-east-1:123456789012:service/default/none"},
     "ResourceNotFoundException", "The specified resource was not found."),
    ("ListTagsForResource", {"resourceArn": "api"}, INVALID, "Invalid identifier: api"),
    ("ListServicesByNamespace", {"namespace": "local"}, "NamespaceNotFoundException",
     "The namespace local was not found: there is no Cloud Map here."),
    ("DescribeTasks", {"tasks": ["short"]}, INVALID, "taskId length should be one of [32,36]"),
    ("DescribeTasks", {"tasks": [f"arn:aws:ecs:us-east-1:123456789012:task/other/{NO_TASK}"]},
     INVALID,
     "Invalid identifier: Identifier is for other. Your cluster is default"),
]

ECS_VALUES = [
    ("RunTask", {}, INVALID, "TaskDefinition can not be blank."),
    ("DescribeServices", {}, INVALID, "Services cannot be empty."),
    ("DescribeTasks", {"tasks": []}, INVALID, "Tasks cannot be empty."),
    ("DescribeContainerInstances", {}, INVALID, "ContainerInstances cannot be empty."),
    ("StartTask", {"taskDefinition": "api"}, INVALID, "ContainerInstances cannot be empty."),
    ("UpdateService", {"desiredCount": 1}, INVALID, "Service can not be blank."),
    ("CreateService", {"taskDefinition": "api", "desiredCount": 1}, INVALID,
     "ServiceName can not be blank."),
    ("DeleteCluster", {"cluster": ""}, INVALID, "Cluster can not be blank."),
    ("PutAccountSetting", {"name": "containerInsights"}, INVALID, "Value can not be blank."),
    ("CreateService", service(desiredCount="1"), UNTYPED,
     "STRING_VALUE cannot be converted to Integer"),
    ("UpdateService", {"service": "api", "desiredCount": True}, UNTYPED,
     "TRUE_VALUE cannot be converted to Integer"),
    ("DeleteService", {"service": "api", "force": "true"}, UNTYPED,
     "STRING_VALUE cannot be converted to Boolean"),
    ("RegisterTaskDefinition", {"family": "x", "cpu": 256}, UNTYPED,
     "NUMBER_VALUE cannot be converted to String"),
    ("ListTasks", {"maxResults": 1.5}, UNTYPED, "NUMBER_VALUE 1.5 cannot be converted to Integer"),
    ("RunTask", {"taskDefinition": ["api"]}, UNTYPED, "Start of list found where not expected."),
    ("DescribeServices", {"services": [str(name) for name in range(11)]}, INVALID,
     "services: found 11 entries; allowed is 1 to 10"),
    ("RunTask", {"taskDefinition": "api", "count": 11}, INVALID,
     "count: found 11; allowed is 1 to 10"),
    ("ListClusters", {"maxResults": 101}, INVALID, "maxResults: found 101; allowed is 1 to 100"),
    ("ListClusters", {"nextToken": "nonsense"}, INVALID, "Invalid token"),
    ("ListTasks", {"desiredStatus": "running"}, INVALID,
     "desiredStatus: found \"running\"; allowed are RUNNING, PENDING, STOPPED"),
    ("CreateCluster", {"clusterName": "a b"}, INVALID,
     "clusterName: found \"a b\"; allowed are 1 to 255 letters, digits, hyphens and underscores"),
    ("UpdateTaskProtection", {"cluster": "default", "tasks": ["x"], "protectionEnabled": True,
                              "expiresInMinutes": 2881},
     INVALID, "expiresInMinutes: found 2881; allowed is 1 to 2880"),
    ("UpdateContainerInstancesState", {"containerInstances": ["x"], "status": "REGISTERING"},
     INVALID, "status: found \"REGISTERING\"; allowed are ACTIVE, DRAINING"),
    ("RegisterTaskDefinition", {}, CLIENT, "Family should not be null or empty."),
    ("RegisterTaskDefinition", {"family": "x"}, CLIENT, "Container list cannot be empty."),
    ("RegisterTaskDefinition", {"family": "x", "containerDefinitions": [{"image": "api"}]}, CLIENT,
     "Container.name should not be null or empty."),
    ("RegisterTaskDefinition", {"family": "x", "containerDefinitions": [{"name": "a"}]}, CLIENT,
     "Container.image should not be null or empty."),
    ("RegisterTaskDefinition",
     {"family": "x", "containerDefinitions": [{"name": "a", "image": "api"}]}, CLIENT,
     "Invalid setting for container 'a'. At least one of 'memory' or 'memoryReservation' must be "
     "specified."),
    ("RegisterTaskDefinition", definition(cpu="many"), UNTYPED,
     "STRING_VALUE cannot be converted to Integer"),
]

ECS_STATES = [
    ("DeleteService", {"service": "api"}, INVALID,
     "The service cannot be stopped while it is scaled above 0."),
    ("CreateService", service(serviceName="api", desiredCount=5), INVALID,
     "Creation of service was not idempotent."),
    ("DeleteCluster", {"cluster": "default"}, "ClusterContainsServicesException",
     "The Cluster cannot be deleted while Services are active."),
    ("DeleteCluster", {"cluster": "other"}, "ClusterContainsContainerInstancesException",
     "The Cluster cannot be deleted while Container Instances are active or draining."),
    ("CreateService", behind(group="${instances}"), INVALID,
     "The target group with targetGroupArn ${instances} does not have an associated load "
     "balancer."),
    ("CreateService", behind(container="web"), INVALID,
     "The container web does not exist in the task definition."),
    ("CreateService", behind(port=80), INVALID,
     "The container api did not have a container port 80 defined."),
    ("CreateService", service(launchType="FARGATE"), INVALID,
     "launchType: found the string \"FARGATE\"; only EC2 is supported"),
    ("RunTask", {"taskDefinition": "api", "launchType": "FARGATE"}, "UnsupportedFeatureException",
     "launchType: found \"FARGATE\"; only EC2 is supported"),
    ("CreateCapacityProvider", {}, "UnsupportedFeatureException",
     "The operation CreateCapacityProvider is not supported by this simulator."),
    ("CreateTaskSet", {}, "UnsupportedFeatureException",
     "The operation CreateTaskSet is not supported by this simulator."),
]

EC2 = [
    ("DescribeVpcs", {"VpcIds": ["vpc-0"]}, "InvalidVpcID.NotFound",
     "The vpc ID 'vpc-0' does not exist"),
    ("DescribeSubnets", {"SubnetIds": ["subnet-0"]}, "InvalidSubnetID.NotFound",
     "The subnet ID 'subnet-0' does not exist"),
    ("DescribeSecurityGroups", {"GroupIds": ["sg-0"]}, "InvalidGroup.NotFound",
     "The security group 'sg-0' does not exist"),
    ("DescribeInstances", {"InstanceIds": ["i-0"]}, "InvalidInstanceID.NotFound",
     "The instance ID 'i-0' does not exist"),
    ("DescribeVpcs", {"Filters": [{"Name": "nothing", "Values": ["x"]}]}, "InvalidParameterValue",
     "The filter 'nothing' is invalid"),
    ("DescribeVpcs", {"DryRun": True}, "DryRunOperation",
     "Request would have succeeded, but DryRun flag is set.", 412),
    ("DeleteVpc", {"VpcId": "${vpc}"}, "DependencyViolation",
     "The vpc '${vpc}' has dependencies and cannot be deleted."),
    ("CreateSubnet", {"VpcId": "${vpc}", "CidrBlock": "10.0.0.0/24"}, "InvalidSubnet.Range",
     "The CIDR '10.0.0.0/24' is invalid."),
    ("CreateSecurityGroup", {"GroupName": "default", "Description": "x"}, "InvalidGroup.Reserved",
     "Cannot use reserved security group name: default"),
]

ECR = [
    ("DescribeRepositories", {"repositoryNames": ["none"]}, "RepositoryNotFoundException",
     "The repository with name 'none' does not exist in the registry with id '123456789012'"),
    ("CreateRepository", {"repositoryName": "api"}, "RepositoryAlreadyExistsException",
     "The repository with name 'api' already exists in the registry with id '123456789012'"),
    ("DeleteRepository", {"repositoryName": "api"}, "RepositoryNotEmptyException",
     "The repository with name 'api' in registry with id '123456789012' cannot be deleted because "
     "it still contains images"),
]

CLOUDFORMATION = [
    ("DescribeStacks", {"StackName": "none"}, "ValidationError",
     "Stack with id none does not exist"),
    ("DescribeStackResources", {}, "ValidationError",
     "Either StackName or PhysicalResourceId must be specified."),
    ("CreateStack", {"StackName": "x"}, "InvalidAction",
     "Could not find operation CreateStack for version 2010-05-15"),
]

LOGS = [
    ("GetLogEvents", {"logGroupName": "/none", "logStreamName": "x"}, "ResourceNotFoundException",
     "The specified log group does not exist."),
    ("FilterLogEvents", {"logGroupName": "/none"}, "ResourceNotFoundException",
     "The specified log group does not exist."),
    ("DescribeLogGroups", {"nextToken": "x"}, INVALID, "The specified nextToken is invalid."),
]

"""Every operation that the program answers, once and by boto3, the answer compared with botocore's
model of it; and what the program refuses."""

import datetime
import json
import os
import unittest

from program import EXAMPLE, REGISTRY, ProgramTest, default_network, wait_until
from wire import Caller, error_of

ELBV2_REFUSED = {
    "AddTrustStoreRevocations", "CreateTrustStore", "DeleteSharedTrustStoreAssociation",
    "DeleteTrustStore", "DescribeTrustStoreAssociations",
    "DescribeTrustStoreRevocations", "DescribeTrustStores", "GetResourcePolicy",
    "GetTrustStoreCaCertificatesBundle", "GetTrustStoreRevocationContent",
    "ModifyCapacityReservation", "ModifyIpPools", "ModifyTrustStore", "RemoveTrustStoreRevocations",
}
ECS_REFUSED = {
    "CreateCapacityProvider", "CreateDaemon", "CreateExpressGatewayService", "CreateTaskSet",
    "DeleteCapacityProvider", "DeleteDaemon", "DeleteDaemonTaskDefinition",
    "DeleteExpressGatewayService", "DeleteTaskSet", "DescribeCapacityProviders", "DescribeDaemon",
    "DescribeDaemonDeployments", "DescribeDaemonRevisions", "DescribeDaemonTaskDefinition",
    "DescribeExpressGatewayService", "DescribeTaskSets", "DiscoverPollEndpoint",
    "ListDaemonDeployments", "ListDaemonTaskDefinitions", "ListDaemons",
    "PutClusterCapacityProviders", "RegisterDaemonTaskDefinition", "SubmitAttachmentStateChanges",
    "SubmitContainerStateChange", "SubmitTaskStateChange", "UpdateCapacityProvider",
    "UpdateContainerAgent", "UpdateDaemon", "UpdateExpressGatewayService",
    "UpdateServicePrimaryTaskSet", "UpdateTaskSet",
}
# What the walk meets errors of: no task has an agent, there is no Cloud Map, nothing pauses.
ANSWERED_BY_ERROR = {"ContinueServiceDeployment", "ExecuteCommand", "ListServicesByNamespace"}


class Operations(ProgramTest):
    """What the walks share."""

    stack = os.path.join(EXAMPLE, "images.json")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ec2 = cls.program.client("ec2")
        cls.elbv2 = cls.program.client("elbv2")
        cls.ecs = cls.program.client("ecs")
        cls.vpc, cls.subnets, cls.group = default_network(cls.ec2)

    def answered(self, service):
        return {name for called, name in self.program.called if called == service}

    def check_all_of_the_model(self, client, service, refused, error):
        """What the walk did not call is refused by name, and is what is meant to be refused."""
        of_model = set(client.meta.service_model.operation_names)
        left = of_model - self.answered(service) - ANSWERED_BY_ERROR
        self.assertEqual(left, refused & of_model)
        with Caller(self.program.address) as caller:
            for name in sorted(refused):
                status, body = caller.call(service, name)
                code, message = error_of(body)
                self.assertEqual((status, code), (400, error), name)
                self.assertIn(name, message)

    def target_group(self, name, **settings):
        made = self.elbv2.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=self.vpc,
                                              **settings)
        return made["TargetGroups"][0]["TargetGroupArn"]

    def load_balancer(self, name):
        made = self.elbv2.create_load_balancer(Name=name, Subnets=self.subnets)
        return made["LoadBalancers"][0]["LoadBalancerArn"]


class Elbv2(Operations):
    def test_each_operation(self):
        self.load_balancers()
        self.target_groups()
        self.listeners()
        self.rules()
        self.tags()
        self.limits_and_policies()
        self.deletions()
        self.check_all_of_the_model(self.elbv2, "elbv2", ELBV2_REFUSED, "UnsupportedOperation")

    def load_balancers(self):
        self.balancer = self.load_balancer("demo")
        found = self.elbv2.describe_load_balancers(Names=["demo"])["LoadBalancers"][0]
        self.assertEqual(found["State"]["Code"], "active")
        self.assertEqual(found["DNSName"], "127.0.0.1")
        of_balancer = {"LoadBalancerArn": self.balancer}
        changed = [{"Key": "idle_timeout.timeout_seconds", "Value": "30"}]
        self.elbv2.modify_load_balancer_attributes(**of_balancer, Attributes=changed)
        attributes = self.elbv2.describe_load_balancer_attributes(**of_balancer)["Attributes"]
        self.assertIn(changed[0], attributes)
        if hasattr(self.elbv2, "describe_capacity_reservation"):
            self.elbv2.describe_capacity_reservation(**of_balancer)
        self.elbv2.set_subnets(**of_balancer, Subnets=self.subnets)
        self.elbv2.set_security_groups(**of_balancer, SecurityGroups=[self.group])
        self.elbv2.set_ip_address_type(**of_balancer, IpAddressType="ipv4")

    def target_groups(self):
        self.api = self.target_group("api", TargetType="ip", HealthCheckPath="/health",
                                     Matcher={"HttpCode": "200-299"})
        self.spare = self.target_group("spare")
        self.elbv2.describe_target_groups(Names=["api", "spare"])
        of_api = {"TargetGroupArn": self.api}
        self.elbv2.modify_target_group(**of_api, HealthCheckIntervalSeconds=6)
        changed = [{"Key": "deregistration_delay.timeout_seconds", "Value": "1"}]
        self.elbv2.modify_target_group_attributes(**of_api, Attributes=changed)
        attributes = self.elbv2.describe_target_group_attributes(**of_api)["Attributes"]
        self.assertIn(changed[0], attributes)
        target = {"Id": "127.0.0.1", "Port": 9}
        self.elbv2.register_targets(**of_api, Targets=[target])
        health = self.elbv2.describe_target_health(**of_api)["TargetHealthDescriptions"][0]
        self.assertEqual(health["Target"]["Id"], "127.0.0.1")
        self.assertEqual(health["TargetHealth"]["State"], "unused")
        self.elbv2.deregister_targets(**of_api, Targets=[target])

    def listeners(self):
        made = self.elbv2.create_listener(
            LoadBalancerArn=self.balancer, Protocol="HTTP", Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.api}])
        self.listener = made["Listeners"][0]["ListenerArn"]
        of_listener = {"ListenerArn": self.listener}
        self.elbv2.describe_listeners(LoadBalancerArn=self.balancer)
        self.elbv2.modify_listener(
            **of_listener,
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {
                "StatusCode": "410", "ContentType": "text/plain", "MessageBody": "gone"}}])
        self.assertEqual(self.program.get("/"), (410, "gone"))
        self.elbv2.describe_listener_certificates(**of_listener)
        if hasattr(self.elbv2, "describe_listener_attributes"):
            changed = [{"Key": "routing.http.response.server.enabled", "Value": "false"}]
            self.elbv2.modify_listener_attributes(**of_listener, Attributes=changed)
            self.assertIn(changed[0],
                          self.elbv2.describe_listener_attributes(**of_listener)["Attributes"])

    def rules(self):
        pair = [{"TargetGroupArn": self.api, "Weight": 9},
                {"TargetGroupArn": self.spare, "Weight": 1}]
        made = self.elbv2.create_rule(
            ListenerArn=self.listener, Priority=10,
            Conditions=[
                {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a/*"]}},
                {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com"]}},
                {"Field": "source-ip", "SourceIpConfig": {"Values": ["127.0.0.0/8"]}}],
            Actions=[{"Type": "forward", "ForwardConfig": {
                "TargetGroups": pair,
                "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60}}}])
        self.rule = made["Rules"][0]["RuleArn"]
        self.elbv2.create_rule(
            ListenerArn=self.listener, Priority=11,
            Conditions=[
                {"Field": "query-string", "QueryStringConfig": {
                    "Values": [{"Key": "version", "Value": "1"}]}},
                {"Field": "http-header", "HttpHeaderConfig": {
                    "HttpHeaderName": "X-Beta", "Values": ["yes"]}},
                {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}}],
            Actions=[{"Type": "redirect", "RedirectConfig": {
                "Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}])
        self.elbv2.modify_rule(
            RuleArn=self.rule, Conditions=[{"Field": "path-pattern", "Values": ["/b/*"]}])
        self.elbv2.set_rule_priorities(RulePriorities=[{"RuleArn": self.rule, "Priority": 12}])
        rules = self.elbv2.describe_rules(ListenerArn=self.listener)["Rules"]
        self.assertEqual([rule["Priority"] for rule in rules], ["11", "12", "default"])

    def tags(self):
        arns = [self.balancer, self.api, self.listener, self.rule]
        self.elbv2.add_tags(ResourceArns=arns, Tags=[{"Key": "team", "Value": "forum"}])
        described = self.elbv2.describe_tags(ResourceArns=arns)["TagDescriptions"]
        self.assertEqual([one["Tags"] for one in described],
                         [[{"Key": "team", "Value": "forum"}]] * 4)
        self.elbv2.remove_tags(ResourceArns=arns, TagKeys=["team"])

    def limits_and_policies(self):
        limits = self.elbv2.describe_account_limits()["Limits"]
        self.assertIn({"Name": "rules-per-application-load-balancer", "Max": "100"}, limits)
        self.elbv2.describe_ssl_policies(LoadBalancerType="application")

    def deletions(self):
        # No certificate is of use without HTTPS: these two are answered by an error.
        for call in (self.elbv2.add_listener_certificates, self.elbv2.remove_listener_certificates):
            with self.assertRaisesRegex(self.elbv2.exceptions.ClientError, "HTTPS"):
                call(ListenerArn=self.listener, Certificates=[{"CertificateArn": "arn:a"}])
        self.program.called |= {("elbv2", "AddListenerCertificates"),
                                ("elbv2", "RemoveListenerCertificates")}
        self.elbv2.delete_rule(RuleArn=self.rule)
        self.elbv2.delete_listener(ListenerArn=self.listener)
        self.elbv2.delete_load_balancer(LoadBalancerArn=self.balancer)
        self.elbv2.delete_target_group(TargetGroupArn=self.api)
        self.assertEqual(self.elbv2.describe_load_balancers()["LoadBalancers"], [])


class Ecs(Operations):
    def test_each_operation(self):
        self.account_settings()
        self.clusters()
        self.task_definitions()
        self.container_instances()
        self.services()
        self.tasks()
        self.tags_and_attributes()
        self.deletions()
        self.check_all_of_the_model(self.ecs, "ecs", ECS_REFUSED, "UnsupportedFeatureException")

    def account_settings(self):
        setting = {"name": "containerInsights", "value": "enabled"}
        self.ecs.put_account_setting_default(**setting)
        self.ecs.put_account_setting(**setting)
        self.ecs.list_account_settings(name="containerInsights", effectiveSettings=True)
        self.ecs.delete_account_setting(name="containerInsights")

    def clusters(self):
        self.ecs.create_cluster(clusterName="default", tags=[{"key": "team", "value": "forum"}])
        self.ecs.create_cluster(clusterName="other")
        self.assertEqual(len(self.ecs.list_clusters()["clusterArns"]), 2)
        off = [{"name": "containerInsights", "value": "disabled"}]
        self.ecs.update_cluster(cluster="other", settings=off)
        self.ecs.update_cluster_settings(cluster="other", settings=off)
        everything = ["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"]
        self.ecs.describe_clusters(clusters=["default", "other", "none"], include=everything)

    def task_definitions(self):
        made = self.ecs.register_task_definition(
            family="api", networkMode="bridge", requiresCompatibilities=["EC2"],
            tags=[{"key": "team", "value": "forum"}],
            containerDefinitions=[{
                "name": "api", "image": f"{REGISTRY}/api:v1", "memoryReservation": 256, "cpu": 256,
                "essential": True, "environment": [{"name": "A", "value": "b"}],
                "portMappings": [{"hostPort": 0, "containerPort": 3000, "protocol": "tcp"}],
                "logConfiguration": {"logDriver": "awslogs", "options": {
                    "awslogs-group": "/ecs/api", "awslogs-stream-prefix": "ecs",
                    "awslogs-region": "us-east-1"}}}])
        self.assertEqual(made["taskDefinition"]["revision"], 1)
        self.ecs.describe_task_definition(taskDefinition="api", include=["TAGS"])
        self.ecs.list_task_definitions()
        self.assertEqual(self.ecs.list_task_definition_families()["families"], ["api"])

    def container_instances(self):
        made = self.ecs.register_container_instance(cluster="other", totalResources=[
            {"name": "CPU", "type": "INTEGER", "integerValue": 1024},
            {"name": "MEMORY", "type": "INTEGER", "integerValue": 2048}])
        instance = made["containerInstance"]["containerInstanceArn"]
        self.ecs.list_container_instances(cluster="other", status="ACTIVE")
        self.ecs.describe_container_instances(cluster="other", include=["TAGS"],
                                              containerInstances=[instance, "0" * 32])
        self.ecs.update_container_instances_state(cluster="other", status="DRAINING",
                                                  containerInstances=[instance])
        self.ecs.deregister_container_instance(cluster="other", containerInstance=instance)

    def services(self):
        balancer = self.load_balancer("ecs")
        group = self.target_group("api")
        self.elbv2.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
                                   DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
        self.ecs.create_service(
            serviceName="api", taskDefinition="api", desiredCount=1, launchType="EC2",
            placementStrategy=[{"type": "spread", "field": "attribute:ecs.availability-zone"}],
            deploymentConfiguration={
                "maximumPercent": 200, "minimumHealthyPercent": 100,
                "deploymentCircuitBreaker": {"enable": True, "rollback": True}},
            loadBalancers=[{"targetGroupArn": group, "containerName": "api",
                            "containerPort": 3000}])
        self.ecs.list_services()
        wait_until(lambda: self.service("api")["runningCount"] == 1)
        self.ecs.update_service(service="api", desiredCount=2)
        wait_until(lambda: self.service("api")["runningCount"] == 2)
        with self.assertRaisesRegex(self.ecs.exceptions.ClientError, "no Cloud Map"):
            self.ecs.list_services_by_namespace(namespace="local")
        self.service_deployments()

    def service_deployments(self):
        if not hasattr(self.ecs, "list_service_deployments"):
            return
        listed = self.ecs.list_service_deployments(service="api")["serviceDeployments"]
        arns = [deployment["serviceDeploymentArn"] for deployment in listed]
        described = self.ecs.describe_service_deployments(serviceDeploymentArns=arns)
        revisions = [described["serviceDeployments"][0]["targetServiceRevision"]["arn"]]
        self.ecs.describe_service_revisions(serviceRevisionArns=revisions)
        self.ecs.update_service(service="api", forceNewDeployment=True)
        under_way = self.ecs.list_service_deployments(
            service="api", status=["PENDING", "IN_PROGRESS"])["serviceDeployments"]
        self.ecs.stop_service_deployment(
            serviceDeploymentArn=under_way[0]["serviceDeploymentArn"])
        wait_until(lambda: len(self.service("api")["deployments"]) == 1)

    def service(self, name):
        return self.ecs.describe_services(services=[name, "none"], include=["TAGS"])["services"][0]

    def tasks(self):
        overrides = {"containerOverrides": [
            {"name": "api", "environment": [{"name": "A", "value": "c"}]}]}
        ran = self.ecs.run_task(taskDefinition="api", count=1, group="mine", startedBy="me",
                                overrides=overrides, tags=[{"key": "a", "value": "b"}])
        self.task = ran["tasks"][0]["taskArn"]
        instance = self.ecs.list_container_instances()["containerInstanceArns"][0]
        started = self.ecs.start_task(taskDefinition="api", containerInstances=[instance])
        self.assertEqual(len(self.ecs.list_tasks(serviceName="api")["taskArns"]), 2)
        self.ecs.describe_tasks(tasks=[self.task, "0" * 32], include=["TAGS"])
        self.ecs.stop_task(task=started["tasks"][0]["taskArn"], reason="enough")
        wait_until(lambda: self.ecs.describe_tasks(tasks=[self.task])["tasks"][0]["lastStatus"] ==
                   "RUNNING")
        with self.assertRaisesRegex(self.ecs.exceptions.ClientError, "not enabled"):
            self.ecs.execute_command(task=self.task, command="ls", interactive=True)
        of_service = self.ecs.list_tasks(serviceName="api")["taskArns"]
        self.ecs.update_task_protection(cluster="default", tasks=of_service[:1],
                                        protectionEnabled=True, expiresInMinutes=10)
        protected = self.ecs.get_task_protection(cluster="default", tasks=of_service)
        self.assertEqual(sorted(one["protectionEnabled"] for one in protected["protectedTasks"]),
                         [False, True])
        self.ecs.update_task_protection(cluster="default", tasks=of_service[:1],
                                        protectionEnabled=False)

    def tags_and_attributes(self):
        arn = self.service("api")["serviceArn"]
        self.ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "b"}])
        self.assertEqual(self.ecs.list_tags_for_resource(resourceArn=arn)["tags"],
                         [{"key": "a", "value": "b"}])
        self.ecs.untag_resource(resourceArn=arn, tagKeys=["a"])
        instance = self.ecs.list_container_instances()["containerInstanceArns"][0]
        attribute = {"name": "rack", "value": "7", "targetType": "container-instance",
                     "targetId": instance}
        self.ecs.put_attributes(attributes=[attribute])
        self.ecs.list_attributes(targetType="container-instance", attributeName="rack")
        self.ecs.delete_attributes(attributes=[attribute])

    def deletions(self):
        self.ecs.delete_service(service="api", force=True)
        self.ecs.deregister_task_definition(taskDefinition="api:1")
        self.ecs.delete_task_definitions(taskDefinitions=["api:1", "none:1"]) \
            if hasattr(self.ecs, "delete_task_definitions") else None
        self.ecs.delete_cluster(cluster="other")


class Around(Operations):
    """The little of other services that clients and scripts ask for."""

    stack = os.path.join(EXAMPLE, "stack.json")

    def test_sts(self):
        identity = self.program.client("sts").get_caller_identity()
        self.assertEqual(identity["Account"], "123456789012")

    def test_ec2_networks(self):
        ec2 = self.ec2
        vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.1.0/24")["Subnet"]["SubnetId"]
        group = ec2.create_security_group(VpcId=vpc, GroupName="web", Description="web")["GroupId"]
        web = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80,
                "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
        for change in (ec2.authorize_security_group_ingress, ec2.authorize_security_group_egress,
                       ec2.revoke_security_group_ingress, ec2.revoke_security_group_egress):
            change(GroupId=group, IpPermissions=web)
        ec2.create_tags(Resources=[vpc], Tags=[{"Key": "a", "Value": "b"}])
        ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [vpc]}])
        ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "a"}])
        ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsSupport")
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
        for describe in (ec2.describe_regions, ec2.describe_availability_zones, ec2.describe_vpcs,
                         ec2.describe_account_attributes, ec2.describe_subnets,
                         ec2.describe_security_groups, ec2.describe_security_group_rules,
                         ec2.describe_route_tables, ec2.describe_internet_gateways,
                         ec2.describe_network_acls):
            describe()
        ec2.delete_security_group(GroupId=group)
        ec2.delete_subnet(SubnetId=subnet)
        ec2.delete_vpc(VpcId=vpc)

    def test_ec2_instances(self):
        ec2 = self.ec2
        run = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1,
                                InstanceType="t3.micro", SubnetId=self.subnets[0])
        instance = run["Instances"][0]["InstanceId"]
        for call in (ec2.stop_instances, ec2.start_instances, ec2.describe_instances,
                     ec2.describe_instance_status, ec2.terminate_instances):
            call(InstanceIds=[instance])
        ec2.describe_network_interfaces()
        ec2.describe_images()

    def test_ecr(self):
        ecr = self.program.client("ecr", region="us-west-2")  # Where the registry's name says.
        ecr.create_repository(repositoryName="mine")
        found = ecr.describe_repositories(repositoryNames=["mine"])["repositories"]
        arn = found[0]["repositoryArn"]
        ecr.tag_resource(resourceArn=arn, tags=[{"Key": "team", "Value": "forum"}])
        self.assertEqual(ecr.list_tags_for_resource(resourceArn=arn)["tags"],
                         [{"Key": "team", "Value": "forum"}])
        ecr.untag_resource(resourceArn=arn, tagKeys=["team"])
        ecr.delete_repository(repositoryName="mine")
        ecr.list_images(repositoryName="api")
        ecr.describe_images(repositoryName="api")
        ecr.batch_get_image(repositoryName="api", imageIds=[{"imageTag": "v1"}])
        ecr.get_authorization_token()

    def test_cloudformation(self):
        cloudformation = self.program.client("cloudformation")
        stack = cloudformation.describe_stacks()["Stacks"][0]
        outputs = {output["OutputKey"] for output in stack["Outputs"]}
        self.assertLessEqual({"ClusterName", "ALBArn", "Url", "VPCId", "ECSRole"}, outputs)
        cloudformation.list_stacks(StackStatusFilter=["CREATE_COMPLETE"])
        cloudformation.describe_stack_resources(StackName=stack["StackName"])

    def test_cloudwatch(self):
        self.program.get("/")
        cloudwatch = self.program.client("cloudwatch")
        metrics = cloudwatch.list_metrics(Namespace="AWS/ApplicationELB")["Metrics"]
        metric = next(one for one in metrics if one["MetricName"] == "RequestCount")
        now = datetime.datetime.now(datetime.timezone.utc)
        span = {"StartTime": now - datetime.timedelta(minutes=10),
                "EndTime": now + datetime.timedelta(minutes=1)}
        points = cloudwatch.get_metric_statistics(
            **{key: metric[key] for key in ("Namespace", "MetricName", "Dimensions")}, **span,
            Period=60, Statistics=["Sum"])["Datapoints"]
        self.assertGreaterEqual(sum(point["Sum"] for point in points), 1)
        query = {"Id": "all", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
        cloudwatch.get_metric_data(MetricDataQueries=[query], **span)

    def test_logs(self):
        container = json.loads(json.dumps({
            "name": "api", "image": f"{REGISTRY}/api:v1", "memory": 128,
            "logConfiguration": {"logDriver": "awslogs", "options": {
                "awslogs-group": "/ecs/api", "awslogs-stream-prefix": "ecs",
                "awslogs-region": "us-east-1"}}}))
        self.ecs.register_task_definition(family="logged", containerDefinitions=[container])
        self.ecs.run_task(taskDefinition="logged")
        logs = self.program.client("logs")
        wait_until(lambda: logs.describe_log_groups()["logGroups"])
        streams = logs.describe_log_streams(logGroupName="/ecs/api")["logStreams"]
        logs.get_log_events(logGroupName="/ecs/api", startFromHead=True,
                            logStreamName=streams[0]["logStreamName"])
        logs.filter_log_events(logGroupName="/ecs/api")

    def test_an_unknown_operation_of_each_service_is_named(self):
        expected = {
            "cloudformation": "InvalidAction", "cloudwatch": "InvalidAction",
            "ec2": "InvalidAction", "ecr": "UnknownOperationException",
            "ecs": "UnknownOperationException", "elbv2": "InvalidAction",
            "logs": "UnknownOperationException", "sts": "InvalidAction",
        }
        with Caller(self.program.address) as caller:
            for service, code in expected.items():
                status, body = caller.call(service, "MakeCoffee")
                self.assertEqual((status, error_of(body)[0]), (400, code), service)
                self.assertIn("MakeCoffee", error_of(body)[1])


if __name__ == "__main__":
    unittest.main()

"""The cases of error_cases.py through boto3: code, HTTP status and message of each."""

import os
import string
import unittest

import botocore.exceptions

import error_cases
from program import EXAMPLE, REGISTRY, ProgramTest, default_network


def filled(value, words):
    """The value with its ${words} replaced."""
    if isinstance(value, dict):
        return {key: filled(child, words) for key, child in value.items()}
    if isinstance(value, list):
        return [filled(child, words) for child in value]
    return string.Template(value).substitute(words) if isinstance(value, str) else value


class Errors(ProgramTest):
    stack = os.path.join(EXAMPLE, "images.json")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.words = {}
        cls.make_load_balancing()
        cls.make_cluster()

    @classmethod
    def make_load_balancing(cls):
        """Load balancers demo and other, which is protected; a listener with rule 10 each."""
        elbv2, words = cls.program.client("elbv2"), cls.words
        words["vpc"], subnets, _ = default_network(cls.program.client("ec2"))
        words["subnet1"], words["subnet2"] = subnets
        for name, target_type in (("api", "ip"), ("taken", "ip"), ("instances", "instance")):
            made = elbv2.create_target_group(Name=name, Protocol="HTTP", Port=80,
                                             VpcId=words["vpc"], TargetType=target_type)
            words[name] = made["TargetGroups"][0]["TargetGroupArn"]
        for name, group in (("demo", "api"), ("other", "taken")):
            made = elbv2.create_load_balancer(Name=name, Subnets=subnets)
            words[name] = made["LoadBalancers"][0]["LoadBalancerArn"]
            forward = [{"Type": "forward", "TargetGroupArn": words[group]}]
            made = elbv2.create_listener(LoadBalancerArn=words[name], Protocol="HTTP", Port=80,
                                         DefaultActions=forward)
            words.setdefault("listener", made["Listeners"][0]["ListenerArn"])
        made = elbv2.create_rule(
            ListenerArn=words["listener"], Priority=10, Conditions=error_cases.PATH,
            Actions=[{"Type": "forward", "TargetGroupArn": words["api"]}])
        words["rule"] = made["Rules"][0]["RuleArn"]
        rules = elbv2.describe_rules(ListenerArn=words["listener"])["Rules"]
        words["default"] = rules[1]["RuleArn"]
        protected = [{"Key": "deletion_protection.enabled", "Value": "true"}]
        elbv2.modify_load_balancer_attributes(LoadBalancerArn=words["other"], Attributes=protected)

    @classmethod
    def make_cluster(cls):
        """Cluster default with service api, cluster other with a container instance."""
        ecs = cls.program.client("ecs")
        ecs.create_cluster(clusterName="default")
        ecs.create_cluster(clusterName="other")
        ecs.register_container_instance(cluster="other")
        container = {"name": "api", "image": f"{REGISTRY}/api:v1", "memory": 128,
                     "portMappings": [{"containerPort": 3000}]}
        for family in ("api", "old"):
            ecs.register_task_definition(family=family, containerDefinitions=[container])
        ecs.deregister_task_definition(taskDefinition="old:1")
        ecs.create_service(serviceName="api", taskDefinition="api", desiredCount=1)

    def check(self, service, cases, region="us-east-1"):
        """That each case is refused as it says."""
        # Nothing is checked before it is sent: the program shall say what is wrong.
        client = self.program.client(service, region=region, parameter_validation=False)
        names = client.meta.method_to_api_mapping
        method_of = {operation: name for name, operation in names.items()}
        for operation, parameters, code, message, *status in cases:
            expected = (code, (status or [400])[0], filled(message, self.words))
            with self.subTest(operation=operation, parameters=parameters):
                with self.assertRaises(botocore.exceptions.ClientError) as raised:
                    getattr(client, method_of[operation])(**filled(parameters, self.words))
                answer = raised.exception.response
                found = answer["Error"]
                self.assertEqual((found["Code"], answer["ResponseMetadata"]["HTTPStatusCode"],
                                  found["Message"]), expected)

    def test_load_balancers(self):
        self.check("elbv2", error_cases.LOAD_BALANCERS)

    def test_target_groups(self):
        self.check("elbv2", error_cases.TARGET_GROUPS)

    def test_listeners(self):
        self.check("elbv2", error_cases.LISTENERS)

    def test_rules(self):
        self.check("elbv2", error_cases.RULES)

    def test_ecs_objects(self):
        self.check("ecs", error_cases.ECS_OBJECTS)

    def test_ecs_values(self):
        self.check("ecs", error_cases.ECS_VALUES)

    def test_ecs_states(self):
        self.check("ecs", error_cases.ECS_STATES)

    def test_ec2(self):
        self.check("ec2", error_cases.EC2)

    def test_ecr(self):
        self.check("ecr", error_cases.ECR, region="us-west-2")

    def test_cloudformation(self):
        self.check("cloudformation", error_cases.CLOUDFORMATION)

    def test_logs(self):
        self.check("logs", error_cases.LOGS)


if __name__ == "__main__":
    unittest.main()

"""Sixteen clients make 10,000 calls while traffic flows: no call and no request fails, and in the
end the lists, and the load balancer's answers, are what the calls were told."""

import http.client
import json
import os
import random
import threading
import unittest

from program import EXAMPLE, REGION, REGISTRY, ProgramTest, default_network, wait_until
from wire import Caller, arns_of

CLIENTS = 16
BY_BOTO3 = 2  # Of these clients; the others write their requests by hand, which is faster.
CALLS = 10_000
BOTO3_CALLS = 300  # Of each client that uses it.
WIRE_CALLS = (CALLS - BY_BOTO3 * BOTO3_CALLS) // (CLIENTS - BY_BOTO3) + 1


class Boto3Caller:
    """Calls by boto3, as a Caller makes them."""

    def __init__(self, program):
        self._clients = {name: program.client(name) for name in ("elbv2", "ecs")}

    def call(self, service, operation, /, **parameters):
        client = self._clients[service]
        names = {api: name for name, api in client.meta.method_to_api_mapping.items()}
        answer = getattr(client, names[operation])(**parameters)
        return answer["ResponseMetadata"]["HTTPStatusCode"], answer


class Client(threading.Thread):
    """One client with target groups, rules and a service of its own."""

    def __init__(self, number, caller, world, calls):
        super().__init__(name=f"client {number}")
        self._chance = random.Random(number)
        self._caller = caller
        self._world = world
        self._number = number
        self._calls = calls
        self.groups = {}   # Name -> ARN, as acknowledged.
        self.rules = {}    # Priority -> (ARN, text).
        self.tags = {}     # ARN of a group -> value.
        self.desired = 0
        self.revisions = 0
        self.failures = []

    def run(self):
        steps = [self.create_group, self.delete_group, self.tag_group, self.describe_group,
                 self.create_rule, self.modify_rule, self.delete_rule, self.describe_rule,
                 self.describe_health, self.scale, self.describe_service, self.register]
        try:
            self.call("ecs", "CreateService", serviceName=f"service-{self._number}",
                      taskDefinition="api", desiredCount=0)
            while self._calls > 0:
                self._chance.choice(steps)()
        except Exception as error:  # pylint: disable=broad-except
            self.failures.append(repr(error))

    def call(self, service, operation, /, **parameters):
        self._calls -= 1
        status, body = self._caller.call(service, operation, **parameters)
        if status != 200:
            self.failures.append(f"{operation} {parameters}: {status} {body}")
        return body

    def arn(self, body, name, list_name):
        return arns_of(body, name)[0] if isinstance(body, str) else body[list_name][0][name]

    def create_group(self):
        name = f"c{self._number}-{self._chance.randrange(40)}"
        body = self.call("elbv2", "CreateTargetGroup", Name=name, Protocol="HTTP", Port=80,
                         VpcId=self._world["vpc"])
        self.groups[name] = self.arn(body, "TargetGroupArn", "TargetGroups")

    def delete_group(self):
        if self.groups:
            name = self._chance.choice(sorted(self.groups))
            self.call("elbv2", "DeleteTargetGroup", TargetGroupArn=self.groups[name])
            self.tags.pop(self.groups.pop(name), None)

    def tag_group(self):
        if self.groups:
            arn = self._chance.choice(sorted(self.groups.values()))
            value = str(self._chance.random())
            self.call("elbv2", "AddTags", ResourceArns=[arn], Tags=[{"Key": "k", "Value": value}])
            self.tags[arn] = value

    def describe_group(self):
        self.call("elbv2", "DescribeTargetGroups", Names=sorted(self.groups)[:20] or ["api"])

    def describe_health(self):
        self.call("elbv2", "DescribeTargetHealth", TargetGroupArn=self._world["group"])

    def actions(self, text):
        return [{"Type": "fixed-response", "FixedResponseConfig": {
            "StatusCode": "200", "ContentType": "text/plain", "MessageBody": text}}]

    def create_rule(self):
        priority = self._number * 100 + self._chance.randrange(1, 30)
        if priority in self.rules:
            return
        text = f"{priority} {self._chance.random()}"
        conditions = [{"Field": "path-pattern", "Values": [f"/rule/{priority}"]}]
        body = self.call("elbv2", "CreateRule", ListenerArn=self._world["listener"],
                         Priority=priority, Conditions=conditions, Actions=self.actions(text))
        self.rules[priority] = self.arn(body, "RuleArn", "Rules"), text

    def modify_rule(self):
        if self.rules:
            priority = self._chance.choice(sorted(self.rules))
            arn, _ = self.rules[priority]
            text = f"{priority} {self._chance.random()}"
            self.call("elbv2", "ModifyRule", RuleArn=arn, Actions=self.actions(text))
            self.rules[priority] = arn, text

    def delete_rule(self):
        if self.rules:
            arn, _ = self.rules.pop(self._chance.choice(sorted(self.rules)))
            self.call("elbv2", "DeleteRule", RuleArn=arn)

    def describe_rule(self):
        """What was acknowledged is told at once."""
        if self.rules:
            arn, text = self.rules[self._chance.choice(sorted(self.rules))]
            body = self.call("elbv2", "DescribeRules", RuleArns=[arn])
            if text not in str(body):
                self.failures.append(f"{arn} is not {text}: {body}")

    def scale(self):
        desired = self._chance.randrange(2)
        self.call("ecs", "UpdateService", service=f"service-{self._number}", desiredCount=desired)
        self.desired = desired

    def describe_service(self):
        body = self.call("ecs", "DescribeServices", services=[f"service-{self._number}"])
        answer = json.loads(body) if isinstance(body, str) else body
        if answer["services"][0]["desiredCount"] != self.desired:
            self.failures.append(f"{self.name}: desired {self.desired}, found {answer}")

    def register(self):
        self.call("ecs", "RegisterTaskDefinition", family=f"family-{self._number}",
                  containerDefinitions=[{"name": "a", "image": "api", "memory": 16}])
        self.revisions += 1


class Traffic(threading.Thread):
    """Some hundred requests per second through the load balancer, until it is told to stop."""

    def __init__(self, port):
        super().__init__(name="traffic")
        self._port = port
        self._enough = threading.Event()
        self.statuses = {}

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        while not self._enough.wait(0.005):
            connection.request("GET", "/api/users/1")
            answer = connection.getresponse()
            answer.read()
            self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        connection.close()

    def stop(self):
        self._enough.set()
        self.join()


class ManyClients(ProgramTest):
    options = ("--speed", "50", "--workers", "2",
               "--quota", "rules-per-application-load-balancer=2000")
    stack = os.path.join(EXAMPLE, "images.json")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elbv2, cls.ecs = cls.program.client("elbv2"), cls.program.client("ecs")
        vpc, subnets, _ = default_network(cls.program.client("ec2"))
        made = cls.elbv2.create_load_balancer(Name="demo", Subnets=subnets)
        balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
        made = cls.elbv2.create_target_group(Name="api", Protocol="HTTP", Port=80, VpcId=vpc)
        group = made["TargetGroups"][0]["TargetGroupArn"]
        made = cls.elbv2.create_listener(
            LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
        cls.world = {"vpc": vpc, "group": group, "listener": made["Listeners"][0]["ListenerArn"]}
        cls.ecs.create_cluster(clusterName="default")
        container = {"name": "api", "image": f"{REGISTRY}/api:v1", "memory": 16,
                     "portMappings": [{"containerPort": 3000}]}
        cls.ecs.register_task_definition(family="api", containerDefinitions=[container])
        behind = {"targetGroupArn": group, "containerName": "api", "containerPort": 3000}
        cls.ecs.create_service(serviceName="api", taskDefinition="api", desiredCount=1,
                               loadBalancers=[behind])
        wait_until(lambda: cls.program.get("/api/users/1")[0] == 200)

    def run_clients(self):
        callers = [Boto3Caller(self.program) for _ in range(BY_BOTO3)]
        callers += [Caller(self.program.address, REGION) for _ in range(CLIENTS - BY_BOTO3)]
        clients = [Client(number, caller, self.world,
                          BOTO3_CALLS if number < BY_BOTO3 else WIRE_CALLS)
                   for number, caller in enumerate(callers)]
        traffic = [Traffic(self.program.port()) for _ in range(2)]
        for thread in [*traffic, *clients]:
            thread.start()
        for client in clients:
            client.join()
        for thread in traffic:
            thread.stop()
        for caller in callers[BY_BOTO3:]:
            caller.__exit__()
        return clients, traffic

    def test_ten_thousand_calls(self):
        clients, traffic = self.run_clients()
        self.assertEqual([failure for client in clients for failure in client.failures][:3], [])
        for one in traffic:
            self.assertEqual(list(one.statuses), [200])
        self.check_groups(clients)
        self.check_rules(clients)
        self.check_ecs(clients)

    def check_groups(self, clients):
        acknowledged = {name: arn for client in clients for name, arn in client.groups.items()}
        pages = self.elbv2.get_paginator("describe_target_groups").paginate()
        found = {group["TargetGroupName"]: group["TargetGroupArn"]
                 for page in pages for group in page["TargetGroups"]}
        self.assertEqual(found, {**acknowledged, "api": self.world["group"]})
        tags = {arn: value for client in clients for arn, value in client.tags.items()}
        for start in range(0, len(tags), 20):
            arns = sorted(tags)[start:start + 20]
            for one in self.elbv2.describe_tags(ResourceArns=arns)["TagDescriptions"]:
                self.assertEqual(one["Tags"], [{"Key": "k", "Value": tags[one["ResourceArn"]]}])

    def check_rules(self, clients):
        acknowledged = {str(priority): arn for client in clients
                        for priority, (arn, _) in client.rules.items()}
        pages = self.elbv2.get_paginator("describe_rules").paginate(
            ListenerArn=self.world["listener"])
        found = {rule["Priority"]: rule["RuleArn"] for page in pages for rule in page["Rules"]
                 if rule["Priority"] != "default"}
        self.assertEqual(found, acknowledged)
        for client in clients:
            for priority, (_, text) in client.rules.items():
                self.assertEqual(self.program.get(f"/rule/{priority}"), (200, text))

    def check_ecs(self, clients):
        for number, client in enumerate(clients):
            wait_until(lambda name=f"service-{number}", wanted=client.desired:
                       self.running(name) == wanted)
        pages = self.ecs.get_paginator("list_task_definitions").paginate()
        found = [arn.split("/")[1] for page in pages for arn in page["taskDefinitionArns"]]
        expected = [f"family-{number}:{revision + 1}" for number, client in enumerate(clients)
                    for revision in range(client.revisions)]
        self.assertCountEqual(found, [*expected, "api:1"])

    def running(self, name):
        return self.ecs.describe_services(services=[name])["services"][0]["runningCount"]


if __name__ == "__main__":
    unittest.main()

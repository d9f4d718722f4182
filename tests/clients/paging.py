"""Whatever the page size, the pages of a list together are the list: by boto3's paginators, and by
the aws CLI's --page-size, --max-items and --starting-token."""

import json
import os
import shutil
import subprocess
import unittest

from program import EXAMPLE, KEYS, REGION, REGISTRY, ProgramTest, default_network

SIZES = (1, 2, 3, 7, 100)


class Paging(ProgramTest):
    stack = os.path.join(EXAMPLE, "images.json")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elbv2, cls.ecs = cls.program.client("elbv2"), cls.program.client("ecs")
        cls.ec2 = cls.program.client("ec2")
        cls.vpc, subnets, _ = default_network(cls.ec2)
        for name in "abcde":
            cls.elbv2.create_load_balancer(Name=name, Subnets=subnets)
        cls.groups = [cls.make_group(f"group-{number}") for number in range(7)]
        cls.balancer = cls.elbv2.describe_load_balancers(Names=["a"])["LoadBalancers"][0][
            "LoadBalancerArn"]
        gone = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "410"}}]
        # Beside the port that was free the kernel gives every other one to clients.
        for port in range(80, 92, 2):
            made = cls.elbv2.create_listener(LoadBalancerArn=cls.balancer, Protocol="HTTP",
                                             Port=port, DefaultActions=gone)
            cls.listener = made["Listeners"][0]["ListenerArn"]
        for priority in (50, 40, 1, 2, 30, 3):
            cls.elbv2.create_rule(ListenerArn=cls.listener, Priority=priority, Actions=gone,
                                  Conditions=[{"Field": "path-pattern", "Values": ["/a"]}])
        cls.make_ecs()

    @classmethod
    def make_group(cls, name):
        made = cls.elbv2.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=cls.vpc)
        return made["TargetGroups"][0]["TargetGroupArn"]

    @classmethod
    def make_ecs(cls):
        for name in ("default", "b", "c"):
            cls.ecs.create_cluster(clusterName=name)
        container = {"name": "api", "image": f"{REGISTRY}/api:v1", "memory": 128}
        for family in ("api", "api", "posts", "users", "threads"):
            cls.ecs.register_task_definition(family=family, containerDefinitions=[container])
        for number in range(12):
            cls.ecs.create_service(serviceName=f"service-{number}", taskDefinition="api",
                                   desiredCount=0)
        cls.ecs.run_task(taskDefinition="api", count=7)

    def pages(self, client, operation, key, parameters, size):
        paginator = client.get_paginator(operation)
        return [page[key] for page in
                paginator.paginate(**parameters, PaginationConfig={"PageSize": size})]

    def check(self, client, operation, key, expected, **parameters):
        """That `expected` entries come, whatever the size of the pages, in one order."""
        whole = getattr(client, operation)(**parameters)[key]
        for size in SIZES:
            with self.subTest(operation=operation, size=size):
                pages = self.pages(client, operation, key, parameters, size)
                entries = [entry for page in pages for entry in page]
                self.assertEqual(len(entries), expected)
                self.assertEqual(entries[:len(whole)], whole)
                full = [size] * (expected // size) + ([expected % size] if expected % size else [])
                self.assertEqual([len(page) for page in pages], full)

    def test_elbv2(self):
        check = self.check
        check(self.elbv2, "describe_load_balancers", "LoadBalancers", 5)
        check(self.elbv2, "describe_target_groups", "TargetGroups", 7)
        check(self.elbv2, "describe_listeners", "Listeners", 6, LoadBalancerArn=self.balancer)
        check(self.elbv2, "describe_rules", "Rules", 7, ListenerArn=self.listener)
        check(self.elbv2, "describe_ssl_policies", "SslPolicies", 16)
        limits = len(self.elbv2.describe_account_limits()["Limits"])
        check(self.elbv2, "describe_account_limits", "Limits", limits)

    def test_rules_come_by_priority(self):
        pages = self.pages(self.elbv2, "describe_rules", "Rules",
                           {"ListenerArn": self.listener}, 2)
        self.assertEqual([rule["Priority"] for page in pages for rule in page],
                         ["1", "2", "3", "30", "40", "50", "default"])

    def test_ecs(self):
        check = self.check
        check(self.ecs, "list_clusters", "clusterArns", 3)
        check(self.ecs, "list_services", "serviceArns", 12)
        check(self.ecs, "list_task_definitions", "taskDefinitionArns", 5)
        check(self.ecs, "list_task_definition_families", "families", 4)
        check(self.ecs, "list_tasks", "taskArns", 7)
        check(self.ecs, "list_container_instances", "containerInstanceArns", 1)

    def test_ecs_lists_ten_services_unless_told_otherwise(self):
        answer = self.ecs.list_services()
        self.assertEqual(len(answer["serviceArns"]), 10)
        rest = self.ecs.list_services(nextToken=answer["nextToken"])
        self.assertEqual((len(rest["serviceArns"]), rest.get("nextToken")), (2, None))

    def test_what_comes_and_goes_between_pages_does_not_shift_the_rest(self):
        first = self.elbv2.describe_target_groups(PageSize=3)
        names = [group["TargetGroupName"] for group in first["TargetGroups"]]
        self.elbv2.delete_target_group(TargetGroupArn=first["TargetGroups"][0]["TargetGroupArn"])
        again = names.pop(0)
        try:
            rest = self.elbv2.describe_target_groups(Marker=first["NextMarker"])["TargetGroups"]
            names += [group["TargetGroupName"] for group in rest]
            self.assertEqual(names, [f"group-{number}" for number in range(7)
                                     if f"group-{number}" != again])
        finally:
            self.make_group(again)

    def test_filters_hold_for_every_page(self):
        pages = self.pages(self.ec2, "describe_subnets", "Subnets",
                           {"Filters": [{"Name": "vpc-id", "Values": [self.vpc]}]}, 5)
        self.assertEqual({subnet["VpcId"] for page in pages for subnet in page}, {self.vpc})

    @unittest.skipUnless(shutil.which("aws"), "there is no aws; install awscli")
    def test_the_cli_pages_and_goes_on_from_its_token(self):
        groups = ("elbv2", "describe-target-groups")
        first = self.aws(*groups, "--max-items", "3")
        rest = self.aws(*groups, "--starting-token", first["NextToken"])
        self.assertEqual(len(first["TargetGroups"]), 3)
        names = {group["TargetGroupName"]
                 for group in first["TargetGroups"] + rest["TargetGroups"]}
        self.assertEqual(names, {f"group-{number}" for number in range(7)})
        self.assertNotIn("NextToken", rest)
        # Of ELBv2 the CLI takes --page-size for the API's own PageSize, and gets one page.
        self.assertEqual(len(self.aws(*groups, "--page-size", "2")["TargetGroups"]), 2)
        services = self.aws("ecs", "list-services", "--page-size", "5", "--max-items", "11")
        self.assertEqual(len(services["serviceArns"]), 11)

    def aws(self, *arguments):
        """What the CLI prints."""
        keys = {name.upper(): value for name, value in KEYS.items()}
        ran = subprocess.run(
            ["aws", "--endpoint-url", self.program.endpoint, *arguments, "--output", "json"],
            env={**os.environ, **keys, "AWS_DEFAULT_REGION": REGION, "AWS_PAGER": ""},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        return json.loads(ran.stdout)


if __name__ == "__main__":
    unittest.main()

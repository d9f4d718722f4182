"""boto3's waiters, which end when what they wait for is so. They ask more often than by default."""

import os
import unittest

import botocore.exceptions

from program import EXAMPLE, REGISTRY, ProgramTest, default_network

OFTEN = {"Delay": 0.02, "MaxAttempts": 3000}


class Waiters(ProgramTest):
    options = ("--speed", "100")
    stack = os.path.join(EXAMPLE, "images.json")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elbv2, cls.ecs = cls.program.client("elbv2"), cls.program.client("ecs")
        cls.ec2 = cls.program.client("ec2")
        cls.vpc, cls.subnets, _ = default_network(cls.ec2)
        cls.ecs.create_cluster(clusterName="default")
        container = {"name": "api", "image": f"{REGISTRY}/api:v1", "memory": 128,
                     "portMappings": [{"containerPort": 3000}]}
        cls.ecs.register_task_definition(family="api", containerDefinitions=[container])

    def wait(self, client, name, **parameters):
        client.get_waiter(name).wait(**parameters, WaiterConfig=OFTEN)

    def group_behind_a_load_balancer(self, name):
        made = self.elbv2.create_load_balancer(Name=name, Subnets=self.subnets)
        balancer = made["LoadBalancers"][0]
        self.assertEqual(balancer["State"]["Code"], "provisioning")
        made = self.elbv2.create_target_group(
            Name=name, Protocol="HTTP", Port=80, VpcId=self.vpc, HealthyThresholdCount=2,
            HealthCheckIntervalSeconds=6)
        group = made["TargetGroups"][0]["TargetGroupArn"]
        self.elbv2.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP",
                                   Port=80, DefaultActions=[
                                       {"Type": "forward", "TargetGroupArn": group}])
        return balancer["LoadBalancerArn"], group

    def test_load_balancers(self):
        balancer, _ = self.group_behind_a_load_balancer("short")
        self.wait(self.elbv2, "load_balancer_exists", LoadBalancerArns=[balancer])
        self.wait(self.elbv2, "load_balancer_available", LoadBalancerArns=[balancer])
        self.elbv2.delete_load_balancer(LoadBalancerArn=balancer)
        self.wait(self.elbv2, "load_balancers_deleted", LoadBalancerArns=[balancer])

    def test_services_and_their_targets(self):
        _, group = self.group_behind_a_load_balancer("long")
        behind = {"targetGroupArn": group, "containerName": "api", "containerPort": 3000}
        self.ecs.create_service(serviceName="long", taskDefinition="api", desiredCount=2,
                                loadBalancers=[behind])
        self.wait(self.ecs, "services_stable", services=["long"])
        service = self.ecs.describe_services(services=["long"])["services"][0]
        self.assertEqual((service["runningCount"], len(service["deployments"])), (2, 1))
        self.wait(self.elbv2, "target_in_service", TargetGroupArn=group)
        health = self.elbv2.describe_target_health(TargetGroupArn=group)[
            "TargetHealthDescriptions"]
        self.assertEqual([one["TargetHealth"]["State"] for one in health], ["healthy"] * 2)

        self.ecs.update_service(service="long", desiredCount=0)
        targets = [one["Target"] for one in health]
        self.wait(self.elbv2, "target_deregistered", TargetGroupArn=group, Targets=targets)
        self.wait(self.ecs, "services_stable", services=["long"])
        self.ecs.delete_service(service="long")
        self.wait(self.ecs, "services_inactive", services=["long"])

    def test_tasks(self):
        tasks = [task["taskArn"]
                 for task in self.ecs.run_task(taskDefinition="api", count=2)["tasks"]]
        self.wait(self.ecs, "tasks_running", tasks=tasks)
        for task in tasks:
            self.ecs.stop_task(task=task)
        self.wait(self.ecs, "tasks_stopped", tasks=tasks)

    def test_a_waiter_for_a_task_that_stops_gives_up(self):
        container = {"name": "api", "image": "nowhere/none:v1", "memory": 128}
        self.ecs.register_task_definition(family="none", containerDefinitions=[container])
        task = self.ecs.run_task(taskDefinition="none")["tasks"][0]["taskArn"]
        with self.assertRaisesRegex(botocore.exceptions.WaiterError, "STOPPED"):
            self.wait(self.ecs, "tasks_running", tasks=[task])

    def test_instances(self):
        ran = self.ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)
        instances = [ran["Instances"][0]["InstanceId"]]
        self.wait(self.ec2, "instance_running", InstanceIds=instances)
        self.ec2.stop_instances(InstanceIds=instances)
        self.wait(self.ec2, "instance_stopped", InstanceIds=instances)
        self.ec2.terminate_instances(InstanceIds=instances)
        self.wait(self.ec2, "instance_terminated", InstanceIds=instances)

    def test_stacks(self):
        cloudformation = self.program.client("cloudformation")
        stack = cloudformation.describe_stacks()["Stacks"][0]["StackName"]
        self.wait(cloudformation, "stack_exists", StackName=stack)
        self.wait(cloudformation, "stack_create_complete", StackName=stack)


if __name__ == "__main__":
    unittest.main()

"""SIGKILL of `cutover up --state` at any moment of a stream of calls: what was answered is there
after the next start, with its ARN, listeners serve, and services have their tasks again.

Several callers work at once, each on things of its own, so that each knows what there must be: what
it was told, and of the call that the end cut off either all or nothing.

The environment names the program, CUTOVER_PROGRAM, how often it is killed, CUTOVER_CRASHES, and
what decides the moments, CUTOVER_CRASH_SEED.
"""

import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as xml

import wire

CALLERS = 4
FIRST_PORT = 1000
LONGEST_LIFE_SECONDS = 1.5
START_SECONDS = 30
IMAGE = "forum/users:v1"
LOST = (OSError, http.client.HTTPException)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def free_offset():
    """Ports that the kernel does not choose for others while the program is down."""
    while True:
        offset = random.randrange(10000, 30000)
        if all(is_free(FIRST_PORT + offset + number) for number in range(CALLERS)):
            return offset


class Failed(Exception):
    """What there is, is not what there must be."""


def require(condition, text):
    if not condition:
        raise Failed(text)


class Program:
    """`cutover up` on one directory and the same ports, life after life."""

    def __init__(self, directory):
        self._directory = directory
        self.offset = free_offset()
        self.address = f"127.0.0.1:{free_port()}"
        stack = os.path.join(directory, "stack.json")
        with open(stack, "w", encoding="utf-8") as file:
            json.dump({"Images": {IMAGE: {"app": "users"}}}, file)
        self._arguments = [
            os.environ["CUTOVER_PROGRAM"], "up", stack, "--state", os.path.join(directory, "state"),
            "--endpoint", self.address, "--port-offset", str(self.offset), "--speed", "50",
            "--workers", "1"]
        self._child = None

    def start(self):
        log = open(os.path.join(self._directory, "up.log"), "w", encoding="utf-8")
        self._child = subprocess.Popen(self._arguments, stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=subprocess.STDOUT)
        log.close()
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                with wire.Caller(self.address) as caller:
                    if caller.call("sts", "GetCallerIdentity")[0] == 200:
                        return
            except LOST:
                pass
            if self._child.poll() is not None or time.monotonic() > end:
                raise Failed("it does not start: " + self.said())
            time.sleep(0.02)

    def said(self):
        with open(os.path.join(self._directory, "up.log"), encoding="utf-8") as log:
            return log.read()

    def kill(self):
        if self._child.poll() is not None:
            raise Failed("it ended by itself: " + self.said())
        self._child.send_signal(signal.SIGKILL)
        self._child.wait()

    def get(self, port, host, path="/"):
        """Status and text of one request to a listener."""
        connection = http.client.HTTPConnection(host, port + self.offset, timeout=20)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def members(element, path):
    """The entries of a list in an answer, without their namespace."""
    found = element.find(path)
    return [] if found is None else list(found)


def parsed(body):
    return xml.fromstring(re.sub(r' xmlns="[^"]+"', "", body, count=1))


def differing(some, others):
    return {what: settings for what, settings in some.items() if others.get(what) != settings}


class Owner:
    """One caller's things: a load balancer with a listener, and what hangs on them."""

    def __init__(self, number, program):
        self.name = f"w{number}"
        self.port = FIRST_PORT + number
        self.program = program
        self.random = random.Random(random.random())
        self.caller = None
        self.arns = {}       # By what it is, such as "group w0-3".
        self.given = set()   # All ARNs that were ever given.
        self.there = {}      # What there is: its settings, by what it is.
        self.pending = None  # What there will be when the call under way succeeds.
        self.failed = None
        self.made = 0
        self.calls = 0

    def call(self, service, operation, /, **parameters):
        """The answer of a call that has to succeed."""
        status, body = self.caller.call(service, operation, **parameters)
        require(status == 200, f"{operation} {parameters}: {status} {body}")
        return json.loads(body) if body.startswith("{") else parsed(body)

    def change(self, after, service, operation, /, **parameters):
        """A call after which there is `after`."""
        self.pending = after
        answer = self.call(service, operation, **parameters)
        self.there, self.pending = after, None
        self.calls += 1
        return answer

    def take_arn(self, what, arn):
        require(arn not in self.given, f"{arn} was given before, to {what} now")
        self.given.add(arn)
        self.arns[what] = arn

    # What is made once, before the first end.

    def begin(self):
        subnets = [subnet.findtext("subnetId")
                   for subnet in members(self.call("ec2", "DescribeSubnets"), "subnetSet")]
        answer = self.change({**self.there, "balancer": ()}, "elbv2", "CreateLoadBalancer",
                             Name=self.name, Subnets=subnets[:2])
        self.take_arn("balancer", answer.findtext(".//LoadBalancerArn"))
        self.host = answer.findtext(".//DNSName")
        answer = self.change({**self.there, "listener": self.port}, "elbv2", "CreateListener",
                             LoadBalancerArn=self.arns["balancer"], Protocol="HTTP", Port=self.port,
                             DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {
                                 "StatusCode": "200", "MessageBody": self.name}}])
        self.take_arn("listener", answer.findtext(".//ListenerArn"))
        self.call("ecs", "CreateCluster", clusterName=self.name)
        self.create_group("group " + self.name)
        self.create_rule(1, "group " + self.name)
        self.register_definition()
        self.create_service()

    # Calls.

    def of_kind(self, kind):
        return [what for what in self.there if what.startswith(kind + " ")]

    def create_group(self, what=None):
        self.made += 1
        what = what or f"group {self.name}-{self.made}"
        answer = self.change({**self.there, what: ("/", (), ())}, "elbv2", "CreateTargetGroup",
                             Name=what.split()[1], Protocol="HTTP", Port=80, TargetType="ip",
                             HealthCheckPath="/", VpcId=self.vpc())
        self.take_arn(what, answer.findtext(".//TargetGroupArn"))

    def vpc(self):
        return members(self.call("ec2", "DescribeVpcs"), "vpcSet")[0].findtext("vpcId")

    def change_group(self):
        what = self.random.choice(self.of_kind("group"))
        path, tags, targets = self.there[what]
        arn = self.arns[what]
        of_service = what == "group " + self.name
        kind = self.random.randrange(4)
        if kind != 1 and of_service:
            return  # its targets are those of the service, and are healthy
        if kind == 0:
            path = f"/{self.random.randrange(1000)}"
            self.change({**self.there, what: (path, tags, targets)}, "elbv2", "ModifyTargetGroup",
                        TargetGroupArn=arn, HealthCheckPath=path)
        elif kind == 1:
            tags = (("round", str(self.random.randrange(1000))),)
            self.change({**self.there, what: (path, tags, targets)}, "elbv2", "AddTags",
                        ResourceArns=[arn], Tags=[{"Key": key, "Value": value}
                                                  for key, value in tags])
        elif kind == 2:
            port = self.random.randrange(1, 60)
            after = tuple(sorted({*targets, port}))
            self.change({**self.there, what: (path, tags, after)}, "elbv2", "RegisterTargets",
                        TargetGroupArn=arn, Targets=[{"Id": "127.0.0.1", "Port": port}])
        elif targets:
            port = self.random.choice(targets)
            after = tuple(other for other in targets if other != port)
            self.change({**self.there, what: (path, tags, after)}, "elbv2", "DeregisterTargets",
                        TargetGroupArn=arn, Targets=[{"Id": "127.0.0.1", "Port": port}])

    def used_groups(self):
        return {settings[1] for what, settings in self.there.items() if what.startswith("rule ")}

    def delete_group(self):
        free = [what for what in self.of_kind("group") if what not in self.used_groups()]
        if free:
            self.delete(self.random.choice(free), "DeleteTargetGroup", "TargetGroupArn")

    def delete(self, what, operation, parameter):
        after = {other: settings for other, settings in self.there.items() if other != what}
        self.change(after, "elbv2", operation, **{parameter: self.arns[what]})

    def create_rule(self, priority=None, group=None):
        free = [number for number in range(2, 60) if f"rule {number}" not in self.there]
        priority = priority or self.random.choice(free)
        group = group or self.random.choice(self.of_kind("group"))
        what = f"rule {priority}"
        path = "/api/users*" if priority == 1 else f"/{priority}"
        answer = self.change({**self.there, what: (path, group)}, "elbv2", "CreateRule",
                             ListenerArn=self.arns["listener"], Priority=priority,
                             Conditions=[{"Field": "path-pattern", "Values": [path]}],
                             Actions=[{"Type": "forward", "TargetGroupArn": self.arns[group]}])
        self.take_arn(what, answer.findtext(".//RuleArn"))

    def change_rule(self):
        rules = [what for what in self.of_kind("rule") if what != "rule 1"]
        if not rules:
            return
        what = self.random.choice(rules)
        if self.random.random() < 0.5:
            self.delete(what, "DeleteRule", "RuleArn")
            return
        priority = self.random.choice([number for number in range(60, 120)
                                       if f"rule {number}" not in self.there])
        moved = f"rule {priority}"
        after = {other: settings for other, settings in self.there.items() if other != what}
        after[moved] = self.there[what]
        self.arns[moved] = self.arns[what]
        self.change(after, "elbv2", "SetRulePriorities", RulePriorities=[
            {"RuleArn": self.arns[what], "Priority": priority}])

    def register_definition(self):
        revision = self.there.get("definitions", 0) + 1
        answer = self.change({**self.there, "definitions": revision}, "ecs",
                             "RegisterTaskDefinition", family=self.name, networkMode="awsvpc",
                             containerDefinitions=[{
                                 "name": "app", "image": IMAGE, "cpu": 1, "memory": 8,
                                 "portMappings": [{"containerPort": 3000}]}])
        arn = answer["taskDefinition"]["taskDefinitionArn"]
        require(arn.endswith(f"/{self.name}:{revision}"), f"{arn} is not revision {revision}")

    def create_service(self):
        self.change({**self.there, "service": (1, 1)}, "ecs", "CreateService", cluster=self.name,
                    serviceName=self.name, taskDefinition=f"{self.name}:1", desiredCount=1,
                    networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
                    loadBalancers=[{"targetGroupArn": self.arns["group " + self.name],
                                    "containerName": "app", "containerPort": 3000}])

    def update_service(self):
        count = self.random.randrange(1, 4)
        revision = self.random.randrange(1, self.there["definitions"] + 1)
        self.change({**self.there, "service": (count, revision)}, "ecs", "UpdateService",
                    cluster=self.name, service=self.name, desiredCount=count,
                    taskDefinition=f"{self.name}:{revision}")

    def work(self):
        """Calls until the program is gone."""
        calls = [self.create_group, self.change_group, self.change_group, self.delete_group,
                 self.create_rule, self.change_rule, self.change_rule, self.register_definition,
                 self.update_service]
        try:
            with wire.Caller(self.program.address) as self.caller:
                while True:
                    self.random.choice(calls)()
        except LOST:
            pass
        except Exception as failed:  # also one of this test itself
            self.failed = failed

    # What there really is.

    def pages(self, operation, path, **parameters):
        entries = []
        marker = {}
        while True:
            answer = self.call("elbv2", operation, **parameters, **marker)
            entries += members(answer, f"{operation}Result/{path}")
            marker = {"Marker": answer.findtext(f"{operation}Result/NextMarker")}
            if not marker["Marker"]:
                return entries

    def observe(self):
        """What there is, and the ARNs of it."""
        there, arns = {}, {}
        balancer = self.pages("DescribeLoadBalancers", "LoadBalancers", Names=[self.name])[0]
        there["balancer"], arns["balancer"] = (), balancer.findtext("LoadBalancerArn")
        require(balancer.findtext("DNSName") == self.host, "a load balancer's address has changed")
        listener = self.pages("DescribeListeners", "Listeners",
                              LoadBalancerArn=arns["balancer"])[0]
        there["listener"] = int(listener.findtext("Port"))
        arns["listener"] = listener.findtext("ListenerArn")
        names = {}
        for group in self.pages("DescribeTargetGroups", "TargetGroups"):
            name = group.findtext("TargetGroupName")
            if name.split("-")[0] == self.name:
                what, arn = "group " + name, group.findtext("TargetGroupArn")
                names[arn], arns[what] = what, arn
                there[what] = (group.findtext("HealthCheckPath"), self.tags(arn),
                               () if name == self.name else self.targets(arn))
        for rule in self.pages("DescribeRules", "Rules", ListenerArn=arns["listener"]):
            if rule.findtext("Priority") == "default":
                continue
            what = "rule " + rule.findtext("Priority")
            arns[what] = rule.findtext("RuleArn")
            there[what] = (rule.findtext("Conditions/member/Values/member"),
                           names[rule.findtext("Actions/member/TargetGroupArn")])
        latest = self.call("ecs", "DescribeTaskDefinition", taskDefinition=self.name)
        there["definitions"] = latest["taskDefinition"]["revision"]
        service = self.service()
        there["service"] = (service["desiredCount"],
                            int(service["taskDefinition"].rsplit(":", 1)[1]))
        return there, arns

    def tags(self, arn):
        tags = self.pages("DescribeTags", "TagDescriptions/member/Tags", ResourceArns=[arn])
        return tuple((tag.findtext("Key"), tag.findtext("Value")) for tag in tags)

    def targets(self, arn):
        targets = self.pages("DescribeTargetHealth", "TargetHealthDescriptions",
                             TargetGroupArn=arn)
        return tuple(sorted(int(target.findtext("Target/Port")) for target in targets
                            if target.findtext("TargetHealth/State") != "draining"))

    def service(self):
        return self.call("ecs", "DescribeServices", cluster=self.name,
                         services=[self.name])["services"][0]

    def check(self):
        """After a new start."""
        with wire.Caller(self.program.address) as self.caller:
            there, arns = self.observe()
            require(there in (self.there, self.pending),
                    f"{self.name}: there is\n{differing(there, self.there)}\ninstead of\n"
                    f"{differing(self.there, there)}\nor, with the call that was cut off,\n"
                    f"{differing(self.pending or {}, there)}")
            for what, arn in arns.items():
                known = self.arns.get(what)
                if what not in self.there and known != arn:
                    self.take_arn(what, arn)
                require(self.arns[what] == arn, f"{what} was {known}, is {arn}")
            self.there, self.pending = there, None
            status, text = self.program.get(self.port, self.host)
            require((status, text) == (200, self.name), f"its listener answers {status} {text}")
            self.wait_for_tasks()

    def wait_for_tasks(self):
        end = time.monotonic() + START_SECONDS
        while True:
            service = self.service()
            status, _ = self.program.get(self.port, self.host, "/api/users")
            if service["runningCount"] == service["desiredCount"] and status == 200:
                return
            require(time.monotonic() < end,
                    f"no tasks again: status {status}, {service['runningCount']} of "
                    f"{service['desiredCount']} run, {service['deployments']}")
            time.sleep(0.05)


def main():
    random.seed(int(os.environ.get("CUTOVER_CRASH_SEED", "1")))
    crashes = int(os.environ.get("CUTOVER_CRASHES", "5"))
    with tempfile.TemporaryDirectory() as directory:
        program = Program(directory)
        owners = [Owner(number, program) for number in range(CALLERS)]
        program.start()
        for owner in owners:
            with wire.Caller(program.address) as owner.caller:
                owner.begin()
        for _ in range(crashes):
            threads = [threading.Thread(target=owner.work) for owner in owners]
            for thread in threads:
                thread.start()
            time.sleep(random.uniform(0, LONGEST_LIFE_SECONDS))
            program.kill()
            for thread in threads:
                thread.join()
            program.start()
            for owner in owners:
                if owner.failed:
                    raise owner.failed
                owner.check()
        program.kill()
    calls = sum(owner.calls for owner in owners)
    print(f"{crashes} times killed; of {calls} calls that were answered nothing was lost")


if __name__ == "__main__":
    try:
        main()
    except Failed as reason:
        sys.exit(f"FAILED: {reason}")

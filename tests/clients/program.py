"""The built program as a child of a test, and the clients that people use with AWS.

The environment names the program, CUTOVER_PROGRAM. Every answer that a client gets is compared
with botocore's model of it; what differs is kept in Program.problems.
"""

import http.client
import os
import queue
import re
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import boto3
import botocore.config
import botocore.session

import check_shapes

REGION = "us-east-1"
ACCOUNT = "123456789012"
HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLE = os.path.join(HERE, "..", "..", "examples", "monolith_to_microservices")
REGISTRY = "123456789012.dkr.ecr.us-west-2.amazonaws.com"

# Nobody checks the signatures, but clients want something to sign with.
KEYS = {"aws_access_key_id": "rehearsal", "aws_secret_access_key": "rehearsal"}

START_SECONDS = 20
STOP_SECONDS = 30


def free_port():
    """A port of the loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """`cutover up STACK OPTION…` on ports that the kernel chooses, until stop()."""

    def __init__(self, *options, stack=None):
        self.offset = free_port() - 80
        arguments = [os.environ["CUTOVER_PROGRAM"], "up", *([stack] if stack else []),
                     "--port-offset", str(self.offset), "--endpoint", "127.0.0.1:0", *options]
        self._errors = tempfile.TemporaryFile(mode="w+")
        self._child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, text=True,
                                       stdout=subprocess.PIPE, stderr=self._errors)
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.endpoint = self._said(re.compile(r"control endpoint on (http://[0-9.:]+\d)"))
        self.address = self.endpoint.removeprefix("http://")
        self._clients = []
        self.problems = []
        self.called = set()

    def _read(self):
        for line in self._child.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _said(self, pattern):
        end = time.monotonic() + START_SECONDS
        while True:
            line = self._lines.get(timeout=max(0.0, end - time.monotonic()))
            if line is None:
                self._errors.seek(0)
                raise RuntimeError(f"the program ended: {self._errors.read()}")
            found = pattern.search(line)
            if found:
                return found.group(1)

    def port(self, listener_port=80):
        """Where a listener of this port is really bound."""
        return listener_port + self.offset

    def client(self, service, region=REGION, **config):
        """A client of boto3 that tries once and whose answers are compared with the model."""
        settings = botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=30,
                                          region_name=region, **config)
        client = boto3.client(service, endpoint_url=self.endpoint, config=settings, **KEYS)
        # Asked after each answer whether to try again, with the raw answer: it only looks.
        client.meta.events.register("needs-retry", self._compare)
        self._clients.append(client)
        return client

    def _compare(self, response=None, operation=None, **_):
        if response is None:
            return
        raw, _ = response
        service = operation.service_model.service_name
        if raw.status_code == 200:
            self.called.add((service, operation.name))
            found = check_shapes.problems(service, operation.name, raw.content)
        else:
            found = check_shapes.error_problems(service, raw.content)
        self.problems += [f"{service} {operation.name}: {problem}" for problem in found]

    def get(self, path, listener_port=80, host="127.0.0.1"):
        """Status and text of one request to a listener, on a connection of its own."""
        connection = http.client.HTTPConnection(host, self.port(listener_port), timeout=20)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def stop(self):
        """Ends it by a signal; the exit status, 0 when all went well."""
        for client in self._clients:
            client.close()
        self._child.terminate()
        try:
            return self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
            raise
        finally:
            self._child.stdout.close()
            self._errors.close()


class ProgramTest(unittest.TestCase):
    """Tests that share one program. Its options are the class's."""

    maxDiff = None

    options = ("--speed", "50")
    stack = None

    @classmethod
    def setUpClass(cls):
        cls.program = Program(*cls.options, stack=cls.stack)
        cls.addClassCleanup(cls.program.stop)

    def tearDown(self):
        problems, self.program.problems = self.program.problems, []
        self.assertEqual(problems, [], "answers are not as botocore's model has them")


def default_network(ec2):
    """The default VPC, two of its subnets in different zones, its default security group."""
    vpc = ec2.describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets(Filters=of_vpc)["Subnets"]]
    groups = ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"]
    return vpc, subnets[:2], groups[0]["GroupId"]


def wait_until(condition, seconds=60):
    """Asks until the answer is true; fails after so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.02)

#!/usr/bin/env python3
"""The measurements of run.sh. Usage: measure.py PROGRAM [--quick]

Calls are timed on one keep-alive connection, from the first byte sent to the last one received, by
a client that does nothing else: its own share is the time that a raw socket takes.
"""

import argparse
import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tests", "clients"))
from wire import arns_of, error_of, request_of  # noqa: E402  pylint: disable=wrong-import-position

LOAD_RATE = 2000   # Requests per second of the data plane, well below what it can carry.
CALL_RATE = 1000   # Calls per second that arrive beside it.
RULES_PER_GROUP = 10
GROUPS_PER_LISTENER = 10
LISTENERS_PER_BALANCER = 10
FIRST_PORT = 20_000  # Of a thousand, below those that the kernel gives to clients.


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Connection:
    """A connection to an endpoint, on which requests are bytes made beforehand. It is made anew
    where the server does not keep it."""

    def __init__(self, port):
        self._port = port
        self._socket = None

    def close(self):
        if self._socket:
            self._socket.close()
        self._socket = None

    def _open(self):
        if not self._socket:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self, service, operation, /, **parameters):
        headers, body = request_of(service, operation, parameters)
        lines = [f"Host: 127.0.0.1:{self._port}", f"Content-Length: {len(body.encode())}",
                 *(f"{name}: {value}" for name, value in headers.items())]
        return ("POST / HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def send(self, request):
        """The body of the answer, which has to be a good one."""
        self._open()
        self._socket.sendall(request)
        data = b""
        while True:
            head_end = data.find(b"\r\n\r\n")
            if head_end >= 0:
                break
            data += self._more()
        head = data[:head_end].lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        while len(data) < head_end + 4 + length:
            data += self._more()
        if b"\nconnection: close" in head:
            self.close()
        body = data[head_end + 4:].decode()
        if b" 200 " not in data[:16]:
            raise RuntimeError(f"refused: {error_of(body)}")
        return body

    def _more(self):
        block = self._socket.recv(1 << 20)
        if not block:
            raise RuntimeError("the connection was closed")
        return block

    def call(self, service, operation, /, **parameters):
        return self.send(self.request(service, operation, **parameters))


class Server:
    """A child that serves AWS's API on a port, as long as it is entered."""

    def __init__(self, command, port):
        self.port = port
        self._child = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._child.terminate()
        self._child.wait(60)

    def wait_until_ready(self, port=None, seconds=30):
        """Until something accepts connections there."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", port or self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.0005)
        raise RuntimeError(f"nothing listens on port {port or self.port}")

    def memory_mib(self):
        with open(f"/proc/{self._child.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


class Cutover(Server):
    """The program, whose listeners of port 80 are bound at a free one."""

    def __init__(self, program, *options, stack=None, offset=None):
        self.program = program
        self.offset = free_port() - 80 if offset is None else offset
        port = free_port()
        super().__init__([program, "up", *([stack] if stack else []), "--endpoint",
                          f"127.0.0.1:{port}", "--port-offset", str(self.offset), *options], port)

    def url(self, path="/"):
        return f"http://127.0.0.1:{80 + self.offset}{path}"


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def timed(send, count):
    """Seconds of each of so many calls."""
    taken = []
    for number in range(count):
        start = time.perf_counter()
        send(number)
        taken.append(time.perf_counter() - start)
    return taken


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def table(title, *columns):
    print(f"\n### {title}\n")
    row(*columns)
    row("---", *["---:"] * (len(columns) - 1))


def ms(seconds):
    return f"{seconds * 1000:.3f}"


# One load balancer, a group of one target, a rule, a cluster with a service.

def make_world(connection):
    subnets = arns_of(connection.call("ec2", "DescribeSubnets"), "subnetId")[:2]
    vpc = arns_of(connection.call("ec2", "DescribeVpcs"), "vpcId")[0]
    made = connection.call("elbv2", "CreateLoadBalancer", Name="demo", Subnets=subnets)
    balancer = arns_of(made, "LoadBalancerArn")[0]
    made = connection.call("elbv2", "CreateTargetGroup", Name="api", Protocol="HTTP", Port=80,
                           VpcId=vpc, TargetType="ip")
    group = arns_of(made, "TargetGroupArn")[0]
    connection.call("elbv2", "RegisterTargets", TargetGroupArn=group,
                    Targets=[{"Id": "10.0.0.1", "Port": 9}])
    answer = [{"Type": "fixed-response", "FixedResponseConfig": {
        "StatusCode": "200", "ContentType": "text/plain", "MessageBody": "x" * 216}}]
    made = connection.call("elbv2", "CreateListener", LoadBalancerArn=balancer, Protocol="HTTP",
                           Port=80, DefaultActions=answer)
    listener = arns_of(made, "ListenerArn")[0]
    rules = []
    for priority in range(1, 51):
        made = connection.call(
            "elbv2", "CreateRule", ListenerArn=listener, Priority=priority,
            Conditions=[{"Field": "path-pattern", "Values": [f"/part/{priority}/*"]}],
            Actions=[{"Type": "forward", "TargetGroupArn": group}])
        rules.append(arns_of(made, "RuleArn")[0])
    connection.call("ecs", "CreateCluster", clusterName="default")
    connection.call("ecs", "RegisterTaskDefinition", family="api", containerDefinitions=[
        {"name": "api", "image": "api", "memory": 16}])
    connection.call("ecs", "CreateService", serviceName="api", taskDefinition="api",
                    desiredCount=0)
    return group, rules[0]


def call_kinds(connection, world):
    """Requests by name: for each the function that gives the n-th."""
    group, rule = world
    modify = [connection.request(
        "elbv2", "ModifyRule", RuleArn=rule,
        Conditions=[{"Field": "path-pattern", "Values": [f"/changed/{number}/*"]}])
        for number in range(8)]
    health = connection.request("elbv2", "DescribeTargetHealth", TargetGroupArn=group)
    services = connection.request("ecs", "DescribeServices", services=["api"])
    return {"DescribeTargetHealth": lambda number: health,
            "ModifyRule": lambda number: modify[number % len(modify)],
            "DescribeServices": lambda number: services}


class Load:
    """Open-loop load on the data plane, while it is entered."""

    def __init__(self, server, seconds):
        self._command = [server.program, "load", server.url("/somewhere"), "--rate",
                         str(LOAD_RATE), "--duration", f"{seconds}s", "--connections", "32",
                         "--json"]
        self.p99 = 0.0

    def __enter__(self):
        self._child = subprocess.Popen(self._command, stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL)
        time.sleep(0.3)
        return self

    def __exit__(self, *_):
        answer = json.loads(self._child.communicate()[0])[0]
        if answer["failed"]:
            raise RuntimeError(f"{answer['failed']} requests failed")
        self.p99 = answer["latency_ns"]["p99"] / 1e9


def measure_calls(title, connection, kinds, count):
    for name, request in kinds.items():
        taken = timed(lambda number, request=request: connection.send(request(number)), count)
        row(f"{name}, {title}", ms(percentile(taken, 0.5)), ms(percentile(taken, 0.99)),
            ms(max(taken)))


def report_latency(program, count, moto):
    table("A call on a keep-alive connection, ms", "", "p50", "p99", "most")
    with Cutover(program, "--workers", "1") as server:
        server.wait_until_ready()
        connection = Connection(server.port)
        kinds = call_kinds(connection, make_world(connection))
        measure_calls("data plane idle", connection, kinds, count)
        seconds = 2 + 3 * count // 1000
        with Load(server, seconds) as load:
            measure_calls(f"{LOAD_RATE} requests/s", connection, kinds, count)
        print(f"\n(the data plane's p99 meanwhile: {ms(load.p99)} ms)")
    if moto:
        moto.wait_until_ready()
        connection = Connection(moto.port)
        kinds = call_kinds(connection, make_world(connection))
        table("The same of a local moto server, which keeps no connection, ms", "", "p50", "p99",
              "most")
        measure_calls("moto", connection, kinds, max(50, count // 10))


def calls_at_a_rate(port, kinds_of, rate, until):
    """Calls in turn, each at its time, until the event; how many."""
    connection = Connection(port)
    kinds = list(kinds_of(connection).values())
    start, number = time.perf_counter(), 0
    while not until.is_set():
        connection.send(kinds[number % len(kinds)](number))
        number += 1
        time.sleep(max(0.0, start + number / rate - time.perf_counter()))
    connection.close()
    return number / (time.perf_counter() - start)


def report_data_plane(program, rounds, seconds):
    table("The data plane beside calls, p99 in ms", "", *range(1, rounds + 1), "median")
    alone, beside, rates = [], [], []
    with Cutover(program, "--workers", "1") as server:
        server.wait_until_ready()
        world = make_world(Connection(server.port))
        for _ in range(rounds):
            with Load(server, seconds) as load:
                pass
            alone.append(load.p99)
            enough = threading.Event()
            thread = threading.Thread(target=lambda event=enough: rates.append(calls_at_a_rate(
                server.port, lambda connection: call_kinds(connection, world), CALL_RATE, event)))
            with Load(server, seconds) as load:
                thread.start()
                time.sleep(seconds - 1)
                enough.set()
                thread.join()
            beside.append(load.p99)
    row(f"{LOAD_RATE} requests/s", *map(ms, alone), ms(statistics.median(alone)))
    row(f"{LOAD_RATE} requests/s, {statistics.mean(rates):.0f} calls/s", *map(ms, beside),
        ms(statistics.median(beside)))


def report_start(program, rounds):
    table("From the start, ms", "", "median", "most")
    stack = {"LoadBalancers": [{"Name": "demo"}], "Listeners": [
        {"LoadBalancerArn": "demo", "Protocol": "HTTP", "Port": 80, "DefaultActions": [
            {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]}]}
    to_call, to_request = [], []
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(stack, file)
        file.flush()
        for _ in range(rounds):
            start = time.perf_counter()
            with Cutover(program, stack=file.name) as server:
                server.wait_until_ready()
                Connection(server.port).call("sts", "GetCallerIdentity")
                to_call.append(time.perf_counter() - start)
            start = time.perf_counter()
            with Cutover(program, stack=file.name) as server:
                server.wait_until_ready(80 + server.offset)
                with socket.create_connection(("127.0.0.1", 80 + server.offset)) as client:
                    client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    client.recv(4096)
                to_request.append(time.perf_counter() - start)
    for title, taken in (("to the first call's answer", to_call),
                         ("to the first request's answer", to_request)):
        row(title, ms(statistics.median(taken)), ms(max(taken)))


def pages(connection, service, operation, **parameters):
    """How many pages there are; all of them are fetched."""
    count, marker = 0, {}
    while True:
        body = connection.call(service, operation, **parameters, **marker)
        count += 1
        found = arns_of(body, "NextMarker")
        if not found:
            return count
        marker = {"Marker": found[0]}


class Landscape:
    """Target groups with rules each, made by calls."""

    def __init__(self, connection, with_rules):
        self._connection = connection
        self._rules = RULES_PER_GROUP if with_rules else 0
        self.listeners = []
        network = connection.call("ec2", "DescribeSubnets")
        self._subnets = arns_of(network, "subnetId")[:2]
        self._vpc = arns_of(network, "vpcId")[0]
        self._balancers = 0

    def _listener(self):
        if len(self.listeners) % LISTENERS_PER_BALANCER == 0:
            made = self._connection.call("elbv2", "CreateLoadBalancer",
                                         Name=f"b{self._balancers}", Subnets=self._subnets)
            self._balancer = arns_of(made, "LoadBalancerArn")[0]
            self._balancers += 1
        made = self._connection.call(
            "elbv2", "CreateListener", LoadBalancerArn=self._balancer, Protocol="HTTP",
            Port=FIRST_PORT + len(self.listeners),
            DefaultActions=[{"Type": "fixed-response",
                             "FixedResponseConfig": {"StatusCode": "404"}}])
        self.listeners.append(arns_of(made, "ListenerArn")[0])

    def make(self, number):
        """The number-th group and its rules."""
        if self._rules and number % GROUPS_PER_LISTENER == 0:
            self._listener()
        made = self._connection.call("elbv2", "CreateTargetGroup", Name=f"group-{number}",
                                     Protocol="HTTP", Port=80, VpcId=self._vpc)
        group = arns_of(made, "TargetGroupArn")[0]
        for rule in range(self._rules):
            priority = number % GROUPS_PER_LISTENER * self._rules + rule + 1
            self._connection.call(
                "elbv2", "CreateRule", ListenerArn=self.listeners[-1], Priority=priority,
                Conditions=[{"Field": "path-pattern", "Values": [f"/{number}/{rule}/*"]}],
                Actions=[{"Type": "forward", "TargetGroupArn": group}])


def measure_landscape(title, connection, count, with_rules=True):
    landscape = Landscape(connection, with_rules)
    start = time.perf_counter()
    for number in range(count):
        landscape.make(number)
    created = (time.perf_counter() - start) / count
    start = time.perf_counter()
    pages(connection, "elbv2", "DescribeTargetGroups", PageSize=400)
    listed = (time.perf_counter() - start) / count
    start = time.perf_counter()
    for listener in landscape.listeners:
        pages(connection, "elbv2", "DescribeRules", ListenerArn=listener, PageSize=400)
    rules = (time.perf_counter() - start) / max(1, count * RULES_PER_GROUP)
    described = timed(lambda number: connection.call(
        "elbv2", "DescribeTargetGroups", Names=[f"group-{number * 7919 % count}"]), 500)
    row(f"{title}, {count} groups", f"{created * 1e6:.0f}", f"{listed * 1e6:.1f}",
        f"{rules * 1e6:.1f}" if with_rules else "-",
        f"{percentile(described, 0.5) * 1e6:.0f}", f"{percentile(described, 0.99) * 1e6:.0f}")


def report_growth(program, counts, moto):
    table(f"Target groups with {RULES_PER_GROUP} rules each, µs", "",
          "to create a group with its rules", "to list, per group", "to list, per rule",
          "to describe one (p50)", "p99")
    raised = ("target-groups", "application-load-balancers", "rules-per-application-load-balancer",
              "target-groups-per-application-load-balancer")
    options = [option for quota in raised for option in ("--quota", f"{quota}=1000000")]
    for count in counts:
        with Cutover(program, "--workers", "1", *options, offset=0) as server:
            server.wait_until_ready()
            measure_landscape("cutover", Connection(server.port), count)
            print(f"<!-- resident: {server.memory_mib():.0f} MiB -->")
    if moto:
        # Without rules, of which it takes hundreds of times as long.
        measure_landscape("moto, without rules", Connection(moto.port), counts[0] // 5, False)


def moto_server():
    command = shutil.which("moto_server")
    if not command:
        print("\nmoto is left out: there is no moto_server; install moto[server]")
        return contextlib.nullcontext()
    port = free_port()
    return Server([command, "-H", "127.0.0.1", "-p", str(port)], port)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("program")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load average before: {os.getloadavg()[0]:.2f}")
    quick = options.quick
    with moto_server() as moto:
        report_start(options.program, 5 if quick else 30)
        report_latency(options.program, 300 if quick else 3000, moto)
        report_data_plane(options.program, 1 if quick else 5, 3 if quick else 6)
        report_growth(options.program, [100, 1000] if quick else [1000, 10_000], moto)


if __name__ == "__main__":
    main()

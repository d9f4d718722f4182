"""A change is answered when it has taken effect: the very next request on every connection, and so
on every worker, meets it."""

import http.client
import unittest

from program import ProgramTest, default_network

CONNECTIONS = 24  # The kernel spreads them over the workers.
ROUNDS = 25


def answering(text):
    return [{"Type": "fixed-response", "FixedResponseConfig": {
        "StatusCode": "200", "ContentType": "text/plain", "MessageBody": text}}]


class RuleChange(ProgramTest):
    options = ("--workers", "4")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elbv2 = cls.program.client("elbv2")
        _, subnets, _ = default_network(cls.program.client("ec2"))
        made = cls.elbv2.create_load_balancer(Name="demo", Subnets=subnets)
        made = cls.elbv2.create_listener(
            LoadBalancerArn=made["LoadBalancers"][0]["LoadBalancerArn"], Protocol="HTTP", Port=80,
            DefaultActions=answering("default"))
        cls.listener = made["Listeners"][0]["ListenerArn"]

    def setUp(self):
        self.connections = [http.client.HTTPConnection("127.0.0.1", self.program.port(), timeout=20)
                            for _ in range(CONNECTIONS)]
        for connection in self.connections:
            self.addCleanup(connection.close)
        self.everywhere("default")

    def everywhere(self, text):
        """The next request of each connection, all sent before any answer is read."""
        for connection in self.connections:
            connection.request("GET", "/a")
        found = [connection.getresponse().read().decode() for connection in self.connections]
        self.assertEqual(found, [text] * CONNECTIONS)

    def create_rule(self, priority, text):
        made = self.elbv2.create_rule(
            ListenerArn=self.listener, Priority=priority, Actions=answering(text),
            Conditions=[{"Field": "path-pattern", "Values": ["/a*"]}])
        return made["Rules"][0]["RuleArn"]

    def test_rules(self):
        for number in range(ROUNDS):
            rule = self.create_rule(10, f"made {number}")
            self.everywhere(f"made {number}")
            self.elbv2.modify_rule(RuleArn=rule, Actions=answering(f"changed {number}"))
            self.everywhere(f"changed {number}")
            before = self.create_rule(20, f"other {number}")
            self.everywhere(f"changed {number}")
            self.elbv2.set_rule_priorities(RulePriorities=[{"RuleArn": before, "Priority": 5}])
            self.everywhere(f"other {number}")
            for arn in (rule, before):
                self.elbv2.delete_rule(RuleArn=arn)
            self.everywhere("default")

    def test_default_actions(self):
        for number in range(ROUNDS):
            self.elbv2.modify_listener(ListenerArn=self.listener,
                                       DefaultActions=answering(f"default {number}"))
            self.everywhere(f"default {number}")
        self.elbv2.modify_listener(ListenerArn=self.listener, DefaultActions=answering("default"))


if __name__ == "__main__":
    unittest.main()

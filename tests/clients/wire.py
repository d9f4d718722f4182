"""AWS's protocols by hand, for calls that boto3 does not make or makes too slowly.

A caller keeps one connection. Parameters are written as AWS's clients write them: Query in
`Name.member.1` form, JSON as it is.
"""

import http.client
import json
import re
import urllib.parse

SERVICES = {
    "cloudformation": ("query", "2010-05-15", "cloudformation"),
    "cloudwatch": ("query", "2010-08-01", "monitoring"),
    "ec2": ("ec2", "2016-11-15", "ec2"),
    "ecr": ("json", "AmazonEC2ContainerRegistry_V20150921", "ecr"),
    "ecs": ("json", "AmazonEC2ContainerServiceV20141113", "ecs"),
    "elbv2": ("query", "2015-12-01", "elasticloadbalancing"),
    "logs": ("json", "Logs_20140328", "logs"),
    "sts": ("query", "2011-06-15", "sts"),
}


def _pairs(value, name):
    """The Query form of a value, as (name, text) pairs."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _pairs(child, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        if not value:
            yield name, ""
        for index, child in enumerate(value, start=1):
            yield from _pairs(child, f"{name}.member.{index}")
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def request_of(service, operation, parameters, region="us-east-1"):
    """Headers and body of a call's POST."""
    protocol, version, scope = SERVICES[service]
    headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=rehearsal/20260101/"
                                f"{region}/{scope}/aws4_request, Signature=0"}
    if protocol == "json":
        headers["Content-Type"] = "application/x-amz-json-1.1"
        headers["X-Amz-Target"] = f"{version}.{operation}"
        return headers, json.dumps(parameters)
    headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
    fields = [("Action", operation), ("Version", version), *_pairs(parameters, "")]
    return headers, urllib.parse.urlencode(fields)


class Caller:
    """Calls on one connection to the endpoint."""

    def __init__(self, address, region="us-east-1"):
        self._connection = http.client.HTTPConnection(address, timeout=30)
        self._region = region

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def call(self, service, operation, /, **parameters):
        """Status and body of the answer."""
        headers, body = request_of(service, operation, parameters, self._region)
        self._connection.request("POST", "/", body, headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read().decode()


def error_of(body):
    """Code and message of an error's answer, XML or JSON."""
    if body.startswith("{"):
        error = json.loads(body)
        return error["__type"], error.get("message", error.get("Message"))
    return tuple(re.search(f"<{name}>(.*?)</{name}>", body, re.DOTALL).group(1)
                 for name in ("Code", "Message"))


def arns_of(body, name):
    """The texts of all XML elements of a name."""
    return re.findall(f"<{name}>(.*?)</{name}>", body)

#!/usr/bin/env python3
"""Compares a raw answer of an AWS API with the model that botocore has of it.

    check_shapes.py SERVICE OPERATION [FILE]     (the answer on standard input without FILE)
    check_shapes.py --error SERVICE [FILE]       (an error's answer)

Prints one problem a line: a member of the wrong type, a member that the model requires and the
answer lacks, a member that the model does not know. Exit status 1 when there is a problem, 2 when
there is no such operation. Other programs import problems() and error_problems().

Whoever parses an answer with botocore learns little of this: its parsers pass over what they do
not know, and give None where they find nothing.
"""

import argparse
import json
import re
import sys
import xml.etree.ElementTree as ElementTree

import botocore.exceptions
import botocore.session

# Members that AWS has added since Debian 12's botocore: (structure, member).
NEWER = {
    ("DeploymentConfiguration", "strategy"),
    ("Service", "availabilityZoneRebalancing"),
    ("Service", "currentServiceDeployment"),
    ("Service", "currentServiceRevisions"),
    ("Setting", "type"),
}
# Values that AWS answers, and its documentation has, though its model leaves them out.
OUTSIDE_THE_ENUM = {("AttachmentStatus", "available")}

_models = {}


def service_model(service):
    if service not in _models:
        _models[service] = botocore.session.get_session().get_service_model(service)
    return _models[service]


def protocol_of(model):
    """The protocol that this botocore speaks to a service, which may know several."""
    return getattr(model, "resolved_protocol", model.metadata["protocol"])


def problems(service, operation, answer):
    """What is wrong with `answer` (bytes), as a list of lines."""
    model = service_model(service)
    shape = model.operation_model(operation).output_shape
    if protocol_of(model) == "json":
        return _json_problems(shape, answer)
    return _xml_problems(model, operation, shape, answer)


def error_problems(service, answer):
    """What is wrong with the answer of an error: whether clients find its code and message."""
    if protocol_of(service_model(service)) == "json":
        value = json.loads(answer)
        found = [] if isinstance(value.get("__type"), str) else ["__type: missing"]
        message = value.get("message", value.get("Message"))
        return found + ([] if isinstance(message, str) else ["message: missing"])
    root = _without_namespaces(answer)
    found = root.find(".//Error")
    if found is None:
        return ["Error: missing"]
    return [f"Error/{name}: missing" for name in ("Code", "Message") if not found.findtext(name)]


# JSON: numbers are numbers, a timestamp is a number of seconds.

_JSON_TYPES = {
    "string": str,
    "character": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float),
    "structure": dict,
    "map": dict,
    "list": list,
}


def _json_problems(shape, answer):
    try:
        value = json.loads(answer)
    except ValueError as error:
        return [f"no JSON: {error}"]
    if shape is None:
        return [] if value == {} else [f"the model has no answer; found {value!r}"]
    return list(_compare_json(shape, value, ""))


def _compare_json(shape, value, path):
    wanted = _JSON_TYPES.get(shape.type_name, object)
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        yield f"{path or '.'}: {shape.type_name} wanted, found {json.dumps(value)[:80]}"
    elif shape.type_name == "structure":
        for name in sorted(set(shape.required_members) - set(value)):
            yield f"{path}.{name}: missing"
        for name, child in value.items():
            if name in shape.members:
                yield from _compare_json(shape.members[name], child, f"{path}.{name}")
            elif (shape.name, name) not in NEWER:
                yield f"{path}.{name}: not in the model"
    elif shape.type_name == "list":
        for index, child in enumerate(value):
            yield from _compare_json(shape.member, child, f"{path}[{index}]")
    elif shape.type_name == "map":
        for name, child in value.items():
            yield from _compare_json(shape.value, child, f"{path}.{name}")
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{path}: one of {', '.join(shape.enum)} wanted, found {value}"


# XML: everything is text.

_XML_TEXTS = {
    "boolean": re.compile(r"true|false"),
    "integer": re.compile(r"-?\d+"),
    "long": re.compile(r"-?\d+"),
    "float": re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?"),
    "double": re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?"),
    "timestamp": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
}


def _without_namespaces(answer):
    root = ElementTree.fromstring(answer)
    for element in root.iter():
        element.tag = element.tag.split("}")[-1]
    return root


def _xml_problems(model, operation, shape, answer):
    try:
        root = _without_namespaces(answer)
    except ElementTree.ParseError as error:
        return [f"no XML: {error}"]
    if root.tag != f"{operation}Response":
        return [f"{operation}Response wanted, found {root.tag}"]
    around = ["requestId"] if protocol_of(model) == "ec2" else ["ResponseMetadata"]
    found = [f"{name}: missing" for name in around if root.find(name) is None]
    if shape is None:
        return found
    wrapper = shape.serialization.get("resultWrapper")
    result = root.find(wrapper) if wrapper else root
    if result is None:
        return found + [f"{wrapper}: missing"]
    return found + list(_compare_structure(shape, result, "", [] if wrapper else around))


def _element_name(shape, name):
    # A flattened list stands under the name of its entries.
    if shape.type_name == "list" and shape.serialization.get("flattened"):
        return shape.member.serialization.get("name", shape.serialization.get("name", name))
    return shape.serialization.get("name", name)


def _compare_structure(shape, element, path, passed_over=()):
    members = shape.members.items()
    by_element = {_element_name(child, name): (name, child) for name, child in members}
    present = {by_element[child.tag][0] for child in element if child.tag in by_element}
    for name in sorted(set(shape.required_members) - present):
        yield f"{path}.{name}: missing"
    for child in element:
        if child.tag in by_element:
            name, member = by_element[child.tag]
            flattened = member.type_name == "list" and member.serialization.get("flattened")
            compared = member.member if flattened else member
            yield from _compare_xml(compared, child, f"{path}.{name}")
        elif child.tag not in passed_over and (shape.name, child.tag) not in NEWER:
            yield f"{path}.{child.tag}: not in the model"


def _compare_list(shape, element, path):
    entry = shape.member.serialization.get("name", "member")
    for index, child in enumerate(element):
        if child.tag != entry:
            yield f"{path}[{index}]: <{entry}> wanted, found <{child.tag}>"
        else:
            yield from _compare_xml(shape.member, child, f"{path}[{index}]")


def _compare_xml(shape, element, path):
    if shape.type_name == "structure":
        yield from _compare_structure(shape, element, path)
    elif shape.type_name == "list":
        yield from _compare_list(shape, element, path)
    elif shape.type_name != "map":
        text = element.text or ""
        allowed = _XML_TEXTS.get(shape.type_name)
        enum = getattr(shape, "enum", None)
        if len(element):
            yield f"{path}: {shape.type_name} wanted, found <{element[0].tag}>"
        elif allowed and not allowed.fullmatch(text):
            yield f"{path}: {shape.type_name} wanted, found {text[:80]!r}"
        elif enum and text not in enum and (shape.name, text) not in OUTSIDE_THE_ENUM:
            yield f"{path}: one of {', '.join(enum)} wanted, found {text!r}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--error", action="store_true", help="the answer is an error's")
    parser.add_argument("service")
    parser.add_argument("operation_and_file", nargs="*", metavar="OPERATION [FILE]")
    options = parser.parse_args()
    names = list(options.operation_and_file)
    operation = None if options.error or not names else names.pop(0)
    if operation is None and not options.error:
        parser.error("name an operation")
    if names:
        with open(names[0], "rb") as file:
            answer = file.read()
    else:
        answer = sys.stdin.buffer.read()
    try:
        found = (error_problems(options.service, answer) if options.error
                 else problems(options.service, operation, answer))
    except (botocore.exceptions.BotoCoreError, botocore.model.OperationNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""Command lines of the AWS CLI: held to botocore's models, and read as changes."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import jmespath
from botocore import xform_name
from botocore.validate import ParamValidator

from models import change as kinds
from tests.repair.forms.meaning import Json, Place

_SESSION = botocore.session.get_session()
_SERVICES = {"s3api": "s3"}
#: Options that the CLI calls otherwise than the API. Source: AWS CLI Command Reference, "sns subscribe".
_RENAMED = {"subscribe": {"notification-endpoint": "endpoint"}}
_GLOBAL = ("iam", "organizations")


def lines(text: str) -> Iterator[tuple[str, str, Json, str, str | None]]:
    """Service, operation and parameters as the API has them, the account that the comments name, and the Region.

    Raises:
        AssertionError: for what isn't a command, an operation, a parameter or a value that the service takes.
    """
    account = ""
    for line in text.splitlines():
        if line.startswith("#"):
            found = re.fullmatch(r"# in account (\d{12})", line)
            account = found[1] if found else account
            continue
        words = shlex.split(line)
        assert words[0] == "aws", line
        options = list(_options(words[3:]))
        region = next((value for name, value in options if name == "region"), None)
        service = _SERVICES.get(words[1], words[1])
        assert (region is None) == (service in _GLOBAL), line
        operation, parameters = _call(service, words[2], [pair for pair in options if pair[0] != "region"])
        yield service, operation, parameters, account, region


def _options(words: list[str]) -> Iterator[tuple[str, str | None]]:
    """Options with their values; None: it is a flag."""
    while words:
        name, *words = words
        assert name.startswith("--"), name
        value = words.pop(0) if words and not words[0].startswith("--") else None
        yield name.removeprefix("--"), value


def _call(service: str, command: str, options: list[tuple[str, str | None]]) -> tuple[str, Json]:
    model = _SESSION.get_service_model(service)
    [operation] = [name for name in model.operation_names if _spelled(name) == command]
    shape = model.operation_model(operation).input_shape
    members = {_spelled(name): name for name in shape.members}
    parameters: Json = {}
    for option, text in options:
        name = _RENAMED.get(command, {}).get(option, option)
        negated = name not in members and name.startswith("no-")
        member = members[name.removeprefix("no-") if negated else name]
        parameters[member] = _value(shape.members[member], text, negated)
    # What the shell puts in is looked at where it is read.
    known = {name: {} if _is_put_in(shape.members[name], value) else value for name, value in parameters.items()}
    report = ParamValidator().validate(known, shape)
    assert not report.has_errors(), report.generate_report()
    _check(shape, known)
    return operation, parameters


def _is_put_in(shape: Any, value: Any) -> bool:
    return shape.type_name == "structure" and isinstance(value, str)


def _spelled(name: str) -> str:
    return xform_name(name, "-")


def _value(shape: Any, text: str | None, negated: bool) -> Any:
    if shape.type_name == "boolean":
        assert text is None
        return not negated
    assert text is not None
    assert not negated
    if shape.type_name in ("structure", "list", "map"):
        return text if text.startswith("$(") else json.loads(text)
    return int(text) if shape.type_name in ("integer", "long") else text


def _check(shape: Any, value: Any) -> None:
    """What botocore leaves to the service: patterns, enumerations and lengths of strings."""
    if shape.type_name == "structure":
        for name, item in value.items():
            _check(shape.members[name], item)
    elif shape.type_name == "list":
        for item in value:
            _check(shape.member, item)
    elif shape.type_name == "map":
        for name, item in value.items():
            _check(shape.key, name)
            _check(shape.value, item)
    elif shape.type_name == "string":
        if "$(" in value:
            # What the shell puts in when the line runs.
            return
        enum, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
        assert not enum or value in enum, (shape, value)
        # Java's classes of characters, which Python doesn't have, are of documents.
        assert not pattern or "\\p{" in pattern or re.search(f"^(?:{pattern})$", value), (pattern, value)
        assert shape.metadata.get("min", 0) <= len(value) <= shape.metadata.get("max", len(value)), (shape, value)


def run(text: str, place: Place) -> None:
    """Do what the commands do."""
    for _, operation, given, account, region in lines(text):
        place.account, place.region = account, region
        for pattern, does in _DOES.items():
            if found := re.fullmatch(pattern, operation):
                does(place, given, *(word.lower() for word in found.groups() if word))
                break
        else:
            raise AssertionError(f"what {operation} does is not known here")


def _permission(place: Place, given: Json) -> None:
    place.permit(place.function(given["FunctionName"], given.get("Qualifier")), given)


def _layer(given: Json) -> str:
    return f"{given['LayerName']}:{given['VersionNumber']}"


def _put_policy(place: Place, given: Json) -> None:
    if "FunctionName" in given or ":function:" in given.get("ResourceArn", ""):
        place.put_function(given["ResourceArn"], json.loads(given["Policy"]))
        return
    place.put_resource(_arn(given), json.loads(given.get("Policy") or given["ResourcePolicy"]))


def _arn(given: Json) -> str:
    [arn] = {given[name] for name in ("ResourceArn", "ResourceARN", "SecretId") if name in given}
    return str(arn)


def _configure(place: Place, given: Json) -> None:
    name, rest = given["FunctionName"], {key: value for key, value in given.items() if key != "FunctionName"}
    [(field, value)] = rest.items()
    if field == "Role":
        place.do(kinds.SetExecutionRole(function=place.function(name), role=value))
        return
    meaning: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "DeadLetterConfig": ("dead_letter", lambda item: item["TargetArn"]),
        "KMSKeyArn": ("kms_key", lambda item: item),
        "Layers": ("layers", tuple),
        "LoggingConfig": ("log_group", lambda item: item["LogGroup"]),
        "SnapStart": ("snap_start", lambda item: item["ApplyOn"] == "PublishedVersions"),
        "TracingConfig": ("tracing", lambda item: item["Mode"]),
        "VpcConfig": (
            "vpc",
            lambda item: {"subnets": item["SubnetIds"], "security_groups": item["SecurityGroupIds"]},
        ),
    }
    feature, read = meaning[field]
    place.feature(name, feature, read(value))


def _create_mapping(place: Place, given: Json) -> None:
    place.do(
        kinds.AddMapping(
            source=given["EventSourceArn"],
            function=place.function(given["FunctionName"]),
            on_failure=given.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
            kms_key=given.get("KMSKeyArn"),
        )
    )


def _switch_mapping(place: Place, given: Json) -> None:
    place.do((kinds.EnableMapping if given["Enabled"] else kinds.DisableMapping)(uuid=given["UUID"]))


def _target(place: Place, given: Json) -> None:
    [target] = given["Targets"]
    rule = place.rule(given["Rule"], given["EventBusName"])
    change = kinds.AddTrigger(
        service="events.amazonaws.com", source=rule, target=target["Arn"], role=target.get("RoleArn")
    )
    place.do(change)


def _switch_rule(place: Place, given: Json, verb: str) -> None:
    kind = kinds.EnableTrigger if verb == "enable" else kinds.DisableTrigger
    place.do(kind(source=place.rule(given["Name"], given["EventBusName"])))


def _attach_organization(place: Place, given: Json, verb: str) -> None:
    id_ = given["PolicyId"]
    if id_.startswith("$("):
        id_ = _found(place, id_.removeprefix("$(").removesuffix(")"))
    place.attach_organization(id_, given["TargetId"], there=verb == "attach")


def _found(place: Place, line: str) -> str:
    """The id that a command finds by name."""
    words = shlex.split(line)
    options = dict(_options(words[3:]))
    policies = place.snapshot.organization.policies.values() if place.snapshot.organization else ()
    rows = [{"Name": row.name, "Id": row.id} for row in policies if row.type == options["filter"]]
    [found] = jmespath.search(str(options["query"]), {"Policies": rows})
    return str(found)


def _unsubscribe(place: Place, given: Json) -> None:
    words, query = _inner(given["SubscriptionArn"])
    there = [row.target for row in place.snapshot.triggers if row.source == words["topic-arn"]]
    rows = [{"Endpoint": target, "SubscriptionArn": target} for target in there]
    [target] = jmespath.search(query, {"Subscriptions": rows})
    place.do(kinds.RemoveTrigger(source=words["topic-arn"], target=target))


def _inner(substitution: str) -> tuple[dict[str, str], str]:
    """The options of the command that a shell would run first, and its query."""
    options = dict(_options(shlex.split(substitution.removeprefix("$(").removesuffix(")"))[3:]))
    words = {name: value for name, value in options.items() if value is not None}
    return words, words["query"]


def _notify(place: Place, given: Json) -> None:
    """What the bucket has is kept, and what comes to it is configured."""
    words, query = _inner(given["NotificationConfiguration"])
    assert (words["bucket"], words["region"], words["output"]) == (given["Bucket"], place.region, "json")
    topics = [{"TopicArn": "arn:aws:sns:eu-west-1:111111111111:t", "Events": ["s3:ObjectRemoved:*"]}]
    theirs = [
        {
            "LambdaFunctionArn": "arn:aws:lambda:eu-west-1:111111111111:function:f",
            "Events": ["s3:ReducedRedundancyLostObject"],
        }
    ]
    shape = _SESSION.get_service_model("s3").shape_for("NotificationConfiguration")
    for there in (
        {},
        {"TopicConfigurations": topics},
        {"LambdaFunctionConfigurations": theirs, "EventBridgeConfiguration": {}},
    ):
        found = jmespath.search(query, there)
        assert not ParamValidator().validate(found, shape).has_errors()
        *kept, new = found.pop("LambdaFunctionConfigurations")
        assert found == {name: value for name, value in there.items() if name != "LambdaFunctionConfigurations"}
        assert kept == there.get("LambdaFunctionConfigurations", [])
    rules = {rule["Name"]: rule["Value"] for rule in new.get("Filter", {}).get("Key", {}).get("FilterRules", [])}
    place.notify(given["Bucket"], new["LambdaFunctionArn"], new["Events"], rules.get("prefix"), rules.get("suffix"))


_DOES: dict[str, Callable[..., None]] = {
    r"Put(User|Group|Role)Policy": lambda at, it, kind: at.put_inline(
        kind, it[f"{kind.title()}Name"], it["PolicyName"], json.loads(it["PolicyDocument"])
    ),
    r"Delete(User|Group|Role)Policy": lambda at, it, kind: at.put_inline(
        kind, it[f"{kind.title()}Name"], it["PolicyName"], None
    ),
    r"UpdateAssumeRolePolicy": lambda at, it: at.put_trust(it["RoleName"], json.loads(it["PolicyDocument"])),
    r"CreatePolicyVersion": lambda at, it: at.put_managed(it["PolicyArn"], json.loads(it["PolicyDocument"])),
    r"SetDefaultPolicyVersion": lambda at, it: at.do(
        kinds.SetDefaultVersion(policy=it["PolicyArn"], version=it["VersionId"])
    ),
    r"(Attach|Detach)(User|Group|Role)Policy": lambda at, it, verb, kind: at.attachment(
        kind, it[f"{kind.title()}Name"], it["PolicyArn"], there=verb == "attach"
    ),
    r"(?:Put|Delete)(User|Role)PermissionsBoundary": lambda at, it, kind: at.boundary(
        kind, it[f"{kind.title()}Name"], it.get("PermissionsBoundary")
    ),
    r"AddUserToGroup": lambda at, it: at.member(it["UserName"], it["GroupName"], there=True),
    r"RemoveUserFromGroup": lambda at, it: at.member(it["UserName"], it["GroupName"], there=False),
    r"CreateUser": lambda at, it: at.create("user", it["UserName"], it.get("Path")),
    r"CreateRole": lambda at, it: at.create(
        "role",
        it["RoleName"],
        it.get("Path"),
        json.loads(it["AssumeRolePolicyDocument"]),
        it.get("PermissionsBoundary"),
    ),
    r"Delete(User|Role)": lambda at, it, kind: at.delete(kind, it[f"{kind.title()}Name"]),
    r"CreatePolicy": lambda at, it: at.create_organization(it["Name"], it["Type"], json.loads(it["Content"])),
    r"UpdatePolicy": lambda at, it: at.put_organization(it["PolicyId"], json.loads(it["Content"])),
    r"(Attach|Detach)Policy": _attach_organization,
    r"MoveAccount": lambda at, it: at.do(kinds.MoveAccount(account=it["AccountId"], parent=it["DestinationParentId"])),
    r"AddPermission": _permission,
    r"RemovePermission": lambda at, it: (
        at.forbid(at.function(it["FunctionName"], it.get("Qualifier")), it["StatementId"])
        if "FunctionName" in it
        else at.put_resource(at.resource("events", it["EventBusName"]), None)
    ),
    r"PutResourcePolicy": _put_policy,
    r"DeleteResourcePolicy": lambda at, it: at.put_resource(_arn(it), None),
    r"AddLayerVersionPermission": lambda at, it: at.permit(_layer(it), it),
    r"PutBucketPolicy": lambda at, it: at.put_resource(at.resource("s3", it["Bucket"]), json.loads(it["Policy"])),
    r"DeleteBucketPolicy": lambda at, it: at.put_resource(at.resource("s3", it["Bucket"]), None),
    r"SetQueueAttributes": lambda at, it: at.put_resource(
        at.queue(it["QueueUrl"]), json.loads(it["Attributes"]["Policy"] or "null")
    ),
    r"SetTopicAttributes": lambda at, it: at.put_resource(it["TopicArn"], json.loads(it["AttributeValue"])),
    r"PutKeyPolicy": lambda at, it: at.put_resource(at.resource("kms", it["KeyId"]), json.loads(it["Policy"])),
    r"SetRepositoryPolicy": lambda at, it: at.put_resource(
        at.resource("ecr", it["repositoryName"]), json.loads(it["policyText"])
    ),
    r"DeleteRepositoryPolicy": lambda at, it: at.put_resource(at.resource("ecr", it["repositoryName"]), None),
    r"PutClusterPolicy": lambda at, it: at.put_resource(it["ClusterArn"], json.loads(it["Policy"])),
    r"DeleteClusterPolicy": lambda at, it: at.put_resource(it["ClusterArn"], None),
    r"PutFileSystemPolicy": lambda at, it: at.put_resource(
        at.resource("elasticfilesystem", it["FileSystemId"]), json.loads(it["Policy"])
    ),
    r"DeleteFileSystemPolicy": lambda at, it: at.put_resource(
        at.resource("elasticfilesystem", it["FileSystemId"]), None
    ),
    r"PutPermission": lambda at, it: at.put_resource(
        at.resource("events", it["EventBusName"]), json.loads(it["Policy"])
    ),
    r"ModifyVpcEndpoint": lambda at, it: at.put_resource(
        at.resource("ec2", it["VpcEndpointId"]), json.loads(it["PolicyDocument"])
    ),
    r"UpdateRestApi": lambda at, it: at.put_resource(
        at.resource("execute-api", it["restApiId"]), json.loads(it["patchOperations"][0]["value"])
    ),
    r"UpdateFunctionConfiguration": _configure,
    r"(?:Put|Delete)FunctionCodeSigningConfig": lambda at, it: at.feature(
        it["FunctionName"], "code_signing", it.get("CodeSigningConfigArn")
    ),
    r"(?:Put|Update)FunctionEventInvokeConfig": lambda at, it: at.invokes(
        it["FunctionName"], it.get("Qualifier"), it["DestinationConfig"]
    ),
    r"DeleteFunctionEventInvokeConfig": lambda at, it: at.invokes(it["FunctionName"], it.get("Qualifier"), None),
    r"DeleteFunction": lambda at, it: at.do(kinds.DeleteFunction(function=at.function(it["FunctionName"]))),
    r"Subscribe": lambda at, it: at.do(
        kinds.AddTrigger(service="sns.amazonaws.com", source=it["TopicArn"], target=it["Endpoint"])
    ),
    r"Unsubscribe": _unsubscribe,
    r"PutBucketNotificationConfiguration": _notify,
    r"PutTargets": _target,
    r"(Enable|Disable)Rule": _switch_rule,
    r"CreateEventSourceMapping": _create_mapping,
    r"UpdateEventSourceMapping": _switch_mapping,
    r"DeleteEventSourceMapping": lambda at, it: at.do(kinds.RemoveMapping(uuid=it["UUID"])),
}

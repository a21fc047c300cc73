"""What the actions of `simulator.features.table` are asked on, for one function: ARNs, or the fact that would tell.

Sources: the pages that the table's rows name; Service Authorization Reference (the ARNs of each service).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Table

from models import arns
from models.decision import FactKind, MissingFact
from models.snapshot import Function
from simulator.edges.polled_on import Found, key_of
from simulator.features.table import On
from simulator.world.world import World

_IMAGE = re.compile(r"(\d{12})\.dkr(?:-ecr|\.ecr)\.([a-z0-9-]+)\.[a-z0-9.-]+/([^:@]+)")

#: Source: managed policies CloudWatchLambdaInsightsExecutionRolePolicy and
#: CloudWatchLambdaApplicationSignalsExecutionRolePolicy.
INSIGHTS, SIGNALS = "/aws/lambda-insights", "/aws/application-signals/data"


def needed_on(world: World, function: Function, on: On) -> Found:
    """What `on` is for this function: nothing, one thing or several."""
    return _FOUND[on](world, function)


def log_group_of(function: Function) -> str:
    """The ARN of the log group that the function writes to."""
    return _log_group(function, function.log_group or default_log_group(function))


def default_log_group(function: Function) -> str:
    """Source: Lambda Developer Guide, "Configuring CloudWatch log groups"."""
    return f"/aws/lambda/{function.arn.rsplit(':', 1)[-1]}"


def _log_group(function: Function, name: str) -> str:
    parts = arns.parts(function.arn)
    region, account = (parts.region, parts.account) if parts else ("", "")
    return f"arn:{arns.partition_of(function.arn)}:logs:{region}:{account}:log-group:{name}"


def _log_group_to_make(world: World, function: Function) -> Found:
    group = log_group_of(function)
    return () if group in world.resources else (group,)


def _group(name: str) -> Callable[[World, Function], Found]:
    return lambda world, function: (_log_group(function, name),)


def _streams(name: str) -> Callable[[World, Function], Found]:
    return lambda world, function: (f"{_log_group(function, name)}:log-stream:*",)


def _dead_letter(service: str) -> Callable[[World, Function], Found]:
    def found(world: World, function: Function) -> Found:
        target = function.dead_letter or ""
        return (target,) if arns.service_of(target) == service else ()

    return found


def _dead_letter_key(world: World, function: Function) -> Found:
    return key_of(world, function.dead_letter, "KmsMasterKeyId") if function.dead_letter else ()


def _destinations(function: Function, *services: str) -> Iterator[str]:
    named = (arn for one in function.event_invokes for arn in (one.on_success, one.on_failure) if arn)
    yield from (arn for arn in dict.fromkeys(named) if arns.service_of(arn) in services)


def _destination(service: str) -> Callable[[World, Function], Found]:
    return lambda world, function: tuple(_destinations(function, service))


def _destination_objects(world: World, function: Function) -> Found:
    return [f"{bucket}/*" for bucket in _destinations(function, "s3")]


def _destination_keys(attribute: str, *services: str) -> Callable[[World, Function], Found]:
    def found(world: World, function: Function) -> Found:
        return [key for arn in _destinations(function, *services) for key in key_of(world, arn, attribute)]

    return found


def _file_systems(world: World, function: Function) -> Found:
    """The file system that an access point leads to; where that isn't known, any of the account and Region."""
    for arn in function.file_systems:
        parts, resource = arns.parts(arn), world.resources.get(arn)
        if arns.service_of(arn) == "elasticfilesystem" and parts:
            name = resource.attributes.get("FileSystemId", "*") if resource else "*"
            yield ":".join((*parts[:5], f"file-system/{name}"))


def s3_file_systems(function: Function) -> list[str]:
    """What is configured is an access point, whose ARN begins with that of its file system.

    Source: Lambda API Reference, "FileSystemConfig".
    """
    return [arn.partition("/access-point/")[0] for arn in function.file_systems if arns.service_of(arn) == "s3files"]


def _s3_file_objects(world: World, function: Function) -> Found:
    for arn in s3_file_systems(function):
        resource = world.resources.get(arn)
        bucket = resource.attributes.get("bucket") if resource else None
        yield f"{bucket}/*" if bucket else _unread(world, arn, "bucket")


def _unread(world: World, arn: str, what: str) -> MissingFact:
    found = world.lacking(FactKind.ATTRIBUTES, arn)
    return found or MissingFact(FactKind.ATTRIBUTES, arn, f"the {what} of `{arn}` was not read", world.strict)


def repository_of(function: Function) -> str | None:
    """The ARN of the repository of a function's image; None: it has none, or its address wasn't read."""
    named = _IMAGE.match(function.image_uri or "")
    if named is None:
        return None
    account, region, name = named.groups()
    return f"arn:{arns.partition_of(function.arn)}:ecr:{region}:{account}:repository/{name}"


def _repository(abroad: bool) -> Callable[[World, Function], Found]:
    def found(world: World, function: Function) -> Found:
        if function.package_type != "Image":
            return ()
        repository = repository_of(function)
        if repository is None:
            lacking = MissingFact(FactKind.FUNCTION, function.arn, f"the image of `{function.arn}` was not read")
            return () if abroad else (lacking,)
        is_own = arns.account_of(repository) == arns.account_of(function.arn)
        return () if abroad is is_own else (repository,)

    return found


def _durable_executions(world: World, function: Function) -> Found:
    return (f"{function.arn}:*/durable-execution/*/*",)


def _anything(world: World, function: Function) -> Found:
    return ("*",)


_FOUND: Table[On, Callable[[World, Function], Found]] = {
    On.ANYTHING: _anything,
    On.LOG_GROUP: _log_group_to_make,
    On.LOG_STREAMS: lambda world, function: (f"{log_group_of(function)}:log-stream:*",),
    On.INSIGHTS_GROUP: _group(INSIGHTS),
    On.INSIGHTS_STREAMS: _streams(INSIGHTS),
    On.SIGNALS_GROUP: _group(SIGNALS),
    On.SIGNALS_STREAMS: _streams(SIGNALS),
    On.DEAD_LETTER_QUEUE: _dead_letter("sqs"),
    On.DEAD_LETTER_TOPIC: _dead_letter("sns"),
    On.DEAD_LETTER_KEY: _dead_letter_key,
    On.DESTINATION_QUEUE: _destination("sqs"),
    On.DESTINATION_TOPIC: _destination("sns"),
    On.DESTINATION_BUCKET: _destination("s3"),
    On.DESTINATION_OBJECTS: _destination_objects,
    On.DESTINATION_FUNCTION: _destination("lambda"),
    On.DESTINATION_BUS: _destination("events"),
    On.DESTINATION_MESSAGE_KEY: _destination_keys("KmsMasterKeyId", "sqs", "sns"),
    On.DESTINATION_BUCKET_KEY: _destination_keys("KMSMasterKeyID", "s3"),
    On.FILE_SYSTEM: _file_systems,
    On.S3_FILE_SYSTEM: lambda world, function: s3_file_systems(function),
    On.S3_FILE_OBJECTS: _s3_file_objects,
    On.REPOSITORY: _repository(abroad=False),
    On.REPOSITORY_ABROAD: _repository(abroad=True),
    On.DURABLE_EXECUTION: _durable_executions,
}

"""What the actions of `simulator.triggers.polled` are asked on, for one mapping: ARNs, or the fact that would tell.

Sources: the pages that the table's rows name; Service Authorization Reference (the ARNs of each service).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Mapping as Table

from models import arns
from models.decision import FactKind, MissingFact
from models.snapshot import Mapping
from simulator.facts.services import is_aws_managed_key_alias
from simulator.triggers.polled import On, polled
from simulator.world.world import World

#: An ARN, or why it isn't known.
Found = Iterable[str | MissingFact]

#: AWS's names, in "DescribeClusterV2" and "DescribeVpcConnection" of the MSK API Reference. That dots join the names
#: within a cluster's `Provisioned` or `Serverless` is ours: `Enabled` alone would say nothing.
IAM_ENABLED = "ClientAuthentication.Sasl.Iam.Enabled"
TARGET_CLUSTER = "TargetClusterArn"
SCRAM = ("SASL_SCRAM_512_AUTH", "SASL_SCRAM_256_AUTH")
VPC = ("VPC_SUBNET", "VPC_SECURITY_GROUP")


def asked_on(world: World, mapping: Mapping, on: On) -> Found:
    """What `on` is for this mapping: nothing, one thing or several."""
    return _FOUND[on](world, mapping)


def _unread(world: World, arn: str, what: str, kind: FactKind = FactKind.ATTRIBUTES) -> MissingFact:
    return world.lacking(kind, arn) or MissingFact(kind, arn, f"{what} of `{arn}` was not read")


# --- keys ---------------------------------------------------------------------------------------------------------


def key_of(world: World, holder: str, attribute: str) -> Found:
    """The customer managed key that an attribute names; none for AWS's own keys, of which nobody needs a grant."""
    resource = world.resources.get(holder)
    if resource is None or world.lacking(FactKind.ATTRIBUTES, holder):
        return (_unread(world, holder, "the encryption"),)
    named = resource.attributes.get(attribute)
    if not named:
        return ()
    region = world.region_of(holder) or ""
    beside = ":".join(("arn", arns.partition_of(holder), "kms", region, resource.account, ""))
    key = arns.key_arn(named, beside)
    if is_aws_managed_key_alias(key):
        return ()
    if ":alias/" in key:
        alias = world.resources.get(key)
        target = alias.attributes.get("TargetKeyId") if alias else None
        if target is None:
            return (_unread(world, key, "the key"),)
        key = arns.key_arn(target, key)
    found = world.resources.get(key)
    return () if found and found.attributes.get("KeyManager") == "AWS" else (key,)


def _source_key(world: World, mapping: Mapping) -> Found:
    row = polled(mapping.source)
    if row is None or row.key is None:
        return ()
    attribute, on = row.key
    return [part for holder in _known(asked_on(world, mapping, on)) for part in key_of(world, holder, attribute)]


def _known(found: Found) -> list[str]:
    return [part for part in found if isinstance(part, str)]


def _secret_keys(world: World, mapping: Mapping) -> Found:
    secrets = (*_known(_secrets(world, mapping)), *_known(_registry_secrets(world, mapping)))
    return [key for secret in dict.fromkeys(secrets) for key in key_of(world, secret, "KmsKeyId")]


def _filter_key(world: World, mapping: Mapping) -> Found:
    return (arns.key_arn(mapping.kms_key, mapping.function),) if mapping.kms_key else ()


# --- the source ---------------------------------------------------------------------------------------------------


def _source(world: World, mapping: Mapping) -> Found:
    return (mapping.source,) if mapping.source else ()


def _stream(world: World, mapping: Mapping) -> Found:
    return ((mapping.source or "").partition("/consumer/")[0],)


def _table(world: World, mapping: Mapping) -> Found:
    return ((mapping.source or "").partition("/stream/")[0],)


def _anything(world: World, mapping: Mapping) -> Found:
    return ("*",)


def _configured_vpc(world: World, mapping: Mapping) -> Found:
    return ("*",) if any(entry.type in VPC for entry in mapping.access) else ()


def _secrets(world: World, mapping: Mapping) -> Found:
    return tuple(dict.fromkeys(entry.uri for entry in mapping.access if _is_secret(entry.uri)))


def _is_secret(uri: str) -> bool:
    return arns.service_of(uri) == "secretsmanager"


def _named_by_cluster(attribute: str, kind: str) -> Callable[[World, Mapping], Found]:
    """A group that only the cluster's attributes name. Source: RDS API Reference, "DBCluster"."""

    def found(world: World, mapping: Mapping) -> Found:
        source = mapping.source or ""
        resource, parts = world.resources.get(source), arns.parts(source)
        name = resource.attributes.get(attribute) if resource else None
        if parts is None or not name:
            return (_unread(world, source, f"`{attribute}`"),)
        return (":".join((*parts[:5], f"{kind}:{name}")),)

    return found


# --- Kafka --------------------------------------------------------------------------------------------------------


def _cluster(world: World, mapping: Mapping) -> Found:
    """The cluster; behind a VPC connection that is the one which DescribeVpcConnection names."""
    source = mapping.source or ""
    if not is_connection(source):
        return (source,)
    resource = world.resources.get(source)
    target = resource.attributes.get(TARGET_CLUSTER) if resource else None
    return (target or _unread(world, source, f"`{TARGET_CLUSTER}`"),)


def is_connection(source: str) -> bool:
    return arns.resource_type(source) == "kafka:vpc-connection"


def _vpc_connection(world: World, mapping: Mapping) -> Found:
    return _source(world, mapping) if is_connection(mapping.source or "") else ()


def enters_with_iam(world: World, mapping: Mapping) -> bool:
    """A secret goes before IAM, and IAM before entering without authentication.

    Source: Lambda Developer Guide, "Configuring Lambda permissions for Amazon MSK event source mappings". Whether the
    cluster takes IAM at all its attributes may say; without a word it does.
    """
    if arns.service_of(mapping.source or "") != "kafka" or _secrets(world, mapping):
        return False
    clusters = [world.resources[arn] for arn in _known(_cluster(world, mapping)) if arn in world.resources]
    return all(cluster.attributes.get(IAM_ENABLED) != "false" for cluster in clusters)


def _by_iam(inner: Callable[[World, Mapping], Found]) -> Callable[[World, Mapping], Found]:
    return lambda world, mapping: inner(world, mapping) if enters_with_iam(world, mapping) else ()


def _cluster_by_scram(world: World, mapping: Mapping) -> Found:
    return _cluster(world, mapping) if any(entry.type in SCRAM for entry in mapping.access) else ()


def _within(cluster: str, kind: str, name: str) -> str:
    """A topic or group of a cluster: `cluster/NAME/UUID` becomes `topic/NAME/UUID/TOPIC`."""
    return f"{cluster.replace(':cluster/', f':{kind}/', 1)}/{name}"


def _topics(world: World, mapping: Mapping) -> Found:
    return [
        _within(cluster, "topic", topic)
        for cluster in _known(_cluster(world, mapping))
        for topic in (mapping.topics or ("*",))
    ]


def _group(world: World, mapping: Mapping) -> Found:
    group = mapping.consumer_group or mapping.uuid
    return [_within(cluster, "group", group) for cluster in _known(_cluster(world, mapping))]


# --- schema registries --------------------------------------------------------------------------------------------


def _glue_registry(world: World, mapping: Mapping) -> Found:
    registry = mapping.schema_registry or ""
    return (registry,) if arns.service_of(registry) == "glue" else ()


def _glue_schemas(world: World, mapping: Mapping) -> Found:
    return [f"{arn.replace(':registry/', ':schema/', 1)}/*" for arn in _known(_glue_registry(world, mapping))]


def _registry_secrets(world: World, mapping: Mapping) -> Found:
    return tuple(dict.fromkeys(entry.uri for entry in mapping.schema_access if _is_secret(entry.uri)))


# --- what failed --------------------------------------------------------------------------------------------------


def _failure(service: str) -> Callable[[World, Mapping], Found]:
    def found(world: World, mapping: Mapping) -> Found:
        return (mapping.on_failure,) if mapping.on_failure and arns.service_of(mapping.on_failure) == service else ()

    return found


def _failure_objects(world: World, mapping: Mapping) -> Found:
    """What Lambda writes for a stream begins with the mapping; for Kafka no page says how it is named."""
    names = "*" if _is_of_kafka(mapping) else f"{named_by_mapping(mapping)}*"
    return [f"{bucket}/{names}" for bucket in _known(_failure("s3")(world, mapping))]


def _is_of_kafka(mapping: Mapping) -> bool:
    return mapping.source is None or arns.service_of(mapping.source) == "kafka"


def named_by_mapping(mapping: Mapping) -> str:
    """What objects for what failed begin with.

    Source: Lambda Developer Guide, "Retain discarded batch records for a Kinesis Data Streams event source in Lambda",
    "Retain discarded records for a DynamoDB event source in Lambda".
    """
    return f"aws/lambda/{mapping.uuid}/"


def _failure_message_key(world: World, mapping: Mapping) -> Found:
    queues, topics = _known(_failure("sqs")(world, mapping)), _known(_failure("sns")(world, mapping))
    return [key for holder in (*queues, *topics) for key in key_of(world, holder, "KmsMasterKeyId")]


def _failure_message_key_abroad(world: World, mapping: Mapping) -> Found:
    own = arns.account_of(mapping.function)
    return [key for key in _known(_failure_message_key(world, mapping)) if arns.account_of(key) not in (own, None)]


def _failure_bucket_key(world: World, mapping: Mapping) -> Found:
    return [key for arn in _known(_failure("s3")(world, mapping)) for key in key_of(world, arn, "KMSMasterKeyID")]


def _failure_cluster(world: World, mapping: Mapping) -> Found:
    is_kafka = (mapping.on_failure or "").startswith("kafka://")
    return _cluster(world, mapping) if is_kafka and enters_with_iam(world, mapping) else ()


def _failure_kafka_topic(world: World, mapping: Mapping) -> Found:
    topic = (mapping.on_failure or "").removeprefix("kafka://")
    return [_within(cluster, "topic", topic) for cluster in _known(_failure_cluster(world, mapping))]


_FOUND: Table[On, Callable[[World, Mapping], Found]] = {
    On.SOURCE: _source,
    On.SOURCE_KEY: _source_key,
    On.STREAM: _stream,
    On.TABLE: _table,
    On.ANYTHING: _anything,
    On.ANYTHING_OR_SOURCE: _anything,
    On.CLUSTER: _cluster,
    On.CLUSTER_BY_IAM: _by_iam(_cluster),
    On.CLUSTER_BY_SCRAM: _cluster_by_scram,
    On.TOPICS_BY_IAM: _by_iam(_topics),
    On.GROUP_BY_IAM: _by_iam(_group),
    On.VPC_CONNECTION: _vpc_connection,
    On.CONFIGURED_VPC: _configured_vpc,
    On.PARAMETER_GROUP: _named_by_cluster("DBClusterParameterGroup", "cluster-pg"),
    On.SUBNET_GROUP: _named_by_cluster("DBSubnetGroup", "subgrp"),
    On.SECRETS: _secrets,
    On.KEYS_OF_SECRETS: _secret_keys,
    On.GLUE_REGISTRY: _glue_registry,
    On.GLUE_SCHEMAS: _glue_schemas,
    On.REGISTRY_SECRETS: _registry_secrets,
    On.FILTER_KEY: _filter_key,
    On.FAILURE_QUEUE: _failure("sqs"),
    On.FAILURE_TOPIC: _failure("sns"),
    On.FAILURE_BUCKET: _failure("s3"),
    On.FAILURE_OBJECTS: _failure_objects,
    On.FAILURE_MESSAGE_KEY: _failure_message_key,
    On.FAILURE_MESSAGE_KEY_ABROAD: _failure_message_key_abroad,
    On.FAILURE_BUCKET_KEY: _failure_bucket_key,
    On.FAILURE_CLUSTER: _failure_cluster,
    On.FAILURE_KAFKA_TOPIC: _failure_kafka_topic,
}

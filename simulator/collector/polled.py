"""What Lambda polls beside queues: streams, tables, clusters and brokers, with their policies and their keys.

Streams, tables and Kafka clusters have policies, so that all of them are read; of brokers and databases only those
that a mapping names.
"""

from __future__ import annotations

from models import arns
from models.decision import FactKind
from simulator.collector.attributes import kept
from simulator.collector.reader import Fact, Reader
from simulator.collector.resources import add_policy, policies_of, policy_of

#: Errors that say "it has no policy".
_NO_POLICY = {
    "kinesis": ("ResourceNotFoundException",),
    "dynamodb": ("PolicyNotFoundException",),
    "kafka": ("NotFoundException",),
}


def read_streams(reader: Reader, region: str) -> str:
    """Read Kinesis streams and their consumers, which have policies of their own."""
    policies = policies_of(reader, "kinesis")
    listed = {str(entry["StreamARN"]) for entry in reader.many("kinesis:ListStreams", policies, region)}
    polled = reader.builder.polled("kinesis", reader.account, region)
    streams = sorted(listed | {arn.partition("/consumer/")[0] for arn in polled})
    consumers = {arn for arn in polled if "/consumer/" in arn}
    for arn in streams:
        _describe(reader, "kinesis:DescribeStreamSummary", arn, region, StreamARN=arn)
        found = reader.many("kinesis:ListStreamConsumers", policies, region, StreamARN=arn)
        consumers |= {str(entry["ConsumerARN"]) for entry in found}
    for arn in sorted(consumers.union(streams)):
        _policy(reader, "kinesis:GetResourcePolicy", arn, region, ResourceARN=arn)
    return f"{len(streams)} streams"


def read_tables(reader: Reader, region: str) -> str:
    """Read DynamoDB tables; the policy for reading a table's stream is the stream's own."""
    names = {str(name) for name in reader.many("dynamodb:ListTables", policies_of(reader, "dynamodb"), region)}
    streams = set(reader.builder.polled("dynamodb", reader.account, region))
    names |= {arn.partition(":table/")[2].partition("/")[0] for arn in streams}
    tables = {f"arn:{reader.partition}:dynamodb:{region}:{reader.account}:table/{name}": name for name in names}
    for arn, name in sorted(tables.items()):
        found = reader.one("dynamodb:DescribeTable", Fact(FactKind.ATTRIBUTES, arn), region, TableName=name)
        table = (found or {}).get("Table") or {}
        _told(reader, arn, None if found is None else kept(table.get("SSEDescription")))
        if (table.get("StreamSpecification") or {}).get("StreamEnabled") and table.get("LatestStreamArn"):
            streams.add(str(table["LatestStreamArn"]))
    for arn in sorted(streams.union(tables)):
        _policy(reader, "dynamodb:GetResourcePolicy", arn, region, ResourceArn=arn)
    return f"{len(tables)} tables"


def read_clusters(reader: Reader, region: str) -> str:
    """Read MSK clusters, and the VPC connections through which another account's cluster is polled."""
    listed = reader.many("kafka:ListClustersV2", policies_of(reader, "kafka"), region)
    polled = reader.builder.polled("kafka", reader.account, region)
    connections = {arn for arn in polled if arns.resource_type(arn) == "kafka:vpc-connection"}
    clusters = sorted({str(entry["ClusterArn"]) for entry in listed} | set(polled) - connections)
    for arn in clusters:
        _describe(reader, "kafka:DescribeClusterV2", arn, region, ClusterArn=arn)
        _policy(reader, "kafka:GetClusterPolicy", arn, region, ClusterArn=arn)
    for arn in sorted(connections):
        _describe(reader, "kafka:DescribeVpcConnection", arn, region, Arn=arn)
        reader.builder.policy_was_read(arn)
    return f"{len(clusters)} clusters"


def read_brokers(reader: Reader, region: str) -> str:
    """Read the brokers and DocumentDB clusters that are polled; neither has a policy."""
    brokers = reader.builder.polled("mq", reader.account, region)
    databases = reader.builder.polled("rds", reader.account, region)
    for arn in brokers:
        _describe(reader, "mq:DescribeBroker", arn, region, BrokerId=arn.rpartition(":")[2])
    for arn in databases:
        name = arn.rpartition(":")[2]
        _describe(reader, "docdb:DescribeDBClusters", arn, region, DBClusterIdentifier=name)
    for arn in (*brokers, *databases):
        reader.builder.policy_was_read(arn)
    return f"{len(brokers)} brokers, {len(databases)} DocumentDB clusters"


def _describe(reader: Reader, call: str, arn: str, region: str, **parameters: str) -> None:
    found = reader.one(call, Fact(FactKind.ATTRIBUTES, arn), region, **parameters)
    _told(reader, arn, None if found is None else kept(found))


def _told(reader: Reader, arn: str, attributes: dict[str, str] | None) -> None:
    """Note a resource with its attributes; None: they were refused."""
    reader.builder.resource(arn, account=reader.account, attributes=attributes)
    if attributes is not None:
        reader.builder.attributes_were_read(arn)


def _policy(reader: Reader, call: str, arn: str, region: str, **parameters: str) -> None:
    absent = _NO_POLICY[call.partition(":")[0]]
    add_policy(reader, arn, reader.one(call, policy_of(arn), region, absent=absent, **parameters))

"""Event source mappings of a scenario: every field that a snapshot's mapping has."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import InputError
from models.snapshot import Mapping, SourceAccess
from simulator.scenario import load

WORLD = """\
name: x
accounts: {{ours: "111111111111"}}
region: eu-west-1
roles:
  r: {{trust: {{Service: lambda.amazonaws.com}}}}
functions:
  f: {{role: r}}
resources:
  login: {{type: "secretsmanager:secret"}}
  registry: {{type: "glue:registry", arn: "arn:aws:glue:eu-west-1:111111111111:registry/events"}}
  queue: {{type: "sqs:queue"}}
mappings:
  - {{to: f, {fields}}}
"""
LOGIN = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:login"
SERVERS = "bootstrap_servers: [a:9092, b:9092]"


def mapping_of(folder: Path, fields: str) -> Mapping:
    file = folder / "x.yaml"
    file.write_text(WORLD.format(fields=fields), encoding="utf-8")
    (found,) = load(file).snapshot.mappings
    return found


def test_self_managed_kafka_starts_at_its_servers(tmp_path: Path) -> None:
    found = mapping_of(tmp_path, f"{SERVERS}, topics: orders, consumer_group: g, provisioned: true")
    assert (found.source, found.origin) == (None, "kafka:a:9092,b:9092")
    assert (found.topics, found.consumer_group, found.provisioned) == (("orders",), "g", True)


def test_secrets_by_name_and_subnets_as_aws_writes_them(tmp_path: Path) -> None:
    access = "access: [{type: BASIC_AUTH, uri: login}, {type: VPC_SUBNET, uri: 'subnet:subnet-1'}]"
    found = mapping_of(tmp_path, f"{SERVERS}, {access}, on_failure: 'kafka://failed'")
    assert found.access == (
        SourceAccess(type="BASIC_AUTH", uri=LOGIN),
        SourceAccess(type="VPC_SUBNET", uri="subnet:subnet-1"),
    )
    assert found.on_failure == "kafka://failed"


@pytest.mark.parametrize(
    "written, uri",
    [
        pytest.param("registry", "arn:aws:glue:eu-west-1:111111111111:registry/events", id="of Glue"),
        pytest.param("'https://registry.example.com'", "https://registry.example.com", id="another"),
    ],
)
def test_schema_registries(tmp_path: Path, written: str, uri: str) -> None:
    fields = f"{SERVERS}, schema_registry: {written}, schema_access: [{{type: BASIC_AUTH, uri: login}}]"
    found = mapping_of(tmp_path, fields)
    assert (found.schema_registry, found.schema_access) == (uri, (SourceAccess(type="BASIC_AUTH", uri=LOGIN),))


@pytest.mark.parametrize(
    "fields", [pytest.param("enabled: true", id="neither"), pytest.param(f"from: queue, {SERVERS}", id="both")]
)
def test_a_source_or_servers(tmp_path: Path, fields: str) -> None:
    with pytest.raises(InputError, match="needs `from`, or the `bootstrap_servers`"):
        mapping_of(tmp_path, fields)


def both(folder: Path, first: str, second: str) -> list[str]:
    """The ids of two mappings of one cluster to one function."""
    file = folder / "x.yaml"
    file.write_text(WORLD.format(fields=f"{SERVERS}, {first}") + f"  - {{to: f, {SERVERS}, {second}}}\n", "utf-8")
    return [mapping.uuid for mapping in load(file).snapshot.mappings]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param("topics: returns", id="other topics"),
        pytest.param("topics: orders, consumer_group: other", id="another consumer group"),
    ],
)
def test_two_mappings_of_one_cluster_have_ids_of_their_own(tmp_path: Path, second: str) -> None:
    assert len(set(both(tmp_path, "topics: orders", second))) == 2


def test_two_mappings_that_read_the_same_are_refused(tmp_path: Path) -> None:
    problem = r"mappings\[1\]: mappings\[0\] is from the same source to the same function already: .* say by `topics`"
    with pytest.raises(InputError, match=problem):
        both(tmp_path, "topics: orders", "topics: orders, enabled: false")

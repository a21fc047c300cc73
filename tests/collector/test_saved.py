"""Saved input: the layout, what a missing file means, and mistakes named with file and place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from models.decision import FactKind
from models.errors import InputError
from models.snapshot import Snapshot, Trigger
from simulator.collector.saved import collect_saved

EXAMPLE = Path(__file__).parents[1] / "example" / "saved"
OURS = "222222222222"
ORDERS = f"arn:aws:lambda:eu-west-1:{OURS}:function:orders"
QUEUE = f"arn:aws:sqs:eu-west-1:{OURS}:orders-queue"
RULE = f"arn:aws:events:eu-west-1:{OURS}:rule/shop/placed"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example's account with the function, as a folder of its own."""
    return Path(shutil.copytree(EXAMPLE / "accounts" / OURS, tmp_path / "saved"))


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))


def assumed(snapshot: Snapshot) -> set[tuple[FactKind, str]]:
    return {(fact.what, fact.about) for fact in snapshot.assumptions}


def test_the_example_is_read_whole() -> None:
    snapshot = collect_saved(EXAMPLE)
    assert snapshot.origin == "saved"
    assert [account.id for account in snapshot.accounts] == ["111111111111", OURS]
    (orders,) = snapshot.functions
    assert (orders.arn, orders.versions, orders.aliases) == (ORDERS, ("1",), {"live": "1"})
    assert list(orders.policies) == ["live"]
    assert snapshot.triggers == (
        Trigger(
            service="s3.amazonaws.com",
            source="arn:aws:s3:::inbox",
            target=f"{ORDERS}:live",
            events=("s3:ObjectCreated:*",),
        ),
    )
    assert [(mapping.source, mapping.function) for mapping in snapshot.mappings] == [(QUEUE, ORDERS)]
    assert [(r.arn, r.type, r.account, r.region) for r in snapshot.resources] == [
        ("arn:aws:s3:::inbox", "s3:bucket", OURS, "eu-west-1"),
        (QUEUE, "sqs:queue", OURS, "eu-west-1"),
    ]
    assert snapshot.gaps == ()


def test_no_organization_in_account_json_is_a_fact(folder: Path) -> None:
    assert FactKind.ORGANIZATION not in {what for what, _ in assumed(collect_saved(folder))}
    write(folder / "account.json", {"account": OURS})
    assert (FactKind.ORGANIZATION, OURS) in assumed(collect_saved(folder))


def test_each_file_that_is_not_there_is_an_assumption(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name != "authorization-details.json":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    snapshot = collect_saved(folder)
    assert [account.id for account in snapshot.accounts] == [OURS]
    assert assumed(snapshot) == {
        (FactKind.FUNCTIONS, f"{OURS}/*"),
        (FactKind.MAPPINGS, f"{OURS}/*"),
        (FactKind.TRIGGERS, f"{OURS}/s3"),
        (FactKind.TRIGGERS, f"{OURS}/*"),
        (FactKind.RESOURCE_POLICY, OURS),
        (FactKind.ORGANIZATION, OURS),
    }


def test_triggers_policies_and_attributes(folder: Path) -> None:
    write(
        folder / "triggers.json",
        [{"service": "events.amazonaws.com", "source": RULE, "target": f"{ORDERS}:live", "role": None}],
    )
    write(folder / "resource-policies.json", {QUEUE: '{"Version": "2012-10-17", "Statement": []}'})
    write(folder / "resource-attributes.json", {QUEUE: {"Attributes": {"KmsMasterKeyId": "k", "Secret": "s"}}})
    snapshot = collect_saved(folder)
    rule = next(trigger for trigger in snapshot.triggers if trigger.source == RULE)
    assert rule.bus == f"arn:aws:events:eu-west-1:{OURS}:event-bus/shop"
    resources = {resource.arn: resource for resource in snapshot.resources}
    assert {RULE, rule.bus} <= resources.keys()
    assert resources[QUEUE].attributes == {"KmsMasterKeyId": "k"}
    policy = resources[QUEUE].policy
    assert policy is not None
    assert snapshot.documents[policy] == {"Version": "2012-10-17", "Statement": []}
    assert FactKind.ATTRIBUTES not in {what for what, _ in assumed(snapshot)}


def test_a_source_of_an_account_that_was_not_collected_has_an_unknown_policy(folder: Path) -> None:
    foreign = "arn:aws:sqs:eu-west-1:333333333333:theirs"
    mapping = {"UUID": "u", "EventSourceArn": foreign, "FunctionArn": ORDERS, "State": "Enabled"}
    write(folder / "event-source-mappings.json", {"EventSourceMappings": [mapping]})
    assert (FactKind.RESOURCE_POLICY, foreign) in assumed(collect_saved(folder))


def test_environment_variables_are_not_taken_over(folder: Path) -> None:
    path = folder / "functions" / "orders.json"
    content = json.loads(path.read_text())
    content["configuration"]["Environment"] = {"Variables": {"PASSWORD": "hunter2"}}
    write(path, content)
    assert "hunter2" not in collect_saved(folder).model_dump_json()


def test_what_the_aws_cli_printed_as_a_whole_is_taken_too(folder: Path) -> None:
    path = folder / "functions" / "orders.json"
    content = json.loads(path.read_text())
    content["policy"] = {"Policy": '{"Statement": []}', "RevisionId": "r"}
    content["aliases"] = {"Aliases": content["aliases"]}
    content["url"] = {"FunctionArn": f"{ORDERS}:live", "AuthType": "NONE", "FunctionUrl": "https://x.example/"}
    write(path, content)
    (orders,) = collect_saved(folder).functions
    assert set(orders.policies) == {"", "live"}
    assert orders.aliases == {"live": "1"}
    assert [(url.qualifier, url.auth_type) for url in orders.urls] == [("live", "NONE")]


def test_an_organization_at_the_top(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "saved"))
    write(
        folder / "organization.json",
        {
            "id": "o-1",
            "management_account": "111111111111",
            "policies": {"p-1": {"name": "stay", "type": "SERVICE_CONTROL_POLICY", "document": {"Statement": []}}},
            "parents": {"ou-1": "r-1", OURS: "ou-1", "333333333333": "ou-1"},
            "targets": {"ou-1": ["p-1"]},
        },
    )
    snapshot = collect_saved(folder)
    assert snapshot.organization is not None
    assert snapshot.organization.parents[OURS] == "ou-1"
    assert snapshot.organization.targets == {"ou-1": ("p-1",)}
    assert [(account.id, account.collected) for account in snapshot.accounts][-1] == ("333333333333", False)


@pytest.mark.parametrize(
    "name, content, message",
    [
        pytest.param(
            "authorization-details.json", None, ": there is no `authorization-details.json`; `aws iam", id="no"
        ),
        pytest.param("account.json", "{", "/account.json:1:2: this is not JSON", id="not JSON"),
        pytest.param(
            "account.json", '{"acount": "1"}', "/account.json: unknown key `acount`; did you mean `account`?", id="typo"
        ),
        pytest.param(
            "authorization-details.json",
            '{"UserDetailList": [{"UserName": "x"}]}',
            "/authorization-details.json: UserDetailList[0].Arn: field required",
            id="a field that is missing",
        ),
        pytest.param(
            "functions/orders.json",
            '{"configuration": {"FunctionName": 5, "FunctionArn": "a"}}',
            "/functions/orders.json: configuration.FunctionName: input should be a valid string",
            id="a wrong type",
        ),
        pytest.param("resource-policies.json", "[]", "/resource-policies.json: this is not an object", id="a list"),
        pytest.param(
            "resource-policies.json", '{"inbox": {}}', "/resource-policies.json: `inbox` is no ARN", id="name"
        ),
        pytest.param("triggers.json", '[{"service": "s"}]', "/triggers.json: [0].source: field required", id="row"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_place(folder: Path, name: str, content: str | None, message: str) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(content)
    with pytest.raises(InputError) as caught:
        collect_saved(folder)
    assert str(caught.value).removeprefix(str(folder)).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere: there is no such folder"):
        collect_saved(tmp_path / "nowhere")


def test_a_stream_that_nothing_else_tells_of_is_known_by_its_name_only(folder: Path) -> None:
    changes = f"arn:aws:dynamodb:eu-west-1:{OURS}:table/orders/stream/2026-01-01T00:00:00.000"
    mapping = {"UUID": "u", "EventSourceArn": changes, "FunctionArn": ORDERS, "State": "Enabled"}
    write(folder / "event-source-mappings.json", {"EventSourceMappings": [mapping]})
    found = assumed(collect_saved(folder))
    assert (FactKind.RESOURCE_POLICY, changes) in found
    assert (FactKind.ATTRIBUTES, changes.partition("/stream/")[0]) in found


def test_the_secrets_of_a_schema_registry_are_kept(folder: Path) -> None:
    secret = f"arn:aws:secretsmanager:eu-west-1:{OURS}:secret:login"
    registry = {
        "SchemaRegistryURI": "https://registry.example.com",
        "AccessConfigs": [{"Type": "BASIC_AUTH", "URI": secret}],
    }
    mapping = {
        "UUID": "u",
        "FunctionArn": ORDERS,
        "State": "Enabled",
        "SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["a:9092"]}},
        "SelfManagedKafkaEventSourceConfig": {"ConsumerGroupId": "g", "SchemaRegistryConfig": registry},
    }
    write(folder / "event-source-mappings.json", {"EventSourceMappings": [mapping]})
    (found,) = collect_saved(folder).mappings
    assert (found.origin, found.schema_registry) == ("kafka:a:9092", "https://registry.example.com")
    assert [(entry.type, entry.uri) for entry in found.schema_access] == [("BASIC_AUTH", secret)]

"""Writes what the AWS CLI would print of an account into the layout of saved input: boto3 gives the same objects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.snapshot import Snapshot
from tests import moto_world


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, default=str))


def save_account(account: str, address: str, folder: Path) -> None:
    """Ask for one account's IAM, functions, mappings, notifications, policies and attributes."""
    session = moto_world.session_of(account, address)
    clients = {
        name: session.client(name, endpoint_url=address)
        for name in ("iam", "lambda", "s3", "sns", "sqs", "events", "kms")
    }
    write(folder / "account.json", {"account": account, "region": moto_world.REGION})
    details = clients["iam"].get_account_authorization_details()
    write(folder / "authorization-details.json", details)
    write(folder / "event-source-mappings.json", clients["lambda"].list_event_source_mappings())
    (folder / "functions").mkdir()
    for function in clients["lambda"].list_functions()["Functions"]:
        write(folder / "functions" / f"{function['FunctionName']}.json", _function(clients["lambda"], function))
    (folder / "notifications").mkdir()
    policies, attributes = _resources(clients, folder)
    write(folder / "resource-policies.json", policies)
    write(folder / "resource-attributes.json", attributes)
    _keys(clients["kms"], folder / "calls" / "kms")


def _keys(client: Any, folder: Path) -> None:
    """The calls that read the keys: of the lists what they printed, of the others an object by what was asked about."""
    keys = client.list_keys()
    every = [key["KeyArn"] for key in keys["Keys"]]
    write(folder / "list-keys.json", keys)
    write(folder / "list-aliases.json", client.list_aliases())
    write(folder / "describe-key.json", {arn: client.describe_key(KeyId=arn) for arn in every})
    policies = {arn: client.get_key_policy(KeyId=arn, PolicyName="default") for arn in every}
    write(folder / "get-key-policy.json", policies)


def _function(client: Any, configuration: dict[str, Any]) -> dict[str, Any]:
    name = configuration["FunctionName"]
    aliases = client.list_aliases(FunctionName=name)["Aliases"]
    versions = client.list_versions_by_function(FunctionName=name)["Versions"]
    qualifiers = [alias["Name"] for alias in aliases] + [v["Version"] for v in versions if v["Version"] != "$LATEST"]
    return {
        "configuration": client.get_function_configuration(FunctionName=name),
        "policy": client.get_policy(FunctionName=name)["Policy"],
        "qualified_policies": {q: client.get_policy(FunctionName=name, Qualifier=q)["Policy"] for q in qualifiers},
        "aliases": aliases,
        "versions": versions,
        "url": client.get_function_url_config(FunctionName=name, Qualifier="live"),
        "event_invoke": client.get_function_event_invoke_config(FunctionName=name),
        "tags": client.list_tags(Resource=configuration["FunctionArn"])["Tags"],
    }


def _resources(clients: dict[str, Any], folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    policies: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    for bucket in clients["s3"].list_buckets()["Buckets"]:
        name, arn = bucket["Name"], f"arn:aws:s3:::{bucket['Name']}"
        found = clients["s3"].get_bucket_notification_configuration(Bucket=name)
        write(folder / "notifications" / f"{name}.json", found)
        policies[arn] = clients["s3"].get_bucket_policy(Bucket=name)["Policy"]
    for topic in clients["sns"].list_topics()["Topics"]:
        arn = topic["TopicArn"]
        attributes[arn] = clients["sns"].get_topic_attributes(TopicArn=arn)
        policies[arn] = attributes[arn]["Attributes"]["Policy"]
    for url in clients["sqs"].list_queues().get("QueueUrls", ()):
        found = clients["sqs"].get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        attributes[found["Attributes"]["QueueArn"]] = found
        policies[found["Attributes"]["QueueArn"]] = found["Attributes"]["Policy"]
    for bus in clients["events"].list_event_buses()["EventBuses"]:
        policies[bus["Arn"]] = bus.get("Policy")
    for layer in clients["lambda"].list_layers()["Layers"]:
        version = layer["LatestMatchingVersion"]
        found = clients["lambda"].get_layer_version_policy(
            LayerName=layer["LayerName"], VersionNumber=version["Version"]
        )
        policies[version["LayerVersionArn"]] = found["Policy"]
    return policies, attributes


def save_triggers(snapshot: Snapshot, account: str, folder: Path) -> None:
    """triggers.json is put together by hand from several calls: here from what the live collector found."""
    rows = [
        trigger.model_dump(mode="json", exclude_defaults=True)
        for trigger in snapshot.triggers
        if trigger.service != "s3.amazonaws.com" and f":{account}:" in trigger.source
    ]
    write(folder / "triggers.json", rows)


def save_organization(snapshot: Snapshot, path: Path) -> None:
    organization = snapshot.organization
    assert organization is not None
    policies = {
        policy.id: {"name": policy.name, "type": policy.type, "document": snapshot.documents[policy.document]}
        for policy in organization.policies.values()
    }
    names = {account.id: account.name for account in snapshot.accounts}
    write(
        path,
        {
            "id": organization.id,
            "management_account": organization.management_account,
            "policies": policies,
            "parents": organization.parents,
            "targets": organization.targets,
            "names": organization.names | names,
        },
    )

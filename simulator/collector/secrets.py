"""Secrets, with the functions that rotate them, and the KMS keys by which they and what is polled are encrypted."""

from __future__ import annotations

from models.decision import FactKind
from simulator.collector.attributes import kept
from simulator.collector.place import Place
from simulator.collector.reader import Fact, Reader
from simulator.collector.resources import add_policy, policies_of, policy_of, tags_of
from simulator.facts.services import is_aws_managed_key_alias


def read_secrets(reader: Reader, region: str) -> str:
    """Read what there is beside the secrets themselves: nothing here asks for a value."""
    at = Place(reader, region, "secretsmanager", "secretsmanager.amazonaws.com")
    secrets = reader.many("secretsmanager:ListSecrets", (at.fact, at.policies), region)
    for secret in secrets:
        arn = str(secret["ARN"])
        add_policy(
            reader,
            arn,
            reader.one("secretsmanager:GetResourcePolicy", policy_of(arn), region, SecretId=arn),
            key="ResourcePolicy",
        )
        reader.builder.resource(arn, tags=tags_of(secret.get("Tags") or []), attributes=kept(secret))
        at.trigger(arn, secret.get("RotationLambdaARN"), enabled=bool(secret.get("RotationEnabled")))
    return f"{len(secrets)} secrets"


def read_keys(reader: Reader, region: str) -> str:
    """Read every key with its policy, and which key an alias stands for."""
    keys = reader.many("kms:ListKeys", policies_of(reader, "kms"), region)
    for key in keys:
        arn = str(key["KeyArn"])
        found = reader.one("kms:DescribeKey", Fact(FactKind.ATTRIBUTES, arn), region, KeyId=arn)
        reader.builder.resource(arn, attributes=kept(found))
        policy = reader.one("kms:GetKeyPolicy", policy_of(arn), region, KeyId=arn, PolicyName="default")
        add_policy(reader, arn, policy)
    aliases = Fact(FactKind.ATTRIBUTES, f"{reader.account}/kms")
    for alias in reader.many("kms:ListAliases", aliases, region):
        arn = str(alias["AliasArn"])
        # Of AWS's own the name says all; one that nothing has used yet stands for no key.
        if not is_aws_managed_key_alias(arn):
            reader.builder.resource(arn, attributes=kept(alias))
    return f"{len(keys)} keys"

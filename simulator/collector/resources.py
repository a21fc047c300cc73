"""What several readers share: a resource's policy and its tags, as answers hold them."""

from __future__ import annotations

from typing import Any

from models.decision import FactKind
from simulator.collector import shapes
from simulator.collector.reader import Fact, Reader


def policy_of(arn: str) -> Fact:
    return Fact(FactKind.RESOURCE_POLICY, arn)


def policies_of(reader: Reader, service: str) -> Fact:
    """The policies of all of a service's resources: what a list of them that is refused leaves unknown."""
    return Fact(FactKind.RESOURCE_POLICY, f"{reader.account}/{service}")


def add_policy(reader: Reader, arn: str, answer: dict[str, Any] | None, key: str = "Policy") -> None:
    """Add a resource with the policy in an answer; None: it was refused, so that nothing is known of it."""
    reader.builder.resource(arn, account=reader.account, policy=(answer or {}).get(key))
    if answer is not None:
        reader.builder.policy_was_read(arn)


def tags_of(tags: list[Any]) -> dict[str, str]:
    return shapes.tags_of([shapes.Tag.model_validate(tag) for tag in tags])

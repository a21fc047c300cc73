"""The function's configuration: layers, the key of its environment, its file systems."""

from __future__ import annotations

from collections.abc import Iterator

from models import arns
from models.decision import FactKind
from models.finding import Finding
from models.snapshot import Function
from simulator.diagnosis.found import held, not_held, of_requests
from simulator.edges.question import Question
from simulator.world.nodes import foresee
from simulator.world.world import World

GET_LAYER = "lambda:GetLayerVersion"
#: The states in which a key can be used. Source: AWS KMS Developer Guide, "Key states of AWS KMS keys".
_USABLE = ("Enabled", "Updating")


def findings(world: World, function: Function, question: Question) -> Iterator[Finding]:
    for layer in function.layers:
        if _is_of_others(layer, function):
            # A session of the owner's account stands for whoever configures the function: the layer's side decides.
            yield _layer(world, function, layer, question)
    if function.kms_key:
        yield from _key_state(world, function, function.kms_key)
    if function.file_systems:
        summary = "the function is in a VPC, as its file system asks for"
        if function.vpc:
            yield held("file-system-network", function.arn, summary)
        else:
            yield not_held("file-system-network", function.arn, "the function has a file system and is in no VPC")


def _is_of_others(layer: str, function: Function) -> bool:
    return arns.account_of(layer) not in (None, "", arns.account_of(function.arn))


def _layer(world: World, function: Function, layer: str, question: Question) -> Finding:
    root = f"arn:{arns.partition_of(function.arn)}:iam::{arns.account_of(function.arn)}:root"
    part = foresee(world, root, GET_LAYER, layer, question.given)
    return of_requests(
        "layer-access", layer, "the layer of another account, for whoever configures the function", (part,)
    )


def _key_state(world: World, function: Function, key: str) -> Iterator[Finding]:
    resource = world.resources.get(arns.key_arn(key, function.arn))
    state = resource.attributes.get("KeyState") if resource else None
    if state is None or world.lacking(FactKind.ATTRIBUTES, key):
        return
    report = held if state in _USABLE else not_held
    yield report("environment-key-state", key, f"the key that encrypts the environment is in the state {state}")

"""What the statements of a resource-based policy are about that say nothing of it.

Source: Lambda Developer Guide, "Viewing resource-based IAM policies in Lambda": alias and version are ARNs of their
own; KMS API Reference, "PutKeyPolicy".
"""

from __future__ import annotations

from typing import Any

import pytest

from models.change import AddStatement
from models.edge import Status
from simulator.answers.who_can import who_can
from simulator.changes import apply
from simulator.world import World
from tests.worlds import INVOKE, ONE, Builder, allow, function, user

F, G, DEV = function("f"), function("g"), user("dev")
SAYS_NO_RESOURCE: dict[str, Any] = allow(INVOKE, Principal={"AWS": DEV})


def callers(on: str, asked: str) -> set[tuple[str, Status, str]]:
    """Who may invoke what is asked about, with such a statement on something."""
    builder = Builder()
    builder.user(DEV)
    for name in (F, G):
        builder.function(name, versions=("1",), aliases={"live": "1"})
    world = World(apply(builder.snapshot(), [AddStatement(side="resource", holder=on, statement=SAYS_NO_RESOURCE)]))
    return {(found.principal, found.status, found.how) for found in who_can(world, INVOKE, asked).principals}


@pytest.mark.parametrize(
    "on, asked, found",
    [
        pytest.param(F, F, {(DEV, Status.ALLOWED, "direct")}, id="on the function, of the function"),
        pytest.param(F, f"{F}:live", set(), id="on the function, not of its alias"),
        pytest.param(F, f"{F}:1", set(), id="on the function, not of its version"),
        pytest.param(f"{F}:live", f"{F}:live", {(DEV, Status.ALLOWED, "direct")}, id="on an alias, of the alias"),
        pytest.param(f"{F}:live", F, {(DEV, Status.ALLOWED, "qualifier")}, id="on an alias, of the function by it"),
        pytest.param(f"{F}:live", f"{F}:1", set(), id="on an alias, not of its version"),
        pytest.param(F, G, set(), id="not of a function that has no policy"),
    ],
)
def test_a_statement_without_resource_is_about_what_its_policy_is_on(on: str, asked: str, found: set[Any]) -> None:
    assert callers(on, asked) == found


def test_the_same_document_on_two_functions_is_about_each() -> None:
    builder = Builder()
    builder.user(DEV)
    builder.function(F, SAYS_NO_RESOURCE)
    builder.function(G, SAYS_NO_RESOURCE)
    world = World(builder.snapshot())
    for asked in (F, G, F):
        assert [found.principal for found in who_can(world, INVOKE, asked).principals] == [DEV]


def test_a_statement_of_a_key_policy_without_resource_has_no_effect() -> None:
    key, says = f"arn:aws:kms:eu-west-1:{ONE}:key/k", allow("kms:Decrypt", Principal={"AWS": DEV})
    builder = Builder()
    builder.user(DEV)
    builder.resource(key, "kms:key", ONE, says)
    builder.resource(f"{key}2", "kms:key", ONE, says | {"Resource": "*"})
    world = World(builder.snapshot())
    assert [len(who_can(world, "kms:Decrypt", one).principals) for one in (key, f"{key}2")] == [0, 1]

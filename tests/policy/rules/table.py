"""Rows of the rule tests: a sentence of docs/engine.md, and the cases that hold the engine to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from models.context import Absent, Known, Open
from models.decision import Outcome
from models.errors import PolicyError
from models.policy import PolicyKind
from simulator.facts.traits import traits
from simulator.policy.parse import parse_policy
from tests.policy.builders import FUNCTION, INVOKE, USER, ask

ALLOWED, CONDITIONAL = Outcome.ALLOWED, Outcome.CONDITIONAL
IMPLICIT, EXPLICIT = Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY
READ = "it is read"


@dataclass(frozen=True)
class Case:
    """What the case is, what AWS's page says comes of it, and how to find out what the engine says."""

    said: str
    expected: object
    found: Callable[[], object]

    def holds(self) -> None:
        assert self.found() == self.expected


def rule(sentence: str, *cases: Case) -> pytest.MarkDecorator:
    """Run a test once for each case of a rule; ids begin with the rule's sentence.

    A rule that is only ever seen from one side is refused: an engine that always says yes would pass it.
    """
    sides = {_side(case.expected) for case in cases}
    assert len(sides) > 1, f"`{sentence}` needs a case that holds and one that doesn't"
    return pytest.mark.parametrize("case", [pytest.param(case, id=f"{sentence}: {case.said}") for case in cases])


def _side(expected: object) -> object:
    """Two answers that mean different things; two values of a key are two sides too."""
    return type(expected) if isinstance(expected, Open | Absent | Known) else repr(expected)


def case(said: str, expected: Outcome, principal: str = USER, **more: Any) -> Case:
    """A request as `tests.policy.builders.ask` takes it, with what AWS's references say of action and resource."""

    def found() -> Outcome:
        facts = traits(more.get("action", INVOKE), more.get("resource_arn", FUNCTION))
        return ask(principal, **({"traits": facts} | more)).outcome

    return Case(said, expected, found)


def place(body: object, kind: PolicyKind, *, strict: bool) -> str:
    """Where a document is refused, or that it is read."""
    try:
        parse_policy(body, kind, strict=strict)
    except PolicyError as error:
        refused = error
    else:
        return READ
    assert badly_said(refused.problem) == [], refused.problem
    return refused.place or "the whole"


#: Of AWS's words those that are always written so, and those that are plain words too.
NAMES = ("NotAction", "NotResource", "NotPrincipal", "RCPFullAWSAccess", "Sid", "ARN", "JSON", "RCP", "SCP", "VPC")
WORDS = (
    "Action",
    "Allow",
    "Condition",
    "Deny",
    "Effect",
    "Principal",
    "Resource",
    "Statement",
    "Version",
    "AWS",
    "Service",
    "Id",
)


def badly_said(problem: str) -> list[str]:
    """The words of an error that aren't as `models.errors` has them: lower case, but for AWS's own."""
    ours = re.sub(r"`[^`]*`|not JSON: .*|\"[^\"]*\"", "", problem)
    lower = {name.lower() for name in NAMES}
    words = re.findall(r"[A-Za-z]{2,}", ours)
    wrong = [word for word in words if word not in NAMES + WORDS and (word != word.lower() or word in lower)]
    return wrong + [end for end in (".", "\n") if ours.endswith(end)]


def strictly(said: str, expected: str, body: object, kind: PolicyKind = PolicyKind.IDENTITY) -> Case:
    """How a document is read that a person wrote for us."""
    return Case(said, expected, lambda: place(body, kind, strict=True))


def tolerantly(said: str, expected: str, body: object, kind: PolicyKind = PolicyKind.IDENTITY) -> Case:
    """How a document is read that was collected."""
    return Case(said, expected, lambda: place(body, kind, strict=False))

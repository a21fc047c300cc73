"""Laws of what is conditional: a completion of the open keys, decided with them known, says what the residual says.

The evaluator of `when` here is its own: it knows nothing of the engine's.
"""

from __future__ import annotations

import fnmatch
import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models.context import Absent, Known, Open, State
from models.decision import Layer, Outcome
from models.request import RequesterKind
from simulator.policy.lacks import lacks
from tests.policy.builders import analysis, ask
from tests.strategies import DOMAIN, KEYS, requests, turning

Completion = Mapping[str, str | None]


def completions(values: tuple[str | None, ...]) -> Iterator[dict[str, str | None]]:
    for chosen in itertools.product(values, repeat=len(KEYS)):
        yield dict(zip(KEYS, chosen, strict=True))


def says(when: Mapping[str, Any], keys: Completion) -> bool:
    """Evaluate a residual's `when`, for keys with one value each (None: absent)."""
    if "all" in when:
        return all(says(part, keys) for part in when["all"])
    if "any" in when:
        return any(says(part, keys) for part in when["any"])
    if "not" in when:
        return not says(when["not"], keys)
    operator, got = when["operator"], keys.get(when["key"])
    if operator == "Null":
        return any((value == "true") is (got is None) for value in when["values"])
    name = operator.removesuffix("IfExists")
    if got is None:
        return "IfExists" in operator or "Not" in name
    matched = any(_like(filled, got, "Like" in name) for value in when["values"] for filled in _filled(value, keys))
    return matched is not ("Not" in name)


def _filled(value: str, keys: Completion) -> list[str]:
    """The value with its variables replaced; none without a value."""
    found = re.fullmatch(r"\$\{(\w+)(?:, '(\w+)')?\}", value)
    if not found:
        return [value]
    text = keys.get(found[1]) or found[2]
    return [text] if text else []


def _like(pattern: str, got: str, wild: bool) -> bool:
    return fnmatch.fnmatchcase(got, pattern) if wild else pattern == got


def states(keys: Completion) -> dict[str, State]:
    return {key: Absent() if value is None else Known((value,)) for key, value in keys.items()}


CLOSED = {key: Open(domain=DOMAIN) for key in KEYS}
WIDE = dict.fromkeys(KEYS, Open())
#: Enough values to tell all conditions of the strategies apart, one that suits none among them.
SEVERAL = ("v", "w", "u", "vv", "v*", "?", "${l}", "${k, 'v'}", "other", "f", "f:live", None)


@given(turning() | requests())
def test_conditional_if_and_only_if_completions_differ(request: dict[str, Any]) -> None:
    outcomes = {ask(**request, states=states(keys)).outcome for keys in completions((*DOMAIN, None))}
    got = ask(**request, states=CLOSED).outcome
    if got is Outcome.CONDITIONAL:
        assert Outcome.ALLOWED in outcomes
        assert len(outcomes) > 1
    elif got is Outcome.ALLOWED:
        assert outcomes == {Outcome.ALLOWED}
    else:
        assert Outcome.ALLOWED not in outcomes
        assert (got is Outcome.EXPLICIT_DENY) is (outcomes == {Outcome.EXPLICIT_DENY})


@given(turning() | requests())
def test_nothing_known_of_a_key_is_as_every_value_of_it(request: dict[str, Any]) -> None:
    found = {ask(**request, states=states(keys)).outcome is Outcome.ALLOWED for keys in completions(SEVERAL)}
    got = ask(**request, states=WIDE).outcome
    assert (got is Outcome.CONDITIONAL) is (found == {True, False})
    assert (got is Outcome.ALLOWED) is (found == {True})


@given(turning() | requests())
def test_the_residual_says_what_each_completion_gives(request: dict[str, Any]) -> None:
    residual = ask(**request, states=WIDE).residual
    if residual is None:
        return
    for keys in completions(SEVERAL):
        given_ = ask(**request, states=states(keys)).outcome is Outcome.ALLOWED
        assert says(residual.when, keys) is given_, (residual.when, keys)


@given(turning() | requests())
def test_witnesses_are_what_they_say(request: dict[str, Any]) -> None:
    residual = ask(**request, states=WIDE).residual
    if residual is None:
        return
    rest = dict.fromkeys(KEYS, "other")
    for witness, expected in ((residual.allowed_with, True), (residual.denied_with, False)):
        keys = {**rest, **witness}
        assert (ask(**request, states=states(keys)).outcome is Outcome.ALLOWED) is expected
        assert says(residual.when, keys) is expected


@given(requests() | turning(), st.sampled_from((*DOMAIN, None)), st.sampled_from((*DOMAIN, None)))
def test_what_lacks_mends(request: dict[str, Any], k: str | None, l: str | None) -> None:  # noqa: E741 - the key's name
    known = states({"k": k, "l": l})
    before = analysis(**request, states=known)
    if ask(**request, states=known).outcome is not Outcome.IMPLICIT_DENY:
        assert lacks(before) == ()
        return
    found = lacks(before)
    assert found
    assert ask(**mended(request, found), states=known).outcome is Outcome.ALLOWED
    for least in itertools.combinations(found, len(found) - 1):
        assert ask(**mended(request, least), states=known).outcome is not Outcome.ALLOWED


def mended(request: dict[str, Any], found: Any) -> dict[str, Any]:
    """The request with an unconditional Allow in each layer that lacks one, naming the caller."""
    caller = analysis(**request).request.requester
    named: Any = {"AWS": caller.role or caller.user or caller.name}
    if caller.kind is RequesterKind.SERVICE:
        named = {"Service": caller.name}
    elif caller.kind is RequesterKind.ANONYMOUS:
        named = "*"
    grant = {"Effect": "Allow", "Action": "*", "Resource": request["resource_arn"]}
    changed = {**request, "scps": [list(level or []) for level in request.get("scps", ())]}
    for lack in found:
        if lack.layer is Layer.SCP:
            changed["scps"][lack.level].append(grant)
            continue
        side = {Layer.VPC_ENDPOINT: "endpoint"}.get(lack.layer, lack.layer.value)
        more = {**grant, "Principal": named} if side in ("resource", "endpoint") else grant
        changed[side] = [*(changed.get(side) or []), more]
    return changed

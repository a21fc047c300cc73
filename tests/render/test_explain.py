"""The tree of a decision: what stands on which line, and what is left out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from models.answer import (
    CanAnswer,
    CitationAnswer,
    ExplanationAnswer,
    FactAnswer,
    GrantAnswer,
    NearMissAnswer,
    ResidualAnswer,
    SideAnswer,
)
from models.decision import Nearness
from simulator.render import explain, text
from simulator.render.lines import MOST_NEAR, near_misses
from simulator.render.names import Names

DEV = "arn:aws:iam::111111111111:user/dev"
GROUP = "arn:aws:iam::111111111111:group/developers"
ORDERS = "arn:aws:lambda:eu-west-1:222222222222:function:orders:live"
NAMES = Names({"111111111111": "partner", "222222222222": None})
RESIDUAL = ResidualAnswer(text="allowed if k is v", when={}, allowed_with={"k": "v"}, denied_with={"k": None})


def cited(
    policy: str = "p", holder: str | None = DEV, effect: Any = "Allow", layer: str = "identity"
) -> CitationAnswer:
    return CitationAnswer(layer=layer, policy=policy, holder=holder, statement="S", effect=effect)


def missed(number: int = 1, **changes: Any) -> NearMissAnswer:
    fields: dict[str, Any] = {
        "layer": "identity",
        "policy": f"p{number}",
        "holder": DEV,
        "statement": "S",
        "failed": "resource",
        "wanted": "w",
        "got": "g",
        "nearness": "name",
    }
    return NearMissAnswer(**(fields | changes))


def grant(side: Any, holder: str) -> GrantAnswer:
    return GrantAnswer(
        account="111111111111",
        side=side,
        holder=holder,
        principal=DEV,
        action="lambda:InvokeFunction",
        resource=ORDERS,
        condition=None,
        statement={},
    )


def one(layer: str, decision: Any, holder: str | None = DEV, **changes: Any) -> SideAnswer:
    fields: dict[str, Any] = {"policies": ("p",), "because": (), "near_misses": (), "gaps": ()}
    return SideAnswer(layer=layer, holder=holder, decision=decision, **(fields | changes))


def answer(decision: Any, *sides: SideAnswer, **changes: Any) -> CanAnswer:
    fields: dict[str, Any] = {
        "principal": DEV,
        "action": "lambda:InvokeFunction",
        "resource": ORDERS,
        "because": (),
        "layers": {side.layer: side.decision for side in sides},
        "near_misses": (),
        "residual": None,
        "gaps": (),
        "missing": (),
        "assumes": (),
        "caller": DEV,
        "explanation": ExplanationAnswer(sides=sides),
    }
    return CanAnswer(decision=decision, **(fields | changes))


def shown(found: CanAnswer, width: int = 100, encoding: str = "utf-8") -> list[str]:
    return [line.plain for line in explain.can(found, NAMES, width, encoding)]


def test_the_outcome_stands_first() -> None:
    found = answer("allowed", one("identity", "allowed", because=(cited(),)))
    assert shown(found) == [
        "YES  dev may lambda:InvokeFunction on orders:live",
        "└── + identity-based policy of user dev: allowed",
        "    └── Allow  policy p, statement S",
    ]


def test_a_group_s_statement_names_the_group() -> None:
    managed = "arn:aws:iam::aws:policy/AWSLambdaRole"
    found = answer("allowed", one("identity", "allowed", because=(cited(managed, GROUP),)))
    assert shown(found)[2] == "    └── Allow  managed policy AWSLambdaRole, statement S, of group developers"


@pytest.mark.parametrize(
    "decision, sides, missing, line",
    [
        pytest.param(
            "allowed",
            (one("resource", "implicitDeny", ORDERS),),
            (),
            "  resource-based policy of function orders:live: no allow, none is needed",
            id="it needn't allow",
        ),
        pytest.param("allowed", (one("resource", "implicitDeny", ORDERS, policies=()),), (), None, id="there is none"),
        pytest.param(
            "implicitDeny",
            (one("resource", "implicitDeny", ORDERS),),
            (grant("resource", ORDERS),),
            "- resource-based policy of function orders:live: implicit deny, it has to allow it",
            id="it has to allow",
        ),
        pytest.param(
            "implicitDeny",
            (one("identity", "implicitDeny", policies=()),),
            (grant("identity", DEV),),
            "- identity-based policy of user dev: there is none, it has to allow it",
            id="there is none, and has to be",
        ),
        pytest.param(
            "implicitDeny",
            (one("resource", "implicitDeny", ORDERS),),
            (grant("boundary", DEV),),
            "  resource-based policy of function orders:live: no allow, none is needed",
            id="another side lacks",
        ),
        pytest.param(
            "explicitDeny",
            (one("boundary", "explicitDeny", because=(cited(effect="Deny"),)),),
            (),
            "x permissions boundary of user dev: explicit deny",
            id="it denies",
        ),
        pytest.param(
            "unknown", (one("session", "unknown"),), (), "? session policy of user dev: unknown", id="unknown"
        ),
        pytest.param(
            "conditional",
            (one("vpc_endpoint", "conditional", None),),
            (),
            "~ VPC endpoint policy: conditional",
            id="endpoint",
        ),
    ],
)
def test_what_a_side_s_word_is(
    decision: Any, sides: tuple[SideAnswer, ...], missing: tuple[GrantAnswer, ...], line: str | None
) -> None:
    found = shown(answer(decision, *sides, missing=missing))
    if line is None:
        assert len(found) == 1
    else:
        assert found[1][4:] == line


def test_the_level_that_lacks_is_the_one_that_has_to_allow() -> None:
    levels = (one("scp", "allowed", "r-1"), one("scp", "implicitDeny", "ou-1"), one("scp", "allowed", "111111111111"))
    found = answer("implicitDeny", *levels, layers={"scp": "implicitDeny"}, missing=(grant("scp", "ou-1"),))
    assert shown(found)[1:6] == [
        "├── - service control policies: implicit deny",
        "│   ├── + on r-1: allowed",
        "│   ├── - on ou-1: implicit deny, it has to allow it",
        "│   │   └── no statement comes near: policy p",
        "│   └── + on account 111111111111 (partner): allowed",
    ]


def test_resource_control_policies_have_levels_too() -> None:
    levels = (
        one("rcp", "allowed", "r-1"),
        one("rcp", "explicitDeny", "ou-1", because=(cited(effect="Deny", layer="rcp"),)),
    )
    found = shown(
        answer("explicitDeny", *levels, layers={"rcp": "explicitDeny"}, because=(cited(effect="Deny", layer="rcp"),))
    )
    assert found[1] == "├── x resource control policies: explicit deny"
    assert found[2:4] == ["│   ├── + on r-1: allowed", "│   └── x on ou-1: explicit deny"]


def test_near_misses_say_what_was_wanted_and_what_came() -> None:
    misses = (missed(failed="condition", nearness="condition", wanted="StringEquals k v", got="absent"), missed(2))
    found = shown(answer("implicitDeny", one("identity", "implicitDeny", near_misses=misses)))
    assert found[2:8] == [
        "│   ├── nearly  policy p1, statement S: its condition fails",
        "│   │     wants  StringEquals k v",
        "│   │     got    absent",
        "│   └── nearly  policy p2, statement S: its resource fails: another name",
        "│         wants  w",
        "│         got    g",
    ]


def test_of_many_near_misses_the_nearest_are_told() -> None:
    misses = tuple(missed(number) for number in range(10))
    found = "\n".join(shown(answer("implicitDeny", one("identity", "implicitDeny", near_misses=misses))))
    assert found.count("nearly") == MOST_NEAR
    assert f"{10 - MOST_NEAR} more come less near" in found
    plain = "\n".join(line.plain for line in near_misses(misses, NAMES, 2))
    assert plain.count("wants") == MOST_NEAR
    assert f"{10 - MOST_NEAR} more come less near (--format json lists them)" in plain


def test_each_side_has_its_share_of_near_misses_in_the_text() -> None:
    misses = [missed(number, layer=layer) for number in range(MOST_NEAR) for layer in ("identity", "resource")]
    plain = "\n".join(line.plain for line in near_misses(misses, NAMES, 2))
    assert plain.count("wants") == 2 * MOST_NEAR
    assert "less near" not in plain


def test_every_nearness_is_said() -> None:
    said = {explain.missed_in(missed(nearness=nearness.value)) for nearness in Nearness}
    # One condition needs no more words than that it fails.
    assert "" in said
    assert len(said) == len(Nearness)


def test_a_residual_and_what_was_not_read_stand_in_the_tree() -> None:
    fact, other = (FactAnswer(what="tags", about=about, reason="r") for about in ("arn:a", "arn:b"))
    sides = (one("resource", "unknown", ORDERS, gaps=(fact,)),)
    found = shown(answer("unknown", *sides, gaps=(fact, other), assumes=(other,), residual=RESIDUAL))
    assert found[1:] == [
        "├── allowed if k is v",
        "├── for instance with k = v",
        "├── ? resource-based policy of function orders:live: unknown",
        "│   └── not read: the tags of arn:a: r",
        "├── not read: the tags of arn:b: r",
        "└── assumes no tags on arn:b: r",
    ]


def test_what_nothing_mends_says_why() -> None:
    found = answer("implicitDeny", one("identity", "allowed"), impossible="AWS alone changes it")
    assert "├── no statement mends it: AWS alone changes it" in shown(found)
    assert "no statement mends it: AWS alone changes it" in [line.plain for line in text.can(found, NAMES)]


def test_the_text_says_what_aws_says() -> None:
    lines = [line.plain for line in text.can(answer("implicitDeny", missing=(grant("identity", DEV),)), NAMES)]
    assert lines[4] == (
        f"  AWS says   User: {DEV} is not authorized to perform: lambda:InvokeFunction on resource: {ORDERS} "
        "because no identity-based policy allows the lambda:InvokeFunction action"
    )


def test_a_terminal_without_unicode_gets_plain_guides() -> None:
    found = shown(answer("allowed", one("identity", "allowed", because=(cited(),))), encoding="ascii")
    assert found[1:] == ["`-- + identity-based policy of user dev: allowed", "    `-- Allow  policy p, statement S"]


@given(st.text(max_size=60), st.integers(40, 160))
def test_whatever_the_names_the_lines_fit_and_a_terminal_obeys_nothing(name: str, width: int) -> None:
    side = one(
        "identity",
        "implicitDeny",
        because=(cited(name, name),),
        near_misses=(missed(policy=name, holder=name, wanted=name, got=name),),
        policies=(name,),
        holder=name,
    )
    lines = shown(answer("implicitDeny", side, principal=name, resource=name, caller=name), width)
    assert max(map(cell_len, lines)) <= width
    assert "\x1b" not in "".join(lines)
    assert "\n" not in "".join(lines)

"""Changes as text, as an address holds them, and in a sentence; what they open and close as rows."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.answer import OpenedAnswer, WhatIfAnswer
from models.change import KINDS, AddStatement, AttachPolicy, Change
from models.errors import InputError
from simulator import scenario
from simulator.answers.changed_graph import changed_graph
from simulator.answers.what_if import what_if
from simulator.scenario import library
from simulator.world import World
from tests.ui.conftest import DEV, INVOKER, OURS, PARTNER, PIPELINE
from ui import changed, supposed

EVERY = [
    change
    for name in library.names()
    for asked in scenario.load(library.embedded(name)).questions.supposed
    for change in asked.changes
]
NAMES = {PARTNER: "partner", OURS: "ours"}
TRUSTED = AddStatement(
    side="trust",
    holder=INVOKER,
    statement={"Effect": "Allow", "Principal": {"AWS": PIPELINE}, "Action": "sts:AssumeRole"},
)


def test_every_kind_of_change_is_among_those_of_the_library() -> None:
    assert {change.change for change in EVERY} == set(KINDS)


def test_every_change_comes_back_from_text_and_from_an_address() -> None:
    changes = tuple(EVERY)
    assert supposed.read(supposed.text_of(changes)) == changes
    assert supposed.decoded(supposed.code_of(changes)) == changes


@given(st.lists(st.text(max_size=8), min_size=1, max_size=3))
def test_any_text_comes_back_from_text_and_from_an_address(words: list[str]) -> None:
    printable = [word.encode("utf-8", "ignore").decode() for word in words]
    statement = {"Effect": "Allow", "Action": printable, "Resource": {word: word for word in printable}}
    changes = (AddStatement(side="identity", holder=DEV, statement=statement),)
    assert supposed.decoded(supposed.code_of(changes)) == changes
    assert supposed.read(supposed.text_of(changes)) == changes


def test_no_change_is_no_text_and_no_code() -> None:
    assert supposed.text_of(()) == supposed.code_of(()) == ""
    assert supposed.read(" \n") == ()


def code(value: object) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(value).encode())).decode()


@pytest.mark.parametrize(
    "link",
    [
        pytest.param("!", id="no base64"),
        pytest.param(base64.urlsafe_b64encode(b"x").decode(), id="not packed"),
        pytest.param(code([])[:-6], id="cut"),
        pytest.param(code({}), id="no list"),
        pytest.param(code([{"change": "attach_policy"}]), id="a field left out"),
        pytest.param(code([{"change": "no_such"}]), id="a kind that there isn't"),
        pytest.param(code(" " * 5_000_000), id="one that unfolds without end"),
    ],
)
def test_a_link_that_holds_no_changes_is_one_line(link: str) -> None:
    with pytest.raises(InputError, match="the changes in this link can't be read"):
        supposed.decoded(link)


@pytest.mark.parametrize("change", [pytest.param(one, id=f"{at}-{one.change}") for at, one in enumerate(EVERY)])
def test_every_change_is_said_in_one_line(change: Change) -> None:
    said = supposed.sentence(change)
    assert said[:1].isupper()
    assert "\n" not in said


def test_which_change_cannot_be_made_is_told() -> None:
    world = World(scenario.load(library.embedded(library.DEMO)).snapshot)
    nobody = AttachPolicy(holder="nobody", policy="AWSLambda_FullAccess")
    assert supposed.refused(world, (TRUSTED,)) is None
    number, why = supposed.refused(world, (TRUSTED, nobody, TRUSTED)) or (None, "")
    assert number == 1
    assert "`nobody`" in why


def test_a_row_knows_its_way_in_the_picture() -> None:
    world = World(scenario.load(library.embedded(library.DEMO)).snapshot)
    answer = what_if(world, (TRUSTED,))
    graph = changed_graph(world, (TRUSTED,), answer)
    rows = {(row.source, row.target): row for row in changed.rows(answer, NAMES, unfold=True)}
    row = rows["user dev", "function orders:live"]
    assert (row.change, row.account, row.via) == ("opens", "partner", "pipeline → invoker")
    assert len(changed.edges_of(row, graph)) == 3


def opened(source: str) -> OpenedAnswer:
    return OpenedAnswer(source=source, target=INVOKER, kind="assumes", before="missing", after="allowed", via=())


def test_principals_of_a_kind_are_one_row_until_they_are_unfolded() -> None:
    roles = tuple(opened(f"arn:aws:iam::{PARTNER}:role/r{at}") for at in range(5))
    answer = WhatIfAnswer(changes=(), opens=roles, closes=())
    (row,) = changed.rows(answer, NAMES, unfold=False)
    assert row.source == "5 roles: r0, r1, r2, …"
    assert len(row.hops) == 5
    assert changed.can_be_unfolded(answer)
    assert len(changed.rows(answer, NAMES, unfold=True)) == 5


@pytest.mark.parametrize(
    "opens, closes, words",
    [
        (0, 0, "With 2 changes, nothing opens and nothing closes"),
        (1, 0, "With 2 changes, 1 pair opens"),
        (2, 1, "With 2 changes, 2 pairs open and 1 pair closes"),
        (0, 3, "With 2 changes, 3 pairs close"),
    ],
    ids=["nothing", "one opens", "both", "some close"],
)
def test_the_headline_counts(opens: int, closes: int, words: str) -> None:
    answer = WhatIfAnswer(changes=(), opens=(opened(DEV),) * opens, closes=(opened(DEV),) * closes)
    assert changed.headline(2, answer).text == words

"""The forms of changes: every kind has one, and what each makes is what a changes file would hold."""

from __future__ import annotations

import pytest

from models.change import KINDS, AddStatement, Change, RemoveStatement, SetFeature, named
from models.errors import PermgraphError
from models.snapshot import Snapshot
from simulator import scenario
from simulator.changes import apply
from simulator.scenario import library
from simulator.scenario.changes_file import plain
from simulator.world import World
from tests.ui.conftest import DEV, INBOX, INVOKER, ORDERS, ORDERS_ROLE, PIPELINE
from ui import nameable
from ui.kinds import FORMS, Form

LAMBDA_ROLE = "arn:aws:iam::aws:policy/service-role/AWSLambdaRole"


@pytest.fixture(name="world")
def _world(snapshot: Snapshot) -> World:
    return World(snapshot)


def test_every_kind_of_change_has_a_form_with_all_its_fields() -> None:
    assert set(KINDS) <= set(FORMS)
    for kind, shape in KINDS.items():
        assert [field.name for field in FORMS[kind].fields] == [name for name in shape.model_fields if name != "change"]


def test_no_two_forms_are_called_the_same() -> None:
    assert len({form.label for form in FORMS.values()}) == len(FORMS)


def test_the_commonest_come_first() -> None:
    first = ["Add a permission", "Trust somebody with a role", "Let somebody invoke a function", "Remove a statement"]
    assert [form.label for form in FORMS.values()][:4] == first


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_field_that_names_something_offers_the_names_of_that_kind(kind: str) -> None:
    """Every kind of thing is somewhere in the library, and its name is offered where a change may have it."""
    offered = {field.name for field in FORMS[kind].fields if field.filled == "pick"}
    assert offered == set(named(KINDS[kind]))


@pytest.mark.parametrize(
    "file", [pytest.param(name, id=name) for name in library.names() if name.startswith("what-if-")]
)
def test_the_names_in_every_what_if_of_the_library_are_offered(file: str) -> None:
    loaded = scenario.load(library.embedded(file))
    for supposed in loaded.questions.supposed:
        snapshot = loaded.snapshot
        for change in supposed.changes:
            world = World(snapshot)
            values = {field: str(value) for field, value in plain(change).items()}
            for field in FORMS[change.change].fields:
                if field.filled == "pick" and field.name in values:
                    assert values[field.name] in field.choices(world, values), (change.change, field.name)
            snapshot = apply(snapshot, (change,))


@pytest.mark.parametrize(
    "name, values, expected",
    [
        pytest.param(
            "allow",
            {"effect": "Allow", "principal": DEV, "action": "lambda:InvokeFunction", "resource": ORDERS},
            AddStatement(
                side="identity",
                holder=DEV,
                statement={"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": ORDERS},
            ),
            id="a permission",
        ),
        pytest.param(
            "allow",
            {"effect": "Deny", "principal": DEV, "action": "lambda:*", "resource": "*"},
            AddStatement(
                side="identity", holder=DEV, statement={"Effect": "Deny", "Action": "lambda:*", "Resource": "*"}
            ),
            id="a refusal",
        ),
        pytest.param(
            "trust",
            {"role": INVOKER, "principal": PIPELINE, "external_id": "x1"},
            AddStatement(
                side="trust",
                holder=INVOKER,
                statement={
                    "Effect": "Allow",
                    "Principal": {"AWS": PIPELINE},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": "x1"}},
                },
            ),
            id="trust",
        ),
        pytest.param(
            "permit",
            {"function": f"{ORDERS}:live", "principal": "service:sns.amazonaws.com", "SourceArn": INBOX},
            AddStatement(
                side="resource",
                holder=f"{ORDERS}:live",
                statement={
                    "Effect": "Allow",
                    "Principal": {"Service": "sns.amazonaws.com"},
                    "Action": "lambda:InvokeFunction",
                    "Resource": f"{ORDERS}:live",
                    "Condition": {"ArnLike": {"AWS:SourceArn": INBOX}},
                },
            ),
            id="who may invoke",
        ),
        pytest.param(
            "remove",
            {"holder": f"{ORDERS}:live", "statement": "inbox"},
            RemoveStatement(side="resource", holder=f"{ORDERS}:live", sid="inbox"),
            id="a statement by its Sid",
        ),
        pytest.param(
            "add_statement",
            {"side": "trust", "holder": INVOKER, "statement": '{"Effect": "Deny", "Principal": "*", "Action": "*"}'},
            AddStatement(side="trust", holder=INVOKER, statement={"Effect": "Deny", "Principal": "*", "Action": "*"}),
            id="a statement as JSON",
        ),
        pytest.param(
            "set_feature",
            {"function": ORDERS, "feature": "snap_start", "value": "true"},
            SetFeature(function=ORDERS, feature="snap_start", value=True),
            id="a feature switched on",
        ),
        pytest.param(
            "set_feature",
            {"function": ORDERS, "feature": "layers", "value": "[a, b]"},
            SetFeature(function=ORDERS, feature="layers", value=("a", "b")),
            id="a feature of several",
        ),
    ],
)
def test_a_form_makes_the_change_that_a_file_would_hold(
    name: str, values: dict[str, str], expected: Change, world: World
) -> None:
    assert FORMS[name].make(world, values) == expected


def test_a_statement_is_chosen_from_those_there_are(world: World) -> None:
    form = FORMS["remove"]
    (chosen,) = _choices(form, "statement", world, {"holder": PIPELINE})[:1]
    assert chosen.startswith("use-invoker, #1: Allow sts:AssumeRole on role invoker")
    made = form.make(world, {"holder": PIPELINE, "statement": chosen})
    assert made == RemoveStatement(side="identity", holder=PIPELINE, sid="#1", policy="use-invoker")
    assert _choices(form, "holder", world, {}) == [PIPELINE, INVOKER, ORDERS_ROLE, DEV, f"{ORDERS}:live"]
    assert _choices(form, "statement", world, {"holder": "nobody"}) == []


def _choices(form: Form, name: str, world: World, values: dict[str, str | None]) -> list[str]:
    return list(next(field for field in form.fields if field.name == name).choices(world, values))


@pytest.mark.parametrize(
    "name, values, problem",
    [
        pytest.param("allow", {"principal": DEV}, "Action is missing", id="left out"),
        pytest.param("attach_policy", {"holder": DEV}, "Policy is missing", id="left out of a generated one"),
        pytest.param("add_statement", {"side": "identity", "holder": DEV, "statement": "{"}, "not YAML", id="no JSON"),
        pytest.param("add_statement", {"side": "identity", "holder": DEV, "statement": "x"}, "Statement: ", id="text"),
        pytest.param("trust", {"role": INVOKER, "principal": "nobody"}, "`nobody`", id="a name that nobody has"),
    ],
)
def test_what_cannot_be_a_change_is_said_in_one_line(
    name: str, values: dict[str, str | None], problem: str, world: World
) -> None:
    with pytest.raises(PermgraphError) as caught:
        FORMS[name].make(world, values)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "statement, words",
    [
        ({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, "Allow s3:* on *"),
        (
            {"Effect": "Deny", "NotAction": ["a:b", "c:d", "e:f"], "Resource": "*"},
            "Deny all but a:b, c:d and 1 more on *",
        ),
        (
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": PIPELINE}, "Condition": {"Bool": {}}},
            "Allow sts:AssumeRole for role pipeline, on a condition",
        ),
        (None, "a statement"),
    ],
    ids=["plain", "the other way round", "of a trust policy", "none"],
)
def test_a_statement_in_a_few_words(statement: object, words: str) -> None:
    assert nameable.said(statement) == words

"""Hypothesis strategies for policies and requests that collide: few names, so that things match, overlap and repeat."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.policy.builders import A, B

#: Text over so few characters that patterns and values meet; line feed, surrogate and non-ASCII among them.
LETTERS = "aB:/*?.-$\n\ud800é"
texts = st.text(LETTERS, max_size=9)
patterns = st.text("ab:*?", max_size=9)
values = st.text("ab:", max_size=9)

ACTIONS = ("lambda:InvokeFunction", "lambda:GetFunction", "lambda:*", "*", "lambda:Invoke?unction", "s3:*")
FUNCTIONS = tuple(f"arn:aws:lambda:eu-west-1:{B}:function:{name}" for name in ("f", "f:live", "*", "${k}", "?"))
PRINCIPALS = (
    f"arn:aws:iam::{B}:user/dev",
    f"arn:aws:iam::{B}:role/worker",
    f"arn:aws:sts::{B}:assumed-role/worker/me",
    f"arn:aws:iam::{B}:root",
    f"arn:aws:iam::{A}:user/dev",
    f"arn:aws:iam::{A}:role/worker",
    f"arn:aws:sts::{B}:federated-user/bob",
    "s3.amazonaws.com",
    "*",
)
IN_POLICY: tuple[Any, ...] = (
    "*",
    {"AWS": "*"},
    {"AWS": A},
    {"AWS": B},
    *({"AWS": arn} for arn in PRINCIPALS if arn.startswith("arn:")),
    {"Service": "s3.amazonaws.com"},
)

#: Keys with the only values they are given, so that every completion can be listed.
DOMAIN = ("v", "w")
KEYS = ("k", "l")
OPERATORS = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIfExists")


def conditions() -> st.SearchStrategy[dict[str, Any]]:
    """Conditions on `k` and `l`, some with the other key as a variable."""
    wanted = st.lists(st.sampled_from(("v", "w", "u", "v*", "?", "${l}", "${k, 'v'}")), min_size=1, max_size=2)
    test = st.dictionaries(st.sampled_from(KEYS), wanted, min_size=1, max_size=2)
    null = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(("true", "false")), min_size=1, max_size=1)
    return st.one_of(
        st.just({}),
        st.dictionaries(st.sampled_from(OPERATORS), test, min_size=1, max_size=2),
        st.builds(lambda keys: {"Null": keys}, null),
    )


@st.composite
def statements(
    draw: st.DrawFn, principals: bool = False, effects: tuple[str, ...] = ("Allow", "Deny")
) -> dict[str, Any]:
    """A statement; Sids collide."""
    body: dict[str, Any] = {"Effect": draw(st.sampled_from(("Allow", "Deny")))}
    body[draw(st.sampled_from(("Action", "Action", "NotAction")))] = draw(_some(ACTIONS))
    body[draw(st.sampled_from(("Resource", "Resource", "NotResource")))] = draw(_some((*FUNCTIONS, "*")))
    if found := draw(conditions()):
        body["Condition"] = found
    if sid := draw(st.sampled_from(("", "One", "Two"))):
        body["Sid"] = sid
    if principals:
        names = ("Principal",) if body["Effect"] == "Allow" else ("Principal", "Principal", "NotPrincipal")
        body[draw(st.sampled_from(names))] = draw(st.sampled_from(IN_POLICY))
    return body


def _some(items: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(items), min_size=1, max_size=2)


def policies(principals: bool = False) -> st.SearchStrategy[list[dict[str, Any]] | None]:
    return st.none() | st.lists(statements(principals), max_size=3)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """What `tests.policy.builders.ask` takes: a caller, a resource and every kind of policy."""
    return {
        "principal": draw(st.sampled_from(PRINCIPALS)),
        "action": draw(st.sampled_from(ACTIONS[:2])),
        "resource_arn": draw(st.sampled_from(FUNCTIONS[:2])),
        "identity": draw(policies()),
        "boundary": draw(policies()),
        "session": draw(policies()),
        "resource": draw(policies(principals=True)),
        "scps": draw(st.lists(policies(), max_size=2)),
        "endpoint": draw(st.none() | policies(principals=True)),
    }


@st.composite
def turning(draw: st.DrawFn) -> dict[str, Any]:
    """A request whose statements all match but for their conditions, so that the answer mostly turns on the keys."""
    likely = st.builds(
        lambda effect, resource, found: {"Effect": effect, "Action": "*", "Resource": resource, "Condition": found},
        st.sampled_from(("Allow", "Allow", "Deny")),
        st.sampled_from(("*", "*", FUNCTIONS[3])),
        conditions().filter(bool),
    )
    some = st.lists(likely, min_size=1, max_size=3)
    return {
        "principal": PRINCIPALS[0],
        "resource_arn": f"{FUNCTIONS[0][:-1]}v",
        "identity": draw(some),
        "boundary": draw(st.none() | some),
    }


NAMES = ("Version", "Statement", "Effect", "Action", "Resource", "Principal", "Condition", "AWS", "Null", "Bool", 5)

#: Whatever JSON, YAML or a careless program may hand over as a document.
junk: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(4, 6).map(lambda size: 10 ** (1_000 * size))
    | st.floats()
    | texts
    | st.sampled_from(("Allow", "Deny", "*", "2012-10-17", "StringEquals", "ForAnyValue:", "Null", "AWS", B)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    "Version",
                    "Statement",
                    "Effect",
                    "Action",
                    "Resource",
                    "Principal",
                    "Condition",
                    "AWS",
                    "Null",
                    "Bool",
                    5,
                )
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)

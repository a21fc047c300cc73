"""Hypothesis strategies for policies and requests that collide: few names, so that things match, overlap and repeat."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from tests.policy.builders import (
    FEDERATED,
    FUNCTION,
    INVOKE,
    KEY,
    OTHER_ROLE,
    OTHER_SESSION,
    OTHER_USER,
    ROLE,
    ROOT,
    SESSION,
    TARGET_ROLE,
    USER,
    A,
    B,
)

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


#: One key of each type, with values that collide and lie on, beside and between one another's bounds; `m` has several.
TYPED: dict[str, tuple[str, ...]] = {
    "k": ("v", "w", "V", "v*", "", "vw"),
    "l": ("v", "w", "vw", "*"),
    "aws:N": ("1", "2", "2.0", "1.5", "-1"),
    "d": ("2026-01-01T00:00:00Z", "1767225600", "2026-01-02", "2025-06-01T00:00:00Z"),
    "ip": ("10.0.0.1", "10.0.0.0", "10.128.0.1", "192.0.2.1", "2001:db8::1"),
    "b": ("true", "false"),
    "a": ("arn:aws:s3:::v", "arn:aws:s3:::v/w", "arn:aws:sns:eu-west-1:222222222222:v", "v"),
    "m": ("v", "w", "vw"),
}
_PATTERNS = ("v", "w", "V", "v*", "?", "*", "", "${l}", "${l}*", "${k, 'v'}", "${*}", "*w")
_ARNS = ("arn:aws:s3:::v", "arn:aws:s3:::*", "arn:aws:s*:*:*:v", "arn:*:*:*:*:v?w", "arn:aws:s3:::${l}", "*")
_BLOCKS = ("10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9", "10.0.0.1", "2001:db8::/32", "0.0.0.0/0")
_ORDERED = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_STRINGS = ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike")

#: For each key the operators that suit it, and values to compare it with.
SUITABLE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "k": (tuple(f"String{name}" for name in _STRINGS), _PATTERNS),
    "l": (("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"), ("v", "w", "*w", "v?", "${k}")),
    "aws:N": (tuple(f"Numeric{name}" for name in _ORDERED), TYPED["aws:N"]),
    "d": (tuple(f"Date{name}" for name in _ORDERED), TYPED["d"]),
    "ip": (("IpAddress", "NotIpAddress"), _BLOCKS),
    "b": (("Bool",), ("true", "false", "True")),
    "a": (("ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals", "StringLike"), _ARNS),
    "m": (
        tuple(f"{head}:String{name}" for head in ("ForAnyValue", "ForAllValues") for name in _STRINGS),
        ("v", "w", "v*", "?", "vw"),
    ),
}


def typed_conditions(chance: random.Random, most: int = 2) -> dict[str, Any]:
    """Conditions of every operator family on few keys."""
    found: dict[str, Any] = {}
    for key in chance.sample(tuple(SUITABLE), chance.randint(0, most)):
        if chance.random() < 0.2:
            found.setdefault("Null", {})[key] = chance.choice(("true", "false"))
            continue
        operators, wanted = SUITABLE[key]
        operator = chance.choice(operators) + chance.choice(("", "", "IfExists"))
        found.setdefault(operator, {})[key] = chance.sample(wanted, chance.randint(1, 2))
    return found


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, Any]:
    """Some of the typed keys, with a value each; `m` with several."""
    absent = draw(st.sets(st.sampled_from(tuple(TYPED)), max_size=3))
    found: dict[str, Any] = {key: draw(st.sampled_from(TYPED[key])) for key in TYPED if key not in {"m", *absent}}
    if "m" not in absent:
        found["m"] = draw(st.sampled_from((["v"], ["w"], ["v", "w"], ["vw"], ["v", "vw"], [])))
    return found


OIDC = "accounts.google.com"
#: Callers, with what else must be said of them, and the policies they can have of their own.
CALLERS: tuple[tuple[dict[str, Any], tuple[str, ...]], ...] = (
    ({"principal": USER}, ("identity", "boundary")),
    ({"principal": ROLE}, ("identity", "boundary", "session")),
    ({"principal": SESSION, "role": ROLE}, ("identity", "boundary", "session")),
    ({"principal": FEDERATED, "user": USER}, ("identity", "boundary", "session")),
    ({"principal": FEDERATED}, ("identity", "boundary", "session")),
    ({"principal": ROOT}, ()),
    ({"principal": OTHER_USER}, ("identity", "boundary")),
    ({"principal": OTHER_SESSION}, ("identity", "boundary", "session")),
    ({"principal": f"arn:aws:iam::{A}:root"}, ()),
    ({"principal": "s3.amazonaws.com"}, ()),
    ({"principal": "*"}, ()),
    ({"principal": f"federated:{OIDC}"}, ()),
)
ACROSS = tuple(pair for pair in CALLERS if pair[0]["principal"] in (OTHER_USER, OTHER_SESSION))
_NAMED = (USER, ROLE, SESSION, FEDERATED, ROOT, OTHER_USER, OTHER_ROLE, OTHER_SESSION, A, B)
WHO: tuple[Any, ...] = (
    "*",
    {"AWS": "*"},
    *({"AWS": name} for name in _NAMED),
    {"AWS": [USER, ROLE, SESSION, B]},
    {"AWS": [FEDERATED, USER, B]},
    {"Service": "s3.amazonaws.com"},
    {"Federated": OIDC},
    {"AWS": ROLE, "Service": ["s3.amazonaws.com", "sns.amazonaws.com"]},
)
_PREFIX = FUNCTION[:-1]
_RESOURCES = (FUNCTION, f"{FUNCTION}:*", f"{_PREFIX}*", "*", "arn:aws:lambda:*:*:*", _PREFIX + "${l}", f"{_PREFIX}?")
#: What is asked, of what, and the patterns that are about it or nearly so.
ASKED: tuple[tuple[dict[str, str], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        {"action": INVOKE, "resource_arn": FUNCTION},
        ("lambda:Invoke*", "lambda:*", "*", "lambda:GetFunction"),
        _RESOURCES,
    ),
    ({"action": INVOKE, "resource_arn": _PREFIX + "v"}, ("LAMBDA:invokefunction", "lambda:*", "s3:*"), _RESOURCES),
    (
        {"action": "kms:Decrypt", "resource_arn": KEY},
        ("kms:*", "kms:Decrypt", "kms:?ecrypt", "*"),
        ("*", KEY, f"{KEY}?"),
    ),
    ({"action": "sts:AssumeRole", "resource_arn": TARGET_ROLE}, ("sts:*", "sts:AssumeRole"), ("*", TARGET_ROLE, ROLE)),
)


def _statement_about(
    chance: random.Random, actions: tuple[str, ...], resources: tuple[str, ...], who: tuple[Any, ...], spares: bool
) -> dict[str, Any]:
    body: dict[str, Any] = {"Effect": chance.choice(("Allow", "Allow", "Allow", "Deny"))}
    for element, some in (("Action", actions), ("Resource", resources)):
        if some:
            name = f"Not{element}" if chance.random() < 0.2 else element
            body[name] = chance.sample(some, chance.randint(1, 2))
    if chance.random() < 0.6 and (found := typed_conditions(chance)):
        body["Condition"] = found
    if chance.random() < 0.5:
        body["Sid"] = chance.choice(("One", "Two"))
    if who:
        spared = spares and body["Effect"] == "Deny" and chance.random() < 0.4
        body["NotPrincipal" if spared else "Principal"] = chance.choice(who)
    return body


@lru_cache
def statements_about(
    actions: tuple[str, ...], resources: tuple[str, ...], named: str = ""
) -> st.SearchStrategy[dict[str, Any]]:
    """Statements that are mostly about what is asked, the simplest first; Sids collide.

    Six hundred that were made before: one choice each, where Hypothesis would take thirty. `named`: `anybody`,
    `somebody` (with NotPrincipal too, where there is a Resource), or the ARN that half of them are about.
    """
    chance = random.Random(f"{actions}{resources}{named}")
    who: tuple[Any, ...] = {"": (), "anybody": ("*",)}.get(named, WHO)
    if named.startswith("arn:"):
        account = named.split(":")[4]
        role = ROLE if account == B else OTHER_ROLE
        who = (*who, *(4 * ({"AWS": named}, {"AWS": role}, {"AWS": account}, {"AWS": [named, role, account]})))
    spares = named not in ("", "anybody") and bool(resources)
    made = [_statement_about(chance, actions, resources, who, spares) for _ in range(600)]
    return st.sampled_from(sorted(made, key=lambda body: len(str(body))))


#: Everything is allowed: of eight layers that all have to allow, one would seldom do otherwise.
FULL: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """A request with every kind of caller, of resource and of policy, as `tests.policy.builders.ask` takes it."""
    # Two callers of another account stand there thrice: there both sides have to allow.
    (caller, own), (asked, actions, resources) = (
        draw(st.sampled_from(CALLERS + 2 * ACROSS)),
        draw(st.sampled_from(ASKED)),
    )
    short = (*resources, "arn:aws:lambda", "arn:aws:kms:eu-west-1") if resources is _RESOURCES else resources
    found: dict[str, Any] = {**caller, **asked}

    def policy(resources: tuple[str, ...], named: str = "") -> list[dict[str, Any]]:
        some = draw(st.lists(statements_about(actions, resources, named), max_size=2))
        full = {**FULL, "Principal": "*"} if named else FULL
        return [*some, full] if draw(st.sampled_from((True, True, False))) else some

    def there() -> bool:
        return draw(st.booleans())

    # Half of the statements that name somebody name the caller, in one of the ways in which that can be done.
    named = caller["principal"] if caller["principal"].startswith("arn:") else "somebody"
    for side in own:
        if there():
            found[side] = policy(resources if side == "session" else short)
    if asked["resource_arn"] == TARGET_ROLE:
        found["trust"] = draw(st.lists(statements_about(actions, (), named), min_size=1, max_size=3))
    elif there():
        found["resource"] = draw(st.lists(statements_about(actions, resources, named), min_size=1, max_size=3))
    found["scps"] = [policy(resources) for _ in range(draw(st.sampled_from((0, 0, 1, 2))))]
    found["rcps"] = [policy(resources, "anybody") for _ in range(draw(st.sampled_from((0, 0, 1, 2))))]
    if there() and there():
        found["endpoint"] = policy(resources, named)
    flags = ("management_account", "resource_in_management_account", "gateway_endpoint", "service_linked_role")
    for flag in draw(st.sets(st.sampled_from(flags), max_size=2)):
        found[flag] = flag != "service_linked_role" or "role" in caller
    return found


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
            st.sampled_from(NAMES),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)

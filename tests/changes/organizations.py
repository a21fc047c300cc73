"""Organizations of several levels over worlds in which much is open, and changes of their policies and places."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from models.change import CHANGE, Change
from models.snapshot import CodeCall, FunctionUrl, Organization, Snapshot
from tests.worlds import (
    ASSUME,
    BY_URL,
    INVOKE,
    LAMBDA_TRUST,
    ONE,
    TWO,
    Builder,
    Json,
    allow,
    deny,
    function,
    permit,
    queue,
    role,
    rule,
    topic,
    user,
)

ID, ROOT, UNIT, INNER = "o-1", "r-root", "ou-root-u", "ou-root-i"
UNITS = (ROOT, UNIT, INNER)
PLACES = (*UNITS, ONE, TWO)
SCPS = ("Full", "List", "Other", "Deny")
RCPS = ("Guard", "Perimeter")
LINKED = "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
USERS, ROLES = (user("a"), user("dev", TWO)), (role("a"), role("b"), role("a", TWO), LINKED)
FUNCTIONS = (function("f"), function("f", TWO))
BUCKET, QUEUE, TOPIC, KEY = (
    "arn:aws:s3:::inbox",
    queue("q"),
    topic("t", TWO),
    "arn:aws:kms:eu-west-1:222222222222:key/k",
)
PIPE, RULE, ABROAD = "arn:aws:pipes:eu-west-1:111111111111:pipe/p", rule("out"), rule("bus/in", TWO)
BUS = "arn:aws:events:eu-west-1:222222222222:event-bus/bus"
FULL = allow("*", "*")
_PIPES_TRUST = allow(ASSUME, Principal={"Service": "pipes.amazonaws.com"})

#: Where somebody or something is, as conditions ask it.
_WHERE: tuple[Json, ...] = tuple(
    {"Condition": {operator: {key: value}}}
    for operator in ("StringLike", "StringNotLike")
    for key, value in (
        ("aws:PrincipalOrgPaths", f"{ID}/{ROOT}/{UNIT}/*"),
        ("aws:ResourceOrgPaths", f"{ID}/{ROOT}/{UNIT}/*"),
        ("aws:SourceOrgPaths", f"{ID}/{ROOT}/{UNIT}/{INNER}/*"),
        ("aws:PrincipalOrgID", ID),
        ("aws:ResourceOrgID", "o-2"),
        ("aws:PrincipalAccount", ONE),
    )
)
_CONDITIONS: tuple[Json, ...] = ({}, {}, {}, {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}, *_WHERE)
_ACTIONS: tuple[Any, ...] = (
    "*",
    INVOKE,
    ["lambda:*", BY_URL],
    ASSUME,
    ["sts:*", "iam:*"],
    ["sqs:*", "s3:*", "sns:*", "events:*", "kms:*"],
    "sqs:ReceiveMessage",
    "lambda:UpdateFunctionCode",
    ["iam:PassRole", "lambda:CreateFunction"],
    ["iam:PutRolePolicy", "iam:PutUserPolicy", "iam:CreateAccessKey"],
    "lambda:CreateEventSourceMapping",
    "dynamodb:*",
)
_RESOURCES = ("*", "*", "*", *FUNCTIONS, ROLES[1], ROLES[2], QUEUE)
_WHO: tuple[Any, ...] = ("*", "*", {"AWS": ONE}, {"AWS": TWO}, {"AWS": ROLES[0]}, {"Service": "lambda.amazonaws.com"})
_GUARDED = ("sts:AssumeRole", ["sts:*", "sqs:*"], "sqs:*", "s3:PutObject", ["kms:*", "events:*"], "*")


def own(chance: random.Random, effect: str | None = None) -> Json:
    """A statement of an identity-based policy, or an SCP."""
    made: Json = chance.choice((allow, deny))(
        chance.choice(_ACTIONS), chance.choice(_RESOURCES), **chance.choice(_CONDITIONS)
    )
    if chance.random() < 0.1:
        made["NotAction"] = made.pop("Action")
    return made | ({"Effect": effect} if effect else {})


def _trust(chance: random.Random) -> Json:
    return allow(ASSUME, Principal=chance.choice(_WHO), **chance.choice(_CONDITIONS))


def _guard(chance: random.Random) -> Json:
    return deny(chance.choice(_GUARDED), "*", Principal="*", **chance.choice(_CONDITIONS))


@st.composite
def organized(draw: st.DrawFn) -> Snapshot:
    """Two accounts of an organization. Most may do most things; what limits them are SCPs and RCPs, and conditions."""
    # One choice: there is nothing in such a world that a smaller one would show better.
    return _made(random.Random(draw(st.integers(0, 1 << 32))))


def _made(chance: random.Random) -> Snapshot:
    made = Builder()
    for arn in (*USERS, *ROLES):
        statements = [chance.choice((FULL, own(chance, "Allow"))), *([own(chance)] if chance.random() < 0.3 else [])]
        if arn in USERS:
            made.user(arn, *statements)
        else:
            made.role(arn, [LAMBDA_TRUST, _PIPES_TRUST, _trust(chance)], *statements)
    for arn, roles in zip(FUNCTIONS, (ROLES[:2], ROLES[2:3]), strict=True):
        permits = [permit(chance.choice(_WHO), arn, **chance.choice(_CONDITIONS)) for _ in range(chance.randrange(3))]
        url = FunctionUrl(auth_type=chance.choice(("AWS_IAM", "NONE")))
        permits += [allow([BY_URL, INVOKE], arn, Principal=chance.choice(_WHO), **chance.choice(_CONDITIONS))]
        calls = (CodeCall(actions=("sqs:SendMessage",), resources=(QUEUE,)),)
        run = {"role": chance.choice(roles), "versions": ("1",), "aliases": {"live": "1"}}
        made.function(arn, *permits, **run, urls=(url,), code_calls=calls)
    _add_sources(chance, made)
    made.organization = _organization(chance, made)
    return made.snapshot()


def _add_sources(chance: random.Random, made: Builder) -> None:
    for arn, kind, account, action in (
        (BUCKET, "s3:bucket", ONE, "s3:PutObject"),
        (QUEUE, "sqs:queue", ONE, "sqs:*"),
        (TOPIC, "sns:topic", TWO, "sns:Publish"),
        (BUS, "events:event-bus", TWO, "events:PutEvents"),
    ):
        on = f"{arn}/*" if arn == BUCKET else arn
        made.resource(
            arn, kind, account, allow(action, on, Principal=chance.choice(_WHO), **chance.choice(_CONDITIONS))
        )
    made.resource(KEY, "kms:key", TWO, allow("kms:*", "*", Principal={"AWS": TWO}))
    made.resource(PIPE, "pipes:pipe", ONE, attributes={"Source": QUEUE})
    made.trigger("s3.amazonaws.com", BUCKET, FUNCTIONS[0], events=("s3:ObjectCreated:*",))
    made.trigger("sns.amazonaws.com", TOPIC, FUNCTIONS[1])
    made.trigger("pipes.amazonaws.com", PIPE, FUNCTIONS[0], role=chance.choice(ROLES))
    made.trigger("events.amazonaws.com", RULE, BUS, pattern="{}")
    made.trigger("events.amazonaws.com", ABROAD, FUNCTIONS[1], pattern="{}", bus=BUS)
    made.mapping(QUEUE, chance.choice((*FUNCTIONS, f"{FUNCTIONS[0]}:live")))


def _organization(chance: random.Random, made: Builder) -> Organization:
    lists = ([allow(chance.choice(_ACTIONS), "*"), own(chance, "Allow")] for _ in range(2))
    documents = {
        "Full": [FULL],
        **dict(zip(("List", "Other"), lists, strict=True)),
        "Deny": [own(chance, "Deny") for _ in range(chance.choice((1, 2)))],
        "Guard": [_guard(chance)],
        "Perimeter": [_guard(chance), _guard(chance)],
    }
    there = {name: found for name, found in documents.items() if name not in RCPS or chance.random() < 0.8}
    policies = made.organization_policies(there, RCPS)
    return Organization(
        id=ID,
        management_account=chance.choice((ONE, TWO, *["999999999999"] * 4)),
        parents={UNIT: ROOT, INNER: UNIT, ONE: chance.choice(UNITS), TWO: chance.choice(UNITS)},
        policies=policies,
        targets={
            place: tuple(f"p-{name}" for name in _attached(chance) if f"p-{name}" in policies) for place in PLACES
        },
    )


def _attached(chance: random.Random) -> list[str]:
    """What a level has: everything is allowed at most of them."""
    first = chance.choice(("Full", "Full", "Full", "Full", "List", "Other"))
    return [first, *(name for name in (*SCPS, *RCPS) if name != first and chance.random() < 0.25)]


def reorganizing(seed: int) -> Change:
    """A change of an organization: of a policy, of where one is attached, or of an account's place."""
    chance = random.Random(seed)
    kind = chance.choice((*_STATEMENTS, *_STATEMENTS, *_ATTACHMENTS, *_ATTACHMENTS, "move_account", "move_account"))
    return CHANGE.validate_python({"change": kind, **_fields(chance, kind)})


_STATEMENTS = ("add_statement", "replace_statement", "remove_statement")
_ATTACHMENTS = ("attach_scp", "detach_scp", "attach_rcp", "detach_rcp")


def _fields(chance: random.Random, kind: str) -> dict[str, Any]:
    if kind == "move_account":
        return {"account": chance.choice((ONE, TWO)), "parent": chance.choice(UNITS)}
    if kind in _ATTACHMENTS:
        return {"policy": chance.choice(SCPS if kind.endswith("scp") else RCPS), "target": chance.choice(PLACES)}
    side = chance.choice(("scp", "scp", "rcp"))
    policy = chance.choice(SCPS[1:] if side == "scp" else RCPS)
    found = {"side": side, "holder": chance.choice(PLACES), "policy": policy}
    if kind != "add_statement":
        found["sid"] = chance.choice(("#1", "#1", "#2"))
    if kind != "remove_statement":
        found["statement"] = own(chance) if side == "scp" else _guard(chance)
    return found


some_reorganizing = st.builds(reorganizing, st.integers(0, 1 << 32))

"""Small worlds in which nearly everybody may take something over in some way, and changes that meet these ways."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from models.change import CHANGE, Change
from models.snapshot import Snapshot
from tests.worlds import (
    ASSUME,
    INVOKE,
    LAMBDA_TRUST,
    ONE,
    REGION,
    TWO,
    Builder,
    Json,
    allow,
    deny,
    function,
    queue,
    role,
    rule,
    user,
)

USERS = (user("a"), user("b"), user("c", TWO))
ROLES = (role("a"), role("b"), role("runs"), role("c", TWO), role("runs", TWO))
FUNCTIONS = (function("f"), function("g"), function("f", TWO))
GROUPS = tuple(f"arn:aws:iam::{account}:group/{name}" for account, name in ((ONE, "g"), (ONE, "h"), (TWO, "g")))
POLICIES = tuple(f"arn:aws:iam::{account}:policy/{name}" for account, name in ((ONE, "p"), (ONE, "q"), (TWO, "p")))
QUEUE, STREAM = queue("q"), f"arn:aws:kinesis:{REGION}:{ONE}:stream/s"
KEY = f"arn:aws:kms:{REGION}:{ONE}:key/k"
NODES = (*FUNCTIONS, f"{FUNCTIONS[0]}:live", f"{FUNCTIONS[0]}:1")
NEW_USER, NEW_ROLE, NEW_FUNCTION = user("new"), role("new"), function("new")

_OF_FUNCTIONS = (
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "lambda:AddPermission",
    ["lambda:AddPermission", "lambda:PutResourcePolicy", "lambda:RemovePermission"],
    ["lambda:UpdateFunctionCode", "lambda:PublishVersion", "lambda:UpdateAlias"],
    ["lambda:CreateFunction", INVOKE],
    "lambda:CreateFunction",
    INVOKE,
)
_OF_HOLDERS = (
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    ["iam:AttachRolePolicy", "iam:AttachUserPolicy"],
    "iam:CreateAccessKey",
    "iam:UpdateAssumeRolePolicy",
    ["iam:UpdateAssumeRolePolicy", ASSUME],
    ["iam:PutRolePolicy", ASSUME],
    ["iam:PutUserPolicy", "iam:CreateLoginProfile"],
    "iam:PassRole",
    ASSUME,
    ["iam:DeleteUserPermissionsBoundary", "iam:DeleteRolePermissionsBoundary"],
    ["iam:PutUserPermissionsBoundary", "iam:CreateAccessKey"],
)
#: Actions, and what they are asked on.
_ASKED: tuple[tuple[tuple[Any, ...], tuple[Any, ...]], ...] = (
    (_OF_FUNCTIONS, (*NODES, "*", f"arn:aws:lambda:*:{ONE}:function:*", f"{FUNCTIONS[0]}:*")),
    (_OF_FUNCTIONS, (*NODES, "*")),
    (_OF_HOLDERS, (*ROLES, *USERS, "*", f"arn:aws:iam::{ONE}:role/*", f"arn:aws:iam::{ONE}:user/${{aws:username}}")),
    (_OF_HOLDERS, ("*", NEW_ROLE, NEW_USER, role("runs"))),
    (("iam:PutGroupPolicy", "iam:AddUserToGroup", ["iam:AddUserToGroup", "iam:CreateAccessKey"]), (*GROUPS, "*")),
    (
        (
            "iam:CreatePolicyVersion",
            "iam:SetDefaultPolicyVersion",
            ["iam:CreatePolicyVersion", "iam:DeletePolicyVersion"],
        ),
        (*POLICIES, "*"),
    ),
    (
        (
            ["iam:PassRole", "lambda:UpdateFunctionConfiguration"],
            ["iam:PassRole", "lambda:CreateFunction", INVOKE],
            ["iam:PassRole", "lambda:CreateFunction", "lambda:AddPermission"],
            ["iam:PassRole", "ec2:*"],
            ["iam:PassRole", "glue:CreateDevEndpoint"],
            ["iam:PassRole", "events:PutRule", "events:PutTargets"],
        ),
        ("*", "*", [*ROLES, FUNCTIONS[0]], [role("runs"), function("x"), rule("r")]),
    ),
    ((["lambda:CreateEventSourceMapping", "sqs:*", "kms:*"], "lambda:CreateEventSourceMapping"), ("*",)),
    (("sqs:*", "sqs:SendMessage", "sqs:ReceiveMessage", ["sqs:*", "kms:*"]), (QUEUE, "*")),
    (("kinesis:*", "kinesis:PutRecord"), (STREAM, "*")),
    (("kms:*", "kms:Decrypt"), (KEY, "*")),
    (("*", "iam:*", "lambda:*", "s3:*"), ("*",)),
)
_CONDITIONS: tuple[Json, ...] = (
    *({},) * 16,
    {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
    {"Condition": {"StringEquals": {"aws:PrincipalAccount": ONE}}},
    {"Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}},
    {"Condition": {"ArnEquals": {"lambda:SourceFunctionArn": FUNCTIONS[0]}}},
    {"Condition": {"ArnEquals": {"lambda:FunctionArn": FUNCTIONS[0]}}},
    {"Condition": {"StringEquals": {"iam:PermissionsBoundary": POLICIES[0]}}},
    {"Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}},
    {"Condition": {"Null": {"aws:SourceIdentity": "true"}}},
)
_LAMBDA = {"Service": "lambda.amazonaws.com"}
_TAGGING = allow("sts:TagSession", Principal={"AWS": "*"})


def _statement(chance: random.Random) -> Json:
    actions, resources = chance.choice(_ASKED)
    make = chance.choice((*(allow,) * 6, deny))
    return make(chance.choice(actions), chance.choice(resources), **chance.choice(_CONDITIONS))


def _of_account(arn: str, some: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in some if one.split(":")[4] == arn.split(":")[4])


def _somebody(chance: random.Random) -> Json:
    return {"AWS": chance.choice((*ROLES, *USERS, "*", ONE, TWO, "333333333333", NEW_ROLE))}


def _trust(chance: random.Random) -> Json:
    services = {"Service": chance.choice(("ec2.amazonaws.com", "glue.amazonaws.com", "events.amazonaws.com"))}
    make = chance.choice((allow, allow, allow, deny))
    some = make(ASSUME, Principal=chance.choice((_somebody(chance), services, _LAMBDA)), **chance.choice(_CONDITIONS))
    return chance.choice((LAMBDA_TRUST, some, some, _TAGGING, allow("sts:SetSourceIdentity", Principal={"AWS": "*"})))


def _permit(chance: random.Random, on: str) -> Json:
    """A statement of a function's policy, which may let somebody change it."""
    action = chance.choice((INVOKE, *_OF_FUNCTIONS))
    make = chance.choice((allow, allow, allow, deny))
    return make(action, on, Principal=_somebody(chance), **chance.choice(_CONDITIONS[:18]))


def _on_resource(chance: random.Random, on: str) -> Json:
    action = f"{on.split(':')[2]}:*"
    return chance.choice((allow, allow, deny))(action, on, Principal=_somebody(chance))


def _made_of(seed: int) -> Snapshot:
    chance = random.Random(seed)
    made = Builder(trusted=("333333333333",))

    def some(most: int = 3) -> list[Json]:
        return [_statement(chance) for _ in range(chance.randint(0, most))]

    def likely(value: Any, otherwise: Any, odds: float = 0.3) -> Any:
        return value if chance.random() < odds else otherwise

    def own(arn: str, of: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one for one in _of_account(arn, of) if chance.random() < 0.4)

    for arn in POLICIES:
        made.policy(arn, *(some() or [allow("s3:*", "*")]))
        policies = made.parts["policies"]
        versions = {
            f"v{number}": made.document(_statement(chance)) for number in range(2, likely(7, chance.choice((2, 3))))
        }
        policies[arn] = policies[arn].model_copy(update={"versions": versions})
    for arn in GROUPS:
        made.group(arn, *some(1), attached=own(arn, POLICIES))
    for arn in USERS:
        bound = {"boundary": likely(_of_account(arn, POLICIES)[0], None)}
        made.user(arn, *some(), attached=own(arn, POLICIES), groups=own(arn, GROUPS), **bound)
    for arn in ROLES:
        trusts = [_trust(chance) for _ in range(chance.randint(1, 2))]
        profiles = likely((arn.replace(":role/", ":instance-profile/"),), ())
        made.role(
            arn,
            [*trusts, *([LAMBDA_TRUST] if "runs" in arn else [])],
            *some(),
            attached=own(arn, POLICIES),
            boundary=likely(_of_account(arn, POLICIES)[0], None),
            tags=likely({"team": "x"}, {}),
            instance_profiles=profiles,
        )
    for arn in FUNCTIONS:
        permits = [_permit(chance, chance.choice((arn, arn, f"{arn}:live"))) for _ in range(likely(1, 0, 0.4))]
        made.function(
            arn,
            *permits,
            role=chance.choice(_of_account(arn, ROLES)),
            versions=("1",),
            aliases={"live": "1"},
            tags=likely({"team": "x"}, {}),
            code_signing=likely(f"arn:aws:lambda:{REGION}:{ONE}:code-signing-config:csc-1", None, 0.1),
        )
    key = {"KmsMasterKeyId": KEY} if chance.random() < 0.4 else {}
    made.resource(QUEUE, "sqs:queue", ONE, *likely([_on_resource(chance, QUEUE)], []), attributes=key)
    made.resource(STREAM, "kinesis:stream", ONE, *likely([_on_resource(chance, STREAM)], []))
    made.resource(KEY, "kms:key", ONE, allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{ONE}:root"}))
    made.mapping(likely(QUEUE, queue("other")), FUNCTIONS[0])
    made.trigger("events.amazonaws.com", rule("r"), FUNCTIONS[0])
    return made.snapshot()


#: One choice each: what is in a world is of no use to shrink.
worlds = st.builds(_made_of, st.integers(0, 1 << 32))

_KINDS = (
    *("add_statement", "remove_statement", "replace_statement") * 4,
    *("set_trust", "attach_policy", "detach_policy", "set_default_version", "set_boundary", "remove_boundary"),
    *("add_to_group", "remove_from_group", "create_user", "delete_user", "create_role", "delete_role"),
    *("create_function", "delete_function", "set_execution_role", "set_feature"),
    *("add_mapping", "remove_mapping", "disable_mapping", "add_trigger", "remove_trigger"),
)
_HOLDERS = {
    "identity": (*USERS, *ROLES, *GROUPS),
    "trust": ROLES,
    "boundary": (*USERS, *ROLES),
    "session": ROLES,
    "resource": (*NODES, *FUNCTIONS, QUEUE, STREAM, KEY),
}


def _about_a_statement(chance: random.Random, kind: str) -> Json:
    side = chance.choice(("identity", "identity", *_HOLDERS))
    holder = chance.choice(_HOLDERS[side])
    found: Json = {"side": side, "holder": holder}
    if side == "identity":
        managed = chance.choice(_of_account(holder, POLICIES))
        found["policy"] = chance.choice((None, "inline", managed) if kind == "add_statement" else ("inline", managed))
    if kind != "add_statement":
        found["sid"] = chance.choice(("#1", "#1", "#2"))
    if kind != "remove_statement":
        found["statement"] = _said(chance, side, holder)
    return found


def _said(chance: random.Random, side: str, holder: str) -> Json:
    if side == "trust":
        return _trust(chance)
    if side == "resource":
        return _permit(chance, holder) if ":function:" in holder else _on_resource(chance, holder)
    return _statement(chance)


def _fields(chance: random.Random, kind: str) -> Json:
    one = chance.choice
    if kind.endswith("_statement"):
        return _about_a_statement(chance, kind)
    holder = one((*USERS, *ROLES) if kind.endswith("boundary") else _HOLDERS["identity"])
    policy = {"policy": one(_of_account(holder, POLICIES))}
    member = one(USERS)
    group = {"user": member, "group": one(_of_account(member, GROUPS))}
    document = {"Version": "2012-10-17", "Statement": [_trust(chance)]}
    mapping, trigger = {"source": one((QUEUE, STREAM))}, {"source": rule("r"), "service": "events.amazonaws.com"}
    signing = f"arn:aws:lambda:{REGION}:{ONE}:code-signing-config:csc-1"
    found: dict[str, Json] = {
        "set_trust": {"holder": one(ROLES), "document": document},
        "attach_policy": {"holder": holder} | policy,
        "detach_policy": {"holder": holder} | policy,
        "set_default_version": {"policy": one(POLICIES), "version": one(("v2", "v3"))},
        "set_boundary": {"holder": holder} | policy,
        "remove_boundary": {"holder": holder},
        "add_to_group": group,
        "remove_from_group": group,
        "create_user": {"user": NEW_USER},
        "delete_user": {"user": one(USERS)},
        "create_role": {"role": NEW_ROLE, "document": document},
        "delete_role": {"role": one(ROLES)},
        "create_function": {"function": NEW_FUNCTION, "role": one(ROLES[:3])},
        "delete_function": {"function": one(FUNCTIONS)},
        "set_execution_role": {"function": one(FUNCTIONS), "role": one((*ROLES, NEW_ROLE))},
        "set_feature": {"function": one(FUNCTIONS), "feature": "code_signing", "value": one((signing, None))},
        "add_mapping": mapping | {"function": one(FUNCTIONS)},
        "remove_mapping": mapping,
        "disable_mapping": mapping,
        "add_trigger": trigger | {"target": one(FUNCTIONS)},
        "remove_trigger": trigger,
    }
    return found[kind]


def _change(seed: int) -> Change:
    chance = random.Random(seed)
    kind = chance.choice(_KINDS)
    return CHANGE.validate_python({"change": kind, **_fields(chance, kind)})


#: A change of somebody, or of what is taken over; AWS may refuse it in the world at hand.
some_change = st.builds(_change, st.integers(0, 1 << 32))

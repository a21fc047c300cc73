"""Worlds in which everything that changes can change is there, and changes of every kind that name what is in them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from models.change import CHANGE, KINDS, AddStatement, Change
from models.errors import ChangeError
from models.snapshot import Organization, Snapshot
from simulator.changes import apply
from tests.answers.test_laws import (
    BUCKET,
    FUNCTIONS,
    PIPE,
    QUEUE,
    ROLES,
    ROUTE,
    TOPIC,
    USERS,
    own_statements,
    snapshots,
)
from tests.worlds import (
    ASSUME,
    BY_URL,
    INVOKE,
    LAMBDA_TRUST,
    ONE,
    TWO,
    Builder,
    allow,
    deny,
    function,
    role,
    user,
)

GROUPS = tuple(f"arn:aws:iam::{account}:group/g" for account in (ONE, TWO))
POLICIES = tuple(f"arn:aws:iam::{account}:policy/p" for account in (ONE, TWO))
UNIT, ROOT = "ou-root-u", "r-root"
PLACES = (ROOT, UNIT, ONE, TWO)
SCPS, RCPS = ("Full", "No"), ("Region",)
NEW_USER, NEW_ROLE, NEW_FUNCTION = user("new"), role("new"), function("new")
FULL = allow("*", "*")


@st.composite
def worlds(draw: st.DrawFn) -> Snapshot:
    """A world of tests/answers/test_laws.py, with groups, managed policies and an organization besides."""
    found = draw(snapshots())
    more = Builder()
    some = st.lists(own_statements(), min_size=1, max_size=2)
    for group in GROUPS:
        more.group(group, *draw(some))
    for policy in POLICIES:
        more.policy(policy, *draw(some), *draw(st.sampled_from(((), (FULL,)))))
    policies = more.parts["policies"]
    for policy in POLICIES:
        policies[policy] = policies[policy].model_copy(update={"versions": {"v0": more.document(*draw(some))}})
    organization = draw(st.none() | _organizations(more))
    return found.model_copy(
        update={
            "groups": tuple(more.parts["groups"].values()),
            "policies": tuple(policies.values()),
            "users": tuple(_with_policies(draw, item, GROUPS) for item in found.users),
            "roles": tuple(_with_policies(draw, item, ()) for item in found.roles),
            "organization": organization,
            "documents": {**found.documents, **more.documents},
        }
    )


def _with_policies(draw: st.DrawFn, holder: Any, groups: tuple[str, ...]) -> Any:
    account = holder.arn.split(":")[4]
    (policy,) = (arn for arn in POLICIES if f":{account}:" in arn)
    there = draw(st.sampled_from(("", "", "attached", "boundary", "groups", "both")))
    update: dict[str, Any] = {}
    if there in ("attached", "both"):
        update["attached"] = (policy,)
    if there == "boundary":
        update["boundary"] = policy
    if there in ("groups", "both") and groups:
        update["groups"] = tuple(arn for arn in groups if f":{account}:" in arn)
    return holder.model_copy(update=update)


@st.composite
def _organizations(draw: st.DrawFn, made: Builder) -> Organization:
    documents = {
        "Full": (FULL,),
        "No": (FULL, draw(own_statements()) | {"Effect": "Deny"}),
        "Region": (deny(["sqs:*", "s3:*", "sts:AssumeRole"], "*", Principal="*"), deny("kms:*", "*", Principal="*")),
    }
    policies = made.organization_policies(documents, RCPS)
    targets = dict.fromkeys(PLACES, ("p-Full",))
    targets[draw(st.sampled_from(PLACES))] += (draw(st.sampled_from(("p-No", "p-Region"))),)
    return Organization(
        id="o-1",
        management_account=draw(st.sampled_from((ONE, "999999999999"))),
        parents={UNIT: ROOT, ONE: draw(st.sampled_from((ROOT, UNIT))), TWO: UNIT},
        policies=policies,
        targets=targets,
    )


_HOLDERS = {
    "identity": (*USERS, *ROLES, *GROUPS),
    "trust": ROLES,
    "boundary": (*USERS, *ROLES),
    "session": ROLES,
    "resource": (*FUNCTIONS, f"{FUNCTIONS[0]}:live", QUEUE, TOPIC, BUCKET),
    "scp": PLACES,
    "rcp": PLACES,
}
_ASKED: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (INVOKE, (*FUNCTIONS, f"{FUNCTIONS[0]}*", "*")),
    ([BY_URL, INVOKE], (f"{FUNCTIONS[0]}:live", "*")),
    (ASSUME, (*ROLES, "arn:aws:iam::*:role/a", "*")),
    ("*", ("*", *FUNCTIONS, *ROLES)),
    (["sns:Publish", "sqs:*", "s3:PutObject", "kms:*"], (TOPIC, QUEUE, f"{BUCKET}/*", "*")),
    ("lambda:*", (*FUNCTIONS, "*")),
    (["iam:PassRole", "lambda:CreateFunction", "lambda:AddPermission", "lambda:InvokeFunction"], ("*", ROLES[0])),
    (["iam:PutRolePolicy", "iam:PutUserPolicy", "iam:PutGroupPolicy", "iam:AddUserToGroup"], ("*", *USERS, *GROUPS)),
    (["iam:UpdateAssumeRolePolicy", "iam:CreateAccessKey", "iam:CreatePolicyVersion"], ("*", *ROLES, *POLICIES)),
)
_CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
    {"Condition": {"StringEquals": {"aws:PrincipalAccount": ONE}}},
    {"Condition": {"StringLike": {"aws:PrincipalOrgPaths": f"o-1/{ROOT}/*"}}},
    {"Condition": {"ArnLike": {"lambda:SourceFunctionArn": FUNCTIONS[0]}}},
)
_FEATURES: tuple[tuple[str, Any], ...] = (("tracing", True), ("dead_letter", QUEUE), ("snap_start", True))
_SERVICES = {TOPIC: "sns", BUCKET: "s3", ROUTE: "apigateway", PIPE: "pipes"}


def _statement(chance: random.Random, side: str, holder: str) -> dict[str, Any]:
    who = chance.choice(({"AWS": chance.choice((*ROLES, *USERS))}, {"AWS": TWO}, "*"))
    condition = chance.choice(_CONDITIONS)
    if side == "trust":
        return chance.choice((LAMBDA_TRUST, allow(ASSUME, Principal=who, **condition)))
    make = chance.choice((allow, allow, deny))
    if side == "resource":
        service = {"Service": chance.choice(("sns.amazonaws.com", "s3.amazonaws.com"))}
        action = INVOKE if ":function:" in holder else chance.choice(("sqs:*", "sns:*", "s3:*"))
        resource = f"{holder}/*" if holder == BUCKET else holder
        return make(action, resource, Principal=chance.choice((service, who)), **condition)
    action, resources = chance.choice(_ASKED)
    if side == "rcp":
        return deny(["sts:AssumeRole", "sqs:*", "s3:*"], "*", Principal="*", **condition)
    return make(action, chance.choice(resources), **condition)


def _about_a_statement(chance: random.Random, kind: str) -> dict[str, Any]:
    side = chance.choice(tuple(_HOLDERS))
    holder = chance.choice(_HOLDERS[side])
    found: dict[str, Any] = {"side": side, "holder": holder}
    if side in ("scp", "rcp"):
        found["policy"] = chance.choice(SCPS) if side == "scp" else chance.choice(RCPS)
    elif side == "identity":
        managed = POLICIES[f":{TWO}:" in holder]
        found["policy"] = chance.choice((*(() if kind != "add_statement" else (None,)), "inline", managed))
    if kind != "add_statement":
        found["sid"] = chance.choice(("#1", "#2"))
    if kind != "remove_statement":
        found["statement"] = _statement(chance, side, holder)
    return found


def _fields(chance: random.Random, kind: str) -> dict[str, Any]:
    """What a change of a kind may say: whether that makes sense in a world is AWS's matter."""
    one = chance.choice
    if kind.endswith("_statement"):
        return _about_a_statement(chance, kind)
    if kind.endswith(("_scp", "_rcp")):
        return {"policy": one(SCPS if kind.endswith("scp") else RCPS), "target": one(PLACES)}
    if kind.endswith("_trigger"):
        source = one(tuple(_SERVICES))
        target = {"target": one((*FUNCTIONS, f"{FUNCTIONS[0]}:live"))} if kind == "add_trigger" else {}
        return {"source": source, "service": f"{_SERVICES[source]}.amazonaws.com", **target}
    if kind.endswith("_mapping"):
        return {"source": QUEUE} | ({"function": one(FUNCTIONS)} if kind == "add_mapping" else {})
    document = {"Version": "2012-10-17", "Statement": [_statement(chance, "trust", "")]}
    feature, value = one(_FEATURES)
    return {
        "set_trust": lambda: {"holder": one(ROLES), "document": document},
        "attach_policy": lambda: {"holder": one(_HOLDERS["identity"]), "policy": one(POLICIES)},
        "detach_policy": lambda: {"holder": one(_HOLDERS["identity"]), "policy": one(POLICIES)},
        "set_default_version": lambda: {"policy": one(POLICIES), "version": "v0"},
        "set_boundary": lambda: {"holder": one((*USERS, *ROLES)), "policy": one(POLICIES)},
        "remove_boundary": lambda: {"holder": one((*USERS, *ROLES))},
        "move_account": lambda: {"account": one((ONE, TWO)), "parent": one((ROOT, UNIT))},
        "add_to_group": lambda: {"user": one(USERS), "group": one(GROUPS)},
        "remove_from_group": lambda: {"user": one(USERS), "group": one(GROUPS)},
        "create_user": lambda: {"user": NEW_USER},
        "delete_user": lambda: {"user": one((*USERS, NEW_USER))},
        "create_role": lambda: {"role": NEW_ROLE, "document": document},
        "delete_role": lambda: {"role": one((*ROLES, NEW_ROLE))},
        "create_function": lambda: {"function": NEW_FUNCTION, "role": one(ROLES[:2])},
        "delete_function": lambda: {"function": one((*FUNCTIONS, NEW_FUNCTION))},
        "set_execution_role": lambda: {"function": one(FUNCTIONS), "role": one((*ROLES, NEW_ROLE))},
        "set_feature": lambda: {"function": one(FUNCTIONS), "feature": feature, "value": one((value, None))},
    }[kind]()


def made_by(seed: int, kind: str | None = None) -> Change:
    """A change of that kind, or of any; AWS may refuse it in the world at hand."""
    chance = random.Random(seed)
    name = kind or chance.choice(sorted(KINDS))
    return CHANGE.validate_python({"change": name, **_fields(chance, name)})


def statement_added(seed: int, effect: str) -> AddStatement:
    """A statement that allows or denies something, added where that only widens or only narrows what is there.

    A first session policy limits whatever it says. Whom a role's trust lets in besides principals decides what is known
    of its sessions' requests.
    """
    chance = random.Random(seed)
    wider = ("identity", "trust", "resource", "scp", *(("boundary",) if effect == "Allow" else ("rcp",)))
    side = chance.choice(wider)
    holder = chance.choice(_HOLDERS[side])
    policy = {"scp": "No", "rcp": "Region"}.get(side)
    statement = _statement(chance, side, holder) | {"Effect": effect, "Sid": "Added"}
    if side == "trust":
        statement["Principal"] = {"AWS": chance.choice((*ROLES, *USERS))}
    if effect == "Deny" and chance.random() < 0.7:
        # Of what is there little is open: a Deny has to be a wide one to meet any of it.
        statement |= {"Action": "*"} | ({} if side in ("trust", "resource") else {"Resource": "*"})
        statement.pop("Condition", None)
    return AddStatement.model_validate({"side": side, "holder": holder, "policy": policy, "statement": statement})


allows = st.builds(statement_added, st.integers(0, 1 << 32), st.just("Allow"))
denies = st.builds(statement_added, st.integers(0, 1 << 32), st.just("Deny"))

#: One choice each: what a change says is of no use to shrink.
some_change = st.builds(made_by, st.integers(0, 1 << 32))


def taken(snapshot: Snapshot, changes: Iterable[Change]) -> list[Change]:
    """Those of the changes that AWS would not refuse, one after the other."""
    found = []
    for one in changes:
        try:
            snapshot = apply(snapshot, (one,))
        except ChangeError:
            continue
        found.append(one)
    return found

"""Worlds so small that every set of grants or removals can be tried: two accounts, two functions, few names."""

from __future__ import annotations

from hypothesis import strategies as st

from models.snapshot import Snapshot
from tests.worlds import (
    ASSUME,
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
    role,
    trusting,
    user,
)

DEV, OPS = user("dev"), user("ops", TWO)
A, B = role("a"), role("b", TWO)
F, G = function("f", TWO), function("g")
LIVE = f"{F}:live"
TEAM, OTHERS = f"arn:aws:iam::{ONE}:group/team", f"arn:aws:iam::{ONE}:group/others"
SHARED = f"arn:aws:iam::{ONE}:policy/shared"
BOUNDARY = f"arn:aws:iam::{ONE}:policy/boundary"
AWS_MANAGED = "arn:aws:iam::aws:policy/AWSLambda_FullAccess"

SOURCES = (DEV, OPS, A, B)
TARGETS = (F, LIVE, G, B)

conditions = st.sampled_from(
    (
        {},
        {},
        {},
        {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
        {"Condition": {"StringEquals": {"aws:PrincipalAccount": ONE}}},
    )
)


@st.composite
def own(draw: st.DrawFn) -> Json:
    """A statement of an identity-based policy."""
    action, resources = draw(
        st.sampled_from(
            (
                (INVOKE, (F, LIVE, G, f"{F}*", "*")),
                ("lambda:*", (F, "*")),
                (ASSUME, (A, B, "*")),
                ([INVOKE, ASSUME], ("*",)),
                ("lambda:UpdateFunctionCode", (F,)),
            )
        )
    )
    make = draw(st.sampled_from((allow, allow, allow, deny)))
    statement: Json = make(action, draw(st.sampled_from(resources)), **draw(conditions))
    return statement


owns = st.lists(own(), max_size=2)
named = st.sampled_from((DEV, OPS, A, B, f"arn:aws:iam::{ONE}:root", f"arn:aws:iam::{TWO}:root"))


@st.composite
def trusts(draw: st.DrawFn) -> list[Json]:
    found = draw(st.lists(st.builds(lambda arn, more: trusting(arn, **more), named, conditions), max_size=2))
    if draw(st.booleans()):
        found.append(trusting(draw(named)) | {"Effect": "Deny"})
    return found or [LAMBDA_TRUST]


@st.composite
def permits(draw: st.DrawFn, of: str) -> Json:
    statement: Json = permit({"AWS": draw(named)}, draw(st.sampled_from((of, f"{of}:live"))), **draw(conditions))
    return statement | ({"Effect": "Deny"} if draw(st.integers(0, 3)) == 0 else {})


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    made = Builder(accounts=(ONE, TWO))
    made.group(TEAM, *draw(owns))
    made.group(OTHERS, *draw(owns))
    made.policy(SHARED, *(draw(owns) or [allow("s3:GetObject", "*")]))
    made.policy(BOUNDARY, allow([INVOKE, ASSUME], draw(st.sampled_from(("*", F, G)))))
    attached = tuple(arn for arn in (SHARED, AWS_MANAGED) if draw(st.integers(0, 2)) == 0)
    groups = tuple(arn for arn in (TEAM, OTHERS) if draw(st.booleans()))
    bounded = {"boundary": BOUNDARY} if draw(st.integers(0, 3)) == 0 else {}
    made.user(DEV, *draw(owns), attached=attached, groups=groups, **bounded)
    made.user(OPS, *draw(owns))
    made.role(A, draw(trusts()), *draw(owns), attached=attached[:1])
    made.role(B, draw(trusts()), *draw(owns))
    made.function(F, *draw(st.lists(permits(F), max_size=2)), role=B, versions=("1",), aliases={"live": "1"})
    made.function(G, *draw(st.lists(permits(G), max_size=1)), versions=("1",), aliases={"live": "1"})
    return made.snapshot()

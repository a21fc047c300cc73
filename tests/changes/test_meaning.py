"""What changes open and close, as AWS's pages have it: the expected pairs are worked out from the sentence by hand.

Sources: IAM User Guide, "Policy evaluation logic", "Permissions boundaries for IAM entities", "Session policies";
Organizations User Guide, "Service control policies (SCPs)", "Resource control policies (RCPs)"; Lambda Developer Guide,
"Managing permissions in AWS Lambda", "How Lambda processes records from stream and queue-based event sources".
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models import change as kinds
from models.change import Change
from simulator.answers.what_if import what_if
from tests.changes.meant import (
    BASIC,
    BUCKET,
    BY_GITHUB,
    DEV,
    FAR,
    GITHUB,
    JOB,
    KEY,
    LIMIT,
    LIMIT_THERE,
    LIVE,
    OPS,
    OUTSIDE,
    OWN,
    POLL,
    RULE,
    SNS,
    TEAM,
    TOPIC,
    WITH_MFA,
    F,
    G,
    Q,
    bucketed,
    by_path,
    chained,
    denied,
    encrypted,
    far_away,
    fed_from_afar,
    grouped,
    in_two_groups,
    limited,
    many_allowed,
    only,
    organized,
    polled,
    ruled,
    with_alias,
    with_provider,
    with_url,
)
from tests.worlds import (
    ASSUME,
    BY_URL,
    INVOKE,
    ONE,
    TWO,
    Builder,
    Json,
    allow,
    deny,
    permit,
    role,
    trusting,
)

Flow = tuple[str, str, str]


def identity(holder: str, *statements: Json) -> list[Change]:
    return [kinds.AddStatement(side="identity", holder=holder, statement=one) for one in statements]


def resource(holder: str, statement: Json) -> list[Change]:
    return [kinds.AddStatement(side="resource", holder=holder, statement=statement)]


RULES: dict[str, tuple[Callable[[], Builder], list[Change], set[Flow], set[Flow]]] = {
    "an explicit deny in a resource-based policy denies whoever asks, services too": (
        many_allowed,
        resource(F, deny("lambda:*", F, Principal="*")),
        set(),
        {
            (DEV, F, "invokes"),
            (JOB, F, "invokes"),
            (OPS, F, "path"),
            (TOPIC, F, "triggers"),
            (SNS, F, "invokes"),
        },
    ),
    "an explicit deny for one user is no other's": (
        many_allowed,
        resource(F, deny(INVOKE, F, Principal={"AWS": DEV})),
        set(),
        {(DEV, F, "invokes")},
    ),
    "in the same account a user that a policy names needs no other permission": (
        many_allowed,
        resource(F, permit({"AWS": OPS}, F)),
        {(OPS, F, "invokes")},
        set(),
    ),
    "an account that is named delegates, and permits nobody by itself": (
        many_allowed,
        resource(F, permit({"AWS": f"arn:aws:iam::{ONE}:root"}, F)),
        set(),
        set(),
    ),
    "without its permission a topic calls nobody, whoever may publish": (
        many_allowed,
        [kinds.RemoveStatement(side="resource", holder=F, sid="sns")],
        set(),
        {(TOPIC, F, "triggers"), (SNS, F, "invokes")},
    ),
    "a condition that nobody knows to hold leaves it conditional": (
        many_allowed,
        [
            kinds.ReplaceStatement(
                side="identity", holder=DEV, sid="call", statement=allow(INVOKE, F, Condition=WITH_MFA)
            )
        ],
        set(),
        {(DEV, F, "invokes")},
    ),
    "the execution role needs all three actions to read a queue": (
        polled,
        [kinds.ReplaceStatement(side="identity", holder=JOB, sid="poll", statement=allow(POLL[:2], Q))],
        set(),
        {(Q, F, "polled_by"), (DEV, F, "path")},
    ),
    "a boundary of the execution role limits what Lambda reads with it": (
        polled,
        [kinds.SetBoundary(holder=JOB, policy="arn:aws:iam::aws:policy/AWSLambda_ReadOnlyAccess")],
        set(),
        {(Q, F, "polled_by"), (DEV, F, "path")},
    ),
    "a mapping that is disabled reads nothing": (
        polled,
        [kinds.DisableMapping(uuid="m-1")],
        set(),
        {(Q, F, "polled_by"), (DEV, F, "path"), (DEV, Q, "feeds")},
    ),
    "no service principal needs a permission for a queue that is polled": (
        polled,
        resource(F, deny(INVOKE, F, Principal={"Service": "sqs.amazonaws.com"})),
        set(),
        set(),
    ),
    "without the role that it runs as a function reads no queue": (
        polled,
        [kinds.DeleteRole(role=JOB)],
        set(),
        {(F, JOB, "runs_as"), (Q, F, "polled_by"), (DEV, F, "path")},
    ),
    "a permission on an alias is none on its function, which runs all the same": (
        with_alias,
        resource(LIVE, permit({"AWS": FAR}, LIVE)),
        {(FAR, LIVE, "invokes")},
        set(),
    ),
    "a permission on the function is none on its alias": (
        with_alias,
        resource(F, permit({"AWS": FAR}, F)),
        {(FAR, F, "invokes")},
        set(),
    ),
    "with a function its aliases go": (
        with_alias,
        [kinds.DeleteFunction(function=F)],
        set(),
        {(DEV, F, "invokes"), (F, BASIC, "runs_as"), (LIVE, F, "qualifies"), (f"{F}:1", F, "qualifies")},
    ),
    "a function URL takes both permissions": (
        with_url,
        identity(DEV, allow(BY_URL, F)),
        {(DEV, f"url:{F}", "invokes_url")},
        set(),
    ),
    "a function URL takes both permissions, and without the other there is neither way": (
        with_url,
        [*identity(DEV, allow(BY_URL, F)), kinds.RemoveStatement(side="identity", holder=DEV, sid="call")],
        set(),
        {(DEV, F, "invokes")},
    ),
    "an SCP doesn't bind services, nor the management account": (
        organized,
        [kinds.AttachScp(policy="frozen", target="r-1")],
        set(),
        {(DEV, F, "invokes")},
    ),
    "an SCP on the management account binds nobody": (
        organized,
        [kinds.AttachScp(policy="frozen", target=TWO)],
        set(),
        set(),
    ),
    "every level has to allow": (
        organized,
        [kinds.DetachScp(policy="full", target=ONE)],
        set(),
        {(DEV, F, "invokes")},
    ),
    "an account that leaves a unit leaves its policies": (
        lambda: organized(**{"ou-1": ("full", "frozen")}),
        [kinds.MoveAccount(account=ONE, parent="r-1")],
        {(DEV, F, "invokes")},
        set(),
    ),
    "a rule that delivers with a role needs no permission of the function's policy, and nothing without the role": (
        ruled,
        [kinds.DeleteRole(role=JOB)],
        set(),
        {(RULE, F, "triggers"), (JOB, F, "invokes")},
    ),
    "a rule that is disabled delivers nothing": (
        ruled,
        [kinds.DisableTrigger(source=RULE)],
        set(),
        {(RULE, F, "triggers")},
    ),
    "who runs a function runs what its role may": (
        chained,
        [kinds.SetExecutionRole(function=F, role=JOB)],
        {(F, JOB, "runs_as"), (F, G, "path"), (DEV, G, "path")},
        {(F, BASIC, "runs_as")},
    ),
    "what a group has its members have": (
        grouped,
        [kinds.DetachPolicy(holder=TEAM, policy=OWN)],
        set(),
        set(),
    ),
    "a managed policy that changes changes for all its holders, as a boundary too": (
        grouped,
        [kinds.AddStatement(side="boundary", holder=OPS, statement=allow(INVOKE, F))],
        {(DEV, F, "invokes"), (OPS, F, "invokes")},
        set(),
    ),
    "a new object below the prefix is told of": (
        bucketed,
        identity(DEV, allow("s3:PutObject", f"{BUCKET}/in/*")),
        {(DEV, BUCKET, "feeds"), (DEV, F, "path")},
        set(),
    ),
    "a new object elsewhere is not": (bucketed, identity(DEV, allow("s3:PutObject", f"{BUCKET}/out/*")), set(), set()),
    "a boundary limits a role's identity-based policies": (
        limited,
        [kinds.SetBoundary(holder=JOB, policy=LIMIT)],
        set(),
        {(JOB, F, "invokes"), (JOB, G, "invokes"), (DEV, G, "path")},
    ),
    "a session policy limits the session's identity-based policies": (
        limited,
        [kinds.AddStatement(side="session", holder=JOB, statement=allow(INVOKE, F))],
        set(),
        {(JOB, G, "invokes"), (DEV, G, "path")},
    ),
    "what Lambda runs a function with is no session that anybody's policy narrows": (
        polled,
        [kinds.AddStatement(side="session", holder=JOB, statement=allow("s3:*", "*"))],
        set(),
        set(),
    ),
    "half of a grant opens nothing in another account": (
        far_away,
        identity(FAR, allow(INVOKE, F)),
        set(),
        set(),
    ),
    "and the other half opens it for those who have the first": (
        lambda: far_away(allow(INVOKE, F)),
        resource(F, permit({"AWS": f"arn:aws:iam::{TWO}:root"}, F)),
        {(FAR, F, "invokes")},
        set(),
    ),
    "a role that trusts a whole account is whoever's there that may ask": (
        lambda: far_away(allow(ASSUME, "*")),
        [kinds.AddStatement(side="trust", holder=JOB, statement=trusting(f"arn:aws:iam::{TWO}:root"))],
        {(FAR, JOB, "assumes"), (FAR, G, "path")},
        set(),
    ),
    "with an external ID it is conditional, and open": (
        lambda: far_away(allow(ASSUME, "*")),
        [
            kinds.AddStatement(
                side="trust", holder=JOB, statement=trusting(FAR, Condition={"StringEquals": {"sts:ExternalId": "x"}})
            )
        ],
        {(FAR, JOB, "assumes"), (FAR, G, "path")},
        set(),
    ),
    "the role that is trusted has a boundary, which the trust does not go around": (
        lambda: far_away(allow(ASSUME, "*"), boundary=LIMIT_THERE),
        [kinds.AddStatement(side="trust", holder=JOB, statement=trusting(FAR))],
        set(),
        set(),
    ),
    "a role made and given a permission is one to be assumed": (
        lambda: far_away(allow(ASSUME, "*")),
        [
            kinds.CreateRole(role=role("new"), document={"Version": "2012-10-17", "Statement": [trusting(FAR)]}),
            *identity(role("new"), allow(INVOKE, F)),
        ],
        {(FAR, role("new"), "assumes"), (role("new"), F, "invokes"), (FAR, F, "path")},
        set(),
    ),
    "administrators of the account come to all of it, where they are not denied": (
        chained,
        [
            kinds.AttachPolicy(holder=DEV, policy="arn:aws:iam::aws:policy/PowerUserAccess"),
            *identity(DEV, deny(INVOKE, G)),
        ],
        {(DEV, f, "changes") for f in (F, G)},
        set(),
    ),
    "what two groups say counts together, and a deny more": (
        in_two_groups,
        [kinds.RemoveFromGroup(user=DEV, group=f"{TEAM}-denied")],
        {(DEV, F, "invokes")},
        set(),
    ),
    "what is denied is open once the deny is gone": (
        denied,
        [kinds.RemoveStatement(side="identity", holder=DEV, sid="no")],
        {(DEV, F, "invokes")},
        set(),
    ),
    "NotAction in an SCP allows everything else": (
        organized,
        [kinds.AddStatement(side="scp", holder=ONE, statement=only("lambda:*"))],
        set(),
        set(),
    ),
    "NotAction in an SCP denies everything else": (
        organized,
        [kinds.AddStatement(side="scp", holder=ONE, statement=only("s3:*") | {"Effect": "Deny"})],
        set(),
        {(DEV, F, "invokes")},
    ),
    "an RCP binds who writes to a bucket, whatever its policy says": (
        fed_from_afar,
        [kinds.AddStatement(side="rcp", holder=ONE, statement=deny("s3:*", "*", Principal="*", Condition=OUTSIDE))],
        set(),
        {(FAR, BUCKET, "feeds"), (FAR, F, "path")},
    ),
    "RCPs are not for Lambda": (
        organized,
        [kinds.AddStatement(side="rcp", holder=ONE, statement=deny("s3:*", "*", Principal="*"))],
        set(),
        set(),
    ),
    "whoever is let in by the organization's path is let out by a move": (
        by_path,
        [kinds.MoveAccount(account=TWO, parent="r-1")],
        set(),
        {(FAR, F, "invokes")},
    ),
    "and let in by a move": (
        lambda: by_path("r-1"),
        [kinds.MoveAccount(account=TWO, parent="ou-1")],
        {(FAR, F, "invokes")},
        set(),
    ),
    "an identity provider comes in by the role that trusts it": (
        with_provider,
        [kinds.AddStatement(side="trust", holder=JOB, statement=BY_GITHUB)],
        {(GITHUB, JOB, "assumes"), (GITHUB, G, "path")},
        set(),
    ),
    "a queue's key has to let the role decrypt": (
        encrypted,
        [kinds.AddStatement(side="identity", holder=JOB, statement=allow("kms:Decrypt", KEY))],
        {(Q, F, "polled_by"), (DEV, F, "path")},
        set(),
    ),
    "a role that is passed to a new function is taken over": (
        chained,
        identity(DEV, allow(["lambda:CreateFunction", "lambda:InvokeFunction"], "*"), allow("iam:PassRole", JOB)),
        {(DEV, G, "invokes"), (DEV, JOB, "changes")},
        set(),
    ),
    "who may change the policy of a group that he is in may change what he himself may": (
        grouped,
        identity(DEV, allow("iam:PutGroupPolicy", TEAM)),
        {(DEV, DEV, "changes")},
        set(),
    ),
    "who is deleted is let in nowhere": (
        limited,
        [kinds.DeleteUser(user=DEV)],
        set(),
        {(DEV, F, "invokes"), (DEV, JOB, "assumes"), (DEV, G, "path")},
    ),
}


@pytest.mark.parametrize("made, changes, opens, closes", [pytest.param(*row, id=name) for name, row in RULES.items()])
def test_what_opens_and_closes(
    made: Callable[[], Builder], changes: list[Change], opens: set[Flow], closes: set[Flow]
) -> None:
    answer = what_if(made().world(), changes)
    assert {(row.source, row.target, row.kind) for row in answer.opens} == opens
    assert {(row.source, row.target, row.kind) for row in answer.closes} == closes

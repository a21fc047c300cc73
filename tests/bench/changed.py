"""What-if over a large organization: a change touches what hangs on it, and no more."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from typing import TypeVar

from models.change import AddStatement, Change, DetachScp, MoveAccount, RemoveStatement
from models.snapshot import ManagedPolicy, OrganizationPolicy, Role, Snapshot, document_id
from simulator.answers.what_if import what_if
from simulator.changes import apply
from simulator.opening.anew import opened_after
from simulator.opening.joined import joined, joined_after, joined_by
from simulator.opening.rows import NONE, Opened, every_kind, opened
from simulator.world import World
from tests.bench.estate import ACCOUNTS, ASSUME, INVOKE, estate, function_arn, role_arn
from tests.bench.made import Json, allow, policy
from tests.bench.measures import Row, measured
from tests.changes.plain import differences, open_pairs

Item = TypeVar("Item")

PRINCIPALS, FUNCTIONS = 10_000, 2_000
#: The same in small, where every edge can be looked at by itself.
FEW_PRINCIPALS, FEW_FUNCTIONS = 400, 60
#: Roles of one account that have the shared policy.
SHARING = 1_000
SHARED = f"arn:aws:iam::{ACCOUNTS[0]}:policy/team"
#: A role that few come to, and one that many do.
ROLE = role_arn(10)
#: The root and an OU of accounts, and another OU, on which an SCP denies calls of some functions.
ROOT, OPEN, CLOSED = "r-1", "ou-2", "ou-3"


def shared_by(snapshot: Snapshot, holders: int) -> Snapshot:
    """The snapshot with a managed policy that many roles of its first account have.

    Where the account has fewer, roles like its others stand in the place of users.
    """
    document = policy(allow("s3:ListAllMyBuckets", "*"), allow(INVOKE, function_arn(30)) | {"Sid": "call"})
    name = document_id(document)
    own = [role for role in snapshot.roles if f"::{ACCOUNTS[0]}:" in role.arn][:holders]
    more = [own[number % len(own)] for number in range(holders - len(own))]
    having = {role.arn: _with_policy(role, role.arn) for role in own}
    added = tuple(_with_policy(role, f"{role.arn}-{number}") for number, role in enumerate(more))
    return snapshot.model_copy(
        update={
            "roles": (*(having.get(role.arn, role) for role in snapshot.roles), *added),
            "users": snapshot.users[len(added) :],
            "policies": (*snapshot.policies, ManagedPolicy(arn=SHARED, document=name)),
            "documents": {**snapshot.documents, name: document},
        }
    )


def _with_policy(role: Role, arn: str) -> Role:
    return role.model_copy(update={"arn": arn, "attached": (*role.attached, SHARED)})


def under_scp(snapshot: Snapshot) -> Snapshot:
    """The snapshot with an account in an OU of its own, on which an SCP denies calls of some functions."""
    found = snapshot.organization
    assert found is not None
    document = policy(DENIED | {"Resource": "arn:aws:lambda:*:*:function:fn-2*"})
    name = document_id(document)
    scp = OrganizationPolicy(id="calls", name="calls", type="SERVICE_CONTROL_POLICY", document=name)
    moved = found.model_copy(
        update={
            "parents": {**found.parents, CLOSED: "ou-1", ACCOUNTS[3]: CLOSED},
            "policies": {**found.policies, "calls": scp},
            "targets": {**found.targets, CLOSED: ("full", "calls")},
        }
    )
    return snapshot.model_copy(update={"organization": moved, "documents": {**snapshot.documents, name: document}})


def _to(holder: str, statement: Json, shared: bool = False) -> Change:
    return AddStatement(
        side="identity", holder=holder, policy=SHARED if shared else None, statement={**statement, "Sid": "new"}
    )


def _scp(target: str, statement: Json) -> Change:
    return AddStatement(side="scp", holder=target, statement=statement)


DENIED = {"Effect": "Deny", "Action": INVOKE, "Resource": "*"}
SHARED_DENY = "and a Deny to all of them"
TRUST, PERMIT = "a role that is trusted by another", "a function whose policy lets a role change it"
MOVED = "an account moved to another OU"
CHANGES: dict[str, Change] = {
    "a statement to a role": _to(ROLE, allow(INVOKE, function_arn(20))),
    "a role that it may assume": _to(ROLE, allow(ASSUME, role_arn(30))),
    "a Deny to a role": _to(role_arn(7), DENIED),
    f"a statement to {SHARING:,} roles": _to(ROLE, allow(INVOKE, function_arn(20)), shared=True),
    "and one of theirs removed": RemoveStatement(side="identity", holder=ROLE, policy=SHARED, sid="call"),
    SHARED_DENY: _to(ROLE, DENIED, shared=True),
    TRUST: AddStatement(
        side="trust",
        holder=role_arn(20),
        statement={"Effect": "Allow", "Action": ASSUME, "Principal": {"AWS": ROLE}, "Sid": "new"},
    ),
    PERMIT: AddStatement(
        side="resource",
        holder=function_arn(20),
        statement=allow("lambda:UpdateFunctionCode", function_arn(20)) | {"Principal": {"AWS": ROLE}, "Sid": "new"},
    ),
    "an SCP detached from an OU": DetachScp(policy="calls", target=CLOSED),
    MOVED: MoveAccount(account=ACCOUNTS[8], parent=CLOSED),
    "an SCP with a Deny on an OU": _scp(OPEN, DENIED),
    "an SCP with a Deny on the root": _scp(ROOT, DENIED),
}


def rows() -> Iterator[Row]:
    small = under_scp(shared_by(estate(FEW_PRINCIPALS, FEW_FUNCTIONS), FEW_PRINCIPALS // 10))
    _check_small(small)
    snapshot = under_scp(shared_by(estate(PRINCIPALS, FUNCTIONS), SHARING))
    world = World(snapshot)
    gc.disable()
    yield measured(
        f"all that is open, {PRINCIPALS:,} x {FUNCTIONS:,}",
        lambda: joined(world),
        runs=1,
        note=lambda _: f"{_open(world):,} edges",
    )
    for what, change in CHANGES.items():
        found = what_if(world, [change])
        assert found.opens or found.closes, what
        yield _measured(world, what, change, len(found.opens) + len(found.closes))
    for what in (SHARED_DENY, TRUST, PERMIT, MOVED):
        _check_large(world, CHANGES[what])
    gc.enable()


def _measured(world: World, what: str, change: Change, told: int) -> Row:
    return measured(f"what-if: {what}", lambda: what_if(world, [change]), runs=9, note=lambda _: f"{told:,} told")


def _open(world: World) -> int:
    return sum(row.open.bit_count() for rows in opened(world).kinds.values() for row in rows.values())


def _check_small(snapshot: Snapshot) -> None:
    """Each answer is that of every edge and every way of both worlds, looked at by themselves."""
    world, plain = World(snapshot), open_pairs(World(snapshot))
    for what, change in CHANGES.items():
        answer, after = what_if(world, [change]), World(apply(snapshot, [change]))
        opens, closes = differences(world, plain, after, open_pairs(after))
        found = ([row.model_copy(update={"via": ()}) for row in some] for some in (answer.opens, answer.closes))
        assert list(found) == [opens, closes], what
        assert opens or closes, what


def _check_large(world: World, change: Change) -> None:
    """What is worked out of what was known is what is worked out of nothing."""
    before = joined(world)
    after = apply(world.snapshot, [change])
    patched = joined_after(before, opened_after(before.opened, world, world.changed_to(after)))
    anew = joined_by(Opened(before.opened.numbers, every_kind(World(after), before.opened.numbers)))
    for kind, rows in anew.opened.kinds.items():
        assert _there(patched.opened.kinds[kind]) == _there(rows), kind
    for level, other in zip(patched.levels, anew.levels, strict=True):
        assert _there(level.reached) == _there(other.reached)


def _there(rows: Mapping[int, Item]) -> dict[int, Item]:
    return {number: row for number, row in rows.items() if row not in (0, NONE)}

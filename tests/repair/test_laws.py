"""What holds of every repair and every removal, tried out one set after the other in small worlds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.answer import RepairAnswer, RepairWay
from models.change import CHANGE, Change, DetachPolicy, RemoveFromGroup, RemoveStatement, ReplaceStatement
from models.edge import Status
from models.errors import ChangeError
from models.snapshot import Holder, Snapshot
from simulator.answers.paths import paths
from simulator.answers.reach import reach
from simulator.answers.remove import remove
from simulator.answers.repair import repair
from simulator.answers.what_if import what_if
from simulator.changes import apply
from simulator.world import World
from tests.repair.small import SOURCES, TARGETS, snapshots

Document = dict[str, list[dict[str, str]]]
RANK = {status.value: status.rank for status in Status}
OPEN = ("allowed", "conditional")
LAW = settings(max_examples=settings().max_examples // 4, suppress_health_check=[HealthCheck.too_slow], deadline=None)

pairs = st.tuples(st.sampled_from(SOURCES), st.sampled_from(TARGETS)).filter(lambda pair: pair[0] != pair[1])


def best(world: World, source: str, target: str, *, takeover: bool = False) -> int:
    """The rank of the best way there is, as `paths` tells it; takeovers are no way to repair."""
    found = [
        RANK[path.status]
        for path in paths(world, source, target, k=30).paths
        if takeover or all(step.kind != "changes" for step in path.steps)
    ]
    return min(found, default=RANK["missing"])


def read(rows: Iterable[dict[str, object]]) -> list[Change]:
    """Changes as a program reads them from the answer."""
    return [CHANGE.validate_python(row) for row in json.loads(json.dumps(list(rows)))]


def granted(way: RepairWay, places: Iterable[int]) -> list[Change]:
    return [change for place in places for change in read(way.grants[place].changes)]


def after(world: World, changes: list[Change]) -> World:
    return World(apply(world.snapshot, changes))


@LAW
@given(snapshots(), pairs)
def test_each_repair_holds_when_applied_and_no_part_of_it_does(snapshot: Snapshot, pair: tuple[str, str]) -> None:
    world = World(snapshot)
    answer = repair(world, *pair, k=4)
    today = best(world, *pair)
    if today < RANK["missing"]:
        assert RANK[answer.status] == today
    else:
        assert answer.status == ("missing" if answer.repairs or not answer.blocked_by else "denied")
    if today == RANK["allowed"]:
        assert not answer.repairs
    for way in answer.repairs:
        everything = range(len(way.grants))
        assert way.status in OPEN
        assert RANK[way.status] < today
        assert all(grant.verified for grant in way.grants)
        assert best(after(world, granted(way, everything)), *pair) == RANK[way.status]
        for few in everything:
            for some in combinations(everything, few):
                part = best(after(world, granted(way, some)), *pair)
                assert part > RANK[way.status], f"{some} of {way.grants} would do"
    assert len(answer.repairs) <= 4
    assert repair(world, *pair, k=1).repairs == answer.repairs[:1]
    check_order(answer)


def check_order(answer: RepairAnswer) -> None:
    order = [(way.cost, RANK[way.status], len(way.also_opens)) for way in answer.repairs]
    assert order == sorted(order)
    assert len({json.dumps([grant.change for grant in way.grants]) for way in answer.repairs}) == len(answer.repairs)
    for way in answer.repairs:
        assert sorted(place for share in way.by_account for place in share.items) == list(range(len(way.grants)))


@LAW
@given(snapshots(), pairs)
def test_a_way_that_paths_would_mend_is_mended_or_held_by_less(snapshot: Snapshot, pair: tuple[str, str]) -> None:
    world = World(snapshot)
    missing = [path for path in paths(world, *pair, k=1).paths if path.status == "missing" and path.cost]
    answer = repair(world, *pair)
    if missing:
        assert answer.repairs
        assert answer.repairs[0].cost <= missing[0].cost


@LAW
@given(snapshots(), pairs)
def test_each_administrator_can_apply_his_part_alone(snapshot: Snapshot, pair: tuple[str, str]) -> None:
    world = World(snapshot)
    for way in repair(world, *pair, k=2).repairs:
        for share in way.by_account:
            assert {way.grants[place].account for place in share.items} == {share.account}
            after(world, granted(way, share.items))
            assert share.cli


@LAW
@given(snapshots(), pairs)
def test_whatever_else_opens_is_listed(snapshot: Snapshot, pair: tuple[str, str]) -> None:
    world = World(snapshot)
    before = reached(world)
    for way in repair(world, *pair, k=2).repairs:
        now = reached(after(world, granted(way, range(len(way.grants)))))
        told = {(row.source, row.target) for row in way.also_opens} | {pair}
        assert {one for one in now - before if ":live" not in one[1]} <= told | {
            (source, target) for source, target in told if ":live" not in target
        }
        assert not told - {pair} & before or all(row.before != "allowed" for row in way.also_opens)


def reached(world: World) -> set[tuple[str, str]]:
    """Who comes to what, without what is only a function behind its alias."""
    return {
        (source, row.node)
        for source in SOURCES
        for row in reach(world, source).reaches
        if row.status in OPEN and row.how != "qualifier"
    }


def denying(world: World, source: str, target: str) -> set[tuple[str, str, str | None]]:
    """The statements that deny the step between two nodes."""
    return {
        (cited.policy, cited.statement, cited.holder)
        for path in paths(world, source, target).paths
        if path.status == "denied" and len(path.steps) == 1
        for step in path.steps
        for cited in step.because
    }


@LAW
@given(snapshots(), pairs)
def test_no_grant_is_offered_where_a_statement_denies_the_only_way(snapshot: Snapshot, pair: tuple[str, str]) -> None:
    world = World(snapshot)
    answer = repair(world, *pair)
    for block in answer.blocked_by:
        assert block.effect == "Deny"
        if block.verified:
            assert block.change is not None
            changed = after(world, read([block.change]))
            now = denying(changed, block.source, block.target)
            assert len(now) < len(denying(world, block.source, block.target))
            # What comes after a statement that is removed has its number then.
            is_gone = block.change["change"] == "remove_statement" and block.statement.startswith("#")
            assert is_gone or (block.policy, block.statement, block.holder) not in now
    if answer.status == "denied":
        assert answer.blocked_by
        assert not answer.repairs


@LAW
@given(snapshots(), pairs)
def test_what_lets_one_caller_through_opens_no_step_of_anybody_else_s(
    snapshot: Snapshot, pair: tuple[str, str]
) -> None:
    world = World(snapshot)
    for block in repair(world, *pair).blocked_by:
        if block.change is not None:
            found = what_if(world, read([block.change]))
            steps = [row for row in (*found.opens, *found.closes) if row.kind != "path"]
            assert {row.source for row in steps if row in found.opens} <= {block.source}
            assert not [row for row in steps if row in found.closes]


# --- removals -------------------------------------------------------------------------------------------------------


def everything_removable(snapshot: Snapshot) -> Iterator[Change]:
    """Every Allow, attachment and membership, taken away by itself."""
    for holder in (*snapshot.users, *snapshot.groups, *snapshot.roles):
        yield from _of_holder(snapshot, holder)
    for user in snapshot.users:
        yield from (RemoveFromGroup(user=user.arn, group=group) for group in user.groups)
    for role in snapshot.roles:
        yield from _of_trust(role.arn, snapshot.documents[role.trust])
    for function in snapshot.functions:
        for qualifier, name in function.policies.items():
            on = f"{function.arn}:{qualifier}" if qualifier else function.arn
            yield from (
                RemoveStatement(side="resource", holder=on, sid=sid) for sid in allows(snapshot.documents[name])
            )


def _of_holder(snapshot: Snapshot, holder: Holder) -> Iterator[Change]:
    managed = {policy.arn: snapshot.documents[policy.document] for policy in snapshot.policies}
    held = {name: snapshot.documents[document] for name, document in holder.inline.items()}
    held |= {arn: managed[arn] for arn in holder.attached if len(managed.get(arn, {}).get("Statement", ())) > 1}
    for name, document in held.items():
        for sid in allows(document):
            yield RemoveStatement(side="identity", holder=holder.arn, policy=name, sid=sid)
    yield from (DetachPolicy(holder=holder.arn, policy=arn) for arn in holder.attached)


def _of_trust(role: str, document: Document) -> Iterator[Change]:
    for sid in allows(document):
        if len(document["Statement"]) > 1:
            yield RemoveStatement(side="trust", holder=role, sid=sid)
        else:
            nobody = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
            yield ReplaceStatement(side="trust", holder=role, sid=sid, statement=nobody)


def allows(document: Document) -> list[str]:
    return [f"#{number}" for number, one in enumerate(document["Statement"], 1) if one["Effect"] == "Allow"]


@LAW
@given(snapshots(), pairs)
def test_removals_close_every_way_and_nothing_less_does(snapshot: Snapshot, pair: tuple[str, str]) -> None:
    world = World(snapshot)
    answer = remove(world, *pair, k=2)
    if best(world, *pair, takeover=True) > RANK["conditional"]:
        assert not answer.removals
        assert not answer.closes
        return
    assert answer.removals, answer.impossible
    for way in answer.removals:
        assert way.verified
        closed = after(world, read(row.change for row in way.removals))
        assert best(closed, *pair, takeover=True) > RANK["conditional"]
    assert len({way.cost for way in answer.removals}) == 1
    fewer = answer.removals[0].cost - 1
    if fewer and fewer <= 2:
        for some in combinations(list(everything_removable(snapshot)), fewer):
            try:
                left = after(world, list(some))
            except ChangeError:
                continue
            assert best(left, *pair, takeover=True) <= RANK["conditional"], f"{some} would do"

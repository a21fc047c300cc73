"""Who may start code of his own in an account, by a row of `simulator.takeover.ways.PASS_WAYS`; all but iam:PassRole.

What is to be made (a function, a project, a task) may have any name, but one for which all actions on it are allowed.
It is worked out once for an account, whichever role is passed then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial

from models import arns
from models.edge import Status
from models.request import Attached
from simulator.edges.any_name import told_apart
from simulator.edges.ask import Ask
from simulator.edges.asking import Asking, Some
from simulator.edges.powers import fixed_by
from simulator.policy import match
from simulator.policy.patterns import numbers_of, row_of
from simulator.takeover.ways import Act, On, Way
from simulator.world.caller import Caller
from simulator.world.nodes import covers

#: What is made is called like this where any name will do.
PLAIN = "x"
#: Regions that are tried where the account has nothing.
SOMEWHERE = "us-east-1"


def starts(asking: Asking, way: Way, role: str) -> tuple[Some, ...]:
    """Who may start code in the role's account, everybody with the best requests for it."""
    account, partition = arns.account_of(role) or "", arns.partition_of(role)
    key = ("starts", id(asking), way.name, account)
    kept = asking.question.kept
    if key not in kept:
        kept[key] = tuple(_starts(asking, way, partition, account))
    found: tuple[Some, ...] = kept[key]
    return found


def _starts(asking: Asking, way: Way, partition: str, account: str) -> Iterator[Some]:
    row = asking.row
    for act in way.acts:
        row &= asking.candidates.row(act.action)
    if way.one_of:
        row &= asking.candidates.any_of(act.action for act in way.one_of)
    if not row:
        return
    if any(act.on is On.ANY_FUNCTION for act in way.acts):
        yield from _on_functions(asking, way, account, row)
        return
    for alike in _alike(asking, way, row):
        yield from _best(_by_region(asking, way, partition, account, alike), alike)


def _on_functions(asking: Asking, way: Way, account: str, row: int) -> list[Some]:
    """Whichever function of the account will do."""
    own = (arn for arn in sorted(asking.world.functions) if arns.account_of(arn) == account)
    every = (asking.may([Ask(act.action, arn) for act in way.acts], row) for arn in own)
    return _best(every, row)


def _best(several: Iterable[list[Some]], within: int) -> list[Some]:
    """Of what several names come to the best for everybody; no more are tried than are needed."""
    found: list[Some] = []
    uncertain: list[Some] = []
    left = within
    for some in several:
        for one in some:
            if one.status is Status.ALLOWED:
                found.append(one._replace(row=one.row & left))
                left &= ~one.row
            else:
                uncertain.append(one)
        if not left:
            break
    for one in sorted(uncertain, key=lambda one: one.status.rank):
        if one.row & left:
            found.append(one._replace(row=one.row & left))
            left &= ~one.row
    return [one for one in found if one.row]


def _alike(asking: Asking, way: Way, row: int) -> list[int]:
    """Rows of those whose policies tell the same names apart."""
    found: dict[frozenset[str], list[int]] = defaultdict(list)
    for number in numbers_of(row):
        found[_spoken_of(asking, way, asking.actors.callers[number])].append(number)
    return [row_of(numbers) for numbers in found.values()]


def _spoken_of(asking: Asking, way: Way, caller: Caller) -> frozenset[str]:
    """The patterns of what may allow or refuse a caller the actions of a way: his own policies, his boundary, SCPs."""
    world = asking.world
    limits = (one for level in world.scps_of(caller.account)[0] for one in level)
    found: set[str] = set()
    for attached in (*world.policies_of(caller)[0], *(world.limit_of(caller)[0] or ()), *limits):
        key = (way.name, id(attached.policy))
        found |= world.of_documents.once("patterns", key, partial(_patterns, attached, way))
    return frozenset(one.replace("${aws:username}", caller.name or "") for one in found)


def _patterns(attached: Attached, way: Way) -> frozenset[str]:
    asked = [act.action for act in (*way.acts, *way.one_of)]
    about = (one for one in attached.policy.statements if any(covers(one, action, None) for action in asked))
    named = (name for one in about for name in (*(one.resources or ()), *(one.not_resources or ())))
    return frozenset(name for name in named if name != match.STAR)


def _by_region(asking: Asking, way: Way, partition: str, account: str, row: int) -> Iterator[list[Some]]:
    patterns = _spoken_of(asking, way, asking.actors.callers[next(numbers_of(row))])
    namer = _Namer(patterns)
    for region in _regions(asking, account, patterns):
        place = {"partition": partition, "region": region, "account": account, "any": "{any}"}
        found = [Some((), Status.ALLOWED, row)]
        one_of = way.one_of
        for on, acts in _by_pattern(way).items():
            choices = list(namer.choices(on, acts, one_of, place))
            found = [more for one in found for more in _chosen(asking, one, choices)]
            one_of = ()
        yield found


def _regions(asking: Asking, account: str, patterns: Iterable[str]) -> list[str]:
    """Where the account has functions, and the Regions that the patterns name."""
    own = (arns.region_of(arn) for arn in asking.world.functions if arns.account_of(arn) == account)
    known = asking.world.memo.once("regions of", account, lambda: frozenset(filter(None, own)))
    named = {region for one in patterns if (region := arns.region_of(one)) and not set(region) & set("*?$")}
    return sorted(known | named) or [SOMEWHERE]


def _by_pattern(way: Way) -> dict[str, list[Act]]:
    """The actions by what they are asked on: those on the same thing have to be allowed for one name of it."""
    found: dict[str, list[Act]] = {}
    for act in way.acts:
        found.setdefault(str(act.on), []).append(act)
    return found


class _Namer:
    """Finds the names that patterns tell apart, of what is to be made."""

    def __init__(self, patterns: frozenset[str]) -> None:
        self._patterns = patterns

    def choices(
        self, on: str, acts: list[Act], one_of: tuple[Act, ...], place: dict[str, str]
    ) -> Iterator[tuple[Ask, ...]]:
        """Yield the requests for each name, with each of what is needed one of."""
        for name in self._names(on.format(**place)):
            asks = tuple(Ask(act.action, name) for act in acts)
            if not one_of:
                yield asks
            for act in one_of:
                others = [name] if act.on == on else self._names(str(act.on).format(**place))
                yield from ((*asks, Ask(act.action, other, fixed_by(act, name, function=name))) for other in others)

    def _names(self, template: str) -> list[str]:
        if "{any}" not in template:
            return [template]
        stem, _, end = template.partition("{any}")
        found = {tail for one in self._patterns for tail in _tails(one, stem, end)}
        return [f"{stem}{name}{end}" for name in told_apart(found, PLAIN, match.STAR) if name]


def _tails(pattern: str, stem: str, end: str) -> Iterator[str]:
    """What a pattern asks of a name that stands between `stem` and `end`, in each way that it can match these.

    A name has no colon, though `*` would match one.
    """
    places = _opened(pattern, {0})
    for letter in stem:
        fits = {place for place in places if pattern[place : place + 1] in (letter, match.ANY)}
        stars = {place for place in places if pattern[place : place + 1] == match.STAR}
        places = _opened(pattern, {place + 1 for place in fits} | stars)
    for tail in sorted({pattern[place:] for place in places}):
        kept = tail.removesuffix(end) if end and tail.endswith(end) else tail
        kept = kept.removesuffix(f"{end[:1]}{match.STAR}") if end else kept
        if ":" not in kept and "${" not in kept:
            yield kept


def _opened(pattern: str, places: set[int]) -> set[int]:
    """The places in a pattern from which it may go on: a star may match nothing."""
    found = set(places)
    for place in places:
        while pattern[place : place + 1] == match.STAR:
            place += 1
            found.add(place)
    return found


def _chosen(asking: Asking, some: Some, choices: list[tuple[Ask, ...]]) -> list[Some]:
    """Everybody of `some` with the best of the choices besides."""
    return _best((asking.may(asks, some.row, [some]) for asks in choices), some.row)

"""The function's own policies, statement by statement: whom they let in too freely, and which do nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from models import arns
from models.decision import Citation, FactKind, Layer
from models.finding import Finding
from models.policy import Condition, Effect, PolicyKind, Principal, Statement
from models.snapshot import Function
from simulator.diagnosis.found import held, not_held
from simulator.edges import invokes, invokes_url
from simulator.edges.invokes_url import UNSIGNED
from simulator.facts.services import CROSS_ACCOUNT_FUNCTION_ACTIONS
from simulator.policy import limits, match
from simulator.policy.principals import account_named
from simulator.policy.spellings import conditions_of
from simulator.triggers.services import SERVICES
from simulator.world.nodes import covers, pattern_covers
from simulator.world.world import World

#: A principal that was deleted shows as its bare id. Source: IAM User Guide, "IAM identifiers".
_DELETED = re.compile(r"A(?:ROA|IDA)[A-Z0-9]{12,}")
#: Less room than this, and the next permission may not fit: AddPermission writes some 300 to 400 bytes.
LITTLE_ROOM = 1_024

#: Values that everything matches.
_ANYTHING = ("*", "0.0.0.0/0", "::/0")
#: Services that send the id of what they act for, and no ARN or account.
_BY_TOKEN = frozenset(row.principal for row in SERVICES if row.token)
_OF_SOURCE = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "lambda:eventsourcetoken")
_OF_OWNER = ("aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
_OF_ORGANIZATION = ("aws:principalorgid", "aws:principalorgpaths")
_OF_PEOPLE = ("aws:principalarn", "aws:principalaccount", "aws:userid", "aws:username", *_OF_ORGANIZATION)
#: Keys that tell somebody apart, where `*` is named.
_OF_CALLER = (
    *_OF_PEOPLE,
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourcevpcarn",
)


def findings(world: World, function: Function) -> Iterator[Finding]:
    """What there is to say of each document and statement."""
    for qualifier, document in function.policies.items():
        place = f"{function.arn}:{qualifier}" if qualifier else function.arn
        policy = world.documents.policy(document, PolicyKind.RESOURCE, place)
        for statement in policy.statements:
            yield from _of_statement(world, place, statement, policy.label(statement))
        yield _room(world, document, place)


def _of_statement(world: World, place: str, statement: Statement, label: str) -> Iterator[Finding]:
    cited = (Citation(Layer.RESOURCE, place, label, statement.effect, place),)
    if why := _in_vain(place, statement):
        yield not_held("matches-no-caller", place, f"{label} {why}", cited)
        return
    yield from _of_nobody(world, place, statement, cited)
    if statement.effect is Effect.ALLOW:
        for principal in statement.principals or ():
            yield from _too_freely(world, place, statement, principal, cited)


def _in_vain(place: str, statement: Statement) -> str:
    """Why a statement matches no request, whoever makes it."""
    if statement.principals is None and statement.not_principals is None:
        return "names no principal"
    # The statements of the unqualified document are read for the qualifiers, too.
    if not any(pattern_covers(one, place) or _is_about(one, place) for one in statement.resources or (place,)):
        return f"is about {', '.join(statement.resources or ())}, and is on {place}"
    if statement.effect is Effect.ALLOW and _asks_services_for_people(statement):
        return "is for services, and asks for a key that only the requests of principals have"
    if statement.effect is Effect.ALLOW and _gives_others_nothing(place, statement):
        return f"lets another account in for {', '.join(statement.actions or ())}, which a function policy can't give"
    return ""


def _asks_services_for_people(statement: Statement) -> bool:
    """Source: IAM User Guide, "AWS global condition context keys": a service's request has none of these."""
    services = [one.kind == "Service" for one in statement.principals or ()]
    return bool(services) and all(services) and _asks(statement, _OF_PEOPLE)


def _gives_others_nothing(place: str, statement: Statement) -> bool:
    """Whether it is for other accounts only, and for actions only that a function policy can't give them."""
    principals, actions = statement.principals or (), statement.actions or ()
    return (
        bool(principals and actions)
        and all(_is_of_others(one, place) for one in principals)
        and not any(match.action_matches(one, action) for one in actions for action in CROSS_ACCOUNT_FUNCTION_ACTIONS)
    )


def _is_about(pattern: str, place: str) -> bool:
    """Whether a pattern may mean a version or alias of the function that the document is on."""
    return pattern.startswith(f"{place}:") or pattern_covers(pattern, f"{place}:1")


def _is_of_others(principal: Principal, place: str) -> bool:
    account = account_named(principal.value) or arns.account_of(principal.value)
    return principal.kind == "AWS" and account not in (None, arns.account_of(place))


def _of_nobody(world: World, place: str, statement: Statement, cited: tuple[Citation, ...]) -> Iterator[Finding]:
    """Principals that are gone."""
    label = cited[0].statement
    for principal in (*(statement.principals or ()), *(statement.not_principals or ())):
        if principal.kind != "AWS":
            continue
        if _DELETED.fullmatch(principal.value):
            summary = f"{label} names {principal.value}: a principal that was deleted, which matches nobody"
            yield not_held("dangling-principal", place, summary, cited)
        elif _is_missing(world, principal.value):
            summary = f"{label} names {principal.value}, and there is no such principal"
            yield not_held("principal-not-there", place, summary, cited)


def _is_missing(world: World, value: str) -> bool:
    account = arns.account_of(value)
    if account not in world.collected or world.lacking(FactKind.IDENTITY, account):
        return False
    return arns.kind_of(value) in ("user", "role") and value not in world.users and value not in world.roles


def _too_freely(
    world: World,
    place: str,
    statement: Statement,
    principal: Principal,
    cited: tuple[Citation, ...],
) -> Iterator[Finding]:
    label = cited[0].statement
    if principal.kind == "Service":
        # What else a service may do with a function, such as replicate it, it does for the owner.
        if not any(covers(statement, action, None) for action in (invokes.ACTION, invokes_url.ACTION)):
            return
        yield from _for_a_service(world, place, statement, principal.value, cited)
    elif principal.value == "*":
        if _asks(statement, _OF_ORGANIZATION):
            yield not_held("organization-wide", place, f"{label} lets a whole organization in", cited)
        elif not _asks(statement, _OF_CALLER):
            to = "anybody by the function URL" if _is_for_url(statement) else "anybody"
            yield not_held("public-access", place, f"{label} lets {to} in", cited)
    elif account_named(principal.value) not in (None, arns.account_of(place)) and not _asks(statement, _OF_CALLER):
        whole = f"{label} lets all of account {account_named(principal.value)} in"
        yield not_held("whole-account", place, whole, cited)


def _is_for_url(statement: Statement) -> bool:
    values = [one.values for one in _conditions(statement, ("lambda:functionurlauthtype",))]
    return (UNSIGNED,) in values or bool(_conditions(statement, ("lambda:invokedviafunctionurl",)))


def _for_a_service(
    world: World, place: str, statement: Statement, service: str, cited: tuple[Citation, ...]
) -> Iterator[Finding]:
    label = cited[0].statement
    if not _asks(statement, _OF_SOURCE):
        keys = "lambda:EventSourceToken" if service in _BY_TOKEN else "aws:SourceArn or aws:SourceAccount"
        summary = f"{label} lets {service} in for anybody's resources: add a condition on {keys}"
        yield not_held("confused-deputy", place, summary, cited)
        return
    if _asks(statement, _OF_OWNER):
        sources: Iterable[str] = ()
    else:
        sources = [value for one in _conditions(statement, ("aws:sourcearn",)) for value in one.values]
    for source in sources:
        if why := _whose(source):
            summary = f"{label} lets {service} in for {source}, which {why}: add a condition on aws:SourceAccount"
            yield not_held("confused-deputy", place, summary, cited)
    for one in _conditions(statement, ("aws:sourcearn",)):
        for source in one.values:
            if _is_gone(world, statement, source):
                yield not_held("orphan-source", place, f"{label} is for {source}, which isn't there", cited)


def _whose(source: str) -> str:
    """Why a source's ARN doesn't say whose it is."""
    parts = arns.parts(source)
    if parts is None:
        return "may be anybody's" if "*" in source else ""
    if not parts.account:
        return "names no account"
    return "is any account's" if "*" in parts.account or "?" in parts.account else ""


def _is_gone(world: World, statement: Statement, source: str) -> bool:
    """Whether a source that is written out isn't among those of its kind and account that were read."""
    named = [value for one in _conditions(statement, ("aws:sourceaccount",)) for value in one.values]
    account, service = arns.account_of(source) or next(iter(named), None), arns.service_of(source)
    if account not in world.collected or service not in _READ_WHOLE or any(sign in source for sign in "*?$"):
        return False
    if source in world.resources or world.triggers.between(frozenset((source,)), None):
        return False
    region = arns.region_of(source)
    abouts = (f"{account}/{service}", f"{account}/{service}/{region}")
    # A Region of which nothing was read may have it.
    read = (account, arns.resource_type(source), region) in _kinds_read(world)
    return read and not world.lacking(FactKind.TRIGGERS, *abouts)


#: Services of whose resources a snapshot holds all, where it holds any.
_READ_WHOLE = ("events", "s3", "sns")


def _kinds_read(world: World) -> frozenset[tuple[str, str, str | None]]:
    """The account, kind and Region of what resources there are."""
    found = ((one.account, one.type, arns.region_of(one.arn)) for one in world.resources.values())
    return world.memo.once("kinds of resources", None, lambda: frozenset(found))


def _asks(statement: Statement, keys: tuple[str, ...]) -> bool:
    return bool(_conditions(statement, keys))


def _conditions(statement: Statement, keys: tuple[str, ...]) -> list[Condition]:
    """The conditions that ask one of these keys to be something.

    A negated or absent key narrows nothing, nor does one that may be anything.
    """
    return [
        one
        for one in conditions_of(statement)
        if one.key.lower() in keys
        and not one.if_exists
        and "Not" not in one.operator
        and one.operator != "Null"
        and not any(value in _ANYTHING for value in one.values)
    ]


def _room(world: World, document: str, place: str) -> Finding:
    size = limits.length(world.snapshot.documents[document], limits.FUNCTION)
    left = limits.FUNCTION.most - size
    summary = f"the policy has {size:,} of {limits.FUNCTION.most:,} bytes; {max(left, 0):,} are left"
    return (not_held if left < LITTLE_ROOM else held)("policy-size", place, summary)

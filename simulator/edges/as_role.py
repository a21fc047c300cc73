"""What Lambda asks with a function's execution role, on what is known and on what isn't; and what is in doubt.

Source: Lambda Developer Guide, "Defining Lambda function permissions with an execution role".
"""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import replace

from msgspec import structs

from models import arns
from models.context import Absent, Given, State
from models.decision import Decision, FactKind, MissingFact, Outcome
from models.edge import Part, Requirement, Status
from simulator.world.caller import Caller
from simulator.world.nodes import allowing
from simulator.world.world import World

#: Lambda asks by itself: no code of the function is running. Source: Lambda Developer Guide, "Using source function ARN
#: to control function access behavior".
BY_LAMBDA: Table[str, State] = {"lambda:sourcefunctionarn": Absent()}

_NO_KEY = "the key that the alias stands for was not read, and a grant has to name it"

#: Services of which a request always turns on the resource's own policy, or on whether it has one.
_OWN_WORD = ("kms", "secretsmanager")


def asked_of(
    world: World, caller: Caller, action: str, on: str | MissingFact, given: Given, fixed: Table[str, State] | None
) -> Part:
    """One request with the execution role; on what nobody asked about it is taken as allowed, and said."""
    if isinstance(on, MissingFact):
        if ":alias/" in on.about and not _allows_it_somewhere(world, caller, action):
            # Whichever key the alias stands for: no policy of the role speaks of it.
            asked = world.ask(caller, action, on.about, given, in_step=True, fixed=fixed)
            # Policies name keys, never their aliases: a grant on the alias would be of no use.
            return replace(asked, missing=(), impossible=_NO_KEY) if asked.status is Status.MISSING else asked
        if on.refused:
            return unknown(caller.node, action, on.about, on)
        return Requirement(caller.node, action, on.about, Decision(Outcome.ALLOWED, assumes=(on,)))
    if arns.service_of(on) in _OWN_WORD and (fact := unread_policy(world, on)):
        return unknown(caller.node, action, on, fact)
    return world.foresee(caller, action, on, given, in_step=True, fixed=fixed)


def _allows_it_somewhere(world: World, caller: Caller, action: str) -> bool:
    policies, unread = world.identity_of(caller.role or "")
    return bool(unread) or any(True for _ in allowing(policies, action, None))


def unread_policy(world: World, on: str) -> MissingFact | None:
    """Why nobody knows whether a resource that the snapshot doesn't hold has a policy; None: it holds it."""
    if on in world.resources:
        return None
    account = arns.account_of(on) or ""
    reason = f"the policy of `{on}` was not read"
    found = world.lacking(FactKind.RESOURCE_POLICY, on, f"{account}/{arns.service_of(on)}", account)
    # Of an account that was collected nobody asked for it.
    return found or MissingFact(FactKind.RESOURCE_POLICY, on, reason, world.strict or account not in world.collected)


def unknown(principal: str, action: str, resource: str, fact: MissingFact) -> Requirement:
    return Requirement(principal, action, resource, Decision(Outcome.UNKNOWN, gaps=(fact,)))


def nobody_asked(world: World, fact: MissingFact) -> MissingFact:
    """A fact that lacks, as the snapshot says why; what nobody asked for is taken for granted, if anything may be."""
    return world.lacking(fact.what, fact.about) or structs.replace(fact, refused=world.strict)


def unasked(found: Part) -> Requirement:
    """What nobody is asked for, after all."""
    return Requirement(found.principal, found.action, found.resource, Decision(Outcome.ALLOWED))


def doubted(world: World, found: Part, about: str, doubt: str) -> Part:
    """What AWS doesn't confirm hinders nothing, unless nothing may be taken for granted."""
    if not doubt or found.status is Status.ALLOWED:
        return found
    return taken(world, found, MissingFact(FactKind.ATTRIBUTES, about, f"{doubt}: {found.action}", world.strict))


def taken(world: World, found: Part, fact: MissingFact) -> Requirement:
    """Taken as allowed by what a fact that lacks would say."""
    decision = Decision(Outcome.UNKNOWN, gaps=(fact,))
    if not world.strict:
        decision = Decision(Outcome.ALLOWED, assumes=tuple(dict.fromkeys((*found.assumes, fact))))
    return Requirement(found.principal, found.action, found.resource, decision)

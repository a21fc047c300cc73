"""What is known of the context of a request over a snapshot, one key at a time and only when asked.

Order: what the question gives; what the step itself fixes; the table of global keys; the services' own keys. Source:
IAM User Guide, "AWS global condition context keys"; Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from models.context import NOTHING_GIVEN, Absent, Given, Known, Open, State
from simulator.facts import global_keys, reference
from simulator.facts.global_keys import ABSENT, OPEN_OR_ABSENT, GlobalKey
from simulator.world import service_keys
from simulator.world.caller import Call, Caller, CallerKind, OrgPlace, Source, WorldFacts
from simulator.world.derived import DERIVED, has_key, of_service, source_account, takes_network_key

__all__ = ["Caller", "CallerKind", "OrgPlace", "SnapshotContext", "Source", "WorldFacts"]

_NOTHING: Mapping[str, State] = MappingProxyType({})

#: Rows of the table that hold for some actions only, as the Reference lists them.
_BY_ACTION = ("aws:requesttag/", "aws:resourcetag/", "aws:tagkeys")
_SOURCE_OWNER = "aws:sourceowner"


class SnapshotContext:
    """The context of one request. Answers are worked out once and kept.

    `given_everywhere` is False for a step of a path: there the context given applies only where the key makes sense
    for this caller and action. `fixed` is what the step itself settles, such as iam:PassedToService; so does a step
    of which Lambda itself makes the call with an execution role (polling, network interfaces, the KMS key of the
    environment): it fixes lambda:SourceFunctionArn as absent. `unknown_keys` holds the `aws:` keys, as they were
    asked for, that no table has: they are open, and an answer names them in `assumes`.
    """

    __slots__ = ("_call", "_fixed", "_states", "unknown_keys")

    def __init__(
        self,
        facts: WorldFacts,
        caller: Caller,
        action: str,
        resource: str,
        *,
        resource_account: str | None,
        given: Given = NOTHING_GIVEN,
        source: Source | None = None,
        given_everywhere: bool = True,
        fixed: Mapping[str, State] = _NOTHING,
    ) -> None:
        self._call = Call(facts, caller, action.lower(), resource, resource_account, given, source)
        if not given_everywhere and given.settled:
            self._call = self._call.with_given(_where_it_makes_sense(self._call))
        self._fixed = {key.lower(): state for key, state in fixed.items()} if fixed else _NOTHING
        self._states: dict[str, State] = {}
        self.unknown_keys: set[str] = set()

    def lookup(self, key: str) -> State:
        """Say what is known of a condition key, in whatever letter case it is asked for."""
        lower = key.lower()
        found = self._states.get(lower)
        if found is None:
            found = self._states[lower] = self._work_out(lower, key)
        return found

    def _work_out(self, key: str, written: str) -> State:
        given = self._call.given
        if key in given.settled:
            values = given.settled[key]
            return Known(values, multivalued=len(values) > 1 or reference.is_multivalued(key))
        if key in given.absent:
            return Absent()
        if key in self._fixed:
            return self._fixed[key]
        if known := global_keys.row(key):
            return _by_table(self._call, key, known)
        if key == _SOURCE_OWNER:
            return _source_owner(self._call)
        if key.startswith("aws:"):
            self.unknown_keys.add(written)
            return Open()
        return service_keys.state(self._call, key)


def _by_table(call: Call, key: str, known: GlobalKey) -> State:
    rule = known.rules[call.caller.kind.column]
    if rule == ABSENT:
        return Absent()
    default = Open(rule == OPEN_OR_ABSENT, known.multivalued, known.domain)
    if known.trusts:
        return of_service(call, known.trusts, default)
    name, slash, rest = key.partition("/")
    derive = DERIVED.get(f"{name}{slash}")
    return derive(call, rest, default) if derive else default


def _source_owner(call: Call) -> State:
    """aws:SourceOwner, of SNS's default topic policy, is older than the table: the caller's account, or the source's.

    Ours: no page of AWS says what it is today.
    """
    if call.caller.kind is CallerKind.SERVICE:
        return source_account(call, "", Open())
    return Known((call.caller.account,)) if call.caller.account else Absent()


def _where_it_makes_sense(call: Call) -> Given:
    kept = {key: values for key, values in call.given.settled.items() if _makes_sense(call, key)}
    return Given(kept, call.given.absent)


def _makes_sense(call: Call, key: str) -> bool:
    """Tell whether a request of this caller for this action can have the key at all."""
    if known := global_keys.row(key):
        if known.rules[call.caller.kind.column] == ABSENT:
            return False
        if key.startswith(_BY_ACTION):
            return has_key(call, key)
        return takes_network_key(known, call.action) and not (
            call.caller.kind is CallerKind.SAML and key == "aws:federatedprovider"
        )
    if key == _SOURCE_OWNER:
        return not isinstance(_source_owner(call), Absent)
    return key.startswith("aws:") or not isinstance(service_keys.state(call, key), Absent)

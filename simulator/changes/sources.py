"""Changes of what makes functions run: triggers and event source mappings.

Sources: S3 User Guide, "Configuring event notifications using object key name filtering"; Lambda API Reference,
CreateEventSourceMapping.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from fnmatch import fnmatchcase

from models import arns
from models.change import (
    AddMapping,
    AddTrigger,
    DisableMapping,
    DisableTrigger,
    EnableMapping,
    EnableTrigger,
    RemoveMapping,
    RemoveTrigger,
)
from models.errors import ChangeError
from models.snapshot import Mapping, Snapshot, Trigger
from simulator.changes import store
from simulator.triggers.polled import polled
from simulator.triggers.services import service_of

_ON, _OFF = "Enabled", "Disabled"


def add_trigger(snapshot: Snapshot, change: AddTrigger) -> Snapshot:
    """Whether its service may invoke the function is the answer: what S3 or a load balancer refuses to save is drawn
    as what is missing."""
    trigger = Trigger.model_validate(change.model_dump(exclude={"change"}))
    _check_function(snapshot, trigger.target)
    if service_of(trigger) is None:
        raise ChangeError(f"how `{trigger.service}` invokes functions for `{trigger.source}` is not known")
    if trigger in snapshot.triggers:
        raise ChangeError(f"that trigger is configured already on `{trigger.source}`")
    _check_notifications(snapshot, trigger)
    return store.add(snapshot, trigger)


def _check_notifications(snapshot: Snapshot, new: Trigger) -> None:
    """
    Raises:
        ChangeError: for a notification of S3 that would tell of an object of which another one tells, in S3's words.
    """
    for old in snapshot.triggers:
        if (
            (old.service, old.source) == (new.service, new.source)
            and new.service == "s3.amazonaws.com"
            and any(_same_event(one, other) for one in old.events for other in new.events)
            and _either(str.startswith, old.prefix or "", new.prefix or "")
            and _either(str.endswith, old.suffix or "", new.suffix or "")
        ):
            raise ChangeError(
                "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes "
                f"are overlapping for the same event type: `{new.source}` notifies `{old.target}` already"
            )


def _same_event(one: str, other: str) -> bool:
    """Whether two names of events, such as `s3:ObjectCreated:*` and `s3:ObjectCreated:Put`, have one in common."""
    return fnmatchcase(one, other) or fnmatchcase(other, one)


def _either(begins: Callable[[str, str], bool], one: str, other: str) -> bool:
    return begins(one, other) or begins(other, one)


def remove_trigger(snapshot: Snapshot, change: RemoveTrigger) -> Snapshot:
    return store.remove(snapshot, _trigger(snapshot, change))


def switch_trigger(snapshot: Snapshot, change: EnableTrigger | DisableTrigger) -> Snapshot:
    trigger = _trigger(snapshot, change)
    enabled = isinstance(change, EnableTrigger)
    return store.put(snapshot, trigger, trigger.model_copy(update={"enabled": enabled}))


def _trigger(snapshot: Snapshot, change: RemoveTrigger | EnableTrigger | DisableTrigger) -> Trigger:
    """The one trigger that is meant."""
    on = [item for item in snapshot.triggers if item.source == change.source]
    found = [item for item in on if change.target in (None, item.target) and change.service in (None, item.service)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{item.service} -> {item.target}" for item in on) or "none"
    problem = "is not one of" if not found else "may be several of"
    raise ChangeError(f"the trigger on `{change.source}` {problem}: {listed}")


def add_mapping(snapshot: Snapshot, change: AddMapping) -> Snapshot:
    """Whether the execution role may read the source is the answer, as of a trigger."""
    _check_function(snapshot, change.function)
    if polled(change.source) is None:
        raise ChangeError(f"Lambda polls no `{change.source}`")
    same = [item for item in snapshot.mappings if (item.source, item.function) == (change.source, change.function)]
    if same:
        raise ChangeError(f"The event source arn and function name already exist: mapping {same[0].uuid}")
    fields = change.model_dump(exclude={"change"})
    return store.add(snapshot, Mapping.model_validate({**fields, "uuid": made_up(change.source, change.function)}))


def made_up(source: str | None, function: str) -> str:
    """The uuid of a mapping that only a change has made: AWS will choose another one."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{source} {function}"))


def remove_mapping(snapshot: Snapshot, change: RemoveMapping) -> Snapshot:
    return store.remove(snapshot, _mapping(snapshot, change))


def switch_mapping(snapshot: Snapshot, change: EnableMapping | DisableMapping) -> Snapshot:
    mapping = _mapping(snapshot, change)
    state = _ON if isinstance(change, EnableMapping) else _OFF
    return store.put(snapshot, mapping, mapping.model_copy(update={"state": state}))


def _mapping(snapshot: Snapshot, change: RemoveMapping | EnableMapping | DisableMapping) -> Mapping:
    """The one mapping that is meant."""
    found = [
        item
        for item in snapshot.mappings
        if change.uuid in (None, item.uuid)
        and change.source in (None, item.source)
        and change.function in (None, item.function)
    ]
    if len(found) == 1:
        return found[0]
    listed = (
        ", ".join(f"{item.uuid}: {item.origin} -> {item.function}" for item in found or snapshot.mappings) or "none"
    )
    raise ChangeError(f"the mapping {'may be several of' if found else 'is not one of'}: {listed}")


def _check_function(snapshot: Snapshot, arn: str) -> None:
    """
    Raises:
        ChangeError: for a function, version or alias that isn't there, in an account that was collected.
    """
    if not arns.is_function(arn):
        return
    base, qualifier = arns.split_function(arn)
    there = {item.arn: item for item in snapshot.functions}
    if base not in there:
        raise ChangeError(f"no function `{base}`{store.nearest(base, there)}")
    if qualifier and qualifier not in ("$LATEST", *there[base].versions, *there[base].aliases):
        raise ChangeError(f"function `{base}` has no version or alias `{qualifier}`")

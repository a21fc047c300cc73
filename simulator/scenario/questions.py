"""What a scenario expects, with every name made an ARN: resolved on loading, so that a wrong name is an error there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.context import Given
from models.errors import ChangeError
from models.expectation import (
    CanExpectation,
    CanManageExpectation,
    CitedShape,
    DiagnoseExpectation,
    EdgeExpectation,
    Expectation,
    FindingShape,
    Listed,
    ListedShape,
    ListExpectation,
    MissingShape,
    PathExpectation,
    ReachExpectation,
    Settled,
    WhoCanExpectation,
)
from models.scenario import Scenario
from models.shape import nearest
from models.snapshot import Snapshot
from simulator.scenario.documents import Documents
from simulator.scenario.source import Place

if TYPE_CHECKING:
    from models.change import Change
    from models.supposed import FlowShape, WhatIfShape

_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Fields:
    """Some of the fields of a grant or a citation, as an answer spells them."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody (something) that an answer lists; None: it may be anything."""

    node: str
    status: str | None = None
    how: str | None = None
    via: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """An edge or a way that opens or closes."""

    source: str
    target: str
    kind: str | None = None
    via: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A finding that a diagnosis has."""

    fields: Fields
    missing: tuple[Fields, ...] | None = None
    because: tuple[Fields, ...] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what is expected of its answer; None: nothing.

    `kind` is path, can, can_manage, edge, reach, who_can or diagnose; `source` whoever it is about (of who_can:
    nobody), `target` the node or the resource, `action` an action or, of an edge, the edge's kind, of can_manage the
    operation; `verdict` a status, a decision or a verdict; `excludes` nodes, of a diagnosis checks.
    """

    name: str
    kind: str
    given: Given
    source: str = ""
    target: str = ""
    action: str | None = None
    takeover: bool = False
    role: str | None = None
    verdict: str | None = None
    via: tuple[str, ...] | None = None
    missing: tuple[Fields, ...] | None = None
    because: tuple[Fields, ...] | None = None
    includes: tuple[Entry, ...] | None = None
    excludes: tuple[str, ...] | None = None
    exactly: tuple[Entry, ...] | None = None
    findings: tuple[Told, ...] | None = None


@dataclass(frozen=True, slots=True)
class Supposed:
    """A `what_if`: its changes, what opens and closes, and what is expected afterwards."""

    name: str
    changes: tuple[Change, ...]
    opens: tuple[Flow, ...] | None
    closes: tuple[Flow, ...] | None
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    asked: tuple[Asked, ...]
    supposed: tuple[Supposed, ...]


def read_questions(scenario: Scenario, documents: Documents, snapshot: Snapshot) -> Questions:
    """Make every name in `expect:` and `what_if:` an ARN.

    Raises:
        InputError: for a name that nothing has, a change that AWS would refuse.
    """
    reader = _Reader(scenario, documents, snapshot)
    return Questions(
        tuple(reader.asked(item, ("expect", index)) for index, item in enumerate(scenario.expect)),
        tuple(reader.supposed(item, ("what_if", index)) for index, item in enumerate(scenario.what_if)),
    )


class _Reader:
    def __init__(self, scenario: Scenario, documents: Documents, snapshot: Snapshot) -> None:
        self.scenario = scenario
        self.documents = documents
        self.names = documents.names
        self.source = documents.source
        self.snapshot = snapshot

    def asked(self, item: Expectation, place: Place) -> Asked:
        if isinstance(item, PathExpectation):
            return self._path(item, place)
        if isinstance(item, CanExpectation):
            return self._can(item, place)
        if isinstance(item, CanManageExpectation):
            return self._can_manage(item, place)
        if isinstance(item, EdgeExpectation):
            return self._edge(item, place)
        if isinstance(item, DiagnoseExpectation):
            return self._diagnose(item, place)
        return self._list(item, place)

    def _diagnose(self, item: DiagnoseExpectation, place: Place) -> Asked:
        from simulator.diagnosis.rules import RULES

        for check, at in self._checks(item, place):
            if check not in RULES:
                raise self.source.error(at, f"`{check}` is not a check{nearest(check, RULES)}")
        return Asked(
            name=item.name or f"diagnose {item.diagnose.function}",
            kind="diagnose",
            given=self._given(item, item.diagnose),
            target=self.names.arn(item.diagnose.function, (*place, "diagnose", "function"), ("function",)),
            verdict=item.verdict,
            excludes=item.excludes,
            findings=self._findings(item.findings, (*place, "findings")),
        )

    def _checks(self, item: DiagnoseExpectation, place: Place) -> Iterator[tuple[str, Place]]:
        for index, row in enumerate(item.findings or ()):
            yield row.check, (*place, "findings", index, "check")
        for index, check in enumerate(item.excludes or ()):
            yield check, (*place, "excludes", index)

    def _findings(self, rows: tuple[FindingShape, ...] | None, place: Place) -> tuple[Told, ...] | None:
        if rows is None:
            return None
        found = []
        for index, row in enumerate(rows):
            at = (*place, index)
            told = row.model_dump(include={"check", "verdict", "note"}, exclude_none=True)
            values = {key: str(value) for key, value in told.items()}
            if row.subject is not None:
                values["subject"] = self._resource(row.subject, (*at, "subject"))
            missing, because = (
                self._missing(row.missing, (*at, "missing")),
                self._because(row.because, (*at, "because")),
            )
            found.append(Told(Fields(values), missing, because))
        return tuple(found)

    def _path(self, item: PathExpectation, place: Place) -> Asked:
        at = (*place, "path")
        return Asked(
            name=item.name or f"path {item.path.source} -> {item.path.to}",
            kind="path",
            given=self._given(item, item.path),
            source=self.names.node(item.path.source, (*at, "from")),
            target=self.names.node(item.path.to, (*at, "to")),
            action=self._action(item.path.action, (*at, "action")),
            verdict=item.status,
            via=self._nodes(item.via, (*place, "via")),
            missing=self._missing(item.missing, (*place, "missing")),
            because=self._because(item.because, (*place, "because")),
        )

    def _can(self, item: CanExpectation, place: Place) -> Asked:
        at = (*place, "can")
        question = item.can
        resource = question.resource + (f":{question.qualifier}" if question.qualifier else "")
        return Asked(
            name=item.name or f"can {question.principal} {question.action} {resource}",
            kind="can",
            given=self._given(item, question),
            source=self.names.node(question.principal, (*at, "principal")),
            target=self._resource(resource, (*at, "resource")),
            action=self._action(question.action, (*at, "action")),
            verdict=item.decision,
            missing=self._missing(item.missing, (*place, "missing")),
            because=self._because(item.because, (*place, "because")),
        )

    def _can_manage(self, item: CanManageExpectation, place: Place) -> Asked:
        from simulator.takeover.operations import OPERATION_NAMES

        at = (*place, "can_manage")
        question = item.can_manage
        if question.operation not in OPERATION_NAMES:
            named = ", ".join(OPERATION_NAMES)
            raise self.source.error((*at, "operation"), f"`{question.operation}` is not one of {named}")
        if (question.operation == "change-role") != (question.role is not None):
            raise self.source.error(at, "`change-role` needs the `role`, and nothing else has one")
        return Asked(
            name=item.name or f"can-manage {question.principal} {question.function} {question.operation}",
            kind="can_manage",
            given=self._given(item, question),
            source=self.names.node(question.principal, (*at, "principal")),
            target=self.names.arn(question.function, (*at, "function"), ("function",)),
            action=question.operation,
            role=None if question.role is None else self.names.arn(question.role, (*at, "role"), ("role",)),
            verdict=item.decision,
            missing=self._missing(item.missing, (*place, "missing")),
            because=self._because(item.because, (*place, "because")),
        )

    def _edge(self, item: EdgeExpectation, place: Place) -> Asked:
        at = (*place, "edge")
        return Asked(
            name=item.name or f"edge {item.edge.source} {item.edge.kind} {item.edge.to}",
            kind="edge",
            given=self._given(item, item.edge),
            source=self.names.node(item.edge.source, (*at, "from")),
            target=self.names.node(item.edge.to, (*at, "to")),
            action=item.edge.kind,
            verdict=item.status,
            missing=self._missing(item.missing, (*place, "missing")),
            because=self._because(item.because, (*place, "because")),
        )

    def _list(self, item: ReachExpectation | WhoCanExpectation, place: Place) -> Asked:
        if isinstance(item, ReachExpectation):
            name, question, at = f"reach {item.reach.source}", item.reach, (*place, "reach")
            found = Asked(name, "reach", self._given(item, question), self.names.node(question.source, (*at, "from")))
        else:
            whom, at = item.who_can, (*place, "who_can")
            found = Asked(
                name=f"who can {whom.action} {whom.resource}",
                kind="who_can",
                given=self._given(item, whom),
                target=self._resource(whom.resource, (*at, "resource")),
                action=self._action(whom.action, (*at, "action")),
            )
        include = item.reach.include if isinstance(item, ReachExpectation) else item.who_can.include
        for word, where in self.documents.items(include, (*at, "include")):
            if word != "takeover":
                raise self.source.error(where, f"`{word}` is not `takeover`")
        return self._listed(found, item, include, place)

    def _listed(self, asked: Asked, item: ListExpectation, include: tuple[str, ...], place: Place) -> Asked:
        return Asked(
            name=item.name or asked.name,
            kind=asked.kind,
            given=asked.given,
            source=asked.source,
            target=asked.target,
            action=asked.action,
            takeover="takeover" in include,
            includes=self._entries(item.includes, (*place, "includes")),
            excludes=self._nodes(item.excludes, (*place, "excludes")),
            exactly=self._entries(item.exactly, (*place, "exactly")),
        )

    def _resource(self, name: str, place: Place) -> str:
        """What is asked about: anything that has an ARN, or a function URL."""
        return self.names.node(name, place) if name.startswith("url:") else self.names.pattern(name, place)

    def _given(self, outer: Settled, inner: Settled) -> Given:
        """What an expectation settles; its question's own context goes before."""
        absent = tuple(key for key in (*outer.absent, *inner.absent) if key not in inner.context)
        settled = {key: value for key, value in outer.context.items() if key not in inner.absent} | inner.context
        return Given.of(settled, absent)

    def _action(self, action: str | None, place: Place) -> str | None:
        if action is not None and not _ACTION.fullmatch(action):
            raise self.source.error(place, f"`{action}` is not an action such as `lambda:InvokeFunction`")
        return action

    def _nodes(self, names: tuple[str, ...] | None, place: Place) -> tuple[str, ...] | None:
        if names is None:
            return None
        return tuple(self.names.node(name, (*place, index)) for index, name in enumerate(names))

    def _entries(self, listed: tuple[Listed, ...] | None, place: Place) -> tuple[Entry, ...] | None:
        if listed is None:
            return None
        found = []
        for index, item in enumerate(listed):
            at = (*place, index)
            if isinstance(item, ListedShape):
                node = self.names.node(item.node, (*at, "node"))
                found.append(Entry(node, item.status, item.how, self._nodes(item.via, (*at, "via"))))
            else:
                found.append(Entry(self.names.node(item, at)))
        return tuple(found)

    def _missing(self, rows: tuple[MissingShape, ...] | None, place: Place) -> tuple[Fields, ...] | None:
        if rows is None:
            return None
        return tuple(self._fields(row.model_dump(exclude_none=True), (*place, index)) for index, row in enumerate(rows))

    def _because(self, rows: tuple[CitedShape, ...] | None, place: Place) -> tuple[Fields, ...] | None:
        if rows is None:
            return None
        return tuple(self._fields(row.model_dump(exclude_none=True), (*place, index)) for index, row in enumerate(rows))

    def _fields(self, row: dict[str, Any], place: Place) -> Fields:
        values: dict[str, str] = {}
        for key, value in row.items():
            at = (*place, key)
            if key == "account":
                values[key] = self.names.account(value, at)
            elif key == "holder" and re.fullmatch(r"(r|ou|o)-\S+", value):
                values[key] = value
            elif key == "holder":
                values[key] = self.names.node(value, at).removeprefix("account:")
            elif key == "principal":
                values[key] = self.names.node(value, at)
            elif key == "resource":
                values[key] = self.names.pattern(value, at)
            elif key == "policy" and "/" in value and not value.startswith("arn:"):
                values[key] = self.names.arn(value, at)
            else:
                values[key] = value
        return Fields(values)

    def supposed(self, item: WhatIfShape, place: Place) -> Supposed:
        """Read a `what_if`. Only what it asks itself may name what it creates."""
        names = self.names.apart()
        inside = _Reader(self.scenario, Documents(names, self.documents.folder), self.snapshot)
        return inside.changed(item, place)

    def changed(self, item: WhatIfShape, place: Place) -> Supposed:
        # To change things takes much that most scenarios, and most commands, don't need.
        from simulator.changes import apply
        from simulator.scenario.changes import Changes

        snapshot = self.snapshot
        changes = []
        reader = Changes(self.scenario, self.documents, snapshot.organization)
        for index, shape in enumerate(item.changes):
            at = (*place, "changes", index)
            change = reader.read(shape, at)
            try:
                snapshot = apply(snapshot, [change])
            except ChangeError as error:
                raise self.source.error(at, str(error)) from error
            changes.append(change)
        asked = [self.asked(inner, (*place, "expect", index)) for index, inner in enumerate(item.expect)]
        opens = self._flows(item.opens, (*place, "opens"))
        closes = self._flows(item.closes, (*place, "closes"))
        return Supposed(item.name, tuple(changes), opens, closes, tuple(asked))

    def _flows(self, rows: tuple[FlowShape, ...] | None, place: Place) -> tuple[Flow, ...] | None:
        if rows is None:
            return None
        found = []
        for index, row in enumerate(rows):
            at = (*place, index)
            source = self.names.node(row.source, (*at, "from"))
            target = self.names.node(row.to, (*at, "to"))
            found.append(Flow(source, target, row.kind, self._nodes(row.via, (*at, "via"))))
        return tuple(found)

"""What was expected and what came of it, as sentences in the scenario's own names."""

from __future__ import annotations

from collections.abc import Iterable

from models.answer import (
    CanAnswer,
    CitationAnswer,
    FindingAnswer,
    GrantAnswer,
    NearMissAnswer,
    OperationAnswer,
    StepAnswer,
)
from simulator.scenario.names import Names
from simulator.scenario.questions import Asked, Entry, Fields, Flow, Told


class Words:
    """Writes nodes by the names that the scenario gives them."""

    def __init__(self, names: Names) -> None:
        self.by_arn = {arn: entry.name for arn, entry in names.by_arn.items()}
        self.accounts = {number: name for name, number in names.accounts.items()}

    def node(self, node: str) -> str:
        if node in self.by_arn:
            return self.by_arn[node]
        head, _, qualifier = node.rpartition(":")
        if head in self.by_arn:
            return f"{self.by_arn[head]}:{qualifier}"
        if node.startswith("url:"):
            return f"url:{self.node(node.removeprefix('url:'))}"
        if node.startswith("account:"):
            return f"account {self.account(node.removeprefix('account:'))}"
        return node.removeprefix("service:")

    def nodes(self, nodes: Iterable[str]) -> str:
        return ", ".join(self.node(node) for node in nodes) or "nobody"

    def account(self, number: str | None) -> str:
        return self.accounts.get(number or "", number or "nobody's account")

    def grant(self, grant: GrantAnswer) -> str:
        """Say what is missing: where, in which account, for whom."""
        what = f"{grant.action} on {self.node(grant.resource)}" if grant.resource != grant.holder else grant.action
        whom = "" if grant.principal == grant.holder else f" for {self.node(grant.principal)}"
        where = f"the {_SIDES[grant.side]} of {self.node(grant.holder)} (account {self.account(grant.account)})"
        return f"{where} has no Allow of {what}{whom}"

    def grants(self, grants: Iterable[GrantAnswer]) -> str:
        return "; ".join(self.grant(grant) for grant in grants)

    def cited(self, citations: Iterable[CitationAnswer]) -> str:
        rows = []
        for row in citations:
            holder = f" of {self.node(row.holder)}" if row.holder and row.holder != row.policy else ""
            rows.append(f"{row.effect} {row.statement} in {row.layer} policy {self.node(row.policy)}{holder}")
        return "; ".join(rows)

    def near(self, misses: Iterable[NearMissAnswer]) -> str:
        rows = []
        for miss in misses:
            where = f"{miss.statement} of {self.node(miss.policy)} fails in its {miss.failed}"
            rows.append(f"{where}: wants {miss.wanted}, got {miss.got}")
        return "; ".join(rows)

    def decision(self, answer: CanAnswer) -> str:
        """Say a decision, and why."""
        whys = [self.grants(answer.missing), self.near(answer.near_misses)]
        if answer.decision != "implicitDeny":
            whys = [answer.residual.text] if answer.residual else [self.cited(answer.because)]
        whys += [f"{gap.what} of {gap.about} was not read" for gap in answer.gaps]
        return _with_why(answer.decision, whys)

    def operation(self, found: OperationAnswer) -> str:
        """Say what an operation comes to, and why."""
        whys = [self.grants(found.missing), found.impossible or ""]
        if found.decision != "implicitDeny":
            whys = [found.residual.text] if found.residual else [self.cited(found.because)]
        return _with_why(found.decision, whys)

    def step(self, step: StepAnswer) -> str:
        """Say a step, its status, and what decides it."""
        what = f"{self.node(step.source)} {step.kind} {self.node(step.target)}"
        residual = step.residual.text if step.residual else ""
        whys = {
            "missing": [self.grants(step.missing)],
            "denied": [self.cited(step.because)],
            "conditional": [residual],
            "allowed": [self.cited(step.because)],
        }.get(step.status, [])
        return _with_why(f"{what} is {step.status}", whys)

    def expected(self, asked: Asked) -> str:
        """Say what an expectation holds to."""
        head = {
            "path": f"the first path from {self.node(asked.source)} to {self.node(asked.target)}",
            "can": f"{self.node(asked.source)} asking for {asked.action} on {self.node(asked.target)}",
            "can_manage": f"{self.node(asked.source)} asking to {asked.action} {self.node(asked.target)}",
            "edge": f"the edge {self.node(asked.source)} {asked.action} {self.node(asked.target)}",
            "reach": f"what {self.node(asked.source)} reaches",
            "who_can": f"who can {asked.action} on {self.node(asked.target)}",
            "diagnose": f"the diagnosis of {self.node(asked.target)}",
        }[asked.kind]
        parts = [
            asked.verdict and f"is {asked.verdict}",
            asked.via is not None and f"leads via {self.nodes(asked.via)}",
            asked.missing is not None and f"lacks {self._all(asked.missing, 'nothing')}",
            asked.because is not None and f"rests on {self._all(asked.because, 'no statement')}",
            asked.includes is not None and f"includes {self._listed(asked.includes)}",
            asked.findings is not None and f"tells of {self._told(asked.findings)}",
            asked.excludes is not None and f"leaves out {self.nodes(asked.excludes)}",
            asked.exactly is not None and f"is exactly {self._listed(asked.exactly)}",
        ]
        return f"{head} {' and '.join(part for part in parts if part)}"

    def fields(self, fields: Fields) -> str:
        """Say a grant or a citation by the fields that are expected of it."""
        return ", ".join(
            f"{key} {self.account(value) if key == 'account' else self.node(value)}"
            for key, value in fields.values.items()
        )

    def _all(self, rows: Iterable[Fields], none: str) -> str:
        return " and ".join(f"({self.fields(row)})" for row in rows) or none

    def findings(self, rows: Iterable[FindingAnswer]) -> str:
        """Say findings, each with its verdict."""
        return "; ".join(f"{row.check} {row.verdict}: {row.summary}" for row in rows)

    def _told(self, rows: Iterable[Told]) -> str:
        return " and ".join(f"({self.fields(row.fields)})" for row in rows) or "nothing"

    def entry(self, entry: Entry) -> str:
        extra = [part for part in (entry.status, entry.how) if part]
        extra += [f"via {self.nodes(entry.via)}"] if entry.via else []
        return self.node(entry.node) + (f" ({', '.join(extra)})" if extra else "")

    def _listed(self, entries: Iterable[Entry]) -> str:
        return ", ".join(self.entry(entry) for entry in entries) or "nobody"

    def flow(self, flow: Flow) -> str:
        via = f" via {self.nodes(flow.via)}" if flow.via else ""
        return f"{self.node(flow.source)} {flow.kind or '->'} {self.node(flow.target)}{via}"

    def flows(self, flows: Iterable[Flow]) -> str:
        return ", ".join(self.flow(flow) for flow in flows) or "nothing"


_SIDES = {
    "identity": "identity-based policy",
    "resource": "resource-based policy",
    "trust": "trust policy",
    "boundary": "permissions boundary",
    "scp": "service control policy",
    "rcp": "resource control policy",
    "session": "session policy",
    "vpc_endpoint": "VPC endpoint policy",
}


def _with_why(text: str, whys: Iterable[str]) -> str:
    why = "; ".join(part for part in whys if part)
    return f"{text}: {why}" if why else text

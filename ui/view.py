"""Answers as plain rows and sentences: everything the pages show and nothing they decide. Imports no Streamlit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.answer import (
    CitationAnswer,
    GrantAnswer,
    GraphAnswer,
    GraphEdge,
    GraphNode,
    PathAnswer,
    PathsAnswer,
    ResidualAnswer,
    StepAnswer,
)
from models.snapshot import Snapshot
from simulator.render.dot import SET, edge_ids
from simulator.render.names import parts, side

#: From worst to best: what needs attention comes first.
STATUSES = ("denied", "missing", "unknown", "conditional", "allowed")
_PRINCIPALS = (
    "user",
    "role",
    "group",
    "session",
    "service",
    "anyone",
    "identity provider",
    "account",
    "federated user",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen as an end of a way; `id` is its node id."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """One line of the table of edges; `id` is the edge's id in the picture."""

    id: str
    source: str
    kind: str
    target: str
    status: str
    why: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way between the two ends; `edges` are the ids of its steps, in order."""

    label: str
    status: str
    edges: tuple[str, ...]
    grants: tuple[GrantAnswer, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer in a sentence."""

    status: str
    text: str


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A statement to add: where, for whom, and as IAM JSON."""

    place: str
    holder: str
    lets: str
    statement: str


@dataclass(frozen=True, slots=True)
class AccountGrants:
    """What has to be added in one account."""

    account: str
    grants: tuple[GrantRow, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """Why an edge has its status: a heading, sentences, and the statements that decide."""

    title: str
    status: str
    kind: str
    lines: tuple[str, ...]
    cited: tuple[str, ...]
    grants: tuple[AccountGrants, ...]


def short(node: str) -> str:
    """Return the name that a person calls a node by: `dev`, `orders:live`."""
    return parts(node)[1]


def sources(snapshot: Snapshot) -> list[Choice]:
    """Who and what a way may start at: users, roles, identity providers, what triggers functions, services, anyone."""
    found = [holder.arn for holder in (*snapshot.users, *snapshot.roles)]
    found += [provider.arn for provider in snapshot.identity_providers]
    found += [trigger.source for trigger in snapshot.triggers]
    found += [mapping.source for mapping in snapshot.mappings if mapping.source]
    found += sorted({f"service:{trigger.service}" for trigger in snapshot.triggers})
    return _choices([*found, "anyone"], snapshot)


def targets(snapshot: Snapshot) -> list[Choice]:
    """What a way may lead to: functions with their qualifiers first, then roles and resources."""
    found = []
    for function in snapshot.functions:
        found += [
            function.arn,
            *(f"{function.arn}:{qualifier}" for qualifier in (*function.aliases, *function.versions)),
        ]
    found += [role.arn for role in snapshot.roles]
    found += [resource.arn for resource in snapshot.resources]
    return _choices(found, snapshot)


def _choices(nodes: Iterable[str], snapshot: Snapshot) -> list[Choice]:
    names = account_names(snapshot)
    return [choice(node, names, snapshot) for node in dict.fromkeys(nodes)]


def choice(node: str, names: Mapping[str, str], snapshot: Snapshot | None = None) -> Choice:
    """Return a node to choose: `dev · user · partner`."""
    kind, name = parts(node)
    account = _account(node) if node.startswith("arn:") else ""
    if not account and snapshot:
        account = next((resource.account for resource in snapshot.resources if resource.arn == node), "")
    place = names.get(account) or account
    return Choice(node, " · ".join(part for part in (name, kind, place) if part))


def account_names(snapshot: Snapshot) -> dict[str, str]:
    """Account -> its name, where it has one."""
    return {account.id: account.name for account in snapshot.accounts if account.name}


def shown_label(show: str, source: str, target: str) -> str:
    """What a person calls a part of the graph."""
    labels = {
        "ways": "Ways between",
        "to": f"All that leads to {short(target)}",
        "from": f"All that {short(source)} leads to",
        "all": "Everything",
    }
    return labels[show]


def with_steps(graph: GraphAnswer, answer: PathsAnswer, names: Mapping[str, str]) -> GraphAnswer:
    """Return the graph with every step of the ways in it, so that a way can always be followed in the picture."""
    edges = {(edge.source, edge.target, edge.kind): _in_full(edge) for edge in graph.edges}
    nodes = {node.id: node for node in graph.nodes}
    for step in (step for way in answer.paths for step in way.steps):
        if (step.source, step.target, step.kind) not in edges:
            edges[step.source, step.target, step.kind] = _edge(step)
    for end in (answer.source, answer.target, *(end for source, target, _ in edges for end in (source, target))):
        nodes.setdefault(end, _node(end))
    accounts = {**names, **graph.accounts}
    return graph.model_copy(
        update={"nodes": tuple(nodes.values()), "edges": tuple(edges.values()), "accounts": accounts}
    )


def _edge(step: StepAnswer) -> GraphEdge:
    return GraphEdge(
        source=step.source,
        target=step.target,
        kind=step.kind,
        status=step.status,
        missing=step.missing,
        detail=_lacking(step.missing),
    )


def _in_full(edge: GraphEdge) -> GraphEdge:
    """The edge with every place that lacks a statement in its detail, not the first alone."""
    return edge.model_copy(update={"detail": _lacking(edge.missing)}) if len(edge.missing) > 1 else edge


def _lacking(missing: Iterable[GrantAnswer]) -> str:
    return listed(list(dict.fromkeys(f"{grant.side} of {short(grant.holder)}" for grant in missing)))


def _node(name: str) -> GraphNode:
    kind, label = parts(name)
    account = (_account(name) if name.startswith("arn:") else label if kind == "account" else "") or None
    return GraphNode(id=name, kind=(kind or name).replace(" ", "_"), account=account, region=None, label=label)


def _account(arn: str) -> str:
    """The account that an ARN names, or nothing."""
    pieces = arn.split(":", 5)
    return pieces[4] if len(pieces) == 6 else ""


def on_ways(answer: PathsAnswer) -> frozenset[str]:
    """The nodes of the ways and both ends: what a picture never collapses."""
    steps = [step for way in answer.paths for step in way.steps]
    return frozenset((answer.source, answer.target, *(end for step in steps for end in (step.source, step.target))))


def is_there(name: str, graph: GraphAnswer) -> bool:
    """Whether an id is a node's or an edge's; those of drawn sets are taken on trust, for drawing comes later."""
    return f"{SET}:" in name or name in edge_ids(graph) or any(name == node.id for node in graph.nodes)


def is_bundle(edge: GraphEdge) -> bool:
    """Whether an edge of a picture stands for many, since one of its ends does."""
    return any(end.startswith(f"{SET}:") for end in (edge.source, edge.target))


def edge_rows(graph: GraphAnswer) -> list[EdgeRow]:
    """The table of edges, what needs attention first."""
    rows = [
        EdgeRow(name, short(edge.source), edge.kind, short(edge.target), edge.status, edge.detail)
        for name, edge in edge_ids(graph).items()
    ]
    return sorted(rows, key=lambda row: STATUSES.index(row.status))


def counts(graph: GraphAnswer) -> list[tuple[str, int]]:
    """How many edges have which status, the worst first; a status that none has is left out."""
    found = [(status, sum(edge.status == status for edge in graph.edges)) for status in STATUSES]
    return [(status, number) for status, number in found if number]


def ways(answer: PathsAnswer, graph: GraphAnswer) -> list[Way]:
    """The ways, cheapest first, each with the ids of its steps in the picture."""
    names = {(edge.source, edge.target, edge.kind): name for name, edge in reversed(edge_ids(graph).items())}
    return [
        Way(
            label=_way_label(way),
            status=way.status,
            edges=tuple(names[step.source, step.target, step.kind] for step in way.steps),
            grants=_distinct(grant for step in way.steps for grant in step.missing),
        )
        for way in answer.paths
    ]


def _way_label(way: PathAnswer) -> str:
    nodes = [way.steps[0].source, *(step.target for step in way.steps)] if way.steps else []
    cost = f", {counted(way.cost, 'statement')} to add" if way.cost else ""
    return f"{' → '.join(map(short, nodes))} — {way.status}{cost}"


def _distinct(grants: Iterable[GrantAnswer]) -> tuple[GrantAnswer, ...]:
    found = {(grant.holder, grant.side, grant.resource, grant.action): grant for grant in grants}
    return tuple(found.values())


def verdict(answer: PathsAnswer, names: Mapping[str, str]) -> Verdict:
    """Say in one sentence whether and how `answer.source` gets to `answer.target`."""
    who, what = short(answer.source), short(answer.target)
    verb = _verb(answer.source, answer.target)
    if not answer.paths:
        return Verdict("none", f"No way leads from {who} to {what}")
    best = answer.paths[0]
    if best.status == "allowed":
        return Verdict("allowed", f"{who} can {verb} {what}{_through(best)}")
    if best.status == "conditional":
        return Verdict("conditional", f"{who} can {verb} {what} on a condition{_conditions(best)}")
    if best.status == "unknown":
        return Verdict("unknown", f"Whether {who} can {verb} {what} can't be decided: {_not_read(answer)}")
    reason = _lack(best, names) if best.status == "missing" else _denial(best)
    return Verdict(best.status, f"{who} can't {verb} {what}: {reason}")


def _verb(source: str, target: str) -> str:
    kind = parts(target)[0]
    if kind in ("function", "function URL"):
        return "invoke" if source == "anyone" or parts(source)[0] in _PRINCIPALS else "trigger"
    return "become" if kind == "role" else "reach"


def _through(way: PathAnswer) -> str:
    between = [short(step.target) for step in way.steps[:-1]]
    return f", through {listed(between)}" if between else ", directly"


def _conditions(way: PathAnswer) -> str:
    texts = [step.residual.text for step in way.steps if step.residual]
    return f": {listed(list(dict.fromkeys(texts)))}" if texts else ""


def _not_read(answer: PathsAnswer) -> str:
    if not answer.gaps:
        return "the snapshot lacks a fact that decides it"
    first = answer.gaps[0]
    return f"{first.what.replace('_', ' ')} of {first.about} could not be read"


def _lack(way: PathAnswer, names: Mapping[str, str]) -> str:
    grants = [grant for step in way.steps for grant in step.missing]
    if not grants:
        return "a step is missing that no statement would mend"
    places = list(dict.fromkeys((grant.side, grant.account) for grant in grants))
    comma = ", " if len(places) == 1 else " "
    where = listed([f"on the {word} side{_in_account(account, names, comma)}" for word, account in places])
    number = max(way.cost, 1)
    return f"{counted(number, 'statement')} {'is' if number == 1 else 'are'} missing, {where}"


def _in_account(account: str | None, names: Mapping[str, str], comma: str) -> str:
    return f"{comma}in account {_named_account(account, names)}" if account else ""


def _named_account(account: str, names: Mapping[str, str]) -> str:
    """What stands behind the word: its name, where it has one, and its number."""
    return f"{names[account]} {account}" if account in names else account


def _denial(way: PathAnswer) -> str:
    by = [citation for step in way.steps if step.status == "denied" for citation in step.because]
    return f"denied by {cited(by[0])}" if by else "a step is denied"


def cited(citation: CitationAnswer) -> str:
    """Say which statement it is, in what, of whom."""
    on = f" of {_named(citation.holder)}" if citation.holder else ""
    own = citation.policy == citation.holder or not citation.policy
    policy = "" if own else f" (policy {short(citation.policy)})"
    return f"statement {citation.statement} in the {side(citation.layer)}{on}{policy}"


def _named(node: str) -> str:
    return " ".join(part for part in parts(node) if part)


def grants_by_account(grants: Sequence[GrantAnswer], names: Mapping[str, str]) -> tuple[AccountGrants, ...]:
    """The statements to add, by the account whose administrator adds them."""
    found: dict[str, list[GrantRow]] = {}
    for grant in grants:
        title = _named_account(grant.account, names) if grant.account else "of unknown number"
        found.setdefault(title, []).append(_grant_row(grant))
    return tuple(AccountGrants(account, tuple(rows)) for account, rows in found.items())


def _grant_row(grant: GrantAnswer) -> GrantRow:
    return GrantRow(
        place=place(grant.side, grant.holder),
        holder=grant.holder,
        lets=f"lets {_named(grant.principal)} do {_actions(grant)} on {_named(grant.resource)}",
        statement=json.dumps(grant.statement, indent=2, ensure_ascii=False),
    )


def place(word: str, holder: str) -> str:
    """Say which policy of whom: `trust policy of role invoker`."""
    return f"{side(word)} of {_named(holder)}"


def _actions(grant: GrantAnswer) -> str:
    """All that its statement is for: it may stand for several grants."""
    actions = grant.statement.get("Action", grant.action)
    return actions if isinstance(actions, str) else listed(actions)


def why(edge: GraphEdge, step: StepAnswer | None, names: Mapping[str, str]) -> Why:
    """Explain an edge; `step` is the engine's answer about it, without which the edge's own words must do."""
    missing = step.missing if step else edge.missing
    return Why(
        title=f"{short(edge.source)} → {short(edge.target)}",
        status=edge.status,
        kind=edge.kind,
        lines=tuple(_reasons(edge, step)),
        cited=tuple(f"{line.effect}: {cited(line)}" for line in (step.because if step else ())),
        grants=grants_by_account(missing, names),
    )


_SENTENCES = {
    "allowed": "This step holds.",
    "conditional": "This step holds on a condition that the snapshot can't settle.",
    "missing": "Nothing denies this step, but a grant that it needs isn't there.",
    "denied": "A statement denies this step; no grant can mend it.",
    "unknown": "What decides this step could not be read.",
}


def _reasons(edge: GraphEdge, step: StepAnswer | None) -> Iterable[str]:
    yield _SENTENCES[edge.status]
    if step and step.residual:
        yield from condition(step.residual)
    elif edge.detail and not (step and step.missing):
        yield edge.detail  # Where statements are missing, they follow, and say more.


def condition(residual: ResidualAnswer) -> Iterable[str]:
    """Say on what it hangs, and what would make it so."""
    yield residual.text
    example = ", ".join(f"{key} = {_value(value)}" for key, value in residual.allowed_with.items())
    if example:
        yield f"For instance with {example}."


def _value(value: object) -> str:
    if value is None:
        return "(absent)"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def counted(number: int, noun: str) -> str:
    """Return `1 edge`, `2 edges`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(words: Sequence[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def first_trouble(way: Way | None, graph: GraphAnswer) -> str | None:
    """The edge to show first: the first step of the way that isn't allowed, its first step, or the worst edge."""
    edges = edge_ids(graph)
    if way and way.edges:
        return next((name for name in way.edges if edges[name].status != "allowed"), way.edges[0])
    rows = edge_rows(graph)
    return rows[0].id if rows else None


def escape(text: str) -> str:
    """Return text so that Markdown shows it as it is."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()<>#+-.!|~$:&" else char for char in text)

"""From a scenario file to a snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from models.scenario import Scenario
from models.snapshot import Account, Snapshot
from simulator.scenario.documents import Documents
from simulator.scenario.functions import Functions
from simulator.scenario.identities import Identities
from simulator.scenario.managed import ManagedPolicies
from simulator.scenario.names import IDENTITIES, Names, read_names
from simulator.scenario.organization import OrganizationBuilder
from simulator.scenario.questions import Questions, read_questions
from simulator.scenario.shape import check
from simulator.scenario.source import Place, Source, read_yaml
from simulator.scenario.store import Store

#: Fixed, so that the same file always gives the same snapshot.
TAKEN_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """A scenario file: what it says, the snapshot that it describes, and what it expects, with names made ARNs."""

    path: str
    scenario: Scenario
    snapshot: Snapshot
    names: Names
    questions: Questions


def load(path: Path | str) -> LoadedScenario:
    """Read a scenario.

    Raises:
        InputError: with file, line and column, for whatever is wrong with it, its expectations included.
    """
    source = read_yaml(Path(path))
    scenario = check(source)
    names = read_names(source, scenario)
    documents = Documents(names, Path(path).parent)
    snapshot = _snapshot(source, scenario, names, documents)
    questions = read_questions(scenario, documents, snapshot)
    return LoadedScenario(source.path, scenario, snapshot, names, questions)


def _snapshot(source: Source, scenario: Scenario, names: Names, documents: Documents) -> Snapshot:
    store = Store()
    managed = ManagedPolicies(scenario, documents, store)
    identities = Identities(scenario, names, documents, managed, store)
    functions = Functions(scenario, names, documents, store)
    users, groups, roles = identities.users(), identities.groups(), identities.roles()
    tree = OrganizationBuilder(scenario, names, managed, store)
    _attached_by_changes(scenario, names, managed, tree)
    organization = tree.build(scenario.organization) if scenario.organization else None
    managed.check_unused(tree.used)
    held = {entry.account for entry in names.entries}
    at = scenario.at or TAKEN_AT
    return Snapshot(
        taken_at=at if at.tzinfo else at.replace(tzinfo=UTC),
        origin="scenario",
        accounts=tuple(
            # An account that holds nothing is only trusted: what its own side allows, nobody has said.
            Account(id=number, name=name, collected=number in held)
            for name, number in sorted(scenario.accounts.items(), key=lambda row: row[1])
        ),
        users=tuple(sorted(users, key=lambda user: user.arn)),
        groups=tuple(sorted(groups, key=lambda group: group.arn)),
        roles=tuple(sorted(roles, key=lambda role: role.arn)),
        policies=tuple(policy for _, policy in sorted(managed.used.items())),
        identity_providers=tuple(sorted(identities.providers(), key=lambda provider: provider.arn)),
        functions=tuple(sorted(functions.functions(), key=lambda function: function.arn)),
        resources=tuple(sorted(functions.resources(), key=lambda resource: resource.arn)),
        triggers=tuple(sorted(functions.triggers(), key=lambda trigger: (trigger.source, trigger.target))),
        mappings=tuple(sorted(functions.mappings(), key=lambda mapping: mapping.uuid)),
        organization=organization,
        documents=dict(sorted(store.documents.items())),
    )


def _attached_by_changes(scenario: Scenario, names: Names, managed: ManagedPolicies, tree: OrganizationBuilder) -> None:
    """Have the policies there that a `what_if` attaches: in AWS too a policy is there before it is attached."""
    for index, supposed in enumerate(scenario.what_if):
        for number, change in enumerate(supposed.changes):
            at: Place = ("what_if", index, "changes", number)
            if change.change in ("attach_policy", "set_boundary"):
                holder = names.arn(change.holder, (*at, "holder"), IDENTITIES)
                managed.arn(change.policy, (*at, "policy"), holder.split(":")[4])
            elif change.change in ("attach_scp", "attach_rcp"):
                tree.learn(change.policy, change.change, (*at, "policy"))

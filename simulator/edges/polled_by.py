"""queue, stream, broker -> function: an enabled event source mapping whose execution role may read the source.

Source: Lambda Developer Guide, "How Lambda processes records from stream and queue-based event sources".
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Table

from models import arns
from models.context import Absent, State
from models.decision import Decision, FactKind, MissingFact, Outcome
from models.edge import Edge, EdgeKind, Requirement
from models.snapshot import Mapping
from simulator.edges.question import EVERYTHING, Nodes, Question, among
from simulator.triggers.table import POLLED
from simulator.world.world import World

#: Lambda reads the source itself: no code of the function is running. Source: Lambda Developer Guide, "Using source
#: function ARN to control function access behavior".
BY_LAMBDA: Table[str, State] = {"lambda:sourcefunctionarn": Absent()}


def edges(
    world: World, sources: Nodes = None, targets: Nodes = None, question: Question = EVERYTHING
) -> Iterator[Edge]:
    """Yield one edge per enabled mapping with a source that has an ARN."""
    for mapping in world.mappings.between(sources, targets):
        if mapping.source and mapping.enabled and among(mapping.source, sources) and among(mapping.function, targets):
            yield Edge(mapping.source, mapping.function, EdgeKind.POLLED_BY, requirements(world, mapping, question))


def requirements(world: World, mapping: Mapping, question: Question) -> tuple[Requirement, ...]:
    """What the execution role needs; unknown for a source whose needs aren't in the table."""
    source = mapping.source or ""
    row = POLLED.get(arns.service_of(source) or "")
    function = world.functions.get(arns.split_function(mapping.function)[0])
    if row is None or function is None or not function.role:
        what = "how Lambda polls it" if row is None else f"the function `{mapping.function}`"
        fact = MissingFact(FactKind.FUNCTION, source, f"{what} is not known to this version")
        return (
            Requirement(source, "lambda:CreateEventSourceMapping", source, Decision(Outcome.UNKNOWN, gaps=(fact,))),
        )
    caller = world.execution_role(function.arn)
    asked = [(action, source) for action in row.actions]
    resource = world.resources.get(source)
    key = resource.attributes.get(row.key_attribute or "") if resource else None
    if key and not key.startswith("alias/aws/"):
        asked += ((action, arns.key_arn(key, source)) for action in row.encrypted)
    return tuple(world.ask(caller, action, on, question.given, in_step=True, fixed=BY_LAMBDA) for action, on in asked)

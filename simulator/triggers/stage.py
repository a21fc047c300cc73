"""Stage variables in what an API Gateway integration or authorizer calls: `${stageVariables.NAME}`.

A stage has values for them, so that one method calls another function, version or alias in each stage. Where the values
are known a trigger's target is filled in, for each stage by itself; where they aren't it keeps the variable, and what
is called is unknown. Source: Amazon API Gateway Developer Guide, "Use stage variables for a REST API in API Gateway".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from simulator.policy import match

_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}", re.ASCII)


def variables(target: str) -> tuple[str, ...]:
    """The names of the stage variables in a target, each once."""
    return tuple(dict.fromkeys(_VARIABLE.findall(target)))


def filled(target: str, values: Mapping[str, str]) -> str:
    """A target with what a stage's variables say; one that the stage doesn't have stays as it is."""
    return _VARIABLE.sub(lambda found: values.get(found.group(1), found.group()), target)


def may_be(target: str, arn: str) -> bool:
    """Whether a target with variables may turn out to be this function, version or alias: any value is possible."""
    return match.matches(match.glob(_VARIABLE.sub("*", target)), arn)

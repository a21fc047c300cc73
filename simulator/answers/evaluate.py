"""The bare engine: one request with its policies, as a line of JSON, to its decision. No snapshot, no graph.

`line` reads and writes the JSON, `line_request` says what is asked; here it is answered.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from models.decision import Citation, Decision, NearMiss, Outcome, Residual
from models.errors import PolicyError
from simulator.answers.line import error_text, read
from simulator.answers.line_request import read_policies, read_request
from simulator.facts import reference
from simulator.policy.authorize import authorize


def evaluate_line(line: bytes | str) -> dict[str, Any]:
    """Answer one line: a decision, or `{"id": …, "error": …}` for what can't be read or not evaluated exactly."""
    name: Any = None
    try:
        document = read(line)
        name = document.get("id")
        return evaluate(document)
    except PolicyError as error:
        return {"id": name, "error": error_text(error)}
    except RecursionError:
        return {"id": name, "error": "nested too deeply"}
    except Exception as error:
        # A bug of ours. It is said on its line, and the lines after it are answered all the same.
        return {"id": name, "error": f"internal error: {type(error).__name__}: {error_text(error)}"}


def evaluate(document: Mapping[str, Any]) -> dict[str, Any]:
    """Decide the request that `document` holds (models.answer.EvaluateAnswer is the shape of what comes back).

    Raises:
        PolicyError: naming the place, for what can't be read or not evaluated exactly.
    """
    request, opened = read_request(document)
    policies = read_policies(document.get("policies"), request)
    spelling = {key.lower(): key for key in opened}
    decision = authorize(request, policies, lambda key: spelling.get(key.lower()) or reference.spelling(key))
    return _answer(document.get("id"), decision, opened)


def forget() -> None:
    """Drop what the engine remembers: for a stream in which every line has names of its own it would only grow.

    It remembers what it worked out by the text of patterns, names and values. What it has read of AWS's tables stays.
    """
    for clear in _caches(len(sys.modules)):
        clear()


#: The packages that remember things by their text.
_REMEMBERING = ("models.", "simulator.facts.", "simulator.policy.", "simulator.answers.line")


@lru_cache(maxsize=1)
def _caches(modules: int) -> tuple[Callable[[], None], ...]:
    """What empties each of them; looked for anew once there are more modules."""
    return tuple(_found())


def _found() -> Iterator[Callable[[], None]]:
    # Looked for, not listed: one that was left out of a list would be a leak that no test of an answer shows.
    for name, module in tuple(sys.modules.items()):
        if name.startswith(_REMEMBERING):
            for value in tuple(vars(module).values()):
                yield from _cache(value)
                if isinstance(value, type) and value.__module__ == name:
                    for own in tuple(vars(value).values()):
                        yield from _cache(getattr(own, "__func__", own))


def _cache(value: Any) -> Iterator[Callable[[], None]]:
    """Of a cache that has a limit: one without holds tables, one for a single value the only thing there is."""
    if hasattr(value, "cache_parameters") and (value.cache_parameters()["maxsize"] or 0) > 1:
        yield value.cache_clear


# The answer. Not through the pydantic models, which take longer than the decision; a test holds it to their schema.


def _answer(name: Any, decision: Decision, opened: tuple[str, ...]) -> dict[str, Any]:
    missed = decision.near_misses if decision.outcome is Outcome.IMPLICIT_DENY else ()
    return {
        "id": name,
        "decision": str(decision.outcome),
        "because": [_citation(cited) for cited in decision.because],
        "layers": {str(layer): str(outcome) for layer, outcome in decision.layers.items()},
        "near_misses": [_near_miss(one) for one in missed],
        "residual": None if decision.residual is None else _residual(decision.residual, opened),
    }


def _citation(cited: Citation) -> dict[str, str]:
    return {
        "layer": str(cited.layer),
        "policy": cited.policy,
        "statement": cited.statement,
        "effect": str(cited.effect),
    }


def _near_miss(missed: NearMiss) -> dict[str, str | None]:
    return {
        "layer": str(missed.layer),
        "policy": missed.policy,
        "statement": missed.statement,
        "failed": missed.failed,
        "wanted": missed.wanted,
        "got": missed.got,
        "nearness": missed.nearness,
        "key": missed.key,
        "operator": missed.operator,
    }


def _residual(residual: Residual, opened: tuple[str, ...]) -> dict[str, Any]:
    """Return the residual; its witnesses say something of every open key, also of those that make no difference."""
    others = dict.fromkeys(opened)
    return {
        "text": residual.text,
        "when": dict(residual.when),
        "allowed_with": others | dict(residual.allowed_with),
        "denied_with": others | dict(residual.denied_with),
    }

"""Settle what is allowed and denied, where it still hangs on open keys or on facts that weren't read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from models.decision import MissingFact, Outcome
from simulator.policy.formula import Formula, negation
from simulator.policy.residual import assume, certainly, decisive, facts, outcomes
from simulator.policy.solver import open_keys, search

# Python 3.11 takes ten times as long to find a member of an Enum as to find a name of the module.
_ALLOWED: Final = Outcome.ALLOWED
_CONDITIONAL: Final = Outcome.CONDITIONAL
_EXPLICIT_DENY: Final = Outcome.EXPLICIT_DENY
_IMPLICIT_DENY: Final = Outcome.IMPLICIT_DENY
_UNKNOWN: Final = Outcome.UNKNOWN


def plain_outcome(allows: Formula, denies: Formula) -> Outcome | None:
    """The outcome of what is allowed and what is denied, where nothing is open; None: something is."""
    if denies is True:
        return _EXPLICIT_DENY
    if denies is False:
        if allows is True:
            return _ALLOWED
        if allows is False:
            return _IMPLICIT_DENY
    return None


@dataclass(frozen=True, slots=True)
class Settled:
    """An outcome, what it hangs on if it is conditional, and the facts that weren't read on which it turns."""

    outcome: Outcome
    open: Formula
    keys: tuple[str, ...]
    """The open keys that a conditional outcome hangs on."""
    gaps: tuple[MissingFact, ...]
    assumes: tuple[MissingFact, ...]


@lru_cache(maxsize=16384)
def settled(allows: Formula, denies: Formula) -> Settled:
    """Settle what is open: the same few formulas come up again and again."""
    whole = allows & negation(denies)
    assumed, assumes = _assumptions(whole)
    gaps: tuple[MissingFact, ...] = ()
    results = outcomes(assumed)
    if len(results) > 1:
        outcome = _UNKNOWN
        gaps = decisive(assumed, facts(assumed))
    elif results == {"denied"}:
        outcome = _EXPLICIT_DENY if is_certain(assume(denies)) else _IMPLICIT_DENY
    else:
        outcome = _ALLOWED if results == {"allowed"} else _CONDITIONAL
    certain = certainly(assumed) if outcome is _CONDITIONAL else False
    if outcome is _CONDITIONAL and not hangs(certain):
        # Conditional whatever the facts are, but on what depends on them.
        outcome, gaps = _UNKNOWN, facts(assumed)
    keys = tuple(open_keys(certain)) if outcome is _CONDITIONAL else ()
    return Settled(outcome, certain, keys, gaps, assumes)


def hangs(formula: Formula) -> bool:
    """Whether some completion makes it true and some other false."""
    return not isinstance(formula, bool) and search(formula, True) is not None and search(formula, False) is not None


def is_certain(formula: Formula) -> bool:
    """Whether it is true whatever the open keys and the facts are."""
    return formula is True or (formula is not False and outcomes(formula) == {"allowed"})


def _assumptions(formula: Formula) -> tuple[Formula, tuple[MissingFact, ...]]:
    """Take what nobody asked for as if there were none, and say which of it the outcome would turn on."""
    unasked = [fact for fact in facts(formula) if not fact.refused]
    if not unasked:
        return formula, ()
    taken = assume(formula)
    plain = outcomes(taken)
    return taken, decisive(formula, unasked) if outcomes(formula) != plain else ()


def can_be_allowed(formula: Formula) -> bool:
    """Whether some completion makes it true."""
    return formula is True or (formula is not False and search(formula, True) is not None)

"""Whether what a trigger or mapping calls is there: a function, version or alias may be deleted, and stay configured.

Source: Lambda API Reference, "Invoke", ResourceNotFoundException.
"""

from __future__ import annotations

from models import arns
from models.decision import FactKind
from simulator.world.world import World

_LATEST = ("$LATEST", "$LATEST.PUBLISHED")


def not_there(world: World, target: str) -> str:
    """Why a call of `target` finds nothing; empty where it is there, or wasn't read."""
    base, qualifier = arns.split_function(target)
    account, region = arns.account_of(base) or "", arns.region_of(base)
    function = world.functions.get(base)
    if function is None:
        is_read = (account, region) in _read(world) and not world.lacking(FactKind.FUNCTIONS, f"{account}/{region}")
        return f"there is no function `{base}`" if is_read else ""
    known = (*_LATEST, *function.versions, *function.aliases)
    if not qualifier or qualifier in known or world.lacking(FactKind.FUNCTION, base):
        return ""
    return f"`{base}` has no version or alias `{qualifier}`"


def _read(world: World) -> frozenset[tuple[str, str]]:
    """The accounts and Regions of which some function was read: of others nobody may have asked."""
    held = ((arns.account_of(arn) or "", arns.region_of(arn) or "") for arn in world.functions)
    return world.memo.once("functions read", None, lambda: frozenset(one for one in held if one[0] in world.collected))

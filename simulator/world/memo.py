"""What is worked out once and kept."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Value = TypeVar("Value")
_NEVER = object()


class Memo(dict[tuple[str, Hashable], object]):
    """By what it is and a key of its own. Each name belongs to one module, which knows the type of what it keeps."""

    def once(self, name: str, key: Hashable, make: Callable[[], Value]) -> Value:
        """What `make` comes to, which is asked for it one time only."""
        known: Any = self.get((name, key), _NEVER)
        if known is _NEVER:
            known = self[name, key] = make()
        found: Value = known
        return found

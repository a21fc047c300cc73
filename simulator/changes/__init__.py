"""Changes applied to a snapshot: a new one that shares whatever did not change. Nothing here touches an account."""

from __future__ import annotations

from simulator.changes.apply import apply

__all__ = ["apply"]

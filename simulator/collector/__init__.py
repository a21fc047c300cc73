"""Reads accounts into a snapshot: live (`aws`), or from files that the AWS CLI wrote (`saved`); `store` keeps it."""

from __future__ import annotations

from typing import Protocol

from models.snapshot import Snapshot


class Collector(Protocol):
    """Whatever can make a snapshot of real accounts."""

    def collect(self) -> Snapshot:
        """Read everything, to the last page.

        A call that is refused becomes a `Gap`, a fact that wasn't asked for an `Assumption`: left out in silence, a
        missing fact would look like a missing permission.
        """

"""Policy documents of a snapshot, compiled once by content and shared by all who hold them."""

from __future__ import annotations

from models.errors import PolicyError
from models.policy import Policy, PolicyKind
from models.snapshot import Snapshot
from simulator.policy.parse import parse_policy


class Documents:
    """Compiles documents when they are first asked for; the same content is one policy."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._documents = snapshot.documents
        self._compiled: dict[tuple[str, PolicyKind], Policy] = {}

    def policy(self, document: str, kind: PolicyKind, holder: str) -> Policy:
        """The compiled policy of a document's id.

        Raises:
            PolicyError: naming `holder` and the place, for a document that can't be evaluated exactly.
        """
        found = self._compiled.get((document, kind))
        if found is None:
            try:
                found = parse_policy(self._documents[document], kind, strict=False)
            except PolicyError as error:
                raise error.within(f"{kind} policy of `{holder}`") from error
            self._compiled[(document, kind)] = found
        return found

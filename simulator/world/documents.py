"""Policy documents of a snapshot, compiled once by content and shared by all who hold them."""

from __future__ import annotations

from models.errors import PolicyError
from models.policy import Policy, PolicyKind
from models.snapshot import Snapshot
from simulator.facts.managed import managed_policy
from simulator.policy.limits import UNLIMITED, Limit
from simulator.policy.parse import parse_policy
from simulator.policy.without_resource import on_resource


class Documents:
    """Compiles documents when they are first asked for; the same content is one policy."""

    def __init__(self, snapshot: Snapshot, before: Documents | None = None) -> None:
        self._documents = snapshot.documents
        # A document is named by its content: whatever else changes, it is compiled to the same policy.
        self._compiled: dict[tuple[str, PolicyKind], Policy] = before._compiled if before else {}
        self._on_resource: dict[tuple[str, str], Policy] = before._on_resource if before else {}
        self.warnings: list[str] = [*before.warnings] if before else []
        """What was odd about the documents that were read so far, a line each."""

    def policy(self, document: str, kind: PolicyKind, holder: str, limit: Limit | None = None) -> Policy:
        """The compiled policy of a document's id; longer than `limit`, or than any of its kind may be, is odd.

        Raises:
            PolicyError: naming `holder` and the place, for a document that can't be evaluated exactly.
        """
        found = self._compiled.get((document, kind))
        if found is None:
            try:
                found = parse_policy(self._documents[document], kind, strict=False, limit=limit)
            except PolicyError as error:
                raise error.within(f"{kind} policy of `{holder}`") from error
            self._compiled[(document, kind)] = found
            self.warnings += (f"{kind} policy of `{holder}`: {warning}" for warning in found.warnings)
        return found

    def on_resource(self, document: str, place: str) -> Policy:
        """The compiled policy of a resource (`simulator.policy.without_resource`).

        Raises:
            PolicyError: as `policy` does.
        """
        found = self._on_resource.get((document, place))
        if found is None:
            found = on_resource(self.policy(document, PolicyKind.RESOURCE, place), place)
            self._on_resource[document, place] = found
        return found

    def published(self, arn: str, kind: PolicyKind) -> Policy | None:
        """The compiled policy of a policy that AWS manages, as AWS publishes it; None: it isn't known."""
        known = self._compiled.get((arn, kind))
        found = managed_policy(arn) if known is None else None
        if found is not None:
            known = self._compiled[(arn, kind)] = parse_policy(found.document, kind, strict=False, limit=UNLIMITED)
        return known

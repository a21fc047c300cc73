"""Who calls, for what a service acts, and what the context of a request needs to know of the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from models.context import Given
from models.decision import MissingFact
from models.policy import Policy
from models.snapshot import IdentityProvider
from simulator.world.guise import Guise


class CallerKind(StrEnum):
    """The callers of the table of global keys, and two more that read a column of another."""

    USER = "user"
    ROLE_SESSION = "role_session"
    EXECUTION_ROLE = "execution_role"
    SERVICE = "service"
    FEDERATED_USER = "federated_user"
    ANONYMOUS = "anonymous"
    WEB_IDENTITY = "web_identity"
    SAML = "saml"
    ROOT = "root"

    @property
    def column(self) -> str:
        """The column of the table: SAML callers differ from web identities in one key, root from users in five."""
        return _COLUMN.get(self, self.value)


_COLUMN = {CallerKind.SAML: "web_identity", CallerKind.ROOT: "user"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `node` is its node's id in the graph; `name` a user's or federated user's name without path."""

    kind: CallerKind
    node: str
    arn: str | None = None
    account: str | None = None
    name: str | None = None
    role: str | None = None
    """ARN of a session's role."""
    session_name: str | None = None
    function: str | None = None
    """Unqualified ARN of the function whose code calls with its execution role."""
    unique_id: str | None = None
    """`AIDA…` of a user, `AROA…` of a session's role."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Tags of the user, or of a session's role."""
    service: str | None = None
    provider: IdentityProvider | None = None
    """Of a web identity or SAML caller; of a session: the one it is known to have come in by."""
    provider_name: str | None = None
    """Of a provider built into AWS, such as `accounts.google.com`."""
    from_service: bool = False
    """The session was got by a chain that began at a function or a service."""
    guise: Guise | None = None
    """What it has made of itself by changing its own policies; None: nothing."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a service acts for: the resource's ARN in the form that the service sends, and who owns it."""

    arn: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class OrgPlace:
    """Where an account is in its organization. `path` is `o-ID/r-ID/ou-ID/…/`, closing slash included."""

    id: str
    path: str


class WorldFacts(Protocol):
    """What the context asks of the world. A `MissingFact` says that the snapshot lacks it, None that there is none."""

    def organization_of(self, account: str) -> OrgPlace | MissingFact | None:
        """The place of an account; None: it is in no organization."""

    def resource_tags(self, arn: str) -> Mapping[str, str] | MissingFact:
        """The tags of a resource (a function's by its unqualified ARN); none for what doesn't exist."""

    def account_of(self, arn: str) -> str | MissingFact | None:
        """The owner of a resource whose ARN doesn't say (a bucket's); None: not in the snapshot."""

    def region_of(self, arn: str) -> str | None:
        """The Region of a resource whose ARN doesn't say."""

    def trust_of(self, role_arn: str) -> Policy | None:
        """A role's trust policy; None: not known."""

    def functions_with_role(self, role_arn: str) -> tuple[str, ...]:
        """The unqualified ARNs of the functions that have the execution role."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as the rules for single keys see it. `given` is what of the question bears on this request."""

    facts: WorldFacts
    caller: Caller
    action: str
    """In lower case."""
    resource: str
    resource_account: str | None
    given: Given
    source: Source | None

    def with_given(self, given: Given) -> Call:
        return replace(self, given=given)

    @property
    def service(self) -> str:
        """The prefix of the action: the service that is called."""
        return self.action.partition(":")[0]

    def trust(self) -> Policy | None:
        """The trust policy of the role that the caller is a session of; None: not known."""
        return self.facts.trust_of(self.caller.role) if self.caller.role else None

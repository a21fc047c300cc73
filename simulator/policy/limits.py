"""How long a policy document may be: AWS's quotas in one table.

Sources: IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide, "Quotas and service limits for AWS
Organizations"; AWS PrivateLink, "AWS PrivateLink quotas"; Lambda Developer Guide, "Lambda quotas".
"""

from __future__ import annotations

import sys
from typing import NamedTuple

import orjson

from models.policy import PolicyKind


class Limit(NamedTuple):
    """The characters that a document may have.

    `raised`: what the quota can be raised to, if it can. `blanks`: white space within strings counts too; that between
    elements never does here, since whoever saves a document can leave it out.
    """

    characters: int
    whose: str
    raised: int | None = None
    blanks: bool = True

    @property
    def most(self) -> int:
        """What no account can go beyond."""
        return self.raised or self.characters


MANAGED = Limit(6_144, "a managed policy", blanks=False)
#: Of all inline policies of one identity together.
USER = Limit(2_048, "the inline policies of a user", blanks=False)
GROUP = Limit(5_120, "the inline policies of a group", blanks=False)
ROLE = Limit(10_240, "the inline policies of a role", blanks=False)
FUNCTION = Limit(20_480, "the policy of a function")

#: For what has no limit that is known: AWS keeps to none in the policies that it manages itself.
UNLIMITED = Limit(sys.maxsize, "any policy")

#: What is known from the kind alone. An identity-based policy may be of any identity, so the highest holds; what a
#: resource's policy may have differs from service to service.
LIMITS = {
    PolicyKind.IDENTITY: ROLE,
    PolicyKind.BOUNDARY: MANAGED,
    PolicyKind.SESSION: Limit(2_048, "a session policy"),
    PolicyKind.RESOURCE: UNLIMITED,
    PolicyKind.TRUST: Limit(2_048, "a trust policy", raised=8_192),
    PolicyKind.SCP: Limit(10_240, "an SCP"),
    PolicyKind.RCP: Limit(5_120, "an RCP"),
    PolicyKind.VPC_ENDPOINT: Limit(20_480, "the policy of a VPC endpoint"),
}


def may_exceed(document: object, limit: Limit) -> bool:
    """Whether a document may be too long. Quick: bytes are counted, which are never fewer than characters.

    False for what has no length, being no JSON that AWS would have taken: numbers beyond 64 bits, endless nesting.
    """
    try:
        return len(orjson.dumps(document)) > limit.characters
    except orjson.JSONEncodeError:
        return False


def length(document: object, limit: Limit) -> int:
    """The characters of a document that count for `limit`, in the shortest way to write it."""
    text = orjson.dumps(document).decode()
    return len(text) if limit.blanks else len("".join(text.split()))


def excess(found: int, limit: Limit) -> str | None:
    """Say that a document of `found` characters is too long for everybody; None: it isn't."""
    if found <= limit.most:
        return None
    return f"the document has {found:,} characters, more than the {limit.most:,} that {limit.whose} may have"


def excess_by_default(found: int, limit: Limit) -> str | None:
    """Say that a document is only for those whose quota was raised; None: it isn't."""
    if not limit.characters < found <= limit.most:
        return None
    return (
        f"the document has {found:,} characters, more than the {limit.characters:,} that {limit.whose} may have "
        f"unless the quota is raised, to {limit.most:,} at most"
    )

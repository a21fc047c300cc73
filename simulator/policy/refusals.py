"""What AWS refuses to save, though it reads: rules of a kind of policy, or of the service that keeps it.

Only what one document shows. Sources: IAM User Guide, "Grammar of the IAM JSON policy language", "IAM JSON policy
elements: Sid", "IAM policy validation check reference"; Organizations User Guide, "RCP syntax", "SCP syntax".
"""

from __future__ import annotations

import re

from models.errors import PolicyError
from models.policy import Effect, PolicyKind, Principal, Statement

_SID = re.compile(r"[A-Za-z0-9]*", re.ASCII)
#: Kept by IAM, STS and Organizations, which take no other Sid. Services that keep policies of their own take spaces.
_PLAIN_SID = frozenset(PolicyKind) - {PolicyKind.RESOURCE, PolicyKind.VPC_ENDPOINT}
_LATEST = "2012-10-17"
_EVERYBODY = (Principal("*", "*"),)


def check_version(written: object, kind: PolicyKind) -> None:
    """Refuse a policy of an organization without the version that it has to have.

    Raises:
        PolicyError: at Version.
    """
    if kind in (PolicyKind.SCP, PolicyKind.RCP) and written != _LATEST:
        raise PolicyError(f"an {kind.upper()} needs the Version `{_LATEST}`", "Version")


def check_statement(statement: Statement, kind: PolicyKind) -> None:
    """Refuse a statement that AWS wouldn't save in a policy of this kind.

    Raises:
        PolicyError: at the element, seen from the statement.
    """
    if kind in _PLAIN_SID and not _SID.fullmatch(statement.sid or ""):
        raise PolicyError(f"`{statement.sid}` has other characters than A-Z, a-z and 0-9", ".Sid")
    place = ".Action" if statement.actions is not None else ".NotAction"
    for action in statement.actions or statement.not_actions or ():
        _check_service(action, place)
        if kind is PolicyKind.TRUST:
            _check_is_of_sts(action, place)
    if kind is PolicyKind.RCP:
        _check_rcp(statement)


def _check_service(action: str, place: str) -> None:
    """A wildcard stands for a part of the action's name, not of the service's. `*:*` is written for `*` in places."""
    service = action.partition(":")[0]
    if ":" in action and action != "*:*" and set(service) & {"*", "?"}:
        raise PolicyError(f"`{action}` has a wildcard in the service's name, where none is allowed", place)


def _check_is_of_sts(action: str, place: str) -> None:
    """IAM: "AssumeRole policy may only specify STS AssumeRole actions"."""
    if not action.lower().startswith("sts:"):
        raise PolicyError(f"`{action}` is no action of sts, and a trust policy has no other", place)


def _check_rcp(statement: Statement) -> None:
    if statement.effect is not Effect.DENY:
        raise PolicyError("an RCP only denies; what allows everything, RCPFullAWSAccess, is there already", ".Effect")
    if statement.principals != _EVERYBODY:
        raise PolicyError("the Principal of an RCP is `*`; whom it spares is said by Condition", ".Principal")
    if statement.actions is None:
        raise PolicyError("an RCP has no NotAction", ".NotAction")
    for action in statement.actions:
        if action in ("*", "*:*"):
            raise PolicyError(f"`{action}` is not allowed in an RCP: name the service, such as `s3:*`", ".Action")

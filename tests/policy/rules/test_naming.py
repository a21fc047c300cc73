"""Whom Principal and NotPrincipal name.

Sources: IAM User Guide, "AWS JSON policy elements: Principal", "AWS JSON policy elements: NotPrincipal", "Permissions
boundaries for IAM entities", "IAM identifiers".
"""

# ruff: noqa: E501 - a row of a table stays on its line
from __future__ import annotations

from typing import Any

from models.decision import Outcome
from tests.policy.builders import (
    FEDERATED,
    OTHER_USER,
    ROLE,
    ROOT,
    SESSION,
    TARGET_ROLE,
    USER,
    A,
    B,
    Document,
    allow,
    deny,
    to,
    trusts,
)
from tests.policy.rules.table import ALLOWED, EXPLICIT, IMPLICIT, Case, case, rule

S3 = "s3.amazonaws.com"
EVERYTHING = [allow("*", "*")]
GIVEN = {"identity": [allow()]}


def all_but(*arns: str, **more: Any) -> Document:
    return {"Effect": "Deny", "NotPrincipal": {"AWS": list(arns)}, "Action": "*", "Resource": "*"} | more


def spares(said: str, caller: str, *named: str, expected: Outcome = ALLOWED, **more: Any) -> Case:
    return case(said, expected, caller, resource=[all_but(*named)], **(GIVEN | more))


@rule(
    "NotPrincipal with Deny spares whom it names by the form that AWS asks for (account, and user or role and session)",
    spares("a user: user and account", USER, USER, B),
    spares("a user: user and the account's ARN", USER, USER, ROOT),
    spares("a user: without its account", USER, USER, expected=EXPLICIT),
    spares("a user: its account alone", USER, B, expected=EXPLICIT),
    spares("a user: another user and the account", USER, f"{USER}-2", B, expected=EXPLICIT),
    spares("a user: by case", USER, USER.replace("dev", "Dev"), B, expected=EXPLICIT),
    spares("a session: session, role and account", SESSION, SESSION, ROLE, B),
    spares("a session: without the session", SESSION, ROLE, B, expected=EXPLICIT),
    spares("a session: without the role", SESSION, SESSION, B, expected=EXPLICIT),
    spares("a session: without the account", SESSION, SESSION, ROLE, expected=EXPLICIT),
    spares("a session: another session of the role", SESSION, f"{SESSION}-2", ROLE, B, expected=EXPLICIT),
    spares("a session: the role without its path", SESSION, SESSION, f"arn:aws:iam::{B}:role/worker", B, expected=EXPLICIT),
    spares("a root user: its account", ROOT, ROOT),
    spares("a root user: another account", ROOT, A, expected=EXPLICIT),
    spares("everybody", USER, "*"),
    spares("somebody else altogether", USER, OTHER_USER, A, expected=EXPLICIT),
    case("a service that is named", ALLOWED, S3, resource=[to({"Service": S3}), all_but(NotPrincipal={"Service": S3})]),
    case("a service that isn't", EXPLICIT, S3, resource=[to({"Service": S3}), all_but(B)]),
    case("an anonymous caller", EXPLICIT, "*", resource=[to("*"), all_but(USER, B)]),
    case("whom it spares it doesn't allow", IMPLICIT, resource=[all_but(USER, B)]),
    case("another action is none of its business", ALLOWED, resource=[all_but(A, Action="s3:*")], **GIVEN),
    case("a condition that doesn't hold", ALLOWED, resource=[all_but(A, Condition={"Bool": {"aws:SecureTransport": "false"}})], context={"aws:SecureTransport": "true"}, **GIVEN),
)  # fmt: skip
def test_not_principal(case: Case) -> None:
    case.holds()


@rule(
    "NotPrincipal with Deny always denies a caller that has a permissions boundary",
    spares("a user that is named, without one", USER, USER, B),
    spares("a user that is named, with one", USER, USER, B, boundary=EVERYTHING, expected=EXPLICIT),
    spares("a user, where everybody is named", USER, "*", boundary=EVERYTHING, expected=EXPLICIT),
    spares("a session that is named", SESSION, SESSION, ROLE, B, boundary=EVERYTHING, expected=EXPLICIT),
    spares("a session with a session policy only", SESSION, SESSION, ROLE, B, session=EVERYTHING),
    spares("a caller of another account", OTHER_USER, OTHER_USER, A, boundary=EVERYTHING, expected=EXPLICIT),
    case("a plain Deny is no matter of it", ALLOWED, resource=[deny(Principal={"AWS": A})], boundary=EVERYTHING, **GIVEN),
    case("one of another action", ALLOWED, resource=[all_but("*", Action="s3:*")], boundary=EVERYTHING, **GIVEN),
)  # fmt: skip
def test_not_principal_and_boundaries(case: Case) -> None:
    case.holds()


def named(said: str, expected: Outcome, principal: str, caller: str = USER, **more: Any) -> Case:
    return case(said, expected, caller, resource=[to({"AWS": principal})], **more)


IDS = {"aws:userid": "AIDAJQABLZS4A3QDU576Q"}


@rule(
    "A principal that is a bare id (AROA..., AIDA...) matches nobody",
    named("a user's", IMPLICIT, "AIDAJQABLZS4A3QDU576Q", context=IDS),
    named("a role's", IMPLICIT, "AROADBQP57FF2AEXAMPLE", SESSION, context={"aws:userid": "AROADBQP57FF2AEXAMPLE:me"}),
    named("a role's, with the session", IMPLICIT, "AROADBQP57FF2AEXAMPLE:me", SESSION, context={"aws:userid": "AROADBQP57FF2AEXAMPLE:me"}),
    named("the user's ARN", ALLOWED, USER, context=IDS),
    case("as NotPrincipal it spares nobody", EXPLICIT, resource=[all_but("AIDAJQABLZS4A3QDU576Q", B)], context=IDS, **GIVEN),
)  # fmt: skip
def test_bare_ids(case: Case) -> None:
    case.holds()


@rule(
    "No wildcard matches a part of a principal",
    named("* for a user's name", IMPLICIT, f"arn:aws:iam::{B}:user/*"),
    named("? for a letter", IMPLICIT, f"arn:aws:iam::{B}:user/de?"),
    named("* for the account", IMPLICIT, "arn:aws:iam::*:user/dev"),
    named("* for the partition", IMPLICIT, f"arn:*:iam::{B}:user/dev"),
    named("* for a session's name", IMPLICIT, SESSION.replace("/me", "/*"), SESSION),
    named("* within the account's number", IMPLICIT, "22222222222*"),
    named("a variable is text too", IMPLICIT, f"arn:aws:iam::{B}:user/" + "${aws:username}", context={"aws:username": "dev"}),
    named("* for everything", ALLOWED, "*"),
    case("in NotPrincipal it spares nobody", EXPLICIT, resource=[all_but(f"arn:aws:iam::{B}:user/*", B)], **GIVEN),
    case("in a service's name", IMPLICIT, S3, resource=[to({"Service": "*.amazonaws.com"})]),
    case("as a service", IMPLICIT, S3, resource=[to({"Service": "*"})]),
)  # fmt: skip
def test_no_wildcards(case: Case) -> None:
    case.holds()


OF_ME = {"aws:userid": "AROADBQP57FF2AEXAMPLE:me"}


@rule(
    "A principal's ARN names the caller as it is spelled, by case and with its path",
    named("the user", ALLOWED, USER),
    named("another letter case", IMPLICIT, USER.replace("dev", "Dev")),
    named("the user with a path that it hasn't", IMPLICIT, USER.replace("user/", "user/team/")),
    named("a role's ARN names its sessions", ALLOWED, ROLE, SESSION),
    named("a role's ARN without its path doesn't", IMPLICIT, f"arn:aws:iam::{B}:role/worker", SESSION),
    named("a session's ARN has no path", ALLOWED, SESSION, SESSION),
    named("a session's ARN names a role by whose user id it is that session", ALLOWED, SESSION, ROLE, context=OF_ME),
    named("a session's ARN of another name", IMPLICIT, f"{SESSION}-2", ROLE, context=OF_ME),
    named("a session's ARN of another role", IMPLICIT, SESSION.replace("/worker/", "/other/"), ROLE, context=OF_ME),
    named("a session's ARN of another account", IMPLICIT, SESSION.replace(B, A), ROLE, context=OF_ME),
    named("a user's ARN doesn't name a role of that name", IMPLICIT, f"arn:aws:iam::{B}:user/ops/worker", SESSION),
    named("a federated user's", ALLOWED, FEDERATED, FEDERATED),
    named("a group's ARN names nobody", IMPLICIT, f"arn:aws:iam::{B}:group/devs"),
    named("ARNs of another partition are other ARNs", IMPLICIT, USER.replace("arn:aws:", "arn:aws-cn:")),
)
def test_names_by_arn(case: Case) -> None:
    case.holds()


#: In a trust policy an account's own name is asked for, beside the caller's own allow.
TRUSTED = {"action": "sts:AssumeRole", "resource_arn": TARGET_ROLE, "identity": [allow("sts:AssumeRole", TARGET_ROLE)]}


def trusted(said: str, expected: Outcome, principal: str) -> Case:
    return case(said, expected, trust=[trusts({"AWS": principal})], **TRUSTED)


def elsewhere(arn: str) -> str:
    """The same name in another partition."""
    return arn.replace("arn:aws:", "arn:aws-cn:")


@rule(
    "An ARN of another partition names nobody here",
    named("a user", IMPLICIT, elsewhere(USER)),
    named("the role of a session", IMPLICIT, elsewhere(ROLE), SESSION),
    named("a session", IMPLICIT, elsewhere(SESSION), SESSION),
    named("a session, of a role by whose user id it is that session", IMPLICIT, elsewhere(SESSION), ROLE, context=OF_ME),
    trusted("an account's ARN", IMPLICIT, elsewhere(ROOT)),
    trusted("an account's ARN here", ALLOWED, ROOT),
    trusted("an account's number", ALLOWED, B),
    case("in NotPrincipal it spares nobody", EXPLICIT, resource=[all_but(USER, elsewhere(ROOT))], **GIVEN),
    case("in NotPrincipal, a user", EXPLICIT, resource=[all_but(elsewhere(USER), ROOT)], **GIVEN),
    case("in NotPrincipal, here", ALLOWED, resource=[all_but(USER, ROOT)], **GIVEN),
)  # fmt: skip
def test_names_of_another_partition(case: Case) -> None:
    case.holds()

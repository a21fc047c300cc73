"""A small world for tests of the context (what it isn't told of, it hasn't), and a caller of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import structs

from models.context import NOTHING_GIVEN, Given, State
from models.decision import FactKind, MissingFact
from models.policy import Condition, Effect, Policy, Quantifier, Statement, Texts, Values
from models.snapshot import IdentityProvider
from simulator.world.context import Caller, CallerKind, OrgPlace, SnapshotContext

ACCOUNT = "111122223333"
OTHER = "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service/app"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:orders"
BUCKET = "arn:aws:s3:::uploads"


@dataclass
class Facts:
    """Implements WorldFacts with what each test says."""

    organizations: Mapping[str, OrgPlace | MissingFact] = field(default_factory=dict)
    tags: Mapping[str, Mapping[str, str] | MissingFact] = field(default_factory=dict)
    owners: Mapping[str, str | MissingFact] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)
    trusts: Mapping[str, Policy] = field(default_factory=dict)
    functions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def organization_of(self, account: str) -> OrgPlace | MissingFact | None:
        return self.organizations.get(account)

    def resource_tags(self, arn: str) -> Mapping[str, str] | MissingFact:
        return self.tags.get(arn, {})

    def account_of(self, arn: str) -> str | MissingFact | None:
        return self.owners.get(arn)

    def region_of(self, arn: str) -> str | None:
        return self.regions.get(arn)

    def trust_of(self, role_arn: str) -> Policy | None:
        return self.trusts.get(role_arn)

    def functions_with_role(self, role_arn: str) -> tuple[str, ...]:
        return self.functions.get(role_arn, ())


def trusting(
    *services: str,
    conditions: tuple[Condition, ...] = (),
    actions: tuple[str, ...] = ("sts:AssumeRole",),
    effect: Effect = Effect.ALLOW,
) -> Statement:
    """A statement of a trust policy; without services it is for the account."""
    named: dict[str, Texts] = {"Service": services} if services else {"AWS": ACCOUNT}
    condition: dict[str, dict[str, Values]] = {}
    for one in conditions:
        condition.setdefault(one.spelling, {})[one.key] = one.values
    return Statement(effect, actions, principal=named, condition=condition)


def policy(*statements: Statement) -> Policy:
    return Policy(statements, version="2012-10-17")


def tag_keys(*keys: str, operator: str = "StringEquals") -> Condition:
    return Condition(operator, "aws:TagKeys", keys, Quantifier.ALL)


PLACE = OrgPlace("o-example", "o-example/r-ab12/ou-ab12-work/")
REFUSED = MissingFact(FactKind.ORGANIZATION, ACCOUNT, "organizations:DescribeOrganization denied")
NOT_ASKED = structs.replace(REFUSED, refused=False)

OIDC = IdentityProvider(
    arn=f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com",
    kind="oidc",
    url="token.actions.githubusercontent.com",
    client_ids=("sts.amazonaws.com",),
)
CORP = IdentityProvider(arn=f"arn:aws:iam::{ACCOUNT}:saml-provider/corp", kind="saml")

USER = Caller(
    CallerKind.USER,
    "user",
    f"arn:aws:iam::{ACCOUNT}:user/team/dev",
    ACCOUNT,
    name="dev",
    unique_id="AIDAEXAMPLE",
    tags={"Team": "blue"},
)
SESSION = Caller(
    CallerKind.ROLE_SESSION, "role", ROLE, ACCOUNT, role=ROLE, unique_id="AROAEXAMPLE", tags={"Team": "red"}
)
CODE = replace(SESSION, kind=CallerKind.EXECUTION_ROLE, function=FUNCTION)
SERVICE = Caller(CallerKind.SERVICE, "service:s3.amazonaws.com", service="s3.amazonaws.com")
FEDERATED = Caller(
    CallerKind.FEDERATED_USER, "federated", f"arn:aws:sts::{ACCOUNT}:federated-user/bob", ACCOUNT, name="bob"
)
ANYONE = Caller(CallerKind.ANONYMOUS, "anyone")
WEB = Caller(CallerKind.WEB_IDENTITY, OIDC.arn, provider=OIDC)
GOOGLE = Caller(CallerKind.WEB_IDENTITY, "federated:accounts.google.com", provider_name="accounts.google.com")
SAML = Caller(CallerKind.SAML, CORP.arn, provider=CORP)
ROOT = Caller(CallerKind.ROOT, "root", f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)

CALLERS = {
    "user": USER,
    "role_session": SESSION,
    "execution_role": CODE,
    "service": SERVICE,
    "federated_user": FEDERATED,
    "anonymous": ANYONE,
    "web_identity": WEB,
}
WORLD = Facts(
    organizations={ACCOUNT: PLACE},
    tags={FUNCTION: {"Stage": "prod", "Team": "blue"}},
    owners={BUCKET: ACCOUNT},
    functions={ROLE: (FUNCTION,)},
)


def look(
    key: str,
    caller: Caller = USER,
    action: str = "lambda:TagResource",
    resource: str = FUNCTION,
    *,
    facts: Facts = WORLD,
    given: Given = NOTHING_GIVEN,
    **more: Any,
) -> State:
    """Look one key up, of a call that takes every key there is unless the test says another."""
    context = SnapshotContext(facts, caller, action, resource, resource_account=None, given=given, **more)
    return context.lookup(key)

"""Users, groups, roles, policies and identity providers of one account."""

from __future__ import annotations

from typing import Any

from models.decision import FactKind
from models.snapshot import Gap, GapStatus, IdentityProvider
from simulator.collector import shapes
from simulator.collector.reader import Fact, Reader, Refused

_DETAILS = "iam:GetAccountAuthorizationDetails"
_KINDS = ["User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"]
_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


def read(reader: Reader, region: str) -> str:
    """Read IAM, and return how much there was, for the progress line."""
    _name(reader, region)
    details = _authorization_details(reader, region)
    for arn in reader.builder.authorization_details(reader.account, details):
        reader.builder.gap(
            Gap(
                what=FactKind.MANAGED_POLICY,
                about=arn,
                call=_DETAILS,
                status=GapStatus.FAILED,
                message="it is attached, but its document was not among the policies",
            )
        )
    _identity_providers(reader, region)
    return f"{len(details.user_detail_list)} users, {len(details.role_detail_list)} roles"


def _name(reader: Reader, region: str) -> None:
    fact = Fact(FactKind.ATTRIBUTES, reader.account)
    aliases = reader.many("iam:ListAccountAliases", fact, region)
    reader.builder.account(reader.account, name=next(iter(aliases), None))


def _authorization_details(reader: Reader, region: str) -> shapes.AuthorizationDetails:
    """Read every page; refused half-way, what came before is kept and the account's identities are a Gap."""
    lists: dict[str, list[Any]] = {key: [] for key in _LISTS}
    try:
        for page in reader.pages(_DETAILS, region, Filter=_KINDS):
            for key in _LISTS:
                lists[key].extend(page.get(key) or ())
    except Refused as refused:
        reader.note(Fact(FactKind.IDENTITY, reader.account), refused)
    return shapes.AuthorizationDetails.model_validate(lists)


def _identity_providers(reader: Reader, region: str) -> None:
    fact = Fact(FactKind.ATTRIBUTES, f"{reader.account}/iam")
    for entry in reader.many("iam:ListOpenIDConnectProviders", fact, region):
        arn = str(entry["Arn"])
        # boto3 spells this parameter as IAM does, where every other call says Arn.
        found = reader.one(
            "iam:GetOpenIDConnectProvider", Fact(FactKind.ATTRIBUTES, arn), region, OpenIDConnectProviderArn=arn
        )
        reader.builder.identity_provider(
            IdentityProvider(
                arn=arn,
                kind="oidc",
                url=_without_scheme((found or {}).get("Url")),
                client_ids=tuple(sorted((found or {}).get("ClientIDList") or ())),
            )
        )
    for entry in reader.many("iam:ListSAMLProviders", fact, region):
        reader.builder.identity_provider(IdentityProvider(arn=str(entry["Arn"]), kind="saml"))


def _without_scheme(url: str | None) -> str | None:
    return url.removeprefix("https://") if url else None

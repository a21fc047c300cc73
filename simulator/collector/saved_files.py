"""The files of saved input that a person puts together: an unknown field in them is an error that names the nearest."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from models.shape import Shape
from simulator.collector import shapes
from simulator.collector.functions import FunctionFacts


def _unwrap(key: str) -> BeforeValidator:
    """Take what the AWS CLI printed as a whole (`{"Aliases": […]}`) for the part that is meant."""

    def inner(value: Any) -> Any:
        return value[key] if isinstance(value, dict) and key in value else value

    return BeforeValidator(inner)


def _one_or_many(value: Any) -> Any:
    """Read one configuration, a list of them, null, or a list call's whole output."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    for key in ("FunctionUrlConfigs", "FunctionEventInvokeConfigs"):
        if isinstance(value, dict) and key in value:
            return value[key]
    return [value]


class AccountFile(Shape):
    """`account.json`. `organization` can only be null, which says that the account is in none."""

    account: str | None = None
    region: str | None = None
    name: str | None = None
    organization: None = None


class FunctionFile(Shape):
    """`functions/*.json`: everything about one function."""

    configuration: Annotated[shapes.FunctionConfiguration, _unwrap("Configuration")]
    policy: Annotated[Any, _unwrap("Policy")] = None
    qualified_policies: dict[str, Annotated[Any, _unwrap("Policy")]] = Field(default_factory=dict)
    aliases: Annotated[list[shapes.Alias], _unwrap("Aliases")] = Field(default_factory=list)
    versions: Annotated[list[shapes.FunctionVersion], _unwrap("Versions")] = Field(default_factory=list)
    url: Annotated[list[shapes.UrlConfig], BeforeValidator(_one_or_many)] = Field(default_factory=list)
    event_invoke: Annotated[list[shapes.EventInvokeConfig], BeforeValidator(_one_or_many)] = Field(default_factory=list)
    tags: Annotated[dict[str, str], _unwrap("Tags")] = Field(default_factory=dict)
    image_uri: str | None = None

    def facts(self) -> FunctionFacts:
        return FunctionFacts(
            configuration=self.configuration,
            policies={"": self.policy, **self.qualified_policies},
            versions=tuple(self.versions),
            aliases=tuple(self.aliases),
            urls=tuple(self.url),
            event_invokes=tuple(self.event_invoke),
            tags=self.tags,
            image_uri=self.image_uri,
        )


class PolicyOfOrganization(Shape):
    name: str
    type: Literal["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]
    document: Any


class OrganizationFile(Shape):
    """`organization.json`. `names` may name roots, OUs and accounts."""

    id: str
    management_account: str
    policies: dict[str, PolicyOfOrganization] = Field(default_factory=dict)
    parents: dict[str, str] = Field(default_factory=dict)
    targets: dict[str, list[str]] = Field(default_factory=dict)
    names: dict[str, str] = Field(default_factory=dict)

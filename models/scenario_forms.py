"""Short forms of policies in a scenario: they can only say what is common; everything else is written verbatim."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from models.shape import Later, Many, Shape, Text

#: A policy document as AWS has it, or `{file: policy.json}`: a file in the scenario's folder.
Document = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "description": "a policy document as AWS has it, or {file: policy.json}",
            "anyOf": [{"required": ["Statement"]}, {"required": ["file"], "maxProperties": 1}],
        }
    ),
]


class PolicyVersions(Shape):
    """A managed policy with several versions. `default` names the one that is in force."""

    default: str
    versions: dict[Annotated[str, Field(pattern=r"^v[1-9][0-9]*$")], Document] = Field(min_length=1, max_length=5)

    @model_validator(mode="after")
    def _has_its_default(self) -> "PolicyVersions":
        if self.default not in self.versions:
            raise PydanticCustomError(
                "default", "has no version `{default}` to be the default", {"default": self.default}
            )
        return self


def _which_policy(value: Any) -> str:
    return "=versions" if isinstance(value, dict) and "versions" in value else "=verbatim"


PolicyField = Annotated[
    Annotated[Document, Tag("=verbatim")] | Annotated[Later[PolicyVersions], Tag("=versions")],
    Discriminator(_which_policy),
]
#: A Condition block as IAM has it.
ConditionBlock = dict[str, dict[str, Any]]


class AllowForm(Shape):
    """Short form of a statement in an identity-based policy; each becomes an inline policy of its own."""

    actions: Many
    on: Many = Field(description="names, ARNs, patterns, or `{{name}}/*`")
    when: ConditionBlock | None = Field(None, description="a Condition block")
    sid: str | None = None


class TrustForm(Shape):
    """Short form of a statement in a trust policy."""

    aws: Many | None = Field(None, alias="AWS", description="users, roles, accounts, or `*`")
    service: Many | None = Field(None, alias="Service")
    federated: Many | None = Field(None, alias="Federated", description="identity providers")
    external_id: Many | None = None
    audience: Many | None = Field(None, description="of an OIDC provider's token: its `aud`")
    subject: Many | None = Field(None, description="of an OIDC provider's token: its `sub`; with `*`, a pattern")
    actions: Many | None = Field(None, description="left out: what the kind of principal asks for")
    when: ConditionBlock | None = None
    sid: str | None = None

    @model_validator(mode="after")
    def _trusts_somebody(self) -> "TrustForm":
        if not (self.aws or self.service or self.federated):
            raise PydanticCustomError("principal", "names nobody: write AWS, Service or Federated")
        return self


class PermitForm(Shape):
    """Short form of a statement in a function's policy, as lambda:AddPermission would write it."""

    service: str | None = None
    principal: str | None = Field(None, description="a user, a role, an ARN, or `*`")
    account: str | None = None
    organization: str | None = Field(None, description="an organization's id: everybody in it")
    source: str | None = Field(None, description="aws:SourceArn: a name, an ARN or a pattern")
    source_account: str | None = Field(None, description="aws:SourceAccount; a bucket's owner if left out")
    qualifier: Text | None = None
    action: str = "lambda:InvokeFunction"
    token: str | None = Field(None, description="lambda:EventSourceToken")
    url_auth: Literal["NONE", "AWS_IAM"] | None = Field(None, description="lambda:FunctionUrlAuthType")
    via_url: bool = Field(False, description="lambda:InvokedViaFunctionUrl")
    when: ConditionBlock | None = None
    sid: str | None = None

    @model_validator(mode="after")
    def _permits_one(self) -> "PermitForm":
        named = [self.service, self.principal, self.account, self.organization]
        if sum(name is not None for name in named) != 1:
            raise PydanticCustomError("principal", "needs exactly one of service, principal, account, organization")
        return self


def _which_trust(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "=several"
    return "=verbatim" if isinstance(value, dict) and ("Statement" in value or "file" in value) else "=short"


TrustField = Annotated[
    Annotated[Document, Tag("=verbatim")]
    | Annotated[Later[TrustForm], Tag("=short")]
    | Annotated[tuple[Later[TrustForm], ...], Tag("=several")],
    Discriminator(_which_trust),
]

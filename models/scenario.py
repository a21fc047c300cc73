"""The shape of a scenario file: accounts as a person writes them, and what is expected of them.

The JSON Schema `docs/scenario.schema.json` is generated from these models. What the names in a scenario stand for,
and whether AWS would take its policies, is judged by `simulator.scenario`; here is only what may stand where.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from models.expectation import Expectation
from models.scenario_forms import AllowForm, Document, PermitForm, PolicyField, TrustField
from models.shape import AccountNumber, Later, Many, Shape, Text, Texts

if TYPE_CHECKING:
    from models.supposed import WhatIfShape as WhatIf
else:

    def _what_if() -> type[Shape]:
        # There are more kinds of changes than other shapes: only a file that supposes something loads them.
        from models.supposed import WhatIfShape

        return WhatIfShape

    WhatIf = Annotated[Any, Later(_what_if)]


class Permissions(Shape):
    """What users, groups and roles have in common."""

    path: str = Field("/", pattern="^/([!-~]+/)?$", description="IAM path, such as /deploy/")
    allow: tuple[Later[AllowForm], ...] = ()
    deny: tuple[Later[AllowForm], ...] = ()
    policies: dict[str, Document] = Field({}, description="inline policies by name")
    attach: Many = Field((), description="managed policies: names or ARNs")


class GroupShape(Permissions):
    pass


class UserShape(Permissions):
    groups: Many = ()
    boundary: str | None = None
    tags: dict[str, Text] = Field({})


class RoleShape(Permissions):
    trust: TrustField
    boundary: str | None = None
    tags: dict[str, Text] = Field({})


class ProviderShape(Shape):
    """An identity provider. `url` is an OIDC issuer, with or without `https://`."""

    type: Literal["oidc", "saml"] = "oidc"
    url: str | None = None
    clients: Many = ("sts.amazonaws.com",)


class UrlShape(Shape):
    auth: Literal["NONE", "AWS_IAM"]
    qualifier: str | None = None


class VpcShape(Shape):
    subnets: Many = ()
    security_groups: Many = ()
    vpc: str | None = None


class DestinationShape(Shape):
    """Where asynchronous invocations report to."""

    qualifier: str | None = None
    on_success: str | None = None
    on_failure: str | None = None


class CodeCallShape(Shape):
    actions: Many
    on: Many


class FunctionShape(Shape):
    role: str | None = None
    region: str | None = None
    versions: Texts = ()
    aliases: dict[str, Text] = Field({}, description="alias -> the version it points to, or $LATEST")
    permit: tuple[Later[PermitForm], ...] = ()
    policy: Document | None = Field(None, description="the function's policy, verbatim")
    policies: dict[str, Document] = Field({}, description="policies of versions and aliases, verbatim")
    urls: tuple[Later[UrlShape], ...] = ()
    destinations: tuple[Later[DestinationShape], ...] = ()
    dead_letter: str | None = None
    vpc: Later[VpcShape] | None = None
    code_calls: tuple[Later[CodeCallShape], ...] = ()
    tags: dict[str, Text] = Field({})
    runtime: str | None = None
    image: str | None = Field(None, description="image URI; the package is then an image")
    log_group: str | None = None
    tracing: Literal["Active", "PassThrough"] = "PassThrough"
    kms_key: str | None = None
    layers: Many = ()
    file_systems: Many = ()
    snap_start: bool = False
    durable: bool = False
    code_signing: str | None = Field(None, description="ARN of a code signing configuration")


class NotificationShape(Shape):
    """A notification of a bucket."""

    to: str
    events: Many = ("s3:ObjectCreated:*",)
    prefix: str | None = None
    suffix: str | None = None


class SubscriptionShape(Shape):
    """A function's subscription to a topic."""

    to: str


class TargetShape(Shape):
    """A target of a rule; `role` is who delivers, where the rule doesn't by itself."""

    to: str
    role: str | None = None


class ResourceShape(Shape):
    """Anything else that has an ARN: made from its type and name, or written out."""

    type: str
    arn: str | None = None
    region: str | None = None
    policy: Document | None = None
    tags: dict[str, Text] = Field({})
    attributes: dict[str, Text] = Field({}, description="as AWS names them, such as KmsMasterKeyId")
    notifies: tuple[Later[NotificationShape], ...] = Field((), description="of an s3:bucket")
    subscribes: tuple[Later[SubscriptionShape], ...] = Field((), description="of an sns:topic")
    targets: tuple[Later[TargetShape], ...] = Field((), description="of an events:rule")
    bus: str | None = Field(None, description="of an events:rule; left out: the default bus")
    pattern: dict[str, Any] | None = Field(None, description="of an events:rule")
    schedule: str | None = Field(None, description="of an events:rule")
    enabled: bool = Field(True, description="of an events:rule")


class TriggerShape(Shape):
    """A trigger of any other service."""

    service: str
    source: str = Field(alias="from", description="what it is configured on; an Alexa skill by its id")
    to: str = Field(description="url:FUNCTION is its URL; may hold an API's stage variables: ${stageVariables.NAME}")
    role: str | None = None
    enabled: bool = True
    events: Many = Field((), description="those that it tells of, as AWS names them: updateReference, GetObject")
    stage_variables: dict[str, Text] = Field({}, description="those of the stage that are known")


class AccessShape(Shape):
    """How a source or schema registry is entered: one SourceAccessConfiguration, as AWS names its type."""

    type: str
    uri: str = Field(description="a secret by name, or what AWS has there, such as subnet:subnet-1")


class MappingShape(Shape):
    """An event source mapping. Self-managed Kafka has `bootstrap_servers` and no `from`."""

    source: str | None = Field(None, alias="from")
    to: str
    enabled: bool = True
    on_failure: str | None = Field(None, description="a queue, topic or bucket, or kafka://TOPIC")
    kms_key: str | None = Field(None, description="encrypts the filter criteria")
    access: tuple[Later[AccessShape], ...] = ()
    topics: Many = ()
    consumer_group: str | None = None
    bootstrap_servers: Many = Field((), description="of self-managed Kafka, such as kafka.example.com:9092")
    provisioned: bool = False
    schema_registry: str | None = Field(None, description="a Glue registry, or another one's https:// address")
    schema_access: tuple[Later[AccessShape], ...] = ()


class PolicyLevel(Shape):
    """The SCPs and RCPs of a level, by name. Left out: FullAWSAccess (RCPFullAWSAccess)."""

    scps: Many | None = None
    rcps: Many | None = None


class UnitShape(PolicyLevel):
    """An organizational unit."""

    id: str | None = Field(None, pattern="^ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$")
    accounts: Many = ()
    ous: dict[str, "UnitShape"] = Field({})


class RootShape(PolicyLevel):
    id: str | None = Field(None, pattern="^r-[0-9a-z]{4,32}$")
    accounts: Many = ()


class OrganizationShape(Shape):
    """An organization: the management account, the root, the units, and policies on single accounts."""

    id: str = Field(pattern="^o-[a-z0-9]{10,32}$")
    management: str
    root: Later[RootShape] = RootShape.model_construct()
    ous: dict[str, Later[UnitShape]] = Field({})
    accounts: dict[str, Later[PolicyLevel]] = Field({}, description="account -> policies attached to it")


class Scenario(Shape):
    """Accounts as a person writes them, and what is expected of them."""

    name: str
    source: str | None = Field(None, description="title of the AWS document that it follows")
    description: str | None = None
    at: datetime | None = Field(None, description="the time at which the world is as written")
    partition: Literal["aws", "aws-cn", "aws-us-gov"] = "aws"
    accounts: dict[str, AccountNumber] = Field(min_length=1)
    region: str = Field("us-east-1", pattern="^[a-z]{2}(-[a-z]+)+-[0-9]$")
    organization: Later[OrganizationShape] | None = None
    policies: dict[str, PolicyField] = Field({}, description="managed policies, boundaries, SCPs and RCPs by name")
    users: dict[str, Later[UserShape] | None] = Field({})
    groups: dict[str, Later[GroupShape] | None] = Field({})
    roles: dict[str, Later[RoleShape]] = Field({})
    identity_providers: dict[str, Later[ProviderShape]] = Field({})
    functions: dict[str, Later[FunctionShape] | None] = Field({})
    resources: dict[str, Later[ResourceShape]] = Field({})
    triggers: tuple[Later[TriggerShape], ...] = ()
    mappings: tuple[Later[MappingShape], ...] = ()
    expect: tuple[Expectation, ...] = ()
    what_if: tuple[WhatIf, ...] = ()

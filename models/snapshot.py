"""The one input of everything: accounts as they were read, not yet judged.

The collector, the scenario loader and every importer make a `Snapshot`; nothing downstream knows which of them did.
Policy documents stand once in `Snapshot.documents`, under the hash of their content; everything else refers to them.
What could not be read is a `Gap`, what nobody asked for an `Assumption`: neither is "no permission".
"""

import hashlib
import json
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.decision import FactKind

SCHEMA_VERSION = 1


class Value(BaseModel):
    """Base of what comes in from outside: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Account(Value):
    """An account. `collected` is False for one that is only trusted: its own side isn't known."""

    id: str
    name: str | None = None
    collected: bool = True


class Holder(Value):
    """What users, groups and roles have in common. `id` is the unique id (`AIDA…`, `AROA…`)."""

    arn: str
    id: str | None = None
    inline: dict[str, str] = {}
    """Name of an inline policy -> document."""
    attached: tuple[str, ...] = ()
    """ARNs of managed policies."""


class User(Holder):
    groups: tuple[str, ...] = ()
    """ARNs of groups."""
    boundary: str | None = None
    """ARN of the managed policy that is the permissions boundary."""
    tags: dict[str, str] = {}


class Group(Holder):
    pass


class Role(Holder):
    trust: str
    """The trust policy's document."""
    boundary: str | None = None
    session: str | None = None
    """The document of the session policy that whoever assumes the role passes: only a what-if says so."""
    tags: dict[str, str] = {}
    instance_profiles: tuple[str, ...] = ()


class ManagedPolicy(Value):
    """A managed policy with its default version's document."""

    arn: str
    document: str
    version: str = "v1"
    versions: dict[str, str] = {}
    """Other versions -> document, where they were read."""


class IdentityProvider(Value):
    """An OIDC or SAML provider. `url` is without its scheme, as condition keys spell it."""

    arn: str
    kind: Literal["oidc", "saml"]
    url: str | None = None
    client_ids: tuple[str, ...] = ()


class FunctionUrl(Value):
    """A function URL; `qualifier` is the alias it is on, None for the function itself."""

    qualifier: str | None = None
    auth_type: Literal["NONE", "AWS_IAM"]
    url: str | None = None


class EventInvoke(Value):
    """Where asynchronous invocations of a qualifier (None: $LATEST) report to."""

    qualifier: str | None = None
    on_success: str | None = None
    on_failure: str | None = None


class VpcConfig(Value):
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    vpc: str | None = None


class CodeCall(Value):
    """What a function's code does, as its owner declares it."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


class Function(Value):
    """A Lambda function. `arn` is unqualified.

    `policies` maps a qualifier to its function policy's document, `""` being the unqualified one; a qualifier that
    isn't there has none. `versions` are numbers only; `aliases` maps an alias to the version it points to.
    """

    arn: str
    role: str | None = None
    versions: tuple[str, ...] = ()
    aliases: dict[str, str] = {}
    policies: dict[str, str] = {}
    urls: tuple[FunctionUrl, ...] = ()
    event_invokes: tuple[EventInvoke, ...] = ()
    tags: dict[str, str] = {}
    runtime: str | None = None
    package_type: Literal["Zip", "Image"] = "Zip"
    image_uri: str | None = None
    log_group: str | None = None
    tracing: Literal["Active", "PassThrough"] = "PassThrough"
    dead_letter: str | None = None
    kms_key: str | None = None
    vpc: VpcConfig | None = None
    layers: tuple[str, ...] = ()
    file_systems: tuple[str, ...] = ()
    snap_start: bool = False
    durable: bool = False
    code_signing: str | None = None
    code_calls: tuple[CodeCall, ...] = ()


class Resource(Value):
    """Anything else that has an ARN: bucket, queue, topic, bus, rule, table, key, layer version, …

    `account` is who owns it (a bucket's ARN doesn't say). `policy` is its own policy's document, None: it has none.
    `type` is `service:kind`, such as `s3:bucket`. `attributes` are as AWS names them (`KmsMasterKeyId`, …).
    """

    arn: str
    type: str
    account: str
    region: str | None = None
    policy: str | None = None
    tags: dict[str, str] = {}
    attributes: dict[str, str] = {}


class Trigger(Value):
    """A configured trigger: `source` causes `service` to invoke `target` (a function's ARN with its qualifier).

    In `target` a stage variable of API Gateway whose value isn't known stays as it is: `${stageVariables.NAME}`. An
    Alexa skill has its id as `source`, anything else its ARN. `role` is set where the service acts with a role instead
    of by itself. `events`, `prefix` and `suffix` are those of an S3 notification; `bus`, `pattern` (JSON text) and
    `schedule` those of an EventBridge rule.
    """

    service: str
    source: str
    target: str
    role: str | None = None
    enabled: bool = True
    events: tuple[str, ...] = ()
    prefix: str | None = None
    suffix: str | None = None
    bus: str | None = None
    pattern: str | None = None
    schedule: str | None = None

    @property
    def node(self) -> str:
        """The node that it starts at: of what it takes a part from, that part, since others are fed by other writes."""
        if not (self.events or self.prefix or self.suffix):
            return self.source
        return f"{self.source}#{','.join(self.events)} {self.prefix or ''}*{self.suffix or ''}"


class SourceAccess(Value):
    """One SourceAccessConfiguration of a mapping."""

    type: str
    uri: str


class Mapping(Value):
    """An event source mapping. `source` is None for self-managed Kafka; `function` may carry a qualifier."""

    uuid: str
    source: str | None
    function: str
    state: str = "Enabled"
    on_failure: str | None = None
    kms_key: str | None = None
    access: tuple[SourceAccess, ...] = ()
    topics: tuple[str, ...] = ()
    consumer_group: str | None = None
    bootstrap_servers: tuple[str, ...] = ()
    provisioned: bool = False
    schema_registry: str | None = None
    schema_access: tuple[SourceAccess, ...] = ()
    """AccessConfigs of a schema registry that isn't Glue's."""

    @property
    def origin(self) -> str:
        """Its source, of self-managed Kafka `kafka:` and the bootstrap servers."""
        return self.source or f"kafka:{','.join(self.bootstrap_servers)}"

    @property
    def node(self) -> str:
        """The node that it starts at: of topics, just these of its source."""
        return f"{self.origin}#{','.join(self.topics)}" if self.topics else self.origin

    @property
    def enabled(self) -> bool:
        return self.state in ("Enabled", "Enabling", "Creating", "Updating")


class OrganizationPolicy(Value):
    id: str
    name: str
    type: Literal["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]
    document: str


class Organization(Value):
    """An organization's tree. `parents` maps an OU or account to what it is under; `targets` a root, OU or account to
    the ids of the policies attached to it."""

    id: str
    management_account: str
    parents: dict[str, str] = {}
    policies: dict[str, OrganizationPolicy] = {}
    targets: dict[str, tuple[str, ...]] = {}
    names: dict[str, str] = {}
    """OU or root -> its name."""


class GapStatus(StrEnum):
    DENIED = "denied"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"


class Gap(Value):
    """A fact that was asked for and not got. `call` is the API call, such as `lambda:GetPolicy`."""

    what: FactKind
    about: str
    call: str
    status: GapStatus
    message: str = ""


class Assumption(Value):
    """A fact that nobody asked for; answers are worked out as if there were none, and say so."""

    what: FactKind
    about: str
    reason: str


class Snapshot(Value):
    """Accounts as they were read at `taken_at` (UTC). Tuples are sorted by ARN or id."""

    schema_version: Literal[1] = 1
    taken_at: datetime
    origin: str = "collected"
    """`collected`, `saved`, or `scenario`."""
    accounts: tuple[Account, ...] = ()
    users: tuple[User, ...] = ()
    groups: tuple[Group, ...] = ()
    roles: tuple[Role, ...] = ()
    policies: tuple[ManagedPolicy, ...] = ()
    identity_providers: tuple[IdentityProvider, ...] = ()
    functions: tuple[Function, ...] = ()
    resources: tuple[Resource, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    mappings: tuple[Mapping, ...] = ()
    organization: Organization | None = None
    gaps: tuple[Gap, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    documents: dict[str, Any] = Field(default_factory=dict, repr=False)
    """Hash of the content -> policy document, as AWS gave it (an object, or text that is no JSON)."""


def document_id(document: Any) -> str:
    """Return the name of a policy document in `Snapshot.documents`: a hash of its content."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:24]

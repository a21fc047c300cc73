"""The closed set of changes that what-if applies to a snapshot.

Each is an object of a changes file, and of a scenario's `what_if:`; `change` names its kind. What a name in it stands
for is said by the field (`Names`): a scenario and the command line take short names, a change itself has ARNs.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import ConfigDict, Field, TypeAdapter

from models.snapshot import EventInvoke, Value, VpcConfig

Side = Literal["identity", "resource", "trust", "boundary", "session", "scp", "rcp"]


@dataclass(frozen=True, slots=True)
class Names:
    """That a field names something: of one of these kinds; without any, of whatever kind has a policy of its own.

    `place` names a root, an OU or an account of the organization; `policy` a managed policy; `organization_policy` an
    SCP or RCP.
    """

    kinds: tuple[str, ...] = ()


Holder = Annotated[str, Names()]
Identity = Annotated[str, Names(("user", "group", "role"))]
UserName = Annotated[str, Names(("user",))]
GroupName = Annotated[str, Names(("group",))]
RoleName = Annotated[str, Names(("role",))]
Bounded = Annotated[str, Names(("user", "role"))]
FunctionName = Annotated[str, Names(("function",))]
Source = Annotated[str, Names(("resource",))]
Managed = Annotated[str, Names(("policy",))]
OfOrganization = Annotated[str, Names(("organization_policy",))]
Place = Annotated[str, Names(("place",))]
Statement = dict[str, Any]
Document = dict[str, Any]


class AddStatement(Value):
    """Add a statement to a policy of `holder`; without `policy` a new one (identity, scp, rcp), or the only one."""

    change: Literal["add_statement"] = "add_statement"
    side: Side
    holder: Holder
    policy: str | None = None
    statement: Statement


class RemoveStatement(Value):
    """Remove the statement with that Sid (or `#N`) from `policy` of `holder`, or from whichever has it."""

    change: Literal["remove_statement"] = "remove_statement"
    side: Side
    holder: Holder
    sid: str
    policy: str | None = None


class ReplaceStatement(Value):
    """Put another statement where the one with that Sid (or `#N`) is."""

    change: Literal["replace_statement"] = "replace_statement"
    side: Side
    holder: Holder
    sid: str
    policy: str | None = None
    statement: Statement


class SetTrust(Value):
    """Replace a role's trust policy."""

    change: Literal["set_trust"] = "set_trust"
    holder: RoleName
    document: Document


class AttachPolicy(Value):
    """Attach a managed policy to a user, group or role."""

    change: Literal["attach_policy"] = "attach_policy"
    holder: Identity
    policy: Managed


class DetachPolicy(Value):
    """Detach a managed policy from a user, group or role."""

    change: Literal["detach_policy"] = "detach_policy"
    holder: Identity
    policy: Managed


class SetDefaultVersion(Value):
    """Make another version of a managed policy its default one."""

    change: Literal["set_default_version"] = "set_default_version"
    policy: Managed
    version: str


class SetBoundary(Value):
    """Make a managed policy the permissions boundary of a user or role."""

    change: Literal["set_boundary"] = "set_boundary"
    holder: Bounded
    policy: Managed


class RemoveBoundary(Value):
    """Take the permissions boundary of a user or role away. `policy`, if given, has to be the one that it has."""

    change: Literal["remove_boundary"] = "remove_boundary"
    holder: Bounded
    policy: Managed | None = None


class AttachScp(Value):
    change: Literal["attach_scp"] = "attach_scp"
    policy: OfOrganization
    target: Place


class DetachScp(Value):
    change: Literal["detach_scp"] = "detach_scp"
    policy: OfOrganization
    target: Place


class AttachRcp(Value):
    change: Literal["attach_rcp"] = "attach_rcp"
    policy: OfOrganization
    target: Place


class DetachRcp(Value):
    change: Literal["detach_rcp"] = "detach_rcp"
    policy: OfOrganization
    target: Place


class MoveAccount(Value):
    """Move an account to another OU, or to the root."""

    change: Literal["move_account"] = "move_account"
    account: Place
    parent: Place


class AddToGroup(Value):
    change: Literal["add_to_group"] = "add_to_group"
    user: UserName
    group: GroupName


class RemoveFromGroup(Value):
    change: Literal["remove_from_group"] = "remove_from_group"
    user: UserName
    group: GroupName


class CreateUser(Value):
    """Create a user, without any policy. `user` is its ARN, or `account/name` where names are taken."""

    change: Literal["create_user"] = "create_user"
    user: str


class DeleteUser(Value):
    """Delete a user with its inline policies and memberships, as the console does."""

    change: Literal["delete_user"] = "delete_user"
    user: UserName


class CreateRole(Value):
    """Create a role with a trust policy, and without any other."""

    change: Literal["create_role"] = "create_role"
    role: str
    document: Document


class DeleteRole(Value):
    """Delete a role with its policies, as the console does. Functions keep its ARN, and can't run."""

    change: Literal["delete_role"] = "delete_role"
    role: RoleName


class CreateFunction(Value):
    """Create a function with an execution role that Lambda can assume, and without a policy."""

    change: Literal["create_function"] = "create_function"
    function: str
    role: RoleName


class DeleteFunction(Value):
    """Delete a function with its versions, aliases, policies and URLs. Triggers and mappings are left as they are."""

    change: Literal["delete_function"] = "delete_function"
    function: FunctionName


class SetExecutionRole(Value):
    """Give a function another execution role, which Lambda has to be able to assume."""

    change: Literal["set_execution_role"] = "set_execution_role"
    function: FunctionName
    role: RoleName


class SetFeature(Value):
    """Switch a function's feature: the field of the configuration gets the value; None or empty switches it off.

    Whether the execution role may do what it takes is the answer, as of a trigger.
    """

    change: Literal["set_feature"] = "set_feature"
    function: FunctionName
    feature: Literal[
        "code_signing",
        "dead_letter",
        "durable",
        "event_invokes",
        "file_systems",
        "kms_key",
        "layers",
        "log_group",
        "snap_start",
        "tracing",
        "vpc",
    ]
    value: VpcConfig | tuple[EventInvoke, ...] | tuple[str, ...] | bool | str | None = None


class AddTrigger(Value):
    """Configure a trigger, as in a snapshot. Whether its service may invoke the function is the answer, and hinders
    nothing here: S3, load balancers and others refuse to save one whose permission is missing."""

    change: Literal["add_trigger"] = "add_trigger"
    service: str
    source: Source
    target: FunctionName
    role: RoleName | None = None
    events: tuple[str, ...] = ()
    prefix: str | None = None
    suffix: str | None = None


class _OfTrigger(Value):
    """`service` and `target` may be left out where only one is configured on the source."""

    source: Source
    target: FunctionName | None = None
    service: str | None = None


class RemoveTrigger(_OfTrigger):
    change: Literal["remove_trigger"] = "remove_trigger"


class EnableTrigger(_OfTrigger):
    change: Literal["enable_trigger"] = "enable_trigger"


class DisableTrigger(_OfTrigger):
    change: Literal["disable_trigger"] = "disable_trigger"


class AddMapping(Value):
    """Create an event source mapping, enabled."""

    change: Literal["add_mapping"] = "add_mapping"
    source: Source
    function: FunctionName
    on_failure: Source | None = None
    kms_key: Source | None = None


class _OfMapping(Value):
    """By its uuid, or by what it reads and calls where only one does."""

    uuid: str | None = None
    source: Source | None = None
    function: FunctionName | None = None


class RemoveMapping(_OfMapping):
    change: Literal["remove_mapping"] = "remove_mapping"


class EnableMapping(_OfMapping):
    change: Literal["enable_mapping"] = "enable_mapping"


class DisableMapping(_OfMapping):
    change: Literal["disable_mapping"] = "disable_mapping"


Change = Annotated[
    AddStatement
    | RemoveStatement
    | ReplaceStatement
    | SetTrust
    | AttachPolicy
    | DetachPolicy
    | SetDefaultVersion
    | SetBoundary
    | RemoveBoundary
    | AttachScp
    | DetachScp
    | AttachRcp
    | DetachRcp
    | MoveAccount
    | AddToGroup
    | RemoveFromGroup
    | CreateUser
    | DeleteUser
    | CreateRole
    | DeleteRole
    | CreateFunction
    | DeleteFunction
    | SetExecutionRole
    | SetFeature
    | AddTrigger
    | RemoveTrigger
    | EnableTrigger
    | DisableTrigger
    | AddMapping
    | RemoveMapping
    | EnableMapping
    | DisableMapping,
    Field(discriminator="change"),
]


class ChangesFile(Value):
    """A changes file: applied in its order."""

    changes: tuple[Change, ...] = Field(min_length=1)


CHANGE: TypeAdapter[Change] = TypeAdapter(Change, config=ConfigDict(defer_build=True))

#: Kind -> the field that names what it creates, which later changes may name by its ARN.
CREATED = {"create_user": "user", "create_role": "role", "create_function": "function"}

#: The word that stands in a changes file -> what it is of.
KINDS: dict[str, type[Value]] = {kind.model_fields["change"].default: kind for kind in get_args(get_args(Change)[0])}


def named(kind: type[Value]) -> dict[str, Names]:
    """Field -> what it names, of the fields of a change that name something."""
    found: dict[str, Names] = {}
    for field, info in kind.model_fields.items():
        # Of an optional field the mark is on the arm of the union that isn't None.
        marks = (*info.metadata, *(mark for arm in get_args(info.annotation) for mark in get_args(arm)[1:]))
        if mark := next((mark for mark in marks if isinstance(mark, Names)), None):
            found[field] = mark
    return found

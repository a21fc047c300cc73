"""Where the value of each global condition key comes from: one function per key, for the callers that may have it.

Source: IAM User Guide, "AWS global condition context keys". The table (`simulator.facts.global_keys`) says whether a
caller has a key; what its `how` says of the value is written here. A function gets the call, what is after the slash
of a template key, and what the table alone would answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from msgspec.structs import replace

from models import arns
from models.context import Absent, Known, NotRead, Open, State
from models.decision import FactKind, MissingFact
from simulator.facts import reference
from simulator.facts.global_keys import GlobalKey, row
from simulator.world import trust
from simulator.world.caller import Call, CallerKind, OrgPlace

Rule = Callable[[Call, str, Open], State]

LAMBDA = "lambda.amazonaws.com"

#: Services with one endpoint for the whole partition aws, and the Region that a call to them names.
_GLOBAL_SERVICES: Mapping[str, str] = dict.fromkeys(
    ("account", "budgets", "ce", "cloudfront", "iam", "organizations", "route53", "shield", "support", "waf"),
    "us-east-1",
) | {"globalaccelerator": "us-west-2", "networkmanager": "us-west-2"}

#: Keys that only a call through a VPC endpoint has.
_ENDPOINT_KEYS = tuple(
    f"aws:{name}"
    for name in ("sourcevpc", "sourcevpcarn", "sourcevpce", "vpcsourceip", "vpceaccount", "vpceorgid", "vpceorgpaths")
)
#: Verbs of actions that make the resource which they name.
_CREATES = ("create", "run", "register", "allocate", "import", "restore", "copy", "request", "purchase")


def has_key(call: Call, key: str) -> bool:
    """Tell whether the action, or what it is about, has a condition key; True if the Reference lacks the action."""
    return reference.supports_key(call.action, key) or not reference.is_known_action(call.action)


def tag_value(tags: Mapping[str, str], name: str) -> State:
    """Return a tag's value; in tag keys letter case is nothing."""
    lower = name.lower()
    found = next((value for key, value in tags.items() if key.lower() == lower), None)
    return Absent() if found is None else Known((found,))


# The principal


def _principal_account(call: Call, _: str, default: Open) -> State:
    if call.caller.kind is CallerKind.ANONYMOUS:
        return Known(("anonymous",))
    # A service has some account of AWS's own, a federated identity has none yet: what they send isn't told.
    outside = call.caller.kind.column in ("service", "web_identity")
    account = call.caller.account or arns.account_of(call.caller.arn or "")
    return Known((account,)) if account and not outside else default


def _principal_arn(call: Call, _: str, default: Open) -> State:
    # A session's is its role's, never arn:…:sts::…:assumed-role/….
    arn = call.caller.role or call.caller.arn
    return Known((arn,)) if arn else default


def _is_aws_service(call: Call, _: str, __: Open) -> State:
    return Known(("true" if call.caller.kind is CallerKind.SERVICE else "false",))


def _principal_type(call: Call, _: str, default: Open) -> State:
    name = {
        CallerKind.USER: "User",
        CallerKind.ROLE_SESSION: "AssumedRole",
        CallerKind.EXECUTION_ROLE: "AssumedRole",
        CallerKind.FEDERATED_USER: "FederatedUser",
        CallerKind.ROOT: "Account",
        CallerKind.ANONYMOUS: "Anonymous",
    }.get(call.caller.kind)
    return Known((name,)) if name else default


def _principal_org_id(call: Call, _: str, default: Open) -> State:
    return _organization(call, call.caller.account, default, "id")


def _principal_org_paths(call: Call, _: str, default: Open) -> State:
    return _organization(call, call.caller.account, default, "path")


def _organization(call: Call, account: str | None, default: Open, part: str) -> State:
    """The organization's id, or the account's path in it; absent as an assumption if nobody asked for it."""
    if account is None:
        return replace(default, may_be_absent=True)
    place = call.facts.organization_of(account)
    if isinstance(place, MissingFact):
        return NotRead(place, otherwise=Absent())
    if place is None:
        return Absent()
    return _place(place, part)


def _place(place: OrgPlace, part: str) -> Known:
    return Known((place.id,)) if part == "id" else Known((place.path,), multivalued=True)


def _service_name(call: Call, _: str, default: Open) -> State:
    return Known((call.caller.service,)) if call.caller.service else default


def _service_names(call: Call, _: str, default: Open) -> State:
    # The regional names beside it aren't in a snapshot.
    return replace(default, includes=(call.caller.service,)) if call.caller.service else default


def _principal_tag(call: Call, tag: str, default: Open) -> State:
    """A user's tags; a session's role's, unless a session tag may take their place."""
    caller = call.caller
    if caller.kind is CallerKind.FEDERATED_USER:
        return default
    if caller.kind is CallerKind.ROOT:
        return Absent()
    inherited = _own_tag(call, tag)
    if caller.kind is CallerKind.USER:
        return inherited
    # That Lambda passes no session tags isn't confirmed: a trust policy that lets it do so leaves them open.
    by = LAMBDA if caller.kind is CallerKind.EXECUTION_ROLE else None
    # An execution role whose trust policy isn't known is taken for the usual one, which allows no session tags.
    policy = call.trust()
    if (policy is None and by) or not trust.lets_tag_through(policy, tag, by):
        return inherited
    return Open(may_be_absent=not isinstance(inherited, Known))


def _own_tag(call: Call, tag: str) -> State:
    tags: Mapping[str, str] | MissingFact = call.caller.tags
    if not tags and (arn := call.caller.role or call.caller.arn):
        tags = call.facts.resource_tags(arn)
    return NotRead(tags) if isinstance(tags, MissingFact) else tag_value(tags, tag)


def _user_id(call: Call, _: str, default: Open) -> State:
    caller, kind = call.caller, call.caller.kind
    if kind is CallerKind.ANONYMOUS:
        return Known(("anonymous",))
    if kind is CallerKind.ROOT:
        return Known((caller.account,)) if caller.account else default
    if kind is CallerKind.USER:
        return Known((caller.unique_id,)) if caller.unique_id else replace(default, pattern="AIDA*")
    if kind is CallerKind.FEDERATED_USER:
        name = caller.name or (caller.arn or "").partition(":federated-user/")[2]
        return Known((f"{caller.account}:{name}",)) if caller.account and name else default
    if kind in (CallerKind.ROLE_SESSION, CallerKind.EXECUTION_ROLE):
        return _session_id(call, default)
    return default


def _session_id(call: Call, default: Open) -> State:
    """ROLE-ID:SESSION-NAME. That an execution role's session has its function's name isn't confirmed."""
    caller = call.caller
    session = caller.session_name
    if session is None and caller.kind is CallerKind.EXECUTION_ROLE and caller.function:
        session = arns.unqualified(caller.function).rpartition(":")[2]
    if caller.unique_id and session:
        return Known((f"{caller.unique_id}:{session}",))
    return replace(default, pattern=f"{caller.unique_id or 'AROA*'}:{session or '*'}")


def _user_name(call: Call, _: str, default: Open) -> State:
    if call.caller.kind is CallerKind.ROOT:
        return Absent()
    name = call.caller.name or (call.caller.arn or "").partition(":user/")[2].rpartition("/")[2]
    return Known((name,)) if name else default


# The session


def _mfa_present(call: Call, _: str, default: Open) -> State:
    # Never `true` for what a function or a service began: nobody was there to type a code.
    if call.caller.kind is CallerKind.EXECUTION_ROLE or call.caller.from_service:
        return Open(may_be_absent=True, domain=("false",))
    return default


def _mfa_age(call: Call, _: str, default: Open) -> State:
    return Absent() if call.caller.from_service else default


def _federated_provider(call: Call, _: str, default: Open) -> State:
    """The ARN of an OIDC provider, the host name of a built-in one; a SAML call or session has none."""
    caller = call.caller
    if caller.kind is CallerKind.SAML or caller.from_service:
        return Absent()
    if caller.provider_name:
        return Known((caller.provider_name,))
    if caller.provider:
        return Known((caller.provider.arn,)) if caller.provider.kind == "oidc" else Absent()
    if caller.kind is CallerKind.ROLE_SESSION and not trust.lets_web_identity_in(call.trust()):
        return Absent()
    return default


def _source_identity(call: Call, _: str, default: Open) -> State:
    return default if trust.allows(call.trust(), trust.SET_SOURCE_IDENTITY) else Absent()


def of_service(call: Call, service: str, default: Open) -> State:
    """A key of the sessions that one service takes: absent if the role doesn't let that service in."""
    return default if trust.lets_service_in(call.trust(), service) else Absent()


def _source_function(call: Call, _: str, default: Open) -> State:
    """The function whose code calls. Calls that Lambda makes itself with the role lack it: those fix it as absent."""
    caller = call.caller
    if caller.function and caller.kind is CallerKind.EXECUTION_ROLE:
        return Known((arns.unqualified(caller.function),))
    functions = call.facts.functions_with_role(caller.role) if caller.role else ()
    if caller.kind is CallerKind.EXECUTION_ROLE:
        return Known(functions) if len(functions) == 1 else replace(default, domain=functions or None)
    return default if functions or trust.lets_service_in(call.trust(), LAMBDA) else Absent()


# The network


def _source_ip(call: Call, _: str, default: Open) -> State:
    """Missing, not private, for a call through a VPC endpoint."""
    if any(key in call.given.settled for key in _ENDPOINT_KEYS):
        return Absent()
    public = not call.given.absent.isdisjoint(("aws:sourcevpc", "aws:sourcevpce"))
    return replace(default, may_be_absent=False) if public else default


def _endpoint_key(key: str) -> Rule:
    def narrowed(call: Call, _: str, default: Open) -> State:
        known = row(key)
        if known is not None and not takes_network_key(known, call.action):
            return Absent()
        # A call with a source address came over a public endpoint, and so did one that is said to lack an endpoint.
        not_through = "aws:sourceip" in call.given.settled or "aws:sourcevpce" in call.given.absent
        return Absent() if not_through else default

    return narrowed


def takes_network_key(known: GlobalKey, action: str) -> bool:
    """Tell whether the called service supports a key; iam:PassRole has none of those that only some support."""
    if known.services is None:
        return True
    lower = action.lower()
    return lower.partition(":")[0] in known.services and lower != "iam:passrole"


# The resource


def resource_account(call: Call) -> State:
    """Who owns the resource. For an action without one it is the caller's own account (not confirmed)."""
    if call.resource_account:
        return Known((call.resource_account,))
    if call.resource == "*":
        return Known((call.caller.account,)) if call.caller.account else Open(may_be_absent=False)
    return _owner(call, call.resource)


def _owner(call: Call, arn: str) -> State:
    if account := arns.account_of(arn):
        return Known((account,))
    named = arns.parts(arn)
    if named and named.account:
        # AWS's own account, whose number isn't told, or a pattern.
        return Open(may_be_absent=False)
    found = call.facts.account_of(arn)
    if found is None:
        found = MissingFact(FactKind.ATTRIBUTES, arn, f"who owns `{arn}` isn't in the snapshot")
    return NotRead(found, otherwise=Open(may_be_absent=False)) if isinstance(found, MissingFact) else Known((found,))


def _of_resource(part: str) -> Rule:
    """aws:ResourceAccount, aws:ResourceOrgID and aws:ResourceOrgPaths, which the same few actions lack."""

    def derived(call: Call, _: str, default: Open) -> State:
        known = row("aws:ResourceAccount")
        if known is not None and (call.action in known.without or f"{call.service}:*" in known.without):
            return Absent()
        owner = resource_account(call)
        state = owner if part == "account" else _of_owner(call, owner, default, part)
        is_bus = call.action == "events:putevents" and isinstance(owner, Known)
        if is_bus and isinstance(state, Known) and owner != Known((call.caller.account or "",)):
            # Buses that were made a cross-account target before 2 March 2023 lack it, and a snapshot can't date that.
            return Open(may_be_absent=True, multivalued=state.multivalued, domain=state.values)
        return state

    return derived


def _of_owner(call: Call, owner: State, default: Open, part: str) -> State:
    if isinstance(owner, Known):
        return _organization(call, owner.values[0], default, part)
    if isinstance(owner, NotRead):
        return NotRead(owner.fact, otherwise=replace(default, may_be_absent=True))
    return replace(default, may_be_absent=True)


def resource_tag(call: Call, tag: str, default: Open) -> State:
    """A tag of the resource; of one that this call makes: the tag that the request passes."""
    if call.resource == "*" or not has_key(call, f"aws:ResourceTag/{tag}"):
        return Absent()
    if _creates(call):
        request_tag = f"aws:requesttag/{tag.lower()}"
        if request_tag in call.given.settled:
            return Known(call.given.settled[request_tag])
        return Absent() if request_tag in call.given.absent else replace(default, may_be_absent=True)
    tags = call.facts.resource_tags(arns.unqualified(call.resource))
    return NotRead(tags) if isinstance(tags, MissingFact) else tag_value(tags, tag)


def _creates(call: Call) -> bool:
    name = call.action.partition(":")[2]
    return name.startswith(_CREATES) and reference.supports_key(call.action, "aws:RequestTag/${TagKey}")


# The request


def _request_tag(call: Call, tag: str, default: Open) -> State:
    return default if has_key(call, f"aws:RequestTag/{tag}") else Absent()


def _tag_keys(call: Call, _: str, default: Open) -> State:
    # Not aws:RequestTag's row: untagging has the keys and no values.
    return default if has_key(call, "aws:TagKeys") else Absent()


def _requested_region(call: Call, _: str, default: Open) -> State:
    """The Region of the endpoint that is called; which one of STS's that is, nobody has said."""
    if call.service == "sts":
        return default
    if call.service in _GLOBAL_SERVICES:
        whose = call.resource if arns.parts(call.resource) else call.caller.arn or call.caller.role or ""
        return Known((_GLOBAL_SERVICES[call.service],)) if arns.partition_of(whose) == "aws" else default
    region = arns.region_of(call.resource) or call.facts.region_of(call.resource) or ""
    return Known((region,)) if region and not set(region) & set("*?") else default


def _secure_transport(call: Call, _: str, default: Open) -> State:
    # The Lambda API takes HTTPS only (Lambda Developer Guide, "Infrastructure security in AWS Lambda").
    return Known(("true",)) if call.service == "lambda" else default


def _via_service(_: Call, __: str, ___: Open) -> State:
    return Known(("false",))


def _current_time(call: Call, _: str, default: Open) -> State:
    return _same_instant(call, "aws:epochtime", default)


def _epoch_time(call: Call, _: str, default: Open) -> State:
    return _same_instant(call, "aws:currenttime", default)


def _same_instant(call: Call, other: str, default: Open) -> State:
    """A question that gives one of the two keys of the instant gives both."""
    values = call.given.settled.get(other, ())
    return Known((_other_form(values[0]),)) if values else default


def _other_form(value: str) -> str:
    """Turn epoch seconds into ISO 8601 and back; what is neither stays."""
    try:
        return datetime.fromtimestamp(float(value), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        pass  # not a number of seconds: then a date, or nothing that any condition can read
    try:
        date = datetime.fromisoformat(value)
    except ValueError:
        return value
    return str(int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()))


def source_account(call: Call, _: str, default: Open) -> State:
    """The account of what the service acts for; open if the question names no source."""
    if call.source is None:
        return replace(default, may_be_absent=True)
    return Known((call.source.account,)) if call.source.account else _owner(call, call.source.arn)


def _source_arn(call: Call, _: str, default: Open) -> State:
    # Whether it is there when a service takes an execution role isn't confirmed.
    if call.source is None or call.action == "sts:assumerole":
        return replace(default, may_be_absent=True)
    return Known((call.source.arn,))


def _of_source(part: str) -> Rule:
    def derived(call: Call, rest: str, default: Open) -> State:
        if call.source is None:
            return replace(default, may_be_absent=True)
        owner = source_account(call, rest, default)
        return _of_owner(call, owner, default, part)

    return derived


#: A row of the table, by its key in lower case (a template's prefix) -> where its value comes from. Rows with `trusts`
#: are `of_service`; any other row that isn't here is what the table says.
DERIVED: Mapping[str, Rule] = {
    "aws:currenttime": _current_time,
    "aws:epochtime": _epoch_time,
    "aws:federatedprovider": _federated_provider,
    "aws:multifactorauthage": _mfa_age,
    "aws:multifactorauthpresent": _mfa_present,
    "aws:principalaccount": _principal_account,
    "aws:principalarn": _principal_arn,
    "aws:principalisawsservice": _is_aws_service,
    "aws:principalorgid": _principal_org_id,
    "aws:principalorgpaths": _principal_org_paths,
    "aws:principalservicename": _service_name,
    "aws:principalservicenameslist": _service_names,
    "aws:principaltag/": _principal_tag,
    "aws:principaltype": _principal_type,
    "aws:requesttag/": _request_tag,
    "aws:requestedregion": _requested_region,
    "aws:resourceaccount": _of_resource("account"),
    "aws:resourceorgid": _of_resource("id"),
    "aws:resourceorgpaths": _of_resource("path"),
    "aws:resourcetag/": resource_tag,
    "aws:securetransport": _secure_transport,
    "aws:sourceaccount": source_account,
    "aws:sourcearn": _source_arn,
    "aws:sourceidentity": _source_identity,
    "aws:sourceip": _source_ip,
    "aws:sourceorgid": _of_source("id"),
    "aws:sourceorgpaths": _of_source("path"),
    "aws:tagkeys": _tag_keys,
    "aws:userid": _user_id,
    "aws:username": _user_name,
    "aws:viaawsservice": _via_service,
    "lambda:sourcefunctionarn": _source_function,
} | {key: _endpoint_key(key) for key in _ENDPOINT_KEYS}

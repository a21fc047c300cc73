"""Templates of CloudFormation, read as changes.

Source: CloudFormation Template Reference, the page of each type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from models import change as kinds
from tests.repair.forms.declared import Declared, ordered
from tests.repair.forms.meaning import Json, Place


def deploy(template: Json, place: Place) -> None:
    """Do what the template does, and what it says is to be edited."""
    for one in ordered(list(_declared(template))):
        place.account, place.region = one.account, one.region
        DOES[one.type](place, one)


def _declared(template: Json) -> Iterator[Declared]:
    for resource in template["Resources"].values():
        account, region = _where(template["Conditions"][resource["Condition"]])
        yield Declared(resource["Type"], resource["Properties"], account, region)
    for note in template.get("Metadata", {}).get("permgraph", []):
        if not note["Do"].startswith("it is there already"):
            yield Declared(note["Type"], note.get("Properties"), note["Account"], note.get("Region"), note["Name"])


def _where(condition: Json) -> tuple[str, str | None]:
    """The account and Region in which a condition holds."""
    both = condition.get("Fn::And", [condition])
    wanted = {rule["Fn::Equals"][0]["Ref"]: rule["Fn::Equals"][1] for rule in both}
    return wanted.pop("AWS::AccountId"), wanted.get("AWS::Region")


def inline(place: Place, one: Declared) -> None:
    if one.properties is None:
        found = re.fullmatch(r"(.+) of (user|group|role) (.+)", one.edited)
        assert found is not None
        place.put_inline(found[2], found[3], found[1], None)
        return
    [(kind, names)] = [(key, value) for key, value in one.properties.items() if key in ("Users", "Groups", "Roles")]
    [name] = names
    place.put_inline(kind[:-1].lower(), name, one.properties["PolicyName"], one.properties["PolicyDocument"])


def _identity(place: Place, one: Declared) -> None:
    """A user, group or role: made, edited or deleted."""
    kind = one.identity
    if one.properties is None:
        place.delete(kind, one.edited)
    elif one.name is None:
        it = one.properties
        trust, boundary = it.get("AssumeRolePolicyDocument"), it.get("PermissionsBoundary")
        name = it[f"{kind.title()}Name"]
        place.create(kind, name, it.get("Path"), trust, boundary)
        _attached(place, kind, name, it.get("ManagedPolicyArns", []))
    else:
        [(field, value)] = one.properties.items()
        if field == "AssumeRolePolicyDocument":
            place.put_trust(one.name, value)
        elif field == "PermissionsBoundary":
            place.boundary(kind, one.name, value)
        else:
            assert field == "ManagedPolicyArns"
            _attached(place, kind, one.name, value)


def _attached(place: Place, kind: str, name: str, policies: list[str]) -> None:
    """These and no others."""
    holder = place.identity(kind, name)
    had = next(row.attached for row in getattr(place.snapshot, f"{kind}s") if row.arn == holder)
    for policy in sorted({*policies} ^ {*had}):
        place.attachment(kind, name, policy, there=policy in policies)


def membership(place: Place, one: Declared) -> None:
    if one.properties is None:
        found = re.fullmatch(r"user (.+) in group (.+)", one.edited)
        assert found is not None
        place.member(found[1], found[2], there=False)
        return
    [user] = one.properties["Users"]
    place.member(user, one.properties["GroupName"], there=True)


def version(place: Place, arn: str, document: Any) -> None:
    """Editing where a policy is declared makes another default version of it, or one of those that are there."""
    policy = next(row for row in place.snapshot.policies if row.arn == arn)
    for version, kept in policy.versions.items():
        if place.snapshot.documents[kept] == document:
            place.do(kinds.SetDefaultVersion(policy=arn, version=version))
            return
    place.put_managed(arn, document)


def _organization_policy(place: Place, one: Declared) -> None:
    it = one.kept
    if one.name is None:
        place.create_organization(it["Name"], it["Type"], it["Content"])
        id_ = it["Name"]
    else:
        id_ = place.organization_policy(one.name)
        if "Content" in it:
            place.put_organization(id_, it["Content"])
    if "TargetIds" in it:
        assert place.snapshot.organization is not None
        had = {name for name, ids in place.snapshot.organization.targets.items() if id_ in ids}
        for target in sorted(had ^ {*it["TargetIds"]}):
            place.attach_organization(id_, target, there=target in it["TargetIds"])


def _permission(place: Place, one: Declared) -> None:
    if one.properties is None:
        forbidden(place, one)
    else:
        place.permit(place.function(one.properties["FunctionName"]), one.properties)


def forbidden(place: Place, one: Declared) -> None:
    found = re.fullmatch(r"statement (.+) of (.+)", one.edited)
    assert found is not None
    place.forbid(place.function(*found[2].split(":")), found[1])


def settled(place: Place, one: Declared) -> None:
    """What is edited of a function, or that it is deleted."""
    if one.properties is None:
        place.do(kinds.DeleteFunction(function=place.function(one.edited)))
        return
    [(field, value)] = one.properties.items()
    name = one.edited
    if field == "Role":
        place.do(kinds.SetExecutionRole(function=place.function(name), role=value))
        return
    meaning: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "DeadLetterConfig": ("dead_letter", lambda item: item["TargetArn"]),
        "KmsKeyArn": ("kms_key", lambda item: item),
        "Layers": ("layers", tuple),
        "LoggingConfig": ("log_group", lambda item: item["LogGroup"]),
        "SnapStart": ("snap_start", lambda item: item["ApplyOn"] == "PublishedVersions"),
        "TracingConfig": ("tracing", lambda item: item["Mode"]),
        "VpcConfig": ("vpc", lambda item: {"subnets": item["SubnetIds"], "security_groups": item["SecurityGroupIds"]}),
        "CodeSigningConfigArn": ("code_signing", lambda item: item),
    }
    feature, read = meaning[field]
    place.feature(name, feature, read(value))


def invokes(place: Place, one: Declared) -> None:
    if one.name is None:
        it = one.kept
        place.invokes(it["FunctionName"], it["Qualifier"], it["DestinationConfig"])
    else:
        name, _, qualifier = one.name.partition(":")
        config = None if one.properties is None else one.properties["DestinationConfig"]
        place.invokes(name, qualifier or None, config)


def mapping(place: Place, one: Declared) -> None:
    if one.name is not None:
        found = place.mapping(one.name)
        if one.properties is None:
            place.do(kinds.RemoveMapping(uuid=found.uuid))
        else:
            place.do((kinds.EnableMapping if one.properties["Enabled"] else kinds.DisableMapping)(uuid=found.uuid))
        return
    it = one.kept
    place.do(
        kinds.AddMapping(
            source=it["EventSourceArn"],
            function=place.function(it["FunctionName"]),
            on_failure=it.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
            kms_key=it.get("KmsKeyArn"),
        )
    )


def rule(place: Place, one: Declared) -> None:
    it, rule = one.kept, place.rule(one.edited)
    if "State" in it:
        place.do((kinds.EnableTrigger if it["State"] == "ENABLED" else kinds.DisableTrigger)(source=rule))
    for target in it.get("Targets", []):
        change = kinds.AddTrigger(
            service="events.amazonaws.com", source=rule, target=target["Arn"], role=target.get("RoleArn")
        )
        place.do(change)


def subscription(place: Place, one: Declared) -> None:
    if one.properties is None:
        place.do(kinds.RemoveTrigger(**place.subscription(one.edited)))
        return
    source, target = one.properties["TopicArn"], one.properties["Endpoint"]
    place.do(kinds.AddTrigger(service="sns.amazonaws.com", source=source, target=target))


def _notifications(place: Place, one: Declared) -> None:
    """One for each event, which S3 tells of as one."""
    rows = one.kept["NotificationConfiguration"]["LambdaConfigurations"]
    [(target, filters)] = {(row["Function"], str(row.get("Filter"))) for row in rows}
    rules = {rule["Name"]: rule["Value"] for rule in rows[0].get("Filter", {}).get("S3Key", {}).get("Rules", [])}
    assert filters
    place.notify(one.edited, target, [row["Event"] for row in rows], rules.get("prefix"), rules.get("suffix"))


def policy_of(
    service: str, held: str, told_by: str | None = None, find: Callable[[Place, Any], str] | None = None
) -> Callable[[Place, Declared], None]:
    """What a type does that has the policy of a resource, or is that resource."""

    def does(place: Place, one: Declared) -> None:
        it = one.properties or {}
        named: Any = it[told_by] if told_by and told_by in it else one.name
        named = named[0] if isinstance(named, list) else named
        arn = find(place, named) if find and one.name is None else place.resource(service, named)
        document: Any = it
        for part in held.split("."):
            document = (document or {}).get(part)
        place.put_resource(arn, document)

    return does


def _of_table(one: Declared) -> str:
    """Where the policy of a table is, or of its stream."""
    inner = "ResourcePolicy.PolicyDocument"
    return f"StreamSpecification.{inner}" if "StreamSpecification" in one.kept else inner


DOES: dict[str, Callable[[Place, Declared], None]] = {
    "AWS::IAM::Policy": inline,
    "AWS::IAM::User": _identity,
    "AWS::IAM::Group": _identity,
    "AWS::IAM::Role": _identity,
    "AWS::IAM::UserToGroupAddition": membership,
    "AWS::IAM::ManagedPolicy": lambda at, one: version(at, at.managed(one.edited), one.kept["PolicyDocument"]),
    "AWS::Organizations::Policy": _organization_policy,
    "AWS::Organizations::Account": lambda at, one: at.do(
        kinds.MoveAccount(account=one.edited, parent=one.kept["ParentIds"][0])
    ),
    "AWS::Lambda::Permission": _permission,
    "AWS::Lambda::ResourcePolicy": lambda at, one: at.put_function(one.kept["ResourceArn"], one.kept["PolicyDocument"]),
    "AWS::Lambda::LayerVersionPermission": lambda at, one: at.permit(one.kept["LayerVersionArn"], one.kept),
    "AWS::Lambda::Function": settled,
    "AWS::Lambda::EventInvokeConfig": invokes,
    "AWS::Lambda::EventSourceMapping": mapping,
    "AWS::SNS::Subscription": subscription,
    "AWS::S3::Bucket": _notifications,
    "AWS::Events::Rule": rule,
    "AWS::S3::BucketPolicy": policy_of("s3", "PolicyDocument", "Bucket"),
    "AWS::SQS::QueuePolicy": policy_of("sqs", "PolicyDocument", "Queues", lambda at, url: at.queue(url)),
    "AWS::SNS::TopicPolicy": policy_of("sns", "PolicyDocument", "Topics"),
    "AWS::KMS::Key": policy_of("kms", "KeyPolicy"),
    "AWS::SecretsManager::ResourcePolicy": policy_of("secretsmanager", "ResourcePolicy", "SecretId"),
    "AWS::ECR::Repository": policy_of("ecr", "RepositoryPolicyText"),
    "AWS::Kinesis::ResourcePolicy": policy_of("kinesis", "ResourcePolicy", "ResourceArn"),
    "AWS::DynamoDB::Table": lambda at, one: policy_of("dynamodb", _of_table(one))(at, one),
    "AWS::MSK::ClusterPolicy": policy_of("kafka", "Policy", "ClusterArn"),
    "AWS::EFS::FileSystem": policy_of("elasticfilesystem", "FileSystemPolicy"),
    "AWS::Events::EventBus": policy_of("events", "Policy"),
    "AWS::EC2::VPCEndpoint": policy_of("ec2", "PolicyDocument"),
    "AWS::ApiGateway::RestApi": policy_of("execute-api", "Policy"),
}

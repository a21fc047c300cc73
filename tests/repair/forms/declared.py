"""What a template or a Terraform configuration declares, and has edited elsewhere, read as changes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import hcl2

from models import change as kinds
from tests.repair.forms.meaning import Json, Place


@dataclass(frozen=True)
class Declared:
    """A resource, or what is to be edited (`name`) in one; `properties` None: it is to be deleted.

    `imported` is the id by which Terraform takes over what is there.
    """

    type: str
    properties: Json | None
    account: str
    region: str | None
    name: str | None = None
    imported: str | None = None


def apply_all(found: Iterator[Declared], place: Place) -> None:
    """What is deleted goes first: nothing else can be there as long as it is."""
    for one in sorted(found, key=lambda one: one.properties is not None):
        place.account, place.region = one.account, one.region
        table = _TEMPLATE if one.type.startswith("AWS::") else _TERRAFORM
        table[one.type](place, one)


# --- reading ----------------------------------------------------------------------------------------------------------


def from_template(template: Json) -> Iterator[Declared]:
    for resource in template["Resources"].values():
        account, region = _where(template["Conditions"][resource["Condition"]])
        yield Declared(resource["Type"], resource["Properties"], account, region)
    for note in template.get("Metadata", {}).get("permgraph", []):
        if not note["Do"].startswith("it is there already"):
            region = "eu-west-1"
            yield Declared(note["Type"], note.get("Properties"), note["Account"], region, note["Name"])


def _where(condition: Json) -> tuple[str, str | None]:
    """The account and Region in which a condition holds."""
    both = condition.get("Fn::And", [condition])
    wanted = {rule["Fn::Equals"][0]["Ref"]: rule["Fn::Equals"][1] for rule in both}
    return wanted.pop("AWS::AccountId"), wanted.get("AWS::Region")


def from_terraform(text: str) -> Iterator[Declared]:
    """Resources first, then what comments say is to be edited."""
    found = hcl2.loads(text)
    providers = {}
    for row in (_plain(row['"aws"']) for row in found.get("provider", [])):
        [account] = row["allowed_account_ids"]
        providers[f"aws.{row['alias']}"] = account, row["region"]
    imports = {_plain(row["to"]): _plain(row["id"]) for row in found.get("import", [])}
    for row in found.get("resource", []):
        [(kind, labelled)] = row.items()
        [(label, body)] = labelled.items()
        properties = _plain(body)
        account, region = providers[properties.pop("provider")]
        address = f"{_plain(kind)}.{_plain(label)}"
        yield Declared(_plain(kind), properties, account, region, imported=imports.pop(address, None))
    assert not imports
    yield from _edits(text)


def _edits(text: str) -> Iterator[Declared]:
    for part in text.split("\n\n"):
        head, *rows = part.splitlines()
        if found := re.fullmatch(r"# in account (\d+): delete the (aws_\w+) of (.+)", head):
            yield Declared(found[2], None, found[1], "eu-west-1", found[3])
        elif found := re.fullmatch(r"# in account (\d+): in the (aws_\w+) of (.+), edit", head):
            assert all(row.startswith("#   ") for row in rows)
            body = hcl2.loads("\n".join(row.removeprefix("#   ") for row in rows) + "\n")
            yield Declared(found[2], _plain(body), found[1], "eu-west-1", found[3])


def _plain(value: Any) -> Any:
    """What an expression of HCL evaluates to, as far as forms have any."""
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items() if key != "__is_block__"}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, str):
        return value
    if value.startswith('"'):
        return json.loads(value).replace("$${", "${").replace("%%{", "%{")
    if found := re.fullmatch(r"\$\{jsonencode\((.*)\)\}", value, re.DOTALL):
        return _plain(hcl2.loads(f"x = {found[1]}\n")["x"])
    # A reference, or a name of an argument.
    return value.removeprefix("${").removesuffix("}")


# --- templates --------------------------------------------------------------------------------------------------------


def _kept(one: Declared) -> Json:
    assert one.properties is not None
    return one.properties


def _edited(one: Declared) -> str:
    assert one.name is not None
    return one.name


def _of_kind(one: Declared) -> str:
    return re.sub(r"^(AWS::IAM::|aws_iam_)", "", one.type).split("_")[0].lower()


def _inline(place: Place, one: Declared) -> None:
    if one.properties is None:
        found = re.fullmatch(r"(.+) of (user|group|role) (.+)", _edited(one))
        assert found is not None
        place.put_inline(found[2], found[3], found[1], None)
        return
    [(kind, names)] = [(key, value) for key, value in one.properties.items() if key in ("Users", "Groups", "Roles")]
    [name] = names
    place.put_inline(kind[:-1].lower(), name, one.properties["PolicyName"], one.properties["PolicyDocument"])


def _identity(place: Place, one: Declared) -> None:
    """A user, group or role: made, edited or deleted."""
    kind = _of_kind(one)
    if one.properties is None:
        place.delete(kind, _edited(one))
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


def _membership(place: Place, one: Declared) -> None:
    if one.properties is None:
        found = re.fullmatch(r"user (.+) in group (.+)", _edited(one))
        assert found is not None
        place.member(found[1], found[2], there=False)
        return
    [user] = one.properties["Users"]
    place.member(user, one.properties["GroupName"], there=True)


def _version(place: Place, arn: str, document: Any) -> None:
    """Editing where a policy is declared makes another default version of it, or one of those that are there."""
    policy = next(row for row in place.snapshot.policies if row.arn == arn)
    for version, kept in policy.versions.items():
        if place.snapshot.documents[kept] == document:
            place.do(kinds.SetDefaultVersion(policy=arn, version=version))
            return
    place.put_managed(arn, document)


def _organization_policy(place: Place, one: Declared) -> None:
    it = _kept(one)
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
        _forbidden(place, one)
    else:
        place.permit(place.function(one.properties["FunctionName"]), one.properties)


def _forbidden(place: Place, one: Declared) -> None:
    found = re.fullmatch(r"statement (.+) of (.+)", _edited(one))
    assert found is not None
    place.forbid(place.function(*found[2].split(":")), found[1])


def _settled(place: Place, one: Declared) -> None:
    """What is edited of a function, or that it is deleted."""
    if one.properties is None:
        place.do(kinds.DeleteFunction(function=place.function(_edited(one))))
        return
    [(field, value)] = one.properties.items()
    name = _edited(one)
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


def _invokes(place: Place, one: Declared) -> None:
    if one.name is None:
        it = _kept(one)
        place.invokes(it["FunctionName"], it["Qualifier"], it["DestinationConfig"])
    else:
        name, _, qualifier = one.name.partition(":")
        config = None if one.properties is None else one.properties["DestinationConfig"]
        place.invokes(name, qualifier or None, config)


def _mapping(place: Place, one: Declared) -> None:
    if one.name is not None:
        found = place.mapping(one.name)
        if one.properties is None:
            place.do(kinds.RemoveMapping(uuid=found.uuid))
        else:
            place.do((kinds.EnableMapping if one.properties["Enabled"] else kinds.DisableMapping)(uuid=found.uuid))
        return
    it = _kept(one)
    place.do(
        kinds.AddMapping(
            source=it["EventSourceArn"],
            function=place.function(it["FunctionName"]),
            on_failure=it.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
            kms_key=it.get("KmsKeyArn"),
        )
    )


def _rule(place: Place, one: Declared) -> None:
    it, rule = _kept(one), place.rule(_edited(one))
    if "State" in it:
        place.do((kinds.EnableTrigger if it["State"] == "ENABLED" else kinds.DisableTrigger)(source=rule))
    for target in it.get("Targets", []):
        change = kinds.AddTrigger(
            service="events.amazonaws.com", source=rule, target=target["Arn"], role=target.get("RoleArn")
        )
        place.do(change)


def _policy_of(
    service: str, held: str, told_by: str | None = None, find: Callable[[Place, Any], str] | None = None
) -> Callable[[Place, Declared], None]:
    """What a type does that has the policy of a resource, or is that resource."""

    def does(place: Place, one: Declared) -> None:
        it = one.properties or {}
        named: Any = it[told_by] if told_by and told_by in it else one.name
        named = named[0] if isinstance(named, list) else named
        arn = find(place, named) if find and one.name is None else place.resource(service, named)
        place.put_resource(arn, it.get(held))

    return does


_TEMPLATE: dict[str, Callable[[Place, Declared], None]] = {
    "AWS::IAM::Policy": _inline,
    "AWS::IAM::User": _identity,
    "AWS::IAM::Group": _identity,
    "AWS::IAM::Role": _identity,
    "AWS::IAM::UserToGroupAddition": _membership,
    "AWS::IAM::ManagedPolicy": lambda at, one: _version(at, at.managed(_edited(one)), _kept(one)["PolicyDocument"]),
    "AWS::Organizations::Policy": _organization_policy,
    "AWS::Organizations::Account": lambda at, one: at.do(
        kinds.MoveAccount(account=_edited(one), parent=_kept(one)["ParentIds"][0])
    ),
    "AWS::Lambda::Permission": _permission,
    "AWS::Lambda::ResourcePolicy": lambda at, one: at.put_function(
        _kept(one)["ResourceArn"], _kept(one)["PolicyDocument"]
    ),
    "AWS::Lambda::LayerVersionPermission": lambda at, one: at.permit(_kept(one)["LayerVersionArn"], _kept(one)),
    "AWS::Lambda::Function": _settled,
    "AWS::Lambda::EventInvokeConfig": _invokes,
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::SNS::Subscription": lambda at, one: at.do(
        kinds.AddTrigger(service="sns.amazonaws.com", source=_kept(one)["TopicArn"], target=_kept(one)["Endpoint"])
    ),
    "AWS::Events::Rule": _rule,
    "AWS::S3::BucketPolicy": _policy_of("s3", "PolicyDocument", "Bucket"),
    "AWS::SQS::QueuePolicy": _policy_of("sqs", "PolicyDocument", "Queues", lambda at, url: at.queue(url)),
    "AWS::SNS::TopicPolicy": _policy_of("sns", "PolicyDocument", "Topics"),
    "AWS::KMS::Key": _policy_of("kms", "KeyPolicy"),
    "AWS::SecretsManager::ResourcePolicy": _policy_of("secretsmanager", "ResourcePolicy", "SecretId"),
    "AWS::ECR::Repository": _policy_of("ecr", "RepositoryPolicyText"),
    "AWS::Kinesis::ResourcePolicy": _policy_of("kinesis", "ResourcePolicy", "ResourceArn"),
    "AWS::DynamoDB::Table": _policy_of("dynamodb", "ResourcePolicy"),
    "AWS::MSK::ClusterPolicy": _policy_of("kafka", "Policy", "ClusterArn"),
    "AWS::EFS::FileSystem": _policy_of("elasticfilesystem", "FileSystemPolicy"),
    "AWS::Events::EventBus": _policy_of("events", "Policy"),
    "AWS::EC2::VPCEndpoint": _policy_of("ec2", "PolicyDocument"),
    "AWS::ApiGateway::RestApi": _policy_of("execute-api", "Policy"),
}


# --- Terraform --------------------------------------------------------------------------------------------------------

#: Arguments of Terraform whose names aren't the template's in another spelling.
_CALLED = {
    "endpoint": "Endpoint",
    "kms_key_arn": "KmsKeyArn",
    "principal_org_id": "PrincipalOrgID",
    "policy_document": "PolicyDocument",
}


def _camel(value: Any) -> Any:
    """Arguments as the template spells them."""
    if isinstance(value, dict):
        return {_CALLED.get(key) or _titled(key): _camel(item) for key, item in value.items()}
    return value


def _titled(name: str) -> str:
    return "".join(word.title() for word in name.split("_"))


def _inline_block(place: Place, one: Declared) -> None:
    if one.properties is None:
        _inline(place, one)
        return
    it, kind = one.properties, _of_kind(one)
    is_there = it["name"] in next(
        row.inline for row in getattr(place.snapshot, f"{kind}s") if row.arn == place.identity(kind, it[kind])
    )
    assert one.imported == (f"{it[kind]}:{it['name']}" if is_there else None)
    place.put_inline(kind, it[kind], it["name"], it["policy"])


def _attachment_block(place: Place, one: Declared) -> None:
    kind = _of_kind(one)
    if one.properties is None:
        found = re.fullmatch(r"(arn:.+) of \w+ (.+)", _edited(one))
        assert found is not None
        place.attachment(kind, found[2], found[1], there=False)
    else:
        place.attachment(kind, one.properties[kind], one.properties["policy_arn"], there=True)


def _identity_block(place: Place, one: Declared) -> None:
    kind = _of_kind(one)
    if one.properties is None:
        place.delete(kind, _edited(one))
        return
    it = one.properties
    if one.name is None:
        place.create(kind, it["name"], it.get("path"), it.get("assume_role_policy"), it.get("permissions_boundary"))
    elif "assume_role_policy" in it:
        place.put_trust(one.name, it["assume_role_policy"])
    else:
        place.boundary(kind, one.name, it["permissions_boundary"])


def _membership_block(place: Place, one: Declared) -> None:
    if one.properties is None:
        _membership(place, one)
    else:
        [group] = one.properties["groups"]
        place.member(one.properties["user"], group, there=True)


def _organization_block(place: Place, one: Declared) -> None:
    it = _kept(one)
    if one.name is None:
        place.create_organization(it["name"], it["type"], it["content"])
    else:
        place.put_organization(place.organization_policy(one.name), it["content"])


def _organization_attachment(place: Place, one: Declared) -> None:
    if one.properties is None:
        name, _, target = _edited(one).rpartition(" of ")
        place.attach_organization(place.organization_policy(name), target, there=False)
        return
    it = one.properties
    found = re.fullmatch(r"aws_organizations_policy\.(.+)\.id", it["policy_id"])
    id_ = place.organization_policy(found[1]) if found else it["policy_id"]
    place.attach_organization(id_, it["target_id"], there=True)


def _permission_block(place: Place, one: Declared) -> None:
    if one.properties is None:
        _forbidden(place, one)
        return
    it = one.properties
    arn = place.function(it["function_name"], it.get("qualifier"))
    if one.imported:
        # One that is imported is made anew when its arguments are others.
        qualified = f"{it['function_name']}:{it['qualifier']}" if "qualifier" in it else it["function_name"]
        assert one.imported == f"{qualified}/{it['statement_id']}"
        place.forbid(arn, it["statement_id"])
    given = _camel(it)
    place.permit(arn, {**given, "StatementId": given["StatementId"]})


def _resource_policy_block(place: Place, one: Declared) -> None:
    it = _kept(one)
    assert one.imported in (None, it["resource_arn"])
    place.put_function(it["resource_arn"], it["policy"])


def _layer_block(place: Place, one: Declared) -> None:
    it = _kept(one)
    place.permit(f"{it['layer_name']}:{it['version_number']}", _camel(it))


def _function_block(place: Place, one: Declared) -> None:
    if one.properties is None:
        _settled(place, one)
        return
    [(field, value)] = one.properties.items()
    value = value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else value
    _settled(place, Declared(one.type, _camel({field: value}), one.account, one.region, one.name))


def _invokes_block(place: Place, one: Declared) -> None:
    if one.properties is None:
        _invokes(place, one)
        return
    it = one.properties
    [config] = it["destination_config"]
    ends = {_titled(name): {"Destination": rows[0]["destination"]} for name, rows in config.items()}
    if one.name is None:
        place.invokes(it["function_name"], it.get("qualifier"), ends)
    else:
        name, _, qualifier = one.name.partition(":")
        place.invokes(name, qualifier or None, ends)


def _mapping_block(place: Place, one: Declared) -> None:
    if one.name is not None:
        properties = one.properties and _camel(one.properties)
        _mapping(place, Declared(one.type, properties, one.account, one.region, one.name))
        return
    it = _kept(one)
    failure = it["destination_config"][0]["on_failure"][0]["destination_arn"] if "destination_config" in it else None
    given = {"EventSourceArn": it["event_source_arn"], "FunctionName": it["function_name"]}
    given |= {"DestinationConfig": {"OnFailure": {"Destination": failure}}, "KmsKeyArn": it.get("kms_key_arn")}
    _mapping(place, Declared(one.type, given, one.account, one.region))


def _target_block(place: Place, one: Declared) -> None:
    it = _kept(one)
    rule = place.rule(it["rule"], it.get("event_bus_name"))
    place.do(kinds.AddTrigger(service="events.amazonaws.com", source=rule, target=it["arn"], role=it.get("role_arn")))


_TERRAFORM: dict[str, Callable[[Place, Declared], None]] = {
    **{f"aws_iam_{kind}_policy": _inline_block for kind in ("user", "group", "role")},
    **{f"aws_iam_{kind}_policy_attachment": _attachment_block for kind in ("user", "group", "role")},
    "aws_iam_user": _identity_block,
    "aws_iam_role": _identity_block,
    "aws_iam_user_group_membership": _membership_block,
    "aws_iam_policy": lambda at, one: _version(at, at.managed(_edited(one)), _kept(one)["policy"]),
    "aws_organizations_policy": _organization_block,
    "aws_organizations_policy_attachment": _organization_attachment,
    "aws_organizations_account": lambda at, one: at.do(
        kinds.MoveAccount(account=_edited(one), parent=_kept(one)["parent_id"])
    ),
    "aws_lambda_permission": _permission_block,
    "aws_lambda_resource_policy": _resource_policy_block,
    "aws_lambda_layer_version_permission": _layer_block,
    "aws_lambda_function": _function_block,
    "aws_lambda_function_event_invoke_config": _invokes_block,
    "aws_lambda_event_source_mapping": _mapping_block,
    "aws_sns_topic_subscription": lambda at, one: at.do(
        kinds.AddTrigger(service="sns.amazonaws.com", source=_kept(one)["topic_arn"], target=_kept(one)["endpoint"])
    ),
    "aws_cloudwatch_event_target": _target_block,
    "aws_cloudwatch_event_rule": lambda at, one: _rule(
        at, Declared(one.type, _camel(_kept(one)), one.account, one.region, one.name)
    ),
    "aws_s3_bucket_policy": _policy_of("s3", "policy", "bucket"),
    "aws_sqs_queue_policy": _policy_of("sqs", "policy", "queue_url", lambda at, url: at.queue(url)),
    "aws_sns_topic_policy": _policy_of("sns", "policy", "arn"),
    "aws_kms_key_policy": _policy_of("kms", "policy", "key_id"),
    "aws_secretsmanager_secret_policy": _policy_of("secretsmanager", "policy", "secret_arn"),
    "aws_ecr_repository_policy": _policy_of("ecr", "policy", "repository"),
    "aws_kinesis_resource_policy": _policy_of("kinesis", "policy", "resource_arn"),
    "aws_dynamodb_resource_policy": _policy_of("dynamodb", "policy", "resource_arn"),
    "aws_msk_cluster_policy": _policy_of("kafka", "policy", "cluster_arn"),
    "aws_efs_file_system_policy": _policy_of("elasticfilesystem", "policy", "file_system_id"),
    "aws_cloudwatch_event_bus_policy": _policy_of("events", "policy", "event_bus_name"),
    "aws_vpc_endpoint_policy": _policy_of("ec2", "policy", "vpc_endpoint_id"),
    "aws_api_gateway_rest_api_policy": _policy_of("execute-api", "policy", "rest_api_id"),
}

"""Terraform's HCL, read as changes.

Source: the AWS provider's documentation, the page of each resource.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import hcl2

from models import change as kinds
from tests.repair.forms import template
from tests.repair.forms.declared import Declared, ordered
from tests.repair.forms.meaning import Place


def deploy(text: str, place: Place) -> None:
    """Do what the configuration does, and what it says is to be edited."""
    for one in ordered(list(declared(text))):
        place.account, place.region = one.account, one.region
        DOES[one.type](place, one)


def declared(text: str) -> Iterator[Declared]:
    """Resources first, then what comments say is to be edited."""
    found = hcl2.loads(text)
    providers = {}
    for row in (plain(row['"aws"']) for row in found.get("provider", [])):
        [account] = row["allowed_account_ids"]
        providers[f"aws.{row['alias']}"] = account, row["region"]
    imports = {plain(row["to"]): plain(row["id"]) for row in found.get("import", [])}
    for row in found.get("resource", []):
        [(kind, labelled)] = row.items()
        [(label, body)] = labelled.items()
        properties = plain(body)
        account, region = providers[properties.pop("provider")]
        address = f"{plain(kind)}.{plain(label)}"
        yield Declared(plain(kind), properties, account, region, imported=imports.pop(address, None))
    assert not imports
    yield from _edits(text)


def _edits(text: str) -> Iterator[Declared]:
    for part in text.split("\n\n"):
        head, *rows = part.splitlines()
        if found := re.fullmatch(r"# delete the (aws_\w+) of (.+), in account (\d+)(?:, ([a-z0-9-]+))?", head):
            yield Declared(found[1], None, found[3], found[4], found[2])
        elif found := re.fullmatch(
            r"# (?:edit|add to) the (aws_\w+) of (.+), in account (\d+)(?:, ([a-z0-9-]+))?:", head
        ):
            assert all(row.startswith("#   ") for row in rows)
            body = hcl2.loads("\n".join(row.removeprefix("#   ") for row in rows) + "\n")
            yield Declared(found[1], plain(body), found[3], found[4], found[2])


def plain(value: Any) -> Any:
    """What an expression of HCL evaluates to, as far as forms have any."""
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items() if key != "__is_block__"}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, str):
        return value
    if value.startswith('"'):
        return json.loads(value).replace("$${", "${").replace("%%{", "%{")
    if found := re.fullmatch(r"\$\{jsonencode\((.*)\)\}", value, re.DOTALL):
        return plain(hcl2.loads(f"x = {found[1]}\n")["x"])
    # A reference, or a name of an argument.
    return value.removeprefix("${").removesuffix("}")


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
        template.inline(place, one)
        return
    it, kind = one.properties, one.identity
    is_there = it["name"] in next(
        row.inline for row in getattr(place.snapshot, f"{kind}s") if row.arn == place.identity(kind, it[kind])
    )
    assert one.imported == (f"{it[kind]}:{it['name']}" if is_there else None)
    place.put_inline(kind, it[kind], it["name"], it["policy"])


def _attachment_block(place: Place, one: Declared) -> None:
    kind = one.identity
    if one.properties is None:
        found = re.fullmatch(r"(arn:.+) of \w+ (.+)", one.edited)
        assert found is not None
        place.attachment(kind, found[2], found[1], there=False)
    else:
        place.attachment(kind, one.properties[kind], one.properties["policy_arn"], there=True)


def _identity_block(place: Place, one: Declared) -> None:
    kind = one.identity
    if one.properties is None:
        place.delete(kind, one.edited)
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
        template.membership(place, one)
    else:
        [group] = one.properties["groups"]
        place.member(one.properties["user"], group, there=True)


def _organization_block(place: Place, one: Declared) -> None:
    it = one.kept
    if one.name is None:
        place.create_organization(it["name"], it["type"], it["content"])
    else:
        place.put_organization(place.organization_policy(one.name), it["content"])


def _organization_attachment(place: Place, one: Declared) -> None:
    if one.properties is None:
        name, _, target = one.edited.rpartition(" of ")
        place.attach_organization(place.organization_policy(name), target, there=False)
        return
    it = one.properties
    found = re.fullmatch(r"aws_organizations_policy\.(.+)\.id", it["policy_id"])
    id_ = place.organization_policy(found[1]) if found else it["policy_id"]
    place.attach_organization(id_, it["target_id"], there=True)


def _permission_block(place: Place, one: Declared) -> None:
    if one.properties is None:
        template.forbidden(place, one)
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
    it = one.kept
    assert one.imported in (None, it["resource_arn"])
    place.put_function(it["resource_arn"], it["policy"])


def _layer_block(place: Place, one: Declared) -> None:
    it = one.kept
    place.permit(f"{it['layer_name']}:{it['version_number']}", _camel(it))


def _function_block(place: Place, one: Declared) -> None:
    if one.properties is None:
        template.settled(place, one)
        return
    [(field, value)] = one.properties.items()
    value = value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else value
    template.settled(place, Declared(one.type, _camel({field: value}), one.account, one.region, one.name))


def _invokes_block(place: Place, one: Declared) -> None:
    if one.properties is None:
        template.invokes(place, one)
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
        template.mapping(place, Declared(one.type, properties, one.account, one.region, one.name))
        return
    it = one.kept
    failure = it["destination_config"][0]["on_failure"][0]["destination_arn"] if "destination_config" in it else None
    given = {"EventSourceArn": it["event_source_arn"], "FunctionName": it["function_name"]}
    given |= {"DestinationConfig": {"OnFailure": {"Destination": failure}}, "KmsKeyArn": it.get("kms_key_arn")}
    template.mapping(place, Declared(one.type, given, one.account, one.region))


def _target_block(place: Place, one: Declared) -> None:
    it = one.kept
    rule = place.rule(it["rule"], it.get("event_bus_name"))
    place.do(kinds.AddTrigger(service="events.amazonaws.com", source=rule, target=it["arn"], role=it.get("role_arn")))


def _notification_block(place: Place, one: Declared) -> None:
    for it in one.kept["lambda_function"]:
        place.notify(
            one.edited, it["lambda_function_arn"], it["events"], it.get("filter_prefix"), it.get("filter_suffix")
        )


DOES: dict[str, Callable[[Place, Declared], None]] = {
    **{f"aws_iam_{kind}_policy": _inline_block for kind in ("user", "group", "role")},
    **{f"aws_iam_{kind}_policy_attachment": _attachment_block for kind in ("user", "group", "role")},
    "aws_iam_user": _identity_block,
    "aws_iam_role": _identity_block,
    "aws_iam_user_group_membership": _membership_block,
    "aws_iam_policy": lambda at, one: template.version(at, at.managed(one.edited), one.kept["policy"]),
    "aws_organizations_policy": _organization_block,
    "aws_organizations_policy_attachment": _organization_attachment,
    "aws_organizations_account": lambda at, one: at.do(
        kinds.MoveAccount(account=one.edited, parent=one.kept["parent_id"])
    ),
    "aws_lambda_permission": _permission_block,
    "aws_lambda_resource_policy": _resource_policy_block,
    "aws_lambda_layer_version_permission": _layer_block,
    "aws_lambda_function": _function_block,
    "aws_lambda_function_event_invoke_config": _invokes_block,
    "aws_lambda_event_source_mapping": _mapping_block,
    "aws_sns_topic_subscription": lambda at, one: template.subscription(
        at, Declared(one.type, one.properties and _camel(one.properties), one.account, one.region, one.name)
    ),
    "aws_s3_bucket_notification": _notification_block,
    "aws_cloudwatch_event_target": _target_block,
    "aws_cloudwatch_event_rule": lambda at, one: template.rule(
        at, Declared(one.type, _camel(one.kept), one.account, one.region, one.name)
    ),
    "aws_s3_bucket_policy": template.policy_of("s3", "policy", "bucket"),
    "aws_sqs_queue_policy": template.policy_of("sqs", "policy", "queue_url", lambda at, url: at.queue(url)),
    "aws_sns_topic_policy": template.policy_of("sns", "policy", "arn"),
    "aws_kms_key_policy": template.policy_of("kms", "policy", "key_id"),
    "aws_secretsmanager_secret_policy": template.policy_of("secretsmanager", "policy", "secret_arn"),
    "aws_ecr_repository_policy": template.policy_of("ecr", "policy", "repository"),
    "aws_kinesis_resource_policy": template.policy_of("kinesis", "policy", "resource_arn"),
    "aws_dynamodb_resource_policy": template.policy_of("dynamodb", "policy", "resource_arn"),
    "aws_msk_cluster_policy": template.policy_of("kafka", "policy", "cluster_arn"),
    "aws_efs_file_system_policy": template.policy_of("elasticfilesystem", "policy", "file_system_id"),
    "aws_cloudwatch_event_bus_policy": template.policy_of("events", "policy", "event_bus_name"),
    "aws_vpc_endpoint_policy": template.policy_of("ec2", "policy", "vpc_endpoint_id"),
    "aws_api_gateway_rest_api_policy": template.policy_of("execute-api", "policy", "rest_api_id"),
}

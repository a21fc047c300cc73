"""Terraform: HCL that parses, and declares what the changes do."""

from __future__ import annotations

import textwrap

import hcl2
import pytest

from models.change import Change
from simulator.changes import apply
from simulator.repair.forms import forms
from simulator.repair.forms.hcl import block
from simulator.repair.forms.said import Json
from tests.repair.forms.cases import BEFORE, CASES, UNSAID
from tests.repair.forms.hcl import declared, deploy
from tests.repair.forms.meaning import Place, said


@pytest.mark.parametrize("changes", [pytest.param(rows, id=name) for name, rows in CASES.items()])
def test_terraform_declares_what_the_changes_do(changes: list[Change]) -> None:
    place = Place(BEFORE)
    deploy(forms(BEFORE, changes).terraform, place)
    assert said(place.snapshot) == said(apply(BEFORE, changes))


@pytest.mark.parametrize("changes", [pytest.param(rows, id=name) for name, rows in UNSAID.items()])
def test_what_terraform_does_not_say_declares_nothing(changes: list[Change]) -> None:
    assert "resource" not in hcl2.loads(forms(BEFORE, changes).terraform + "\n")


def test_it_is_written_as_terraform_fmt_leaves_it() -> None:
    arguments = {
        "name": "x",
        "policy": Json({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["a", "b"]}], "Id": "y"}),
        "role": "r",
        "function_name": "f",
        "destination_config": {"on_failure": {"destination": "q"}},
    }
    assert block('resource "aws_x" "y"', arguments) == textwrap.dedent(
        """\
        resource "aws_x" "y" {
          name = "x"
          policy = jsonencode({
            "Version" = "2012-10-17"
            "Statement" = [{
              "Effect" = "Allow"
              "Action" = ["a", "b"]
            }]
            "Id" = "y"
          })
          role          = "r"
          function_name = "f"
          destination_config {
            on_failure {
              destination = "q"
            }
          }
        }"""
    )


#: Arguments that forms may use. Source: the AWS provider's documentation (6.x), "Argument Reference" of each resource.
ARGUMENTS = {
    **{f"aws_iam_{kind}_policy": {"name", kind, "policy"} for kind in ("user", "group", "role")},
    **{f"aws_iam_{kind}_policy_attachment": {kind, "policy_arn"} for kind in ("user", "group", "role")},
    "aws_iam_user": {"name", "path", "permissions_boundary"},
    "aws_iam_role": {"name", "path", "permissions_boundary", "assume_role_policy"},
    "aws_iam_user_group_membership": {"user", "groups"},
    "aws_iam_policy": {"policy"},
    "aws_organizations_policy": {"name", "type", "content"},
    "aws_organizations_policy_attachment": {"policy_id", "target_id"},
    "aws_organizations_account": {"parent_id"},
    "aws_lambda_permission": {
        "action",
        "event_source_token",
        "function_name",
        "function_url_auth_type",
        "invoked_via_function_url",
        "principal",
        "principal_org_id",
        "qualifier",
        "source_account",
        "source_arn",
        "statement_id",
    },
    "aws_lambda_resource_policy": {"resource_arn", "policy"},
    "aws_lambda_layer_version_permission": {
        "action",
        "layer_name",
        "organization_id",
        "principal",
        "statement_id",
        "version_number",
    },
    "aws_lambda_function": {
        "code_signing_config_arn",
        "dead_letter_config",
        "kms_key_arn",
        "layers",
        "logging_config",
        "role",
        "snap_start",
        "tracing_config",
        "vpc_config",
    },
    "aws_lambda_function_event_invoke_config": {"function_name", "qualifier", "destination_config"},
    "aws_lambda_event_source_mapping": {
        "destination_config",
        "enabled",
        "event_source_arn",
        "function_name",
        "kms_key_arn",
        "starting_position",
    },
    "aws_sns_topic_subscription": {"topic_arn", "protocol", "endpoint"},
    "aws_cloudwatch_event_target": {"rule", "event_bus_name", "target_id", "arn", "role_arn"},
    "aws_cloudwatch_event_rule": {"state"},
    "aws_s3_bucket_notification": {"lambda_function"},
    "aws_s3_bucket_policy": {"bucket", "policy"},
    "aws_sqs_queue_policy": {"queue_url", "policy"},
    "aws_sns_topic_policy": {"arn", "policy"},
    "aws_kms_key_policy": {"key_id", "policy"},
    "aws_secretsmanager_secret_policy": {"secret_arn", "policy"},
    "aws_ecr_repository_policy": {"repository", "policy"},
    "aws_kinesis_resource_policy": {"resource_arn", "policy"},
    "aws_dynamodb_resource_policy": {"resource_arn", "policy"},
    "aws_msk_cluster_policy": {"cluster_arn", "policy"},
    "aws_efs_file_system_policy": {"file_system_id", "policy"},
    "aws_cloudwatch_event_bus_policy": {"event_bus_name", "policy"},
    "aws_vpc_endpoint_policy": {"vpc_endpoint_id", "policy"},
    "aws_api_gateway_rest_api_policy": {"rest_api_id", "policy"},
}


def test_each_argument_is_one_that_the_provider_has() -> None:
    used: dict[str, set[str]] = {}
    for changes in CASES.values():
        for one in declared(forms(BEFORE, changes).terraform):
            used.setdefault(one.type, set()).update(one.properties or {})
    assert {kind: names - ARGUMENTS.get(kind, set()) for kind, names in used.items()} == {kind: set() for kind in used}
    assert set(used) == set(ARGUMENTS)

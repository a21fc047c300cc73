"""In which account and Region each form makes what it says, and what is not said where too little is known."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import hcl2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.change import AddStatement, Change
from models.decision import FactKind
from models.snapshot import Snapshot
from simulator.repair.forms import forms
from simulator.repair.forms.cli import command
from simulator.repair.forms.hcl import block
from simulator.repair.forms.said import Command, Json
from tests.repair.forms.hcl import plain
from tests.worlds import LAMBDA_TRUST, ONE, TWO, Builder, allow, deny, function, permit, queue, role

THERE = f"arn:aws:lambda:us-east-1:{TWO}:function:g"
PLACES = [(account, region) for account in (ONE, TWO, "333333333333") for region in ("eu-west-1", "us-east-1")]
NEW = allow("s3:*", "*", Sid="new")


def add(side: Any, holder: str, statement: Any = NEW) -> Change:
    return AddStatement(side=side, holder=holder, statement=statement)


def snapshot() -> Snapshot:
    made = Builder()
    made.role(role("a"), LAMBDA_TRUST)
    made.role(role("b", TWO), LAMBDA_TRUST)
    made.function(function("f"), role=role("a"))
    made.function(THERE, role=role("b", TWO))
    return made.snapshot()


CHANGES = [
    add("identity", role("a")),
    add("resource", function("f"), permit({"AWS": role("b", TWO)}, function("f"), Sid="b")),
    add("identity", role("b", TWO)),
    add("resource", THERE, permit({"AWS": role("a")}, THERE, Sid="a")),
]


def holds(rule: dict[str, Any], account: str, region: str) -> bool:
    """Whether a condition of CloudFormation does, in a stack in this account and Region."""
    if "Fn::And" in rule:
        return all(holds(item, account, region) for item in rule["Fn::And"])
    reference, wanted = rule["Fn::Equals"]
    return bool({"AWS::AccountId": account, "AWS::Region": region}[reference["Ref"]] == wanted)


def test_a_template_deployed_everywhere_makes_each_resource_once_and_in_its_place() -> None:
    template = forms(snapshot(), CHANGES).cloudformation
    made = {
        name: [place for place in PLACES if holds(template["Conditions"][resource["Condition"]], *place)]
        for name, resource in template["Resources"].items()
    }
    assert made == {
        "PolicyA": [(ONE, "eu-west-1")],
        "PolicyB": [(TWO, "us-east-1")],
        "PermissionF": [(ONE, "eu-west-1")],
        "PermissionG": [(TWO, "us-east-1")],
    }


def test_terraform_has_a_provider_for_each_place_that_refuses_other_accounts() -> None:
    found = hcl2.loads(forms(snapshot(), CHANGES).terraform)
    providers = [plain(row['"aws"']) for row in found["provider"]]
    assert [(row["allowed_account_ids"], row["region"]) for row in providers] == [
        ([ONE], "eu-west-1"),
        ([TWO], "us-east-1"),
    ]


def test_what_has_no_region_is_made_in_one_of_its_account() -> None:
    made = Builder()
    made.role(role("a"), LAMBDA_TRUST)
    elsewhere = f"arn:aws:sqs:us-east-1:{ONE}:q"
    for arn in (queue("q"), elsewhere):
        made.resource(arn, "sqs:queue", ONE)
    changes = [add("resource", arn, allow("sqs:*", arn, Principal="*")) for arn in (queue("q"), elsewhere)]
    found = forms(made.snapshot(), [*changes, add("identity", role("a"))])
    condition = found.cloudformation["Conditions"][found.cloudformation["Resources"]["PolicyA"]["Condition"]]
    [place] = [place for place in PLACES if holds(condition, *place)]
    provider = re.search(r'resource "aws_iam_role_policy" "a" {\n  provider = aws.in_\d+_(\S+)', found.terraform)
    assert provider
    assert place == (ONE, provider[1])


def test_commands_tell_their_account_and_region() -> None:
    text = forms(snapshot(), CHANGES).cli
    told = [
        line if line.startswith("#") else (line.split()[1], *re.findall(r"--region (\S+)", line))
        for line in text.splitlines()
    ]
    assert told == [
        f"# in account {ONE}",
        ("iam",),
        f"# in account {TWO}",
        ("iam",),
        f"# in account {ONE}",
        ("lambda", "eu-west-1"),
        f"# in account {TWO}",
        ("lambda", "us-east-1"),
    ]


@pytest.mark.parametrize(
    "partition, region, expected",
    [
        ("aws", "eu-west-1", ""),
        ("aws-cn", "cn-north-1", "cn-north-1"),
        ("aws-us-gov", "us-gov-east-1", "us-gov-west-1"),
    ],
    ids=["AWS", "China", "GovCloud"],
)
def test_iam_of_other_partitions_is_asked_there(partition: str, region: str, expected: str) -> None:
    arn, jobs = f"arn:{partition}:iam::{ONE}:role/r", f"arn:{partition}:sqs:{region}:{ONE}:q"
    made = Builder()
    made.role(arn, LAMBDA_TRUST)
    made.resource(jobs, "sqs:queue", ONE)
    changes = [add("identity", arn), add("resource", jobs, allow("sqs:*", jobs, Principal="*"))]
    of_iam, of_sqs = forms(made.snapshot(), changes).cli.splitlines()[1:]
    assert of_iam.endswith(f"--region {expected}") if expected else "--region" not in of_iam
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    assert f"https://sqs.{region}.{suffix}/{ONE}/q " in of_sqs


# --- too little is known ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("about", [function("f"), f"{ONE}/lambda", ONE], ids=["the function's", "all", "the account's"])
def test_a_policy_that_was_not_read_is_not_written_whole(about: str) -> None:
    made = Builder()
    made.function(function("f"))
    made.gap(FactKind.RESOURCE_POLICY, about)
    before = made.snapshot()
    found = forms(before, [add("resource", function("f"), {**permit("*", function("f"), Sid="no"), "Effect": "Deny"})])
    assert found.cli.startswith(f"# in account {ONE}\n# the policy of f was not read")
    assert "aws " not in found.cli
    assert found.cloudformation["Resources"] == {}
    assert "resource" not in hcl2.loads(found.terraform + "\n")
    permitted = forms(before, [add("resource", function("f"), permit("*", function("f"), Sid="all"))])
    assert "add-permission" in permitted.cli
    assert permitted.warning == ""


@pytest.mark.parametrize("assumed", [False, True], ids=["refused", "not asked for"])
def test_a_queue_whose_policy_was_not_read_keeps_it(assumed: bool) -> None:
    made = Builder()
    made.resource(queue("q"), "sqs:queue", ONE)
    made.resource(queue("known"), "sqs:queue", ONE, deny("sqs:*", queue("known"), Principal="*", Sid="d"))
    (made.assume if assumed else made.gap)(FactKind.RESOURCE_POLICY, f"{ONE}/sqs")
    statement = allow("sqs:SendMessage", queue("q"), Principal="*", Sid="new")
    found = forms(made.snapshot(), [add("resource", queue("q"), statement)])
    assert found.warning == "the policy of q was not read: writing it whole could take away what is in it"
    assert "aws " not in found.cli
    # One that is there was read.
    other = forms(made.snapshot(), [add("resource", queue("known"), {**statement, "Resource": queue("known")})])
    assert "set-queue-attributes" in other.cli


def test_a_resource_of_a_kind_that_is_not_known_is_not_written() -> None:
    arn = f"arn:aws:glacier:eu-west-1:{ONE}:vaults/v"
    made = Builder()
    made.resource(arn, "glacier:vaults", ONE)
    found = forms(made.snapshot(), [add("resource", arn, allow("glacier:*", arn, Principal="*"))])
    assert found.warning == "how the policy of v is written is not known here"


# --- quoting ----------------------------------------------------------------------------------------------------------

#: Braces come in pairs: HCL's parser here reads no `$${` without an end, which Terraform does.
PIECES = (*"ab '\"\\$`%!\n\t*?~#é\U0001f600\x08\x0c", "{}", "${a}", "%{b}")
awkward = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
values = st.recursive(
    awkward | st.booleans() | st.integers(0, 9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(awkward, inner, max_size=2),
    max_leaves=6,
)


@given(st.dictionaries(awkward, values, max_size=3))
def test_a_document_comes_through_the_shell_as_it_is(document: dict[str, Any]) -> None:
    line = command(Command("iam", "put-role-policy", {"policy-document": Json(document)}), None)
    assert "\n" not in line
    assert json.loads(shlex.split(line)[-1]) == document


@given(st.dictionaries(awkward, values, min_size=1, max_size=3))
def test_a_document_comes_through_terraform_as_it_is(document: dict[str, Any]) -> None:
    found = hcl2.loads(block('resource "a" "b"', {"policy": Json(document)}) + "\n")
    assert plain(found["resource"][0]['"a"']['"b"'])["policy"] == document
